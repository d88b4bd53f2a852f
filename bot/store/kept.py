"""A connection to SQLite that one thread keeps, and its transactions as plain statements of the driver.

SQLAlchemy's own way (a connection out of the pool, objects and listeners for each transaction and savepoint) costs ten
times what the driver does. To SQLAlchemy the connection is in one transaction for as long as it is kept; those that
are meant begin and end below it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

from sqlalchemy.engine import Connection, Engine

from bot.store.prepared import raise_as_sqlalchemy
from bot.store.turnstile import Turnstile

Result = TypeVar("Result")
BEGIN = "sqlite_begin"
"""Option of a connection: how SQLAlchemy's transactions begin on SQLite; None: nothing is sent."""
READING, WRITING = "DEFERRED", "IMMEDIATE"
WRITER_CACHE_KB, READER_CACHE_KB = 2000, 500
"""Pages of the file that a connection keeps. With SQLite's own 2,000 kB each of eight that read came to 2.7 MB, with
500 to 1.1, at no more processor time: what is not kept comes from the system's memory, and who reads drops all anyway
when somebody has written."""


class Kept:
    """Not for two threads at once. kind: of its transactions; only WRITING may write, and takes the write lock first.

    turnstile: what those who take it go through. cache_kb: pages that the connection keeps.
    """

    def __init__(
        self, engine: Engine, kind: str, turnstile: Turnstile | None = None, cache_kb: int = READER_CACHE_KB
    ) -> None:
        self._engine = engine
        self._first = turnstile.first if turnstile is not None else nullcontext
        self._begin = f"BEGIN {kind}"
        # Not once for all: the pool may give a reader what a writer had.
        self._pragmas = (
            f"PRAGMA cache_size = -{cache_kb}",
            f"PRAGMA query_only = {'OFF' if kind == WRITING else 'ON'}",
        )
        self._connection: Connection | None = None

    def read(self, work: Callable[..., Result], args: tuple[Any, ...] = ()) -> Result:
        """Call `work(connection, *args)`, which only reads: all its statements see the same."""
        return self.transaction(work, args)

    def transaction(self, work: Callable[..., Result], args: tuple[Any, ...] = ()) -> Result:
        """Call `work(connection, *args)`: committed when it returns, undone when it raises.

        After an error the next transaction has a fresh connection.
        """
        connection = self._connection
        try:
            if connection is None:
                connection = self._connection = self._connect()
            with self._first():
                execute(connection, self._begin)
            result = work(connection, *args)
            execute(connection, "COMMIT")
        except BaseException:
            self.close()
            raise
        return result

    def beside(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Call `work` with the driver's connection, in no transaction; one that fails is used no more."""
        connection = self._connection
        if connection is None:
            connection = self._connection = self._connect()
        try:
            work(connection.connection.dbapi_connection)
        except sqlite3.Error:
            connection.invalidate()
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back; what is not committed is undone."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> Connection:
        connection = self._engine.connect().execution_options(**{BEGIN: None})
        connection.begin()
        for pragma in self._pragmas:
            execute(connection, pragma)
        return connection


def execute(connection: Connection, sql: str) -> None:
    """Have the driver execute a statement about transactions; raise its errors as SQLAlchemy does."""
    try:
        connection.connection.execute(sql)
    except sqlite3.Error as error:
        raise_as_sqlalchemy(connection, error, sql)
