"""Databases, catalogue, index, jobs, Zalo's token: what is in them, and whether the clocks agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.attachments.build import KEY_FILE, build_cipher
from bot.attachments.tables import ATTACHMENT_DATA
from bot.doctor.findings import Deployment, Finding, error, first_line, ok, skipped, warning
from bot.jobs.runner import last_runs
from bot.ops.clock import CITY_TIME
from bot.privacy.drill import photos_open
from bot.store.engine import make_engine
from bot.store.migrate import configuration
from bot.zalo.tables import TOKEN
from knowledge.engine import open_engine
from knowledge.errors import CatalogueError
from knowledge.freshness import freshness
from knowledge.search.index_files import index_name
from knowledge.search.vectors import installed_encoder
from knowledge.store import CatalogueStore

SKEW_NOTICED, SKEW_WRONG = timedelta(seconds=2), timedelta(seconds=30)
JOB_LATE = timedelta(days=1)
"""No job is due less often than every few hours."""
TOKEN_SOON = timedelta(hours=2)


def database(at: Deployment) -> Iterator[Finding]:
    """Reached, at the newest schema, with the same time as this machine."""
    if _not_made_yet(at.settings.database_url):
        yield error("database", "database_new", setting="MOTCUA_DATABASE_URL")
        return
    if (engine := _engine(at.settings.database_url)) is None:
        yield error("database", "database_unusable", setting="MOTCUA_DATABASE_URL")
        return
    try:
        with engine.connect() as connection:
            script = ScriptDirectory.from_config(configuration(connection))
            wanted = set(script.get_heads())
            found = set(MigrationContext.configure(connection).get_current_heads())
            if found == wanted:
                yield ok("database", revision=", ".join(sorted(found)))
                if missing := sorted(declared_indexes(at.root) - _indexes(connection)):
                    yield warning("database", "database_indexes", names=", ".join(missing)[:200])
            else:
                old, new = ", ".join(sorted(found)) or "–", ", ".join(sorted(wanted))
                yield error("database", "database_old", found=old, wanted=new)
            yield _clock(at, engine.dialect.name, connection.execute(text("SELECT CURRENT_TIMESTAMP")).scalar())
    except SQLAlchemyError as fault:
        yield error("database", "database_down", setting="MOTCUA_DATABASE_URL", fault=first_line(fault))
    finally:
        engine.dispose()


def declared_indexes(root: Path) -> set[str]:
    """Return the names of the indexes of all our tables."""
    packages = sorted(path.parent.name for path in (root / "bot").glob("*/tables.py"))
    tables = [table for name in packages for table in import_module(f"bot.{name}.tables").METADATA.sorted_tables]
    return {str(index.name) for table in tables for index in table.indexes}


def _indexes(connection: Connection) -> set[str]:
    sqlite = connection.dialect.name == "sqlite"
    query = "SELECT name FROM sqlite_master WHERE type = 'index'" if sqlite else "SELECT indexname FROM pg_indexes"
    return {str(row[0]) for row in connection.execute(text(query))}


def _engine(url: str) -> Engine | None:
    """None for an address that no driver here can use."""
    try:
        return make_engine(url)
    except (ArgumentError, ImportError):
        return None


def _not_made_yet(url: str) -> bool:
    """SQLite makes a file that is opened; a look must not."""
    try:
        address = make_url(url)
    except ArgumentError:
        return False
    return address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file()


def _clock(at: Deployment, dialect: str, moment: object) -> Finding:
    if dialect == "sqlite" or not isinstance(moment, datetime):
        return skipped("clock", "clock_same")
    theirs = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    skew = abs(theirs - at.clock.now())
    facts = {"seconds": round(skew.total_seconds(), 1)}
    if skew > SKEW_WRONG:
        return error("clock", "clock_wrong", **facts)
    return warning("clock", "clock_wrong", **facts) if skew > SKEW_NOTICED else ok("clock", **facts)


def tracker(at: Deployment) -> Iterator[Finding]:
    """Rasa's memory is reached."""
    if _not_made_yet(at.settings.tracker_url):
        yield skipped("tracker", "tracker_new")
        return
    if (engine := _engine(at.settings.tracker_url)) is None:
        yield error("tracker", "database_unusable", setting="MOTCUA_TRACKER_URL")
        return
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        yield ok("tracker")
    except SQLAlchemyError as fault:
        yield error("tracker", "database_down", setting="MOTCUA_TRACKER_URL", fault=first_line(fault))
    finally:
        engine.dispose()


def catalogue(at: Deployment) -> Iterator[Finding]:
    """Present, whole, fresh, and indexed."""
    of = at.settings.catalogue
    if _not_made_yet(of.catalogue_url):
        yield error("catalogue", "catalogue_missing", fault="0")
        return
    try:
        if (broken := _broken(open_engine(of.catalogue_url))) is not None:
            yield error("catalogue", "catalogue_broken", fault=broken)
            return
        found = freshness(of.catalogue_url, at.clock.now().astimezone(CITY_TIME).date(), of.stale_after_days)
        revision = CatalogueStore(of.catalogue_url).revision()
    except (SQLAlchemyError, CatalogueError, OSError) as fault:
        yield error("catalogue", "catalogue_missing", fault=type(fault).__name__)
        return
    if not found.records:
        yield error("catalogue", "catalogue_missing", fault="0")
        return
    if found.stale:
        yield warning(
            "catalogue", "catalogue_stale", stale=found.stale, records=found.records, days=of.stale_after_days
        )
    else:
        yield ok("catalogue", records=found.records)
    encoders = (installed_encoder(), None) if of.vectors else (None,)
    there = any((of.index_dir / index_name(revision, encoder)).exists() for encoder in encoders)
    yield ok("index") if there else warning("index", "index_missing")


def _broken(engine: Engine) -> str | None:
    try:
        if engine.dialect.name != "sqlite":
            return None
        with engine.connect() as connection:
            said = str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
        return None if said == "ok" else said[:100]
    finally:
        engine.dispose()


def jobs(at: Deployment) -> Iterator[Finding]:
    """What runs by itself has run, and ended well."""
    if _not_made_yet(at.settings.database_url):
        yield skipped("jobs", "not_without_database")
        return
    if (engine := _engine(at.settings.database_url)) is None:
        yield skipped("jobs", "not_without_database")
        return
    try:
        with engine.connect() as connection:
            runs = last_runs(connection)
    except SQLAlchemyError:
        yield skipped("jobs", "not_without_database")
        return
    finally:
        engine.dispose()
    now, found = at.clock.now(), []
    for name, row in sorted(runs.items()):
        if "error" in (row.result or {}):
            found.append(warning("jobs", "job_failed", job=name, fault=row.result["error"]))
        elif row.succeeded_at is None or now - row.succeeded_at > JOB_LATE:
            found.append(warning("jobs", "job_late", job=name))
    if not runs:
        found.append(skipped("jobs", "jobs_never"))
    yield from found or [ok("jobs", number=len(runs))]


def photos(at: Deployment) -> Iterator[Finding]:
    """The newest photos open with the keys that are here: with others they are lost, and nobody notices for months."""
    made = at.settings.photo_keys or (at.settings.data_dir / KEY_FILE).exists()
    if _not_made_yet(at.settings.database_url) or (engine := _engine(at.settings.database_url)) is None:
        yield skipped("photos", "not_without_database")
        return
    try:
        with engine.connect() as connection:
            if not made and connection.execute(select(ATTACHMENT_DATA.c.attachment_id).limit(1)).first():
                yield error("photos", "photos_closed", tried=1, closed=1)
            elif not made:
                yield skipped("photos", "photos_none")
            else:
                found = photos_open(connection, build_cipher(at.settings))
                facts = {"tried": found.tried, "closed": found.closed}
                yield error("photos", "photos_closed", **facts) if found.closed else ok("photos", **facts)
    except SQLAlchemyError:
        yield skipped("photos", "not_without_database")
    finally:
        engine.dispose()


def zalo(at: Deployment) -> Iterator[Finding]:
    """There is a token that lives; tokens themselves are not looked at."""
    if not at.settings.zalo.on:
        yield skipped("zalo", "zalo_off")
        return
    if _not_made_yet(at.settings.database_url):
        yield skipped("zalo", "not_without_database")
        return
    if (engine := _engine(at.settings.database_url)) is None:
        yield skipped("zalo", "not_without_database")
        return
    try:
        with engine.connect() as connection:
            mine = TOKEN.c.app_id == at.settings.zalo.app_id
            row = connection.execute(select(TOKEN.c.access_until, TOKEN.c.dead_at).where(mine)).first()
    except SQLAlchemyError:
        yield skipped("zalo", "not_without_database")
        return
    finally:
        engine.dispose()
    if row is None or row.dead_at is not None:
        yield error("zalo", "zalo_no_token")
    elif row.access_until - at.clock.now() < TOKEN_SOON:
        yield warning("zalo", "zalo_token_ends", until=f"{row.access_until.astimezone(CITY_TIME):%d/%m/%Y %H:%M}")
    else:
        yield ok("zalo")
