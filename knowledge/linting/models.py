"""What the linter looks at, and what it finds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cached_property
from typing import Any

from knowledge.codec import digest
from knowledge.errors import CatalogueError
from knowledge.importers.base import MISSHAPEN
from knowledge.importers.portal_json import record_in
from knowledge.importers.render_warnings import RenderWarning
from knowledge.models import Procedure


class Severity(str, Enum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_ORDER = [Severity.ERROR, Severity.WARNING, Severity.INFO]


def rank(severity: Severity) -> int:
    """0 for the gravest."""
    return _ORDER.index(severity)


@dataclass(frozen=True)
class Subject:
    """A record under the linter: one of our own, or the portal's with its document and what reading it left unclear.

    portal: the portal's record of the same code, beside a curated one. changed_on: day its version was first seen.
    """

    record: Procedure
    curated: bool
    content: bytes = b""
    warnings: tuple[RenderWarning, ...] = ()
    portal: Procedure | None = None
    changed_on: date | None = None

    @cached_property
    def raw(self) -> dict[str, Any]:
        """Return the portal's own record, empty where there is none or it is of another format."""
        if self.curated or not self.content.lstrip().startswith(b"{"):
            return {}
        try:
            return record_in(json.loads(self.content))
        except MISSHAPEN:
            return {}


@dataclass(frozen=True)
class Hit:
    """What a rule saw: the evidence, and where (a fact's path, or a pointer into the raw record)."""

    evidence: str
    where: str = ""


@dataclass(frozen=True)
class Finding:
    """A hit with its rule and record. `fingerprint` changes with what was found."""

    rule: str
    severity: Severity
    code: str
    title: str
    sector: str
    curated: bool
    where: str
    evidence: str
    url: str = ""

    @property
    def fingerprint(self) -> str:
        return digest(f"{self.rule}|{self.code}|{self.where}|{self.evidence}")[:12]


@dataclass(frozen=True)
class RuleText:
    """A rule as editors read it, and how grave it is by kind of record."""

    title: str
    do: str
    curated: Severity
    portal: Severity


@dataclass
class Context:
    """What rules need beside the record: the day, and what holds across records."""

    day: date
    stale_after_days: int = 30
    codes: frozenset[str] = frozenset()
    by_title: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    by_alias: dict[str, list[str]] = field(default_factory=dict)


class AcceptedInvalidError(CatalogueError):
    """The file of accepted findings cannot be read."""

    code = "ACCEPTED_INVALID"
