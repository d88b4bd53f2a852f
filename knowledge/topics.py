"""Things that people bring up in their own words, each with what is to be said: read from a file, found in a message.

A phrase matches with and without diacritics, never with other ones ("quán" is no "quận"). In a phrase `#` is a
number of at most two digits, `*` up to five words, `{name}` any of the file's list of that name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.curated import read_yaml
from knowledge.settings import CONTENT_DIR
from knowledge.text import fold

# Made once: a path is hashed anew for each look into the cache of what is read
_OLD_WORDS, _VNEID, _PACE = CONTENT_DIR / "old_words.yml", CONTENT_DIR / "vneid.yml", CONTENT_DIR / "pace.yml"
_AMOUNTS = CONTENT_DIR / "amounts.yml"
_GAP = r"[\s.,]*"
_ANY_WORDS = r"(?:[\w.,]+\s+){0,5}?"
_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Choice:
    """What can be asked for next, under a short name: a procedure (`code`) or another matter (`intent`)."""

    label: str
    code: str = ""
    intent: str = ""


@dataclass(frozen=True)
class Topic:
    """`answer` is said when it is asked about, `note` in one line beside another answer. pattern: the phrases."""

    id: str
    pattern: re.Pattern[str]
    answer: str = ""
    note: str = ""
    choices: tuple[Choice, ...] = ()


def plain(text: str) -> str:
    """Return `text` as the phrases are compared: small letters, NFC, one spelling of Ủy."""
    return unicodedata.normalize("NFC", text.lower()).replace("uỷ", "ủy")


def found(text: str, topics: Iterable[Topic]) -> tuple[Topic, ...]:
    """Return the topics met in `text`. Earlier topics go first: what they have taken is not looked at again."""
    left, met = plain(text), []
    for topic in topics:
        left, times = topic.pattern.subn(lambda taken: "\n" * len(taken[0]), left)
        if times:
            met.append(topic)
    return tuple(met)


def topic_of(text: str, topics: Sequence[Topic]) -> Topic:
    """Return the first topic met in `text`, or the last of all: it stands for the matter as a whole."""
    return next(iter(found(text, topics)), topics[-1])


@lru_cache
def load_topics(path: Path) -> tuple[Topic, ...]:
    """Read a file of topics (`names`: lists used in phrases; `topics`: in order of precedence)."""
    data = read_yaml(path)
    return tuple(_topic(entry, data.get("names", {})) for entry in data["topics"])


def old_words() -> tuple[Topic, ...]:
    """Bodies, places and papers of yesterday as citizens name them, and what holds today."""
    return load_topics(_OLD_WORDS)


def vneid_topics() -> tuple[Topic, ...]:
    """What is asked about VNeID and the data of the population database; the last is VNeID as a whole."""
    return load_topics(_VNEID)


def pace_topics() -> tuple[Topic, ...]:
    """Ways to ask for slower or ordinary turns, and of speaking for an old parent."""
    return load_topics(_PACE)


def amount_topics() -> tuple[Topic, ...]:
    """Ways to ask how much money a decision brings; the note says that no amount is published."""
    return load_topics(_AMOUNTS)


def _topic(entry: Mapping[str, Any], names: Mapping[str, Sequence[str]]) -> Topic:
    return Topic(
        entry["id"],
        pattern_of(entry.get("say", ()), names),
        entry.get("answer", ""),
        entry.get("note", ""),
        tuple(Choice(**item) for item in entry.get("choices", ())),
    )


def pattern_of(say: Iterable[str], names: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """Return what matches any of the phrases, the longest first; nothing where there are none."""
    phrases = sorted(say, key=len, reverse=True)
    alternatives = "|".join(_phrase(phrase, names) for phrase in phrases) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


def _phrase(phrase: str, names: Mapping[str, Sequence[str]]) -> str:
    parts, pattern = phrase.split(), ""
    for place, part in enumerate(parts):
        following = "" if place + 1 == len(parts) else _GAP if parts[place + 1] == "#" else r"[\s.,]+"
        pattern += _ANY_WORDS if part == "*" else _part(part, names) + following
    return pattern


def _part(part: str, names: Mapping[str, Sequence[str]]) -> str:
    if part == "#":
        return r"\d{1,2}"
    name = _NAME.fullmatch(part)
    if name is not None:
        return "(?:" + "|".join(_phrase(phrase, {}) for phrase in names[name[1]]) + ")"
    typed = plain(part)
    return f"(?:{re.escape(typed)}|{re.escape(fold(typed))})"
