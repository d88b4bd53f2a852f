"""How many calls all processes together have made in this minute."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from bot.zalo import statements


def take_call(connection: Connection, now: datetime, per_minute: int) -> bool:
    """Count one call; False where this minute is full."""
    minute = int(now.timestamp() // 60)
    given = {"the_minute": minute, "the_most": per_minute}
    if statements.ONE_MORE_CALL.run(connection, **given):
        return True
    # New, or full; another process may just have begun it, and then there is room all the same
    statements.BEGIN_MINUTE.later(connection, minute=minute, calls=0)
    return bool(statements.ONE_MORE_CALL.run(connection, **given))
