"""The clock, passed in so that tests choose the time."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Protocol
from zoneinfo import ZoneInfo

CITY_TIME = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Gives the present moment, aware, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc)


def city_date(moment: datetime) -> date:
    """The calendar day in Ho Chi Minh City at `moment`."""
    return moment.astimezone(CITY_TIME).date()
