"""A case service on SQLite and on a real PostgreSQL, in front of a local one-stop system."""

from __future__ import annotations

import pytest
import pytest_asyncio

from bot.cases.gateways.base import Gateways, Route
from bot.cases.gateways.city import CityGateway, CitySystem
from bot.cases.service import CaseService
from bot.cases.tables import CASE_TRY
from bot.store.operations import OperationsStore
from bot.store.tries import Tries
from tests.fixtures.case_system import CaseSystem


@pytest.fixture
def operations(database_url):
    store = OperationsStore(database_url)
    yield store
    store.close()


@pytest_asyncio.fixture
async def system():
    system = CaseSystem()
    await system.start()
    yield system
    await system.stop()


@pytest_asyncio.fixture
async def cases(system, operations, clock):
    gateway = CityGateway(CitySystem("CITY", system.url, "secret", timeout=2, failures_until_rest=100))
    service = CaseService(Gateways([Route("H29", gateway)]), operations, Tries(b"key", CASE_TRY, "case"), clock)
    yield service
    await service.close()
