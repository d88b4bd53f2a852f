"""Months: counted anew until they are closed, and for ever the same from then on (R-06, R-39)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from bot.errors import ReportRefusedError
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.petitions.tables import PETITION
from bot.reports.counting import Counted, Counting
from bot.reports.facts import close_facts
from bot.reports.periods import Span, month_before, month_of, month_span, next_month
from bot.reports.sessions import RETURN_WITHIN
from bot.reports.tables import REPORT_MONTH, REPORT_TURN
from bot.store.engine import Database

log = EventLog("reports")

CONTENT_VERSION = 1
"""Of what is kept of a closed month."""


@dataclass(frozen=True)
class Month:
    """A month's figures. as_of: the day of the count. closed: they change no more."""

    month: str
    span: Span
    as_of: date
    closed: bool
    counted: Counted


def _first_day(connection: Connection) -> date | None:
    """Return the day of the first question or petition; whichever came first, months are closed from there."""
    asked = connection.execute(select(func.min(REPORT_TURN.c.day))).scalar()
    lodged = connection.execute(select(func.min(PETITION.c.received_at))).scalar()
    return min([day for day in (asked, city_date(lodged) if lodged else None) if day], default=None)


def closes_on(span: Span) -> date:
    """Return the day from which a month may be closed: whoever returns within seven days has returned by then."""
    return span.until + RETURN_WITHIN + timedelta(days=1)


@dataclass(frozen=True)
class Months:
    """Months in the operations store."""

    database: Callable[[], Database]
    counting: Counting
    clock: Clock

    async def get(self, month: str) -> Month:
        """Return a month: as it was closed, or as it stands now. Raises `ReportRefusedError` for one to come."""
        span = month_span(month)
        kept = await self.database().run(_find, month)
        if kept is not None:
            return kept
        if span.since > self.today():
            raise ReportRefusedError(reason="future", month=month)
        return Month(month, span, self.today(), False, await self.counting.count(span))

    async def find_closed(self, month: str) -> Month | None:
        """Return a month that was closed; None where it was not. Raises `ReportRefusedError` where it is none."""
        month_span(month)
        return await self.database().run(_find, month)

    async def close(self, month: str) -> Month:
        """Keep a month as it stands now, and drop what leads from its facts to conversations; once for each month.

        Raises `ReportRefusedError` where it is too early, or the catalogue cannot be read.
        """
        span = month_span(month)
        if self.today() < closes_on(span):
            raise ReportRefusedError(reason="early", month=month, day=f"{closes_on(span):%d/%m/%Y}")
        found = await self.get(month)
        if found.closed:
            return found
        if found.counted.without_catalogue:
            raise ReportRefusedError(reason="catalogue", month=month)
        return await self.database().write(self._keep, replace(found, closed=True))

    async def close_due(self) -> list[str]:
        """Close every month that may be closed and is not; return which."""
        closed = []
        for month in await self.database().run(self._due):
            await self.close(month)
            closed.append(month)
        return closed

    async def closed_months(self) -> list[str]:
        """Return the closed months, the newest first."""
        return await self.database().run(_all)

    def today(self) -> date:
        """The day in the city."""
        return city_date(self.clock.now())

    def _due(self, connection: Connection) -> list[str]:
        newest = month_of(self.today())
        while self.today() < closes_on(month_span(newest)):
            newest = month_before(newest)
        first = _first_day(connection)
        if first is None or month_of(first) > newest:
            return []
        months, day = [], first
        while month_of(day) <= newest:
            months.append(month_of(day))
            day = next_month(day)
        return sorted(set(months) - set(_all(connection)))

    def _keep(self, connection: Connection, month: Month) -> Month:
        kept = _find(connection, month.month)
        if kept is not None:  # somebody else was faster
            return kept
        row = {
            "month": month.month,
            "schema_version": CONTENT_VERSION,
            "closed_at": self.clock.now(),
            "content": _pack(month.counted),
        }
        connection.execute(insert(REPORT_MONTH).values(**row))
        facts = close_facts(connection, month.span.since, month.span.until)
        log.info("month_closed", month=month.month, facts=facts)
        return month


def _all(connection: Connection) -> list[str]:
    return [row.month for row in connection.execute(select(REPORT_MONTH.c.month).order_by(REPORT_MONTH.c.month.desc()))]


def _find(connection: Connection, month: str) -> Month | None:
    row = connection.execute(select(REPORT_MONTH).where(REPORT_MONTH.c.month == month)).first()
    if row is None:
        return None
    closed_at: datetime = row.closed_at
    return Month(month, month_span(month), city_date(closed_at), True, _unpack(row.content))


def _pack(counted: Counted) -> str:
    content = {"values": counted.values, "names": counted.names}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _unpack(content: str) -> Counted:
    data: dict[str, Any] = json.loads(content)
    return Counted(data["values"], data["names"])
