"""Figures on requests for the report: by unit, by kind, by outcome, time to help. Small cells are hidden (k < 5).

A hidden cell must not come out by subtraction either: where one cell of a table is hidden, the next smallest goes too.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection

from bot.ops.clock import city_date
from bot.referrals.models import Referral, ReferralState
from bot.referrals.rows import find_all
from bot.referrals.tables import REFERRAL
from bot.store.engine import Database

FEWEST = 5
SCHEMA = "referrals-1"


@dataclass(frozen=True)
class Figures:
    """Counts of requests sent in a period. None stands for a count of 1 to 4, or one hidden to protect such a one.

    hours_to_help: median hours from sending to the beginning of help, None where fewer than five were helped.
    """

    since: date
    until: date
    sent: int | None
    by_unit: Mapping[str, int | None]
    by_kind: Mapping[str, int | None]
    by_state: Mapping[str, int | None]
    by_outcome: Mapping[str, int | None]
    by_answer: Mapping[str, int | None]
    hours_to_help: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the figures under stable names, with the version of the shape."""
        return {
            "schema": SCHEMA,
            "fewest": FEWEST,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            **{name: getattr(self, name) for name in ("sent", "hours_to_help")},
            **{name: dict(getattr(self, name)) for name in TABLES},
        }

    def rows(self) -> list[tuple[str, str, str]]:
        """Return (table, name, count) for CSV; a hidden count is "<5"."""
        rows = [("all", "sent", _cell(self.sent)), ("all", "hours_to_help", str(self.hours_to_help or ""))]
        for table in TABLES:
            rows += [(table, name, _cell(count)) for name, count in getattr(self, table).items()]
        return rows


TABLES = ("by_unit", "by_kind", "by_state", "by_outcome", "by_answer")


async def figures(database: Callable[[], Database], since: date, until: date) -> Figures:
    """Return the figures of the requests sent on the city's days `since` … `until`."""
    found = await database().run(_sent)
    return figures_of(
        [one for one in found if one.filed_at and since <= city_date(one.filed_at) <= until], since, until
    )


def figures_of(found: Iterable[Referral], since: date, until: date) -> Figures:
    """Count `found`."""
    sent = list(found)
    begun = [
        (one.helped_at or one.closed_at, one.filed_at)
        for one in sent
        if one.helped_at or one.state is ReferralState.DONE
    ]
    hours = [(end - start).total_seconds() / 3600 for end, start in begun if end and start]
    return Figures(
        since=since,
        until=until,
        sent=hidden({"sent": len(sent)})["sent"],
        by_unit=hidden(Counter(one.commune_code for one in sent)),
        by_kind=hidden(Counter(one.kind.value if one.kind else "other" for one in sent)),
        by_state=hidden(Counter(one.state.value for one in sent)),
        by_outcome=hidden(Counter(one.outcome for one in sent if one.outcome)),
        by_answer=hidden(Counter(one.came or "not_answered" for one in sent if one.state is ReferralState.DONE)),
        hours_to_help=round(statistics.median(hours), 1) if len(hours) >= FEWEST else None,
    )


def hidden(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return counts by name, the small ones as None, and one more where the sum would tell a single one."""
    small = {name for name, count in counts.items() if 0 < count < FEWEST}
    others = sorted((count, name) for name, count in counts.items() if name not in small and count)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return {name: None if name in small else counts[name] for name in sorted(counts)}


def _cell(count: int | None) -> str:
    return f"<{FEWEST}" if count is None else str(count)


def _sent(connection: Connection) -> list[Referral]:
    return find_all(connection, REFERRAL.c.state != ReferralState.DRAFT.value)
