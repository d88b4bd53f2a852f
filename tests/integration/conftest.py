"""What integration tests share: SQLite and a real PostgreSQL, one of each for a test."""

from __future__ import annotations

import pytest

from tests.fixtures.moving_clock import MovingClock
from tests.fixtures.postgres import fresh_database, postgres_server


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The server that all tests of this run share."""
    with postgres_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """An empty database; the test runs once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'operations.db'}"
        return
    with fresh_database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
def clock():
    return MovingClock()
