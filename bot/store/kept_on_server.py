"""A connection to PostgreSQL that one thread keeps, and its transactions as plain statements of the driver.

SQLAlchemy's own way tries the connection with a statement of its own, begins, ends and resets it: three ways to the
server and back around a single look, and five times the processor time. Here the first statement, with BEGIN before it,
finds out that the server has gone, and a look needs no BEGIN: at READ COMMITTED each of its statements sees what is
there at its time, inside a transaction or not. What only writes waits for the next statement (`bot/store/unsent.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.store.prepared import raise_as_sqlalchemy
from bot.store.unsent import Unsent, collecting, unsent_on
from knowledge.postgres import is_silence

Result = TypeVar("Result")

_END_OF_STEP = "RELEASE "


class KeptOnServer:
    """Not for two threads at once. A connection that the server has closed is replaced before anybody hears of it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._connection: Connection | None = None
        if not event.contains(engine, "before_cursor_execute", _send_before):
            event.listen(engine, "before_cursor_execute", _send_before)

    def read(self, work: Callable[..., Result], args: tuple[Any, ...] = ()) -> Result:
        """Call `work(connection, *args)`, which only reads: each of its statements by itself.

        It is called once more where the connection of before turned out to be dead.
        """
        of_before = self._connection
        connection = self._taken()
        try:
            return work(connection, *args)
        except DBAPIError as error:
            if connection is not of_before or not _found_dead(error):
                raise
        return work(self._taken(), *args)

    def transaction(self, work: Callable[..., Result], args: tuple[Any, ...] = ()) -> Result:
        """Call `work(connection, *args)`: committed when it returns, undone when it raises.

        It is called once more where the connection of before turned out to be dead at the first statement.
        """
        of_before = self._connection
        connection, unsent = self._taken(), Unsent(b"BEGIN")
        try:
            return self._transaction(connection, unsent, work, args)
        except DBAPIError as error:
            if connection is not of_before or unsent.reached or not _found_dead(error):
                raise
        return self._transaction(self._taken(), Unsent(b"BEGIN"), work, args)

    def _transaction(
        self, connection: Connection, unsent: Unsent, work: Callable[..., Result], args: tuple[Any, ...]
    ) -> Result:
        try:
            with collecting(connection.connection, unsent):
                result = work(connection, *args)
            if not unsent.reached and len(unsent.waiting) > 1:
                _send(connection, unsent)  # apart from COMMIT: else nobody could tell whether a dead connection did it
            if unsent.reached:
                _send(connection, unsent, b"COMMIT")
        except BaseException:
            if unsent.tried or connection.invalidated:
                self._undo(connection)
            raise
        return result

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _taken(self) -> Connection:
        kept = self._connection
        if kept is not None and (kept.invalidated or kept.closed):  # closed: by `give_back`, before a fork
            self.close()
        if self._connection is None:
            # The driver begins nothing of its own; to SQLAlchemy it is in one transaction for as long as it is kept.
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.begin()
            self._connection = connection
        return self._connection

    def _undo(self, connection: Connection) -> None:
        if not connection.invalidated:
            with suppress(DBAPIError):
                _send(connection, Unsent(), b"ROLLBACK")
                if not connection.in_nested_transaction():  # the work's own, left open
                    return
            connection.invalidate()
        self.close()


def _found_dead(error: DBAPIError) -> bool:
    """Whether the server had gone; not where it was waited for in vain."""
    return bool(error.connection_invalidated) and not is_silence(error.orig)


def _send_before(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
    """What waits goes before a statement of SQLAlchemy's own."""
    unsent = unsent_on(connection.connection)
    if unsent is None or not unsent.waiting:
        return
    try:
        _send(connection, unsent, cursor=cursor)
    except DBAPIError as error:
        if statement.startswith(_END_OF_STEP) and not error.connection_invalidated:  # else nobody undoes that step
            _send(connection, unsent, b"ROLLBACK TO " + statement[len(_END_OF_STEP) :].encode())
        raise


def _send(connection: Connection, unsent: Unsent, sql: bytes = b"", cursor: Any = None) -> None:
    cursor = cursor or connection.connection.dbapi_connection.cursor()
    try:
        unsent.send(cursor, sql)
    except connection.dialect.dbapi.Error as error:
        raise_as_sqlalchemy(connection, error, sql.decode() or "BEGIN", cursor)
