"""An operations store on SQLite and on a real PostgreSQL for what reports are made of."""

from __future__ import annotations

import pytest

from bot.store.operations import OperationsStore


@pytest.fixture
def operations(database_url):
    store = OperationsStore(database_url)
    yield store
    store.close()
