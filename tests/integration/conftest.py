"""What integration tests share: SQLite and a real PostgreSQL, one of each for a test.

A test's database has its tables already: it is copied from one that was migrated once, which takes a tenth of the time.
"""

from __future__ import annotations

import shutil
from functools import partial

import pytest
from argon2 import PasswordHasher

from bot.store.migrate import migrate
from tests.fixtures.moving_clock import MovingClock
from tests.fixtures.postgres import fresh_database, postgres_server, template_database

ENGINES = ["sqlite", "postgresql"]


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords():
    """A hash costs 0.2 s of processor time, for each hub and each sign-in; tests/unit/staff goes by the real one."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("bot.staff.passwords.PasswordHasher", cheap)
        yield


@pytest.fixture(scope="session")
def postgres():
    """The server that all tests of this run share."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres):
    """The name of a database with all tables and nothing in them."""
    return template_database(postgres, migrate)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "operations.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=ENGINES)
def database_url(request, tmp_path):
    """A database with all tables and nothing in them; the test runs once on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "data" / "operations.db"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgres_template")
    with fresh_database(request.getfixturevalue("postgres"), template) as url:
        yield url


@pytest.fixture(params=ENGINES)
def empty_database_url(request, tmp_path):
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'operations.db'}"
        return
    with fresh_database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
def clock():
    return MovingClock()
