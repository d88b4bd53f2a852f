"""A database of the version before: what it has erased everywhere is known to be so, what it has not is found."""

from __future__ import annotations

from alembic import command
from sqlalchemy import text

from bot.privacy.erasing import erased_by_halves
from bot.store.engine import make_engine
from bot.store.migrate import configuration, migrate

BEFORE = "0019"
ROW = """INSERT INTO conversation (id, channel, status, rasa_sender, created_at, updated_at, last_seq, token_version,
 erased_at) VALUES (:id, 'web', 'closed', :id, '2026-11-01', '2026-11-01', 0, 1, :erased_at)"""
DONE = "INSERT INTO privacy_erased (conversation_id, erased_at, counts) VALUES ('everywhere', '2026-11-01', '{}')"


def test_only_what_is_unfinished_is_read_after_the_upgrade(empty_database_url):
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        command.upgrade(configuration(connection), BEFORE)
        for name, erased_at in (("everywhere", "2026-11-01"), ("half", "2026-11-01"), ("alive", None)):
            connection.execute(text(ROW), {"id": name, "erased_at": erased_at})
        connection.execute(text(DONE))
    migrate(empty_database_url)
    with engine.begin() as connection:
        assert erased_by_halves(connection, 10) == ["half"]
    engine.dispose()
