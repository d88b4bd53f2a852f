"""Words of yesterday (content/linting/vocabulary.yml), searched in a record's texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from knowledge.curated import read_yaml
from knowledge.linting.models import Hit, Subject
from knowledge.settings import CONTENT_DIR

_BEFORE, _AFTER = 60, 100


@dataclass(frozen=True)
class Words:
    """Words to find; `unless` matches around a word where it may stand. lawful_in: the portal's records that may."""

    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    lawful_in: frozenset[str] = frozenset()

    def hits(self, subject: Subject) -> Iterator[Hit]:
        """Yield the first use in each text that is not allowed where it stands."""
        if not any(needle in subject.all_text for needle in self.needles):
            return
        for where, text, lowered in subject.texts:
            found = self.found(lowered)
            if found is not None:
                yield Hit(shown_around(text, found), where, text)

    def found(self, text: str) -> re.Match[str] | None:
        """Return the first use in `text` (small letters) that is not allowed where it stands."""
        return next((found for found in self.pattern.finditer(text) if not self._allowed(text, found)), None)

    def _allowed(self, text: str, found: re.Match[str]) -> bool:
        around = text[max(0, found.start() - _BEFORE) : found.end() + _AFTER]
        return self.unless is not None and bool(self.unless.search(around))


def shown_around(text: str, found: re.Match[str]) -> str:
    """Return what stands around a match, on one line, as an editor reads it."""
    start, end = max(0, found.start() - _BEFORE), found.end() + _AFTER
    return f"{'…' if start else ''}{' '.join(text[start:end].split())}{'…' if end < len(text) else ''}"


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, Any]:
    return dict(read_yaml(CONTENT_DIR / "linting" / "vocabulary.yml"))


@lru_cache
def words(name: str) -> Words:
    """Return the words of one entry; whole words, so that "văn phòng tư pháp" can be told from "phòng tư pháp"."""
    entry = _vocabulary()[name]
    alternatives = "|".join(re.escape(word) for word in entry["words"])
    unless = "|".join(entry.get("unless", ()))
    return Words(
        tuple(entry["words"]),
        re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)"),
        re.compile(unless) if unless else None,
        frozenset(entry.get("lawful_in", ())),
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


@lru_cache(maxsize=1)
def repealed_laws() -> tuple[RepealedLaw, ...]:
    return tuple(
        RepealedLaw(entry["number"], entry["by"], date.fromisoformat(entry["since"]))
        for entry in _vocabulary()["repealed_laws"]
    )
