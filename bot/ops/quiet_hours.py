"""When people of the city sleep: what is new at night is said in the morning."""

from __future__ import annotations

from datetime import datetime, time

from bot.ops.clock import CITY_TIME

_QUIET_FROM, _QUIET_UNTIL = time(21, 0), time(7, 0)


def is_quiet(moment: datetime) -> bool:
    """Say whether people of the city sleep at `moment`."""
    local = moment.astimezone(CITY_TIME).time()
    return local >= _QUIET_FROM or local < _QUIET_UNTIL
