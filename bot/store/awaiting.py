"""A process that starts while its database is away waits for it, a minute at most.

Databases come up after those who need them: a machine that starts anew, a failover, a new version. A supervisor would
start the process again and again, each time a little later.
"""

from __future__ import annotations

import time

from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreDownError
from bot.ops.logging import EventLog
from bot.store.engine import make_engine

log = EventLog("store")

WAIT_SECONDS = 60.0
PAUSE_SECONDS = 1.0
AWAY = 1
"""Exit code of a process whose database did not come."""


def await_database(url: str, setting: str) -> None:
    """Return once the database of `setting` takes connections; a file is there or never comes, and is not waited for.

    Raises StoreDownError, with a sentence for operators, where it has not come in time.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return
    engine, began = make_engine(url), time.monotonic()
    try:
        missing = _missing(engine)
        if missing is None:
            return
        log.warning("database_awaited", setting=setting, seconds=WAIT_SECONDS, error=missing)
        while missing is not None:
            if time.monotonic() - began > WAIT_SECONDS:
                raise _not_come(setting, missing)
            time.sleep(PAUSE_SECONDS)
            missing = _missing(engine)
        log.info("database_came", setting=setting, seconds=round(time.monotonic() - began, 1))
    finally:
        engine.dispose()


def _missing(engine: Engine) -> str | None:
    """Return what the driver says in its first line; None where it connects. It names server and user, no password."""
    try:
        with engine.connect():
            return None
    except DBAPIError as error:
        return str(error.orig).strip().partition("\n")[0]


def _not_come(setting: str, missing: str) -> StoreDownError:
    log.error("database_did_not_come", setting=setting, error=missing)
    return StoreDownError(f"the database of {setting} did not answer within {WAIT_SECONDS:.0f} seconds: {missing}")
