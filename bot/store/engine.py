"""One database by its address: SQLite files by default, PostgreSQL by setting. Async code calls it through threads."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from bot.ops.logging import EventLog
from bot.ops.metrics import DATABASE_ERRORS
from bot.store.checkpoints import MOST_PAGES, Checkpoints
from bot.store.group_writer import write_together
from bot.store.kept import BEGIN, READING, WRITER_CACHE_KB, WRITING, Kept, execute
from bot.store.kept_on_server import KeptOnServer
from bot.store.searching import add_functions
from bot.store.turnstile import Turnstile
from bot.store.worker import Outcome, Worker, outcome
from knowledge.postgres import NETWORK, watch_silence

Result = TypeVar("Result")
log = EventLog("store")

THREADS = 8
"""For reading; on PostgreSQL for writing too."""
BUSY_TIMEOUT_SECONDS = 15.0
STATEMENTS = 512
"""SQLite's driver keeps so many of a connection prepared: more than a hub has (128 would push each other out)."""
READY_SECONDS = 2.5
IDLE_SECONDS = 60.0
"""Between two statements of a transaction. The longest work between two is a month's count, some seconds."""


def make_engine(url: str) -> Engine:
    """The engine for `url`. Errors never show parameters, because parameters are people's words."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _counting(_sqlite_engine(address))
    watch_silence()
    engine = create_engine(
        address,
        future=True,
        hide_parameters=True,
        pool_size=THREADS + 2,  # every thread keeps one; the others are for who asks the engine itself
        max_overflow=4,
        pool_pre_ping=True,
        connect_args={**NETWORK, "application_name": "mot-cua"},
    )
    event.listen(engine, "connect", _end_what_stands_still)
    return _counting(engine)


def _end_what_stands_still(connection: Any, _record: object) -> None:
    """A process that hangs in the middle of a transaction holds its locks, and with them somebody's conversation."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = {int(IDLE_SECONDS * 1000)}")
    connection.autocommit = False


def _counting(engine: Engine) -> Engine:
    event.listen(engine, "handle_error", _count_error)
    return engine


def _count_error(context: Any) -> None:
    """Every error a driver raises, by its class; that somebody was faster with the same row is none."""
    error = context.sqlalchemy_exception
    kind = type(error).__name__ if error is not None else type(context.original_exception).__name__
    if kind != "IntegrityError":
        DATABASE_ERRORS.labels(kind).inc()


def _sqlite_engine(address: URL) -> Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        address,
        future=True,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=2 * THREADS + 1,  # every thread keeps one; the others are for who asks the engine itself
        max_overflow=0,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False, "cached_statements": STATEMENTS},
    )
    event.listen(engine, "do_connect", lambda *_: make_private(address))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _beside(address: URL, ending: str) -> Path | None:
    """Return the path of a file beside a SQLite file; None where the database is none."""
    name = address.database
    return None if not name or name == ":memory:" or name.startswith("file:") else Path(name + ending)


def make_private(address: URL) -> None:
    """Make the file of a SQLite database that is not there yet, and its folder: only our user reads it.

    SQLite gives its journals the rights of the file, whatever the process's own mask says.
    """
    if address.database and address.database != ":memory:" and not address.database.startswith("file:"):
        path = Path(address.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN comes late and not before DDL, so it is switched off and sent by `_begin_sqlite`.
    connection.isolation_level = None
    add_functions(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    # A message that was confirmed survives a power cut; zeroed pages leave nothing of an erased one.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {MOST_PAGES}")


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get(BEGIN, "DEFERRED")
    if kind is not None:
        execute(connection, f"BEGIN {kind}")


def check_writable(engine: Engine) -> None:
    """Raise what the driver raises where the database is away, RuntimeError where it is only to be read (a standby)."""
    with engine.begin() as connection:
        _check_writable(connection)


def _check_writable(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        connection.execute(text("SELECT 1"))
    elif connection.execute(text("SHOW transaction_read_only")).scalar() != "off":
        raise RuntimeError("read-only")


_WRITERS: dict[str, threading.Lock] = defaultdict(threading.Lock)
"""One writer at a time for each SQLite file and process: threads in a queue, instead of trying again and again."""


class Database:
    """Runs short transactions in a few threads, so that the event loop never waits for a disk."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        self._one_writer = _WRITERS[str(engine.url)]
        self._reader = Worker("database", _one_by_one, THREADS, most=1)
        # Where one writes at a time, one thread does, so that none wakes up only to wait for the lock.
        self._writer = Worker("writer", write_together) if self._sqlite else None
        self._urgent = Worker("urgent", _one_by_one, most=1)
        self._turnstile = Turnstile(_beside(engine.url, "-turn") if self._sqlite else None)
        self._held = Kept(engine, WRITING, self._turnstile, WRITER_CACHE_KB)
        self._of_thread = threading.local()
        self._kept: list[Kept | KeptOnServer] = [self._held]
        self._checkpoints = Checkpoints()
        self.closed = False

    async def run(self, work: Callable[..., Result], *args: Any) -> Result:
        """Call `work(connection, *args)`, which only reads; it may be called again where the server had gone."""
        found: Result = await self._reader.do((self._read, work, args))
        return found

    async def snapshot(self, work: Callable[..., Result], *args: Any) -> Result:
        """As `run`, but all that it reads is of one moment, and may be streamed; for what is seldom and takes long."""
        found: Result = await self._reader.do((self._snapshot, work, args))
        return found

    async def write(self, work: Callable[..., Result], *args: Any) -> Result:
        """Call `work(connection, *args)` in one transaction: committed when it returns, undone when it raises.

        SQLite's write lock is taken first: otherwise another writer between a read and a write would make it fail at
        once ("database is locked").
        """
        written: Result
        if self._writer is None:
            written = await self._reader.do((self._write, work, args))
            return written
        written = await self._writer.do((self._write_on_held, work, args))
        if self._checkpoints.due() and not self.closed:
            self._reader.do((self._move_log, None, ()))  # nobody waits for it, and it raises nothing
        return written

    async def write_at_once(self, work: Callable[..., Result], *args: Any) -> Result:
        """As `write`, for the signs of life that other processes go by: they do not wait behind all else.

        SQLite has one writer, and its queue is short: what waits is written together.
        """
        if self._writer is not None:
            return await self.write(work, *args)
        written: Result = await self._urgent.do((self._write, work, args))
        return written

    def _write_on_held(self, work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
        with self._one_writer:
            return self._held.transaction(work, args)

    def _read(self, work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
        return self._kept_of_thread().read(work, args)

    def _snapshot(self, work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
        if self._sqlite:
            return self._read(work, args)
        with self.engine.connect() as connection:
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                return work(connection, *args)

    def _write(self, work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
        return self._kept_of_thread().transaction(work, args)

    def _move_log(self, *_: object) -> None:
        try:
            self._kept_of_thread().beside(self._checkpoints.move)
        except (SQLAlchemyError, sqlite3.Error) as error:  # who reads or writes hears of what is wrong
            log.warning("log_not_moved", error=type(error).__name__)

    def _kept_of_thread(self) -> Any:
        """Each thread keeps its connection."""
        kept: Kept | KeptOnServer | None = getattr(self._of_thread, "kept", None)
        if kept is None:
            kept = Kept(self.engine, READING) if self._sqlite else KeptOnServer(self.engine)
            self._of_thread.kept = kept
            self._kept.append(kept)
        return kept

    async def is_ready(self) -> bool:
        """Whether the database answers, and takes what is written: at once, or the answer is no."""
        try:
            await asyncio.wait_for(self.run(_check_writable), READY_SECONDS)
        except Exception:  # whatever the driver raises, the answer is no
            return False
        return True

    def close(self) -> None:
        """Wait for running transactions, then give the connections back."""
        self.closed = True
        if self._writer is not None:
            self._writer.close()
        self._reader.close()
        self._urgent.close()
        for kept in self._kept:
            kept.close()
        self._turnstile.close()
        self.engine.dispose()


def _one_by_one(reads: Sequence[Any]) -> Sequence[Outcome]:
    return [outcome(transaction, work, args) for transaction, work, args in reads]
