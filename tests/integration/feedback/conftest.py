"""The feedback desk on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import pytest

from bot.feedback.desk import FeedbackDesk
from bot.feedback.models import RatedTurn, Rating, Reason, Thumb
from bot.feedback.store import rate
from bot.store.operations import OperationsStore


@pytest.fixture
def operations(database_url):
    store = OperationsStore(database_url)
    yield store
    store.close()


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
