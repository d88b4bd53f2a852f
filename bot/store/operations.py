"""The operations store of this process: opened, and brought to the newest schema, when it is first needed."""

from __future__ import annotations

import threading

from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate


class OperationsStore:
    """Call it for the database. Rasa's process needs it only for some questions, tests often not at all."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._database: Database | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Database:
        """Return the database; the first call migrates it."""
        with self._lock:
            if self._database is None:
                migrate(self._url)
                self._database = Database(make_engine(self._url))
        return self._database

    def close(self) -> None:
        """Give the connections back, if any were taken."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None
