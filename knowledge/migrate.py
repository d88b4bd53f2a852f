"""Bring a catalogue to the newest schema; a catalogue that has it already costs one query."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from knowledge.engine import coded_faults, reading, writing
from knowledge.errors import CatalogueUnreadableError
from knowledge.tables import SCHEMA_VERSION

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def migrate(engine: Engine) -> None:
    """Apply the missing migrations, in one transaction; raise where the catalogue is newer than the program."""
    with reading(engine) as connection:
        if _is_newest(connection):
            return
    # Only here: Alembic takes a while to import, and a catalogue that is up to date does without.
    from alembic import command
    from alembic.config import Config

    with writing(engine) as connection:
        if _is_newest(connection):
            return
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        with coded_faults():
            command.upgrade(config, "heads")


def _is_newest(connection: Connection) -> bool:
    if not sa.inspect(connection).has_table("catalogue_version"):
        return False
    found = connection.scalar(sa.text("SELECT version_num FROM catalogue_version"))
    if found is not None and found.isdecimal() and int(found) > int(SCHEMA_VERSION):
        raise CatalogueUnreadableError(
            f"the catalogue has schema {found}, this program knows {SCHEMA_VERSION}: use the newer program"
        )
    return bool(found == SCHEMA_VERSION)
