"""Until when a conversation may be put aside: a few sensible moments instead of a field for dates."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.console.rendering import console_wording
from bot.ops.clock import CITY_TIME

_MORNING = time(7, 30)
_SPANS = {"30m": timedelta(minutes=30), "1h": timedelta(hours=1), "3h": timedelta(hours=3)}


def snooze_choices(now: datetime) -> list[tuple[str, str]]:
    """Return names and words of what can be chosen."""
    say = console_wording()
    spans = [(name, say(f"snooze.{name}")) for name in _SPANS]
    return [*spans, ("morning", say("snooze.morning", day=f"{_morning(now):%d/%m}"))]


def snooze_until(name: str, now: datetime) -> datetime:
    """Return the moment that a choice stands for; now, which is refused, for anything else."""
    return _morning(now) if name == "morning" else now + _SPANS.get(name, timedelta())


def _morning(now: datetime) -> datetime:
    day = now.astimezone(CITY_TIME).date() + timedelta(days=1)
    return datetime.combine(day, _MORNING, tzinfo=CITY_TIME)
