"""What a message says about one's data: that its rights are asked for; what is to be put right, to what, or that a
paper is meant that is not ours.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.nlu.petition_reading import name_in
from bot.nlu.replies import Choice, mentioned
from knowledge.plain_yaml import plain_yaml
from knowledge.text import clean_line, words

WORDS_FILE = Path(__file__).with_name("correction_words.yml")
NAME, PHONE, EMAIL, AREA, CONTENT, OTHER = "name", "phone", "email", "area", "content", "other"
_BECOMES = re.compile(r"(?i)(?<!\w)(?:thành|thanh|đúng là|dung la)\s+(.+)$")


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, Any]:
    return dict(plain_yaml(WORDS_FILE.read_text("utf-8")))


def field_choice(name: str, title: str) -> Choice:
    """Return an option with people's words for the field beside its title."""
    return Choice(name, (title, *_lexicon()["fields"][name]))


def field_in(text: str) -> str:
    """Return the one field that `text` names; "" where it names none, or more than one."""
    return mentioned(text, tuple(Choice(name, tuple(said)) for name, said in _lexicon()["fields"].items()))


def names_a_paper(text: str) -> bool:
    """Say whether what is to be put right stands in a paper of an authority, and nothing that is held here is named."""
    told = f" {' '.join(words(text))} "
    return _holds(told, _lexicon()["papers"]) and not _holds(told, _lexicon()["here"])


def asks_for_rights(text: str) -> bool:
    """Say whether `text` asks which rights people have in their data, and not for what is held."""
    return _holds(f" {' '.join(words(text))} ", _lexicon()["rights"])


def right_name_in(text: str) -> str:
    """Return the name behind "thành" in a wish to have it corrected; "" where none is said."""
    found = _BECOMES.search(clean_line(text))
    return name_in(found.group(1)) if found else ""


def _holds(told: str, phrases: list[str]) -> bool:
    return any(f" {' '.join(words(phrase))} " in told for phrase in phrases)
