"""Where Rasa keeps its trackers: a SQL database whose address is a setting of ours."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, create_engine_kwargs
from rasa.shared.core.domain import Domain
from sqlalchemy.engine import Engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool

from bot.rasa_runtime.bounding import Bounding
from bot.rasa_runtime.event_rows import QuickEventRows
from bot.rasa_runtime.scrubbing import Scrubbing
from bot.settings import Settings
from bot.store.checkpoints import MOST_PAGES
from bot.store.engine import make_private
from knowledge.postgres import NETWORK, watch_silence

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "busy_timeout=5000",
    "secure_delete=FAST",
    f"wal_autocheckpoint={MOST_PAGES}",
)


class TunedSQLTrackerStore(Scrubbing, Bounding, QuickEventRows, SQLTrackerStore):
    """Rasa's SQL tracker store, without what must not be kept, of bounded length, with its engines set up for a server.

    Any other database is Rasa's business entirely; `url` in endpoints.yml wins over MOTCUA_TRACKER_URL.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        address = host or Settings.from_env().tracker_url
        prepare_folder(address)
        super().__init__(domain=domain, host=address, event_broker=event_broker, **kwargs)
        if self.engine.dialect.name in MAKERS:
            self._use_tuned_engine(address)

    def _use_tuned_engine(self, address: str) -> None:
        self.engine.dispose()
        self.engine: Engine = MAKERS[self.engine.dialect.name](address)
        if self.engine.dialect.name == "sqlite":
            self.Base.metadata.create_all(self.engine)  # a database in memory starts empty again
        self.sessionmaker = sessionmaker(bind=self.engine)


def prepare_folder(address: str) -> None:
    """Make the folder of a SQLite file, and the file itself where it is new: what was said is our user's alone."""
    url = sa.engine.make_url(address)
    if url.get_backend_name() == "sqlite":
        make_private(url)


def tuned_sqlite_engine(address: str) -> Engine:
    """An engine that keeps its connections, journals by write-ahead log and waits for other writers."""
    in_memory = sa.engine.make_url(address).database in (None, "", ":memory:")
    pool = {} if in_memory else {"poolclass": QueuePool, "connect_args": {"check_same_thread": False}}
    engine: Engine = sa.create_engine(address, **pool)
    sa.event.listen(engine, "connect", _apply_pragmas)
    return engine


def tuned_postgres_engine(address: str) -> Engine:
    """An engine of Rasa's pool that tries a connection before it is used.

    Without that, each Rasa forgets one conversation when the database was restarted: the first turn after it meets a
    connection that is gone, and Rasa's fail-safe goes on from nothing.
    """
    watch_silence()
    options = create_engine_kwargs(address)
    options["connect_args"] = {**NETWORK, **options.get("connect_args", {})}
    engine: Engine = sa.create_engine(address, pool_pre_ping=True, **options)
    return engine


MAKERS = {"sqlite": tuned_sqlite_engine, "postgresql": tuned_postgres_engine}


def _apply_pragmas(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
