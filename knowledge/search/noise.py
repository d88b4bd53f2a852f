"""How the same question looks when typed badly: without diacritics, with slips. For measuring, repeatable by seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from knowledge.text import fold

_LETTERS = "abcdeghiklmnopqrstuvxy"


def with_slips(text: str, count: int = 2, seed: int = 0) -> str:
    """Return `text` with `count` slips of the finger inside words: swapped, missing, doubled or wrong letters."""
    chance = random.Random(f"{seed}{text}")  # noqa: S311 - not for secrets
    letters = list(text)
    for _ in range(count):
        places = [i for i in range(1, len(letters) - 1) if letters[i].isalpha() and letters[i + 1].isalpha()]
        if not places:
            break
        place = chance.choice(places)
        kind = chance.choice(("swap", "drop", "add", "replace"))
        if kind == "swap":
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        elif kind == "drop":
            del letters[place]
        elif kind == "add":
            letters.insert(place, chance.choice(_LETTERS))
        else:
            letters[place] = chance.choice(_LETTERS)
    return "".join(letters)


NOISES: Mapping[str, Callable[[str], str]] = {
    "as typed": str,
    "without diacritics": fold,
    "two slips": with_slips,
}
