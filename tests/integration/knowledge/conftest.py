"""The catalogue's store on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import itertools

import pgserver
import pytest
from sqlalchemy import create_engine, text

import knowledge.__main__ as command_line
from knowledge.store import CatalogueStore

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def catalogue_postgres(tmp_path_factory):
    server = pgserver.get_server(tmp_path_factory.mktemp("catalogue_postgres"), cleanup_mode="delete")
    _run(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # nothing here outlives the tests
    yield server
    server.cleanup()


def _run(server, *statements):
    engine = create_engine(server.get_uri(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'catalogue.db'}"
    server = request.getfixturevalue("catalogue_postgres")
    name = f"catalogue_{next(NUMBERS)}"
    _run(server, f"CREATE DATABASE {name}")
    return server.get_uri(database=name)


@pytest.fixture
def store(catalogue_url):
    store = CatalogueStore(catalogue_url)
    store.create()
    yield store
    store.close()


@pytest.fixture
def call(capsys):
    """`call("import", path)` → exit code, what was printed, what was complained of."""

    def call(*arguments):
        capsys.readouterr()
        code = command_line.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return call


@pytest.fixture(autouse=True)
def few_fact_questions(monkeypatch):
    """Learning from thousands of messages takes seconds for each index; these tests are about other things."""
    monkeypatch.setattr("knowledge.search.index.read_fact_questions", lambda: [])
