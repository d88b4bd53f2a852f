"""Facts outlive their conversations, and lead back to none of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from bot.feedback.models import RatedTurn, Rating, Thumb
from bot.feedback.store import rate
from bot.handoff.models import Asked
from bot.handoff.rows import begin_request
from bot.reports.facts import TurnFact, add_fact, close_facts, erase_facts
from bot.reports.facts import facts_of_days as stream_of_days
from bot.reports.tables import REPORT_TURN

BEGAN = datetime(2026, 10, 31, 16, 50, tzinfo=timezone.utc)
DAYS = (date(2026, 10, 1), date(2026, 10, 31))
CONVERSATION = "0f8f0a52-5a11-4c5c-9a5c-2b8b5b6c7d01"


def facts_of_days(connection, since, until):
    return list(stream_of_days(connection, since, until))


def fact(minutes, seq, outcome="answered_procedure", conversation=CONVERSATION):
    return TurnFact(BEGAN + timedelta(minutes=minutes), conversation, seq, "web", outcome, "1.004194", 240)


@pytest.fixture
def talked(operations):
    """Three questions of one conversation, the last of them in November in the city; the second answer disliked."""

    def store(connection):
        for one in (fact(0, 1), fact(5, 3), fact(15, 5)):
            add_fact(connection, one)
        turn = RatedTurn(CONVERSATION, 4, "web", "1.004194", "curated:1", (), "", "answered_procedure", "hỏi")
        rate(connection, BEGAN + timedelta(minutes=6), turn, Rating(Thumb.DOWN))
        begin_request(connection, CONVERSATION, "web", Asked(), BEGAN + timedelta(minutes=7))

    return store


async def test_feedback_and_requests_tell_of_the_question_before_them(operations, talked):
    await operations().write(talked)
    facts = await operations().run(facts_of_days, *DAYS)
    assert [(one.seq, one.disliked, one.handed_over) for one in facts] == [(1, False, False), (3, True, True)]
    assert facts[0].at == BEGAN
    assert [one.seq for one in await operations().run(facts_of_days, date(2026, 11, 1), date(2026, 11, 1))] == [5]


async def test_an_erased_conversation_leaves_facts_that_belong_together_and_to_nobody(operations, talked):
    await operations().write(talked)
    await operations().write(erase_facts, CONVERSATION, BEGAN + timedelta(hours=1))
    facts = await operations().run(facts_of_days, date(2026, 10, 1), date(2026, 11, 30))
    assert [(one.seq, one.disliked, one.handed_over) for one in facts] == [
        (1, False, False),
        (3, True, True),
        (5, False, False),
    ]
    (name,) = {one.conversation for one in facts}
    assert name != CONVERSATION


async def test_a_closed_month_has_no_conversation_and_no_moment(operations, talked):
    await operations().write(talked)
    assert await operations().write(close_facts, *DAYS) == 2
    rows = await operations().run(
        lambda connection: connection.execute(select(REPORT_TURN).order_by(REPORT_TURN.c.id)).all()
    )
    assert [(row.day.isoformat(), row.at is None, row.conversation, row.disliked) for row in rows] == [
        ("2026-10-31", True, None, False),
        ("2026-10-31", True, None, True),
        ("2026-11-01", False, CONVERSATION, False),
    ]
    assert await operations().run(facts_of_days, *DAYS) == []


async def test_what_no_fact_was_written_for_has_none(operations):
    await operations().write(erase_facts, CONVERSATION, BEGAN)
    assert await operations().run(facts_of_days, *DAYS) == []
