"""What the linter looks at, and what it finds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from functools import cached_property
from typing import Any

from knowledge.codec import digest
from knowledge.errors import CatalogueError
from knowledge.importers.base import MISSHAPEN
from knowledge.importers.portal_dossier import dossier_of
from knowledge.importers.portal_methods import methods_of
from knowledge.importers.portal_steps import steps_of
from knowledge.importers.render_warnings import Notebook, RenderWarning
from knowledge.models import AuthorityLevel, Procedure

_SHOWN = 160


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
    """A record under the linter: one of our own, or the portal's with its document.

    portal: the portal's record of the same code, beside a curated one. changed_on: day its version was first seen.
    raw, warnings: what the document holds and what reading it left unclear; there after `opened`.
    """

    record: Procedure
    curated: bool
    content: bytes = b""
    portal: Procedure | None = None
    changed_on: date | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[RenderWarning, ...] = ()

    def opened(self) -> Subject:
        """Return the subject with its document read, once for all rules; as it is where there is none to read."""
        if self.curated or not self.content.lstrip().startswith(b"{"):
            return self
        try:
            raw = _innermost(json.loads(self.content))
            return replace(self, raw=raw, warnings=_unclear(raw))
        except MISSHAPEN:
            return self  # of another format, or misshapen: what was read of it is still looked at

    @cached_property
    def texts(self) -> tuple[tuple[str, str, str], ...]:
        """Every text that a citizen may read: its place, as it stands, and in small letters with one spelling of Ủy."""
        return tuple((where, text, text.lower().replace("uỷ", "ủy")) for where, text in texts_of(self.record))

    @cached_property
    def all_text(self) -> str:
        """All of `texts` in small letters as one, to pass over quickly what holds nothing."""
        return "\n".join(lowered for _, _, lowered in self.texts)


def _unclear(raw: dict[str, Any]) -> tuple[RenderWarning, ...]:
    """Return what reading leaves unclear, from the parts that can be: reading all of each record takes a third more."""
    notes = Notebook()
    methods_of(raw, notes)
    dossier_of(raw, notes)
    steps_of(raw, notes)
    return tuple(notes.warnings)


def _innermost(document: Any) -> dict[str, Any]:
    """Return the record within its envelopes, whatever code they name: a wrong one is for a rule to see."""
    while isinstance(document, dict) and "executionMethods" not in document:
        inner = document.get("detail") or document.get("data")
        if not isinstance(inner, dict):
            break
        document = inner
    if not isinstance(document, dict):
        raise ValueError("expected a JSON object with a procedure's record")
    return document


def texts_of(record: Procedure) -> Iterator[tuple[str, str]]:
    """Yield every text of a record that a citizen may read, as it stands, with its place."""
    for name in ("title", "who", "summary", "handling_agency", "competent_agency", "coordinating_agency"):
        yield name, getattr(record, name)
    yield "intake_address", record.intake_address
    for name in ("steps", "requirements", "notes", "return_reasons"):
        yield from ((f"{name}/{place}", text) for place, text in enumerate(getattr(record, name)))
    for case in record.dossier:
        yield f"dossier/{case.id}", case.case
        yield from (
            (f"dossier/{case.id}/{part.id}", " ".join(filter(None, (part.name, part.condition, part.note))))
            for part in case.components
        )
    for question in record.guide.questions:
        labels = "; ".join(option.label for option in question.options)
        yield f"guide/{question.id}", f"{question.ask} {question.why} {labels}".replace("  ", " ")
    for way in record.submission_methods:
        yield f"submission_methods/{way.method.value}", f"{way.where} {way.note}".strip()


@dataclass(frozen=True)
class Hit:
    """What a rule saw: the evidence as an editor reads it, and where (a fact's path, or a pointer into the raw record).

    basis: all that the finding rests on, where the evidence shows only a part of it.
    """

    evidence: str
    where: str = ""
    basis: str = ""


def seen(text: str, where: str = "") -> Hit:
    """Return a hit that shows the beginning of `text` and rests on all of it."""
    return Hit(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…", where, text)


@dataclass(frozen=True)
class Finding:
    """What a rule saw in a record, once however many places show it. `fingerprint` changes with what was found."""

    rule: str
    severity: Severity
    code: str
    title: str
    sector: str
    curated: bool
    evidence: str
    places: tuple[str, ...] = ()
    basis: str = ""
    url: str = ""

    @property
    def where(self) -> str:
        """The first place."""
        return self.places[0] if self.places else ""

    @cached_property
    def fingerprint(self) -> str:
        kind = "curated" if self.curated else "portal"
        parts = (self.rule, kind, self.code, *self.places, self.basis or self.evidence)
        return digest("|".join(parts))[:12]


@dataclass(frozen=True)
class RuleText:
    """A rule as editors read it, and how grave it is by kind of record."""

    title: str
    do: str
    curated: Severity
    portal: Severity


@dataclass(frozen=True)
class Twin:
    """A procedure that another one is held against."""

    code: str
    title: str
    levels: tuple[AuthorityLevel, ...]
    applies_to_city: bool


@dataclass
class Context:
    """What rules need beside the record: the day, and what holds across records.

    codes: all that exist, empty where only some records are at hand. published: those that the portal offers now.
    """

    day: date
    stale_after_days: int = 30
    codes: frozenset[str] = frozenset()
    published: frozenset[str] = frozenset()
    pages: dict[str, str] = field(default_factory=dict)
    by_title: dict[str, list[Twin]] = field(default_factory=dict)
    by_plain_title: dict[str, list[Twin]] = field(default_factory=dict)
    by_gap: dict[str, list[Twin]] = field(default_factory=dict)
    by_alias: dict[str, list[str]] = field(default_factory=dict)


Rule = Callable[[Subject, Context], Iterator[Hit]]


class AcceptedInvalidError(CatalogueError):
    """The file of accepted findings cannot be read; the message names file and line."""

    code = "ACCEPTED_INVALID"
