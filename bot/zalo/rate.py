"""How many calls all processes together have made in this minute."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from bot.zalo.tables import RATE
from bot.zalo.upserts import insert_into


def take_call(connection: Connection, now: datetime, per_minute: int) -> bool:
    """Count one call; False where this minute is full."""
    row = insert_into(connection, RATE).values(minute=int(now.timestamp() // 60), calls=1)
    room = RATE.c.calls < per_minute
    more = row.on_conflict_do_update(index_elements=["minute"], set_={"calls": RATE.c.calls + 1}, where=room)
    return bool(connection.execute(more).rowcount)
