"""How well raw records render, as figures: roles of dossier rows, records without a warning, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from knowledge.importers.render_warnings import RenderWarning, WarningKind
from knowledge.models import ComponentRole, Procedure

_UNCLEAR = (WarningKind.NOTE_OR_PAPER, WarningKind.PAPER_WITHOUT_QUANTITY)
"""Warnings about a row that could not be classed for sure."""


@dataclass
class Quality:
    """Counts over records. `missing` counts records that publish nothing of a part."""

    records: int = 0
    clean: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    unclear_rows: int = 0
    warnings: Counter[str] = field(default_factory=Counter)
    warned_records: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    conditions: int = 0
    refs: int = 0

    @property
    def classified(self) -> float:
        """Share of dossier rows whose role is sure."""
        total = sum(self.rows.values())
        return 1 - self.unclear_rows / total if total else 1.0

    @property
    def clean_share(self) -> float:
        """Share of records that render without any warning."""
        return self.clean / self.records if self.records else 1.0

    def as_dict(self) -> dict[str, Any]:
        return {
            "records": self.records,
            "rows": dict(self.rows),
            "rows_classified": round(self.classified, 4),
            "records_without_warning": round(self.clean_share, 4),
            "papers_with_condition": self.conditions,
            "facts_with_raw_row": self.refs,
            "warnings": dict(self.warnings.most_common()),
            "records_with": dict(self.warned_records.most_common()),
            "records_missing": dict(self.missing.most_common()),
        }


def measure(read: Iterable[tuple[Procedure, tuple[RenderWarning, ...]]]) -> Quality:
    """Count over records and the warnings that reading each of them gave."""
    quality = Quality()
    for record, warnings in read:
        quality.records += 1
        quality.clean += not warnings
        quality.refs += len(record.raw_refs)
        parts = [part for case in record.dossier for part in case.components]
        quality.rows.update(part.role.value for part in parts)
        quality.conditions += sum(bool(part.condition) for part in parts)
        quality.rows["heading"] += sum(_is_heading(ref.fact) for ref in record.raw_refs)
        quality.unclear_rows += sum(warning.kind in _UNCLEAR for warning in warnings)
        quality.warnings.update(warning.kind.value for warning in warnings)
        quality.warned_records.update({warning.kind.value for warning in warnings})
        quality.missing.update(_missing(record))
    return quality


def _is_heading(fact: str) -> bool:
    return fact.startswith("dossier/") and fact.count("/") == 1


def _missing(record: Procedure) -> list[str]:
    papers = [part for case in record.dossier for part in case.components if part.role is not ComponentRole.NOTE]
    ways = record.submission_methods
    found = {
        "papers": papers,
        "steps": record.steps,
        "times": [time for way in ways for time in way.times],
        "fees": [fee for way in ways for fee in way.fees],
        "agency": record.handling_agency,
        "legal_bases": record.legal_bases,
        "result": record.result_documents,
        "decision": record.decision.number,
    }
    return [name for name, value in found.items() if not value]
