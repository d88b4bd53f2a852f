"""What search needs of one procedure, kept apart so that thousands are read without their records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from knowledge.models import Origin, Procedure, RecordStatus


@dataclass(frozen=True)
class SearchRow:
    """Everything people call a procedure, and where it stands. `current`: neither superseded nor removed."""

    code: str
    title: str
    curated: bool
    applies_to_city: bool
    aliases: tuple[str, ...]
    sample_questions: tuple[str, ...]
    sector: str
    authority_levels: tuple[str, ...]
    current: bool = True
    ward_receives: bool = False


def search_text(procedure: Procedure) -> str:
    """Return what search needs of `procedure`, as JSON."""
    row = {
        "title": procedure.title,
        "city": procedure.applies_to_city,
        "aliases": procedure.aliases,
        "samples": procedure.sample_questions,
        "sector": procedure.sector,
        "levels": [level.value for level in procedure.authority_levels],
        "current": procedure.status is RecordStatus.CURRENT,
        "extends": procedure.extends_portal,
        "ward": procedure.ward_receives,
    }
    return json.dumps(row, ensure_ascii=False)


def search_rows(rows: Iterable[tuple[str, str, str]], replaced: set[str]) -> Iterator[SearchRow]:
    """Yield one row a code from (code, origin, search) ordered by code; none for the portal's record of an old code."""
    for code, group in groupby(rows, key=lambda row: row[0]):
        by_origin = {origin: json.loads(search) for _, origin, search in group}
        curated, portal = by_origin.get(Origin.CURATED.value), by_origin.get(Origin.PORTAL.value)
        if curated is not None and not curated.get("extends"):
            received = bool(portal and _received(portal))
            yield _row(code, curated | {"ward": received or _received(curated)}, curated=True)
        elif portal is not None and code not in replaced:
            yield _row(code, portal | _said(curated), curated=False)


def _said(addition: dict[str, Any] | None) -> dict[str, Any]:
    """What a file that adds to the portal's record says of its own."""
    if addition is None:
        return {}
    kept = {name: addition[name] for name in ("title", "aliases", "samples", "sector", "levels") if addition[name]}
    return kept if addition.get("current", True) else kept | {"current": False}


def _received(data: dict[str, Any]) -> bool:
    return bool(data.get("ward")) or "commune" in data["levels"]


def _row(code: str, data: dict[str, Any], curated: bool) -> SearchRow:
    return SearchRow(
        code=code,
        title=data["title"],
        curated=curated,
        applies_to_city=data["city"],
        aliases=tuple(data["aliases"]),
        sample_questions=tuple(data["samples"]),
        sector=data["sector"],
        authority_levels=tuple(data["levels"]),
        current=data.get("current", True),
        ward_receives=_received(data),
    )
