"""A database that may be away: its faults become one coded error, logged once where they are met."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.errors import StoreDownError
from bot.ops.logging import EventLog
from bot.store.engine import Database

log = EventLog("store")

Result = TypeVar("Result")
_DOWN = (OperationalError, InterfaceError, PoolTimeoutError)


class ReachableStore:
    """Runs transactions as `Database` does; raises `StoreDownError` where the database cannot be reached.

    It may also have gone away while the transaction was being committed: then nobody knows whether it was, and only
    work that can be repeated may be repeated.
    """

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database
        self._known: Database | None = None

    async def read(self, work: Callable[..., Result], *args: Any) -> Result:
        """Call `work(connection, *args)` in one transaction."""
        return await self._reached("run", work, args)

    async def write(self, work: Callable[..., Result], *args: Any) -> Result:
        """As `read`, for work that reads before it writes."""
        return await self._reached("write", work, args)

    async def _reached(self, way: str, work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
        try:
            database = self._known
            if database is None or database.closed:
                # The first call migrates and may wait for a server: not in the event loop.
                database = self._known = await asyncio.to_thread(self._database)
            result: Result = await getattr(database, way)(work, *args)
        except DBAPIError as error:
            if not isinstance(error, _DOWN) and not error.connection_invalidated:
                raise
            raise self._down(work, error) from error
        except (PoolTimeoutError, OSError) as error:  # OSError: no folder for the file, no socket of the server
            raise self._down(work, error) from error
        return result

    def _down(self, work: Callable[..., Any], error: Exception) -> StoreDownError:
        log.fault("store_down", error, work=getattr(work, "__name__", "work").strip("_"))
        return StoreDownError(reason=type(error).__name__)
