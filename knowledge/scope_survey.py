"""The whole catalogue by scope: which procedures are in, which a ward receives, and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.importers.base import MISSHAPEN
from knowledge.importers.portal_json import record_in
from knowledge.importers.portal_record import executing_bodies
from knowledge.models import Origin, Procedure, RecordStatus
from knowledge.scope import REASONS, Standing, standing
from knowledge.store import CatalogueStore


@dataclass(frozen=True)
class Surveyed:
    """One procedure and its standing. `outdated`: the catalogue keeps another one, from before a rule changed."""

    code: str
    title: str
    sector: str
    promulgated_by: str
    standing: Standing
    outdated: bool

    def as_row(self) -> dict[str, Any]:
        """Return what lists show of it, as plain values."""
        found = self.standing
        return {
            "code": self.code,
            "title": self.title,
            "sector": self.sector,
            "promulgated_by": self.promulgated_by,
            "applies": found.applies.value,
            "rule": found.rule.value,
            "ward": found.ward,
            "ward_rule": found.ward_rule.value,
            "remark": found.remark,
        }


def survey(store: CatalogueStore) -> Iterator[Surveyed]:
    """Yield every procedure that is still published, ordered by code; the portal's record decides where it has one."""
    records = {record.code: record for record, _ in store.records(Origin.CURATED)}
    records |= {record.code: record for record, _ in store.records(Origin.PORTAL)}
    for code in sorted(records):
        if records[code].status is not RecordStatus.REMOVED:
            yield surveyed(store, records[code])


def one(store: CatalogueStore, code: str) -> Surveyed:
    """Return the procedure with `code` or an old code; raise `ProcedureUnknownError`."""
    origins = store.origins(code) or store.origins(store.get(code).code)
    return surveyed(store, origins.get(Origin.PORTAL) or origins[Origin.CURATED])


def surveyed(store: CatalogueStore, record: Procedure) -> Surveyed:
    """Place one stored record anew, by the rule and the exceptions as they are now."""
    found = standing(record)
    if record.origin is Origin.PORTAL and found.ward != record.ward_receives:
        # The record keeps one of the source's three fields of executing bodies; its document has them all.
        found = standing(record, _bodies_in_document(store, record))
    kept = (record.applies_to_city, record.ward_receives)
    outdated = record.origin is Origin.PORTAL and kept != (found.in_scope, found.ward)
    return Surveyed(record.code, record.title, record.sector, record.promulgated_by, found, outdated)


def _bodies_in_document(store: CatalogueStore, record: Procedure) -> list[str]:
    number = int(record.version.partition(":")[2])
    try:
        return executing_bodies(record_in(json.loads(store.history.raw(record.code, Origin.PORTAL, number) or b"{}")))
    except MISSHAPEN:
        return []  # a document of another format, whose record keeps all that it says


def counts(found: Iterable[Surveyed]) -> dict[str, Any]:
    """Count by rule and by sector; every procedure is counted once in each."""
    items = list(found)
    in_scope = [item for item in items if item.standing.in_scope]
    return {
        "procedures": len(items),
        "in_scope": len(in_scope),
        "of_which_unknown": sum(item.standing.applies.value == "unknown" for item in items),
        "ward": sum(item.standing.ward for item in items),
        "outdated": sum(item.outdated for item in items),
        "rules": dict(Counter(item.standing.rule.value for item in items).most_common()),
        "ward_rules": dict(Counter(item.standing.ward_rule.value for item in items).most_common()),
        "sectors": {
            sector: {"in_scope": count, "ward": sum(item.standing.ward for item in in_scope if item.sector == sector)}
            for sector, count in Counter(item.sector for item in in_scope).most_common()
        },
    }


def explained(item: Surveyed) -> list[str]:
    """Return why a procedure is in or out, a sentence a line."""
    found = item.standing
    said = {"yes": "applies to the city", "no": "does not apply to the city", "unknown": "kept in; not known"}
    lines = [
        f"{item.code}  {item.title}",
        f"{said[found.applies.value]}: {REASONS[found.rule]} ({found.rule.value})",
        f"{'a ward receives it' if found.ward else 'no ward receives it'}: "
        f"{REASONS[found.ward_rule]} ({found.ward_rule.value})",
        f"announced by: {item.promulgated_by or 'not stated'}",
    ]
    if found.exception is not None:
        lines.append(f"exception of {found.exception.on}: {found.exception.why} Source: {found.exception.source}")
    if found.remark:
        lines.append(found.remark)
    if item.outdated:
        lines.append("the catalogue keeps an older answer: run `python -m knowledge render`")
    return lines
