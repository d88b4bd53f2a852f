"""Noisy variants of training examples: how the same sentence looks when typed in a hurry. Made at training time."""

from __future__ import annotations

import random

from knowledge.text import fold

_MIN_LETTERS = 12


def noisy_variants(text: str, seed: int) -> list[str]:
    """Return `text`, and for longer ones two variants with one slip each. Same text and seed, same variants."""
    if len(text) < _MIN_LETTERS:
        return [text]
    chance = random.Random(f"{seed}:{text}")  # noqa: S311 - not for secrets
    return [text, _swap(fold(text), chance), _drop(fold(text), chance)]


def _swap(text: str, chance: random.Random) -> str:
    """Two neighbouring letters change places."""
    place = chance.randrange(1, len(text) - 2)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _drop(text: str, chance: random.Random) -> str:
    """One letter is missing."""
    place = chance.randrange(1, len(text) - 1)
    return text[:place] + text[place + 1 :]
