"""A small portal on this machine, and `sync` pointed at it with no pause."""

from __future__ import annotations

import pytest

from knowledge import __main__ as command_line
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import portal_record
from tests.fixtures.portal_server import MANY, PortalServer


@pytest.fixture
def portal():
    server = PortalServer.of_records(*(portal_record(f"1.{number:06}") for number in range(1, MANY + 1)))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def env(portal, tmp_path, monkeypatch):
    values = {
        "MOTCUA_DATA_DIR": str(tmp_path),
        "MOTCUA_PORTAL_URL": portal.url,
        "MOTCUA_PORTAL_PAUSE_MS": "0",
        "MOTCUA_PORTAL_BACKOFF_S": "0 0 0",
        "MOTCUA_PORTAL_PAGE_SIZE": "7",
        "MOTCUA_PORTAL_TIMEOUT_S": "2",
    }
    monkeypatch.delenv("MOTCUA_CATALOGUE_URL", raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def run(env, capsys):
    def call(*arguments):
        capsys.readouterr()
        code = command_line.main(["sync", *arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return call


@pytest.fixture
def store(tmp_path):
    store = CatalogueStore(f"sqlite:///{tmp_path / 'catalogue.db'}")
    store.create()
    yield store
    store.close()
