"""Which citizens let us tell them news by template messages: to which words they have agreed, when, and until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.zalo.tables import AGREEMENT
from bot.zalo.upserts import insert_into

VERSION = "template-1"
"""Which words: templates.ask in bot/channels/zalo_wording.yml. Other words, another version."""


class Agreements:
    """One row a citizen."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def was_asked(self, user_id: str) -> bool:
        """Say whether this citizen was asked, or has said so unasked; who has agreed to other words was not."""
        return await self._database().run(_known, user_id)

    async def asked(self, user_id: str) -> None:
        """Note that the question was put."""
        await self._database().write(self._put, user_id, {"asked_at": self._clock.now()})

    async def agree(self, user_id: str) -> None:
        """The citizen allows template messages; an agreement that stands keeps its time."""
        await self._database().write(self._agree, user_id)

    async def end(self, user_id: str) -> None:
        """The citizen wants none, or none any more."""
        await self._database().write(self._put, user_id, {"ended_at": self._clock.now()})

    async def stands(self, user_id: str) -> bool:
        """Say whether this citizen has agreed and not taken it back."""
        return await self._database().run(_stands, user_id)

    def _agree(self, connection: Connection, user_id: str) -> None:
        if not _stands(connection, user_id):
            values = {"version": VERSION, "agreed_at": self._clock.now(), "ended_at": None}
            self._put(connection, user_id, {**values, "blocked_at": None, "blocked_code": None})

    def _put(self, connection: Connection, user_id: str, values: dict[str, object]) -> None:
        row = insert_into(connection, AGREEMENT).values(user_id=user_id, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=values))


def block(connection: Connection, user_id: str, code: int, at: datetime) -> None:
    """Note that Zalo takes no template for this citizen."""
    blocked = update(AGREEMENT).where(AGREEMENT.c.user_id == user_id).values(blocked_at=at, blocked_code=code)
    connection.execute(blocked)


def _known(connection: Connection, user_id: str) -> bool:
    outdated = AGREEMENT.c.agreed_at.isnot(None) & AGREEMENT.c.ended_at.is_(None) & (AGREEMENT.c.version != VERSION)
    known = select(AGREEMENT.c.user_id).where(AGREEMENT.c.user_id == user_id, ~outdated)
    return connection.execute(known).first() is not None


def _stands(connection: Connection, user_id: str) -> bool:
    agreed = AGREEMENT.c.agreed_at.isnot(None) & AGREEMENT.c.ended_at.is_(None)
    query = select(AGREEMENT.c.user_id).where(AGREEMENT.c.user_id == user_id, agreed, AGREEMENT.c.version == VERSION)
    return connection.execute(query).first() is not None
