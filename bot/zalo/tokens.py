"""The account's access token, and the pair that it is renewed from.

A refresh token is used once and its successor comes with the answer. So one process at a time refreshes, and a new
pair is stored before it is used. What cannot be helped: a process that dies between Zalo's answer and our commit loses
the pair; then the old access token serves until Zalo refuses it, and an operator is alarmed (docs/runbooks).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.engine import Connection, Row

from bot.errors import ZaloDownError, ZaloRefusedError, ZaloTokenError
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.ops.sealing import Sealer
from bot.store.engine import Database
from bot.zalo.oauth import OAuth, Pair
from bot.zalo.tables import TOKEN

log = EventLog("zalo.tokens")

REFRESH_BEFORE = timedelta(hours=5)
"""Before the end of a token's 25 hours; refreshed at about its 20th."""
REFRESH_LIFE = timedelta(days=90)
_BELIEVED = timedelta(seconds=5)
"""How long a token is used without another look at the store; one that was refused meanwhile is looked up anew."""
_LEASE = timedelta(seconds=60)
_WAIT_SECONDS, _WAITS = 0.25, 200


@dataclass(frozen=True)
class TokenState:
    """What an operator may know of the tokens: no secret in it."""

    generation: int
    access_until: datetime
    refreshed_at: datetime
    refresh_until: datetime
    dead_at: datetime | None
    dead_code: int | None


class Tokens:
    """A `TokenSource` over the operations store, shared by all processes."""

    def __init__(
        self, database: Callable[[], Database], oauth: OAuth, sealer: Sealer, clock: Clock, app_id: str, owner: str
    ) -> None:
        self._database = database
        self._oauth = oauth
        self._sealer = sealer
        self._clock = clock
        self._app_id = app_id
        self._owner = owner
        self._known: tuple[datetime, str] | None = None

    async def current(self) -> str:
        """Return an access token that still lives, refreshed when it is near its end.

        Raises `ZaloTokenError` where there is none.
        """
        now = self._clock.now()
        if self._known is not None and timedelta() <= now - self._known[0] < _BELIEVED:
            return self._known[1]
        row = await self._read()
        if row is None:
            raise ZaloTokenError("no consent yet", reason="none")
        if row.dead_at is None and now < row.access_until - REFRESH_BEFORE:
            self._known = now, self._sealer.open(row.access)
            return self._known[1]
        if row.dead_at is not None:
            return self._access(row, now)
        try:
            return await self._refreshed(row.generation)
        except ZaloDownError:
            return self._access(row, now)  # it lives on for hours; the next call tries again

    async def renew(self, refused: str) -> str:
        """Return another token than the refused one: a newer one of the store, or a refreshed one."""
        self._known = None
        row = await self._read()
        if row is None or row.dead_at is not None:
            raise ZaloTokenError("the refresh token is dead", reason="dead")
        if self._sealer.open(row.access) != refused:
            return self._sealer.open(row.access)
        return await self._refreshed(row.generation)

    async def put(self, pair: Pair) -> None:
        """Store a pair from a consent, or typed in by an operator; a dead state ends."""
        self._known = None
        await self._database().write(self._put, pair)

    async def state(self) -> TokenState | None:
        """Return what may be shown; None before the first consent."""
        row = await self._read()
        if row is None:
            return None
        until = row.refreshed_at + REFRESH_LIFE
        return TokenState(row.generation, row.access_until, row.refreshed_at, until, row.dead_at, row.dead_code)

    def _access(self, row: Row, now: datetime) -> str:
        if now >= row.access_until:
            raise ZaloTokenError("the access token has ended", reason="dead" if row.dead_at else "ended")
        return self._sealer.open(row.access)

    async def _refreshed(self, generation: int) -> str:
        """Refresh from this generation, or wait for the process that does."""
        for _ in range(_WAITS):
            row = await self._read()
            if row is None or row.dead_at is not None:
                raise ZaloTokenError("the refresh token is dead", reason="dead")
            if row.generation != generation:
                return self._sealer.open(row.access)
            if await self._database().write(self._claim, generation):
                return await self._refresh(row)
            await asyncio.sleep(_WAIT_SECONDS)
        raise ZaloDownError("another process refreshes for too long", maybe=False)

    async def _refresh(self, row: Row) -> str:
        try:
            pair = await self._oauth.refresh(self._sealer.open(row.refresh))
        except ZaloRefusedError as error:
            code = error.context.get("zalo_code")
            log.error("refresh_refused", zalo_code=code, generation=row.generation)
            await self._database().write(self._bury, row.generation, code)
            raise ZaloTokenError("the refresh token was refused", reason="dead", zalo_code=code) from error
        except ZaloDownError as error:
            # It may have been used up there: the next try tells, and the access token serves meanwhile.
            log.warning("refresh_failed", reason=str(error))
            await self._database().write(self._let_go)
            raise
        if not await self._database().write(self._store, row.generation, pair):
            raise ZaloDownError("another process was faster", maybe=True)
        log.info("refreshed", generation=row.generation + 1)
        return pair.access

    async def _read(self) -> Row | None:
        return await self._database().run(self._row)

    def _row(self, connection: Connection) -> Row | None:
        return connection.execute(select(TOKEN).where(TOKEN.c.app_id == self._app_id)).first()

    def _claim(self, connection: Connection, generation: int) -> bool:
        now = self._clock.now()
        free = or_(TOKEN.c.refreshing_until.is_(None), TOKEN.c.refreshing_until < now)
        wanted = and_(TOKEN.c.app_id == self._app_id, TOKEN.c.generation == generation, TOKEN.c.dead_at.is_(None), free)
        claim = update(TOKEN).where(wanted).values(refresher=self._owner, refreshing_until=now + _LEASE)
        return bool(connection.execute(claim).rowcount)

    def _let_go(self, connection: Connection) -> None:
        mine = and_(TOKEN.c.app_id == self._app_id, TOKEN.c.refresher == self._owner)
        connection.execute(update(TOKEN).where(mine).values(refresher=None, refreshing_until=None))

    def _store(self, connection: Connection, generation: int, pair: Pair) -> bool:
        mine = and_(TOKEN.c.app_id == self._app_id, TOKEN.c.generation == generation)
        return bool(connection.execute(update(TOKEN).where(mine).values(**self._values(pair, generation + 1))).rowcount)

    def _bury(self, connection: Connection, generation: int, code: int | None) -> None:
        mine = and_(TOKEN.c.app_id == self._app_id, TOKEN.c.generation == generation)
        dead = {"dead_at": self._clock.now(), "dead_code": code, "refresher": None, "refreshing_until": None}
        connection.execute(update(TOKEN).where(mine).values(**dead))

    def _put(self, connection: Connection, pair: Pair) -> None:
        known = self._row(connection)
        generation = known.generation + 1 if known else 1
        connection.execute(delete(TOKEN).where(TOKEN.c.app_id == self._app_id))
        connection.execute(insert(TOKEN).values(app_id=self._app_id, **self._values(pair, generation)))

    def _values(self, pair: Pair, generation: int) -> dict[str, object]:
        now = self._clock.now()
        return {
            "access": self._sealer.seal(pair.access),
            "refresh": self._sealer.seal(pair.refresh),
            "generation": generation,
            "access_until": now + timedelta(seconds=pair.seconds),
            "refreshed_at": now,
            "refresher": None,
            "refreshing_until": None,
            "dead_at": None,
            "dead_code": None,
        }
