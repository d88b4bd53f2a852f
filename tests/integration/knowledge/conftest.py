"""The catalogue's store on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import pytest

import knowledge.__main__ as command_line
from knowledge.store import CatalogueStore


@pytest.fixture
def catalogue_url(database_url):
    return database_url


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
