"""What a list of procedures asks for, and what the catalogue has for each entry."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any


class CoverageClass(str, Enum):
    """What an entry of a list is; every entry is exactly one.

    ANSWERABLE: its code is in the catalogue and current. SUPERSEDED: its code was replaced or taken off.
    CONFIRMED, EXACT, HIGH, REVIEW: found by name, in falling order of sureness. MISSING: not in the data.
    """

    ANSWERABLE = "answerable"
    SUPERSEDED = "superseded"
    CONFIRMED = "confirmed"
    EXACT = "exact"
    HIGH = "high"
    REVIEW = "review"
    MISSING = "missing"


_COVERED = {
    CoverageClass.ANSWERABLE,
    CoverageClass.CONFIRMED,
    CoverageClass.EXACT,
    CoverageClass.HIGH,
}


@dataclass(frozen=True)
class ListEntry:
    """One entry of a list, with where it stands. `code_text`: what stood for the code, also where it is none."""

    place: str
    name: str = ""
    code: str = ""
    code_text: str = ""


@dataclass(frozen=True)
class Parts:
    """Which parts of a record are published: without one of them an answer has to say that it does not know."""

    decision: bool
    dossier: bool
    time: bool
    fee: bool

    def lacking(self) -> list[str]:
        return [name for name in ("decision", "dossier", "time", "fee") if not getattr(self, name)]


@dataclass(frozen=True)
class Found:
    """What the catalogue has for an entry.

    code, title: of the procedure that answers; of a review or a missing entry, of the nearest one.
    score: likeness of the names, 0 to 100. why: in words, for whoever looks at it.
    """

    entry: ListEntry
    result: CoverageClass
    code: str = ""
    title: str = ""
    score: float = 0.0
    why: str = ""
    parts: Parts | None = None

    @property
    def covered(self) -> bool:
        """Say whether a question about the entry gets an answer from a current record."""
        replaced = self.result is CoverageClass.SUPERSEDED and bool(self.code)
        return self.result in _COVERED or replaced

    def as_row(self) -> dict[str, Any]:
        return {
            "place": self.entry.place,
            "listed_code": self.entry.code or self.entry.code_text,
            "listed_name": self.entry.name,
            "class": self.result.value,
            "covered": self.covered,
            "code": self.code,
            "title": self.title,
            "score": self.score,
            "lacking": " ".join(self.parts.lacking()) if self.parts else "",
            "why": self.why,
        }


@dataclass(frozen=True)
class Coverage:
    """A whole list against the catalogue."""

    found: tuple[Found, ...]
    lapsed: tuple[str, ...] = ()
    """Confirmations that no longer hold, in words."""

    @property
    def share(self) -> float:
        """Share of entries that are covered; 1 for an empty list would say too much, so 0."""
        return sum(item.covered for item in self.found) / len(self.found) if self.found else 0.0

    def counts(self) -> dict[str, int]:
        """Count by class, all classes named; the counts add up to the entries."""
        counted = Counter(item.result for item in self.found)
        return {result.value: counted[result] for result in CoverageClass}

    def lacking(self) -> dict[str, int]:
        """Count covered entries by the part that their record does not publish; `complete` lack none."""
        parts = [item.parts for item in self.found if item.covered and item.parts]
        counted = Counter(name for part in parts for name in part.lacking())
        return {"complete": sum(not part.lacking() for part in parts), **counted}


@dataclass(frozen=True)
class Confirmation:
    """A person's word on a name of a list: it is this procedure (`same`), or it is not."""

    name: str
    code: str
    title: str
    same: bool
    by: str
    on: date
    why: str
