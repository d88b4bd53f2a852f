"""Bring a database to the newest schema. Several processes may do so at once: one works, the others wait.

`python -m bot.store.migrate` does it without starting anything; 1 when the database does not come, 2 when the
setting or the database is of no use.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.errors import SettingInvalidError, StoreDownError
from bot.ops.logging import EventLog
from bot.settings import Settings
from bot.store.awaiting import AWAY, await_database
from bot.store.engine import make_engine
from knowledge.postgres import patiently

if TYPE_CHECKING:
    from alembic.config import Config

log = EventLog("store")

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
ADVISORY_LOCK = 0x4D6F7443  # any number all hubs agree on
LOCK_TRIES = 60
LOCK_PAUSE_SECONDS = 0.25


def migrate(url: str) -> None:
    """Apply all migrations that `url` has not had yet, in one transaction.

    A schema of the version after this one is left as it is: it only grew, so processes of this version go on with it,
    during a rolling update and after going back. Raises SettingInvalidError for a schema that is none of ours.
    """
    engine = make_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            _use_write_ahead_log(engine)
        with patiently(), engine.connect() as connection:
            if _is_newest(connection):
                return
        _upgrade(engine)
    finally:
        engine.dispose()


def _is_newest(connection: Connection) -> bool:
    """At most starts the database is: two queries tell, without Alembic and without waiting for whoever writes."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [_newest_known()]


@lru_cache(maxsize=1)
def _newest_known() -> str:
    """The revision that these sources end with. A migration's file begins with its revision, a number."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _upgrade(engine: Engine) -> None:
    # Only here: Alembic takes a while to import, and a database that is up to date does without.
    from alembic import command
    from alembic.util import CommandError

    try:
        # IMMEDIATE takes SQLite's write lock before the version is read.
        writer = engine.connect().execution_options(sqlite_begin="IMMEDIATE")
        with patiently(), writer as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            config = configuration(connection)
            later = _later_revisions(connection, config)
            if later:
                log.warning("schema_is_newer", revision=", ".join(later))
                return
            command.upgrade(config, "heads")
    except CommandError as error:
        raise SettingInvalidError(f"the database of MOTCUA_DATABASE_URL is not of this program: {error}") from error


def configuration(connection: Connection) -> Config:
    """Alembic's configuration, bound to an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _later_revisions(connection: Connection, config: Config) -> list[str]:
    """What the database is at, where that is later than anything these sources know. Revisions are numbers."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    found = MigrationContext.configure(connection).get_current_heads()
    return [name for name in found if name.isdecimal() and int(name) > max(map(int, known))]


def _use_write_ahead_log(engine: Engine) -> None:
    """Readers then never wait for a writer. The mode stays with the file; switching ignores the busy time-out."""
    for attempt in range(LOCK_TRIES):
        try:
            raw = engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL")
            finally:
                raw.close()
            return
        except (sqlite3.OperationalError, OperationalError):
            if attempt == LOCK_TRIES - 1:
                raise
            time.sleep(LOCK_PAUSE_SECONDS)


def main() -> int:
    """Command line."""
    try:
        url = Settings.from_env().database_url
        await_database(url, "MOTCUA_DATABASE_URL")
        migrate(url)
    except SettingInvalidError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except StoreDownError as error:
        sys.stderr.write(f"{error}\n")
        return AWAY
    except (SQLAlchemyError, OSError) as error:
        sys.stderr.write(f"the database does not open ({type(error).__name__}): check MOTCUA_DATABASE_URL\n")
        return 2
    sys.stdout.write("the database is at the newest schema\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
