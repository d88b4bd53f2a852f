"""A whole copy of a catalogue in SQLite, beside its file: made after each load, read when the file is broken."""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

logger = logging.getLogger(__name__)

_SUFFIX = ".good"


def copy_path(engine: Engine) -> Path | None:
    """Where the copy of this catalogue is; None where there can be none: another engine, or no file."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return Path(f"{name}{_SUFFIX}")


def keep_copy(engine: Engine) -> None:
    """Make the copy anew, unless the catalogue is not whole. Never raises: a load does not fail for its copy."""
    path = copy_path(engine)
    if path is None:
        return
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with closing(sqlite3.connect(str(engine.url.database))) as source, closing(sqlite3.connect(part)) as target:
            if source.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("not whole")
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file: it can be read where nothing can be written
        os.replace(part, path)
    except (sqlite3.Error, OSError) as error:
        logger.warning("no copy of the catalogue was kept: %s", error)
        with suppress(OSError):
            part.unlink(missing_ok=True)


def open_copy(engine: Engine) -> Engine | None:
    """Return an engine that only reads the copy; None where there is none."""
    path = copy_path(engine)
    if path is None or not path.is_file():
        return None
    address = f"{path.resolve().as_uri()}?mode=ro"
    return sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
        poolclass=NullPool,
        future=True,
    )
