"""How many calls all processes together have made in this minute."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from bot.zalo import statements


def take_call(connection: Connection, now: datetime, per_minute: int) -> bool:
    """Count one call; False where this minute is full."""
    given = {"minute": int(now.timestamp() // 60), "calls": 1, "the_most": per_minute}
    return bool(connection.execute(statements.TAKE_CALL.on(connection), given).rowcount)
