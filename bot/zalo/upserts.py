"""INSERT … ON CONFLICT, which both databases have and SQLAlchemy names by dialect."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

POSTGRESQL, SQLITE = "postgresql", "sqlite"


def insert_into(connection: Connection, table: Table) -> Any:
    """Return this database's INSERT, with its `on_conflict_do_…`."""
    return (postgresql if connection.dialect.name == POSTGRESQL else sqlite).insert(table)
