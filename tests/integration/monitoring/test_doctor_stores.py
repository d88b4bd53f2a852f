"""What the doctor says of a real database, SQLite and PostgreSQL, before and after its migrations."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from bot.doctor import stores
from bot.doctor.findings import Deployment
from bot.ops.clock import SystemClock
from bot.settings import Settings
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
    if not sqlite:
        wrong = SimpleNamespace(now=lambda: clock.now() + timedelta(minutes=7))
        assert said(empty_database_url, wrong)[1] == ("error", "clock_wrong")
