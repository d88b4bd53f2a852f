"""INSERT … ON CONFLICT, which both databases have and SQLAlchemy names by dialect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

POSTGRESQL, SQLITE = "postgresql", "sqlite"


def insert_into(connection: Connection, table: Table) -> Any:
    """Return this database's INSERT, with its `on_conflict_do_…`."""
    return (postgresql if connection.dialect.name == POSTGRESQL else sqlite).insert(table)


class Upsert:
    """A statement that is built once for each database. build: given the database's INSERT into the table.

    SQLAlchemy 1.4 compiles these anew at each execution (half a millisecond): for what is rare.
    """

    def __init__(self, table: Table, build: Callable[[Any], Any]) -> None:
        self._built = {
            POSTGRESQL: build(postgresql.insert(table)),
            SQLITE: build(sqlite.insert(table)),
        }

    def on(self, connection: Connection) -> Any:
        """Return the statement of this connection's database."""
        return self._built[connection.dialect.name]
