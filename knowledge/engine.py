"""The catalogue's database engine, and the two rules of using it: writers take turns, faults are coded."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from knowledge.errors import CatalogueUnreadableError
from knowledge.postgres import NETWORK, patiently, watch_silence

_WAIT_FOR_WRITER_MS = 120_000
"""How long a write waits for another one to end; importing the whole catalogue takes some twenty seconds."""
_SWITCH_TRIES, _SWITCH_PAUSE = 100, 0.05
_LOCK_KEY = 20231018


def open_engine(url: str) -> Engine:
    """Return an engine for `url`; makes the folder of a SQLite file, turns on its write-ahead log."""
    try:
        address = sa.engine.make_url(url)
        if address.get_backend_name() == "sqlite" and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(address, future=True, **_of_a_server(address))
    except (sa.exc.ArgumentError, ImportError, OSError) as error:
        raise CatalogueUnreadableError(f"the catalogue's address is of no use: {error}") from error
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def _pragmas(connection: Any, _: Any) -> None:
            connection.execute(f"PRAGMA busy_timeout={_WAIT_FOR_WRITER_MS}")
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous=NORMAL")

    return engine


def _of_a_server(address: sa.engine.URL) -> dict[str, Any]:
    """A connection that was idle is tried before it is used, and nobody waits for a server that is gone."""
    if address.get_backend_name() != "postgresql":
        return {}
    watch_silence()
    return {"pool_pre_ping": True, "connect_args": NETWORK}


def _use_write_ahead_log(connection: Any) -> None:
    """Switch the journal; SQLite does not wait by itself where another process is just doing the same."""
    for _ in range(_SWITCH_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(_SWITCH_PAUSE)
    connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction of the only writer; readers go on reading what was there before."""
    with coded_faults(), patiently(), engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(sa.text("BEGIN IMMEDIATE"))
        elif connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        yield connection


@contextmanager
def reading(engine: Engine, streamed: bool = False) -> Iterator[Connection]:
    """One connection to read with. On a server each statement stands by itself: a transaction costs two ways more.

    streamed: rows are fetched as they are asked for, which takes a transaction.
    """
    with coded_faults(), engine.connect() as connection:
        if streamed:
            yield connection.execution_options(stream_results=True)
        elif connection.dialect.name == "postgresql":
            driver = connection.connection.dbapi_connection  # SQLAlchemy's option sends a statement each time
            driver.autocommit = True
            try:
                yield connection
            finally:
                driver.autocommit = False
        else:
            yield connection


@contextmanager
def coded_faults() -> Iterator[None]:
    """Turn the driver's faults into `CatalogueUnreadableError`."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise CatalogueUnreadableError(str(error.orig)) from error
