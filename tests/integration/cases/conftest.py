"""A case service on SQLite and on a real PostgreSQL, in front of a local one-stop system."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone

import pgserver
import pytest
import pytest_asyncio
from sqlalchemy import create_engine, text

from bot.cases.gateways.base import Gateways, Route
from bot.cases.gateways.city import CityGateway, CitySystem
from bot.cases.service import CaseService
from bot.cases.tables import CASE_TRY
from bot.store.operations import OperationsStore
from bot.store.tries import Tries
from tests.fixtures.case_system import CaseSystem

NUMBERS = itertools.count(1)


class MovingClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 26, 3, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


@pytest.fixture(scope="session")
def case_postgres(tmp_path_factory):
    server = pgserver.get_server(tmp_path_factory.mktemp("case_postgres"), cleanup_mode="delete")
    yield server
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def operations(request, tmp_path):
    if request.param == "sqlite":
        store = OperationsStore(f"sqlite:///{tmp_path / 'operations.db'}")
    else:
        server = request.getfixturevalue("case_postgres")
        name = f"cases_{next(NUMBERS)}"
        admin = create_engine(server.get_uri(), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        store = OperationsStore(server.get_uri(database=name))
    yield store
    store.close()


@pytest.fixture
def clock():
    return MovingClock()


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
