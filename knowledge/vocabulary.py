"""Words of yesterday (content/vocabulary.yml): bodies, papers, portals and laws that others have replaced."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from knowledge.curated import read_yaml
from knowledge.settings import CONTENT_DIR

_BEFORE, _AFTER = 60, 100
ANY_WORD = "any"
_NO_GROUPS = {"repealed_laws", "exceptions"}


@dataclass(frozen=True)
class Words:
    """Words to find; `unless` matches around a word where it may stand. lawful_in: the portal's records that may.

    notice: what is said beside a published text that has the word, with `{term}`; unless `quiet_beside` is near.
    """

    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    lawful_in: frozenset[str] = frozenset()
    why: str = ""
    notice: str = ""
    quiet_beside: re.Pattern[str] | None = None

    def found(self, text: str) -> re.Match[str] | None:
        """Return the first use in `text` (as `lowered` returns it) that is not allowed where it stands."""
        return next((found for found in self.pattern.finditer(text) if not _near(self.unless, text, found)), None)

    def to_be_noticed(self, text: str) -> re.Match[str] | None:
        """Return the first use in `text` (as `lowered` returns it) that a citizen would be misled by."""
        for found in self.pattern.finditer(text) if self.notice else ():
            if not _near(self.unless, text, found) and not _near(self.quiet_beside, text, found):
                return found
        return None


def _near(pattern: re.Pattern[str] | None, text: str, found: re.Match[str]) -> bool:
    around = text[max(0, found.start() - _BEFORE) : found.end() + _AFTER]
    return pattern is not None and bool(pattern.search(around))


def lowered(text: str) -> str:
    """Return `text` in small letters, of the same length, with one spelling of Ủy."""
    return text.lower().replace("uỷ", "ủy")


def shown_around(text: str, found: re.Match[str]) -> str:
    """Return what stands around a match, on one line, as an editor reads it."""
    start, end = max(0, found.start() - _BEFORE), found.end() + _AFTER
    return f"{'…' if start else ''}{' '.join(text[start:end].split())}{'…' if end < len(text) else ''}"


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, Any]:
    return dict(read_yaml(CONTENT_DIR / "vocabulary.yml"))


@lru_cache(maxsize=1)
def groups() -> tuple[str, ...]:
    """Return the names of all groups of words."""
    return tuple(name for name in _vocabulary() if name not in _NO_GROUPS)


@lru_cache
def words(name: str) -> Words:
    """Return the words of one group; whole words, so that "văn phòng tư pháp" can be told from "phòng tư pháp"."""
    entry = _vocabulary()[name]
    alternatives = "|".join(re.escape(word) for word in sorted(entry["words"], key=len, reverse=True))
    unless = "|".join(entry.get("unless", ()))
    quiet = entry.get("quiet_beside", "")
    return Words(
        tuple(entry["words"]),
        re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)"),
        re.compile(unless) if unless else None,
        frozenset(entry.get("lawful_in", ())),
        entry["why"],
        entry.get("notice", ""),
        re.compile(quiet) if quiet else None,
    )


@dataclass(frozen=True)
class RepealedLaw:
    """A law that another one replaced, from a day on where that is still to come."""

    number: str
    by: str
    since: date

    @property
    def short(self) -> str:
        """Number and year, as some records give it."""
        return self.number.rsplit("/", 1)[0]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\d/]){re.escape(self.number.lower())}(?!\w)")

    @cached_property
    def loose_pattern(self) -> re.Pattern[str]:
        """The same, also by number and year alone; not another paper of that number and year."""
        kind = re.escape(self.number.lower()[len(self.short) :])
        return re.compile(rf"(?<![\d/]){re.escape(self.short)}(?:{kind}(?!\w)|(?![/\w]))")


@lru_cache(maxsize=1)
def repealed_laws() -> tuple[RepealedLaw, ...]:
    return tuple(
        RepealedLaw(entry["number"], entry["by"], date.fromisoformat(entry["since"]))
        for entry in _vocabulary()["repealed_laws"]
    )


@dataclass(frozen=True)
class Exemption:
    """Where we ourselves say an old word on purpose: in a place, beside certain words."""

    place: str
    word: str
    beside: str
    why: str

    def covers(self, place: str, word: str, text: str) -> bool:
        """Say whether `word`, found at `place` in `text`, may stand."""
        return self.place in place and self.word in (word, ANY_WORD) and self.beside in text


@lru_cache(maxsize=1)
def exemptions() -> tuple[Exemption, ...]:
    return tuple(Exemption(**entry) for entry in _vocabulary()["exceptions"])
