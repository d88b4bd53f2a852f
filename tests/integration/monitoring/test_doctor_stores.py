"""What the doctor says of a real database, SQLite and PostgreSQL, before and after its migrations."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from sqlalchemy import text

from bot.doctor import stores
from bot.doctor.findings import Deployment
from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.store.engine import make_engine
from bot.store.migrate import migrate
from knowledge.settings import ROOT


def said(database_url, clock):
    env = {"MOTCUA_DATABASE_URL": database_url}
    found = [*stores.database(Deployment(Settings.from_env(env), env, ROOT, clock))]
    return [(finding.level.value, finding.what) for finding in found]


def test_schema_and_clock(empty_database_url):
    sqlite = empty_database_url.startswith("sqlite")
    clock = SystemClock()
    assert said(empty_database_url, clock)[0] == ("error", "database_new" if sqlite else "database_old")
    migrate(empty_database_url)
    assert said(empty_database_url, clock) == [
        ("ok", "database_ok"),
        ("skipped", "clock_same") if sqlite else ("ok", "clock_ok"),
    ]
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX conversation_updated"))
    engine.dispose()
    assert said(empty_database_url, clock)[1] == ("warning", "database_indexes")
    assert len(stores.declared_indexes(ROOT)) >= 30
    with make_engine(empty_database_url).begin() as connection:
        connection.execute(text("CREATE INDEX conversation_updated ON conversation (updated_at)"))
    if not sqlite:
        wrong = SimpleNamespace(now=lambda: clock.now() + timedelta(minutes=7))
        assert said(empty_database_url, wrong)[1] == ("error", "clock_wrong")
