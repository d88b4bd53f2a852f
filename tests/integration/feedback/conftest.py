"""The feedback desk on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone

import pgserver
import pytest
from sqlalchemy import create_engine, text

from bot.feedback.desk import FeedbackDesk
from bot.feedback.models import RatedTurn, Rating, Reason, Thumb
from bot.feedback.store import rate
from bot.store.operations import OperationsStore

NUMBERS = itertools.count(1)


class MovingClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 26, 3, tzinfo=timezone.utc)  # a Thursday

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


@pytest.fixture(scope="session")
def feedback_postgres(tmp_path_factory):
    server = pgserver.get_server(tmp_path_factory.mktemp("feedback_postgres"), cleanup_mode="delete")
    yield server
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'operations.db'}"
    server = request.getfixturevalue("feedback_postgres")
    name = f"feedback_{next(NUMBERS)}"
    admin = create_engine(server.get_uri(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server.get_uri(database=name)


@pytest.fixture
def operations(database_url):
    store = OperationsStore(database_url)
    yield store
    store.close()


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def desk(operations, clock):
    return FeedbackDesk(operations, clock)


@pytest.fixture
def rated(operations, clock):
    """`await rated(1, Reason.WRONG)`: a thumb down on a message, stored now; its reference."""

    async def make(seq, reason=None, thumb=Thumb.DOWN, words="", code="1.004194", version="curated:2"):
        turn = RatedTurn("one", seq, "web", code, version, ("fees",), "1/QĐ", "answered_procedure", "lệ phí?")
        rating = Rating(thumb, reason if reason is None else Reason(reason), words)
        kept = await operations().write(rate, clock.now(), turn, rating)
        return kept.reference

    return make
