"""A connection to PostgreSQL that one thread keeps, and its transactions as plain statements of the driver.

SQLAlchemy's own way tries the connection with a statement of its own, begins, ends and resets it: three ways to the
server and back around a single look, and five times the processor time. Here BEGIN is what finds out that the server
has gone, and a look needs none: at READ COMMITTED each of its statements sees what is there at its time, inside a
transaction or not.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.store.prepared import raise_as_sqlalchemy
from knowledge.postgres import is_silence

Result = TypeVar("Result")


class KeptOnServer:
    """Not for two threads at once. A connection that the server has closed is replaced before anybody hears of it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._connection: Connection | None = None

    def read(self, work: Callable[..., Result], args: tuple[Any, ...] = ()) -> Result:
        """Call `work(connection, *args)`, which only reads: each of its statements by itself.

        It is called once more where the connection of before turned out to be dead.
        """
        of_before = self._connection
        connection = self._taken()
        try:
            return work(connection, *args)
        except DBAPIError as error:
            if connection is not of_before or not error.connection_invalidated or is_silence(error.orig):
                raise
        return work(self._taken(), *args)

    def transaction(self, work: Callable[..., Result], args: tuple[Any, ...] = ()) -> Result:
        """Call `work(connection, *args)`: committed when it returns, undone when it raises."""
        connection = self.read(_begin)
        try:
            result = work(connection, *args)
            _execute(connection, "COMMIT")
        except BaseException:
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
                _execute(connection, "ROLLBACK")
                if not connection.in_nested_transaction():  # the work's own, left open
                    return
            connection.invalidate()
        self.close()


def _begin(connection: Connection) -> Connection:
    _execute(connection, "BEGIN")
    return connection


def _execute(connection: Connection, sql: str) -> None:
    cursor = connection.connection.dbapi_connection.cursor()
    try:
        cursor.execute(sql)
    except connection.dialect.dbapi.Error as error:
        raise_as_sqlalchemy(connection, error, sql, cursor)
    cursor.close()
