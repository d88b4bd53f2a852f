"""What the catalogue holds of the procedures that apply to the city, counted without reading a single record (R-22)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from knowledge.models import Completeness, Origin, RecordStatus
from knowledge.tables import record_table, version_table

CURATED = "curated"
"""An editor's record answers, with or without a published one below it."""
OF_PORTAL = {Completeness.FULL: "published", Completeness.GLUED: "run_together", Completeness.LISTED: "listed"}
"""Only the portal's record answers: all its parts, parts that run together, or no more than its name."""
KINDS = (CURATED, *OF_PORTAL.values())


@dataclass(frozen=True)
class Holding:
    """kinds: each of `KINDS` → procedures in force that apply to the city.

    of_portal: how many of the portal's records are here; without one nobody knows what is lacking. seen_on: the last
    day on which one of them was seen there, None where none says.
    """

    kinds: dict[str, int]
    of_portal: int = 0
    seen_on: date | None = None


def holding_of(connection: Connection) -> Holding:
    """Count; the portal's record says whether a procedure applies, where there is one."""
    version, record = version_table.c, record_table.c
    current = sa.and_(version.code == record.code, version.origin == record.origin, version.number == record.number)
    columns = (record.code, record.origin, record.applies_to_city, version.completeness, version.status)
    query = sa.select(*columns, version.seen_on).select_from(record_table.join(version_table, current))
    by_code: dict[str, dict[str, sa.Row]] = {}
    for row in connection.execute(query):
        by_code.setdefault(row.code, {})[row.origin] = row
    counted = Counter(kind for kind in map(_kind_of, by_code.values()) if kind)
    portal = [one[Origin.PORTAL.value] for one in by_code.values() if Origin.PORTAL.value in one]
    seen = max((row.seen_on for row in portal if row.seen_on), default=None)
    return Holding({kind: counted[kind] for kind in KINDS}, len(portal), seen)


def _kind_of(rows: dict[str, sa.Row]) -> str:
    portal, curated = rows.get(Origin.PORTAL.value), rows.get(Origin.CURATED.value)
    decides = portal if portal is not None else curated
    if decides is None or not decides.applies_to_city or decides.status != RecordStatus.CURRENT.value:
        return ""
    return CURATED if curated is not None else OF_PORTAL[Completeness(decides.completeness)]
