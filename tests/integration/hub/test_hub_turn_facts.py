"""Each answered question leaves one fact, whatever happens around it."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import select

from bot.reports.tables import REPORT_TURN
from bot.store.engine import make_engine

ANSWER = [
    {"text": "Lệ phí 160.000 đồng."},
    {"custom": {"answer": {"outcome": "answered_procedure", "procedure_code": "1.004194", "fields": ["fees"]}}},
]


@pytest.fixture
def facts(database_url, hub_url):
    @contextmanager
    def opened():
        engine = make_engine(database_url)
        with engine.connect() as connection:
            yield connection
        engine.dispose()

    def read():
        with opened() as connection:
            return list(connection.execute(select(REPORT_TURN).order_by(REPORT_TURN.c.id)))

    return read


async def test_a_question_leaves_one_fact_that_outlives_the_conversation(widget, rasa, facts):
    rasa.replies["lệ phí hộ chiếu"] = ANSWER
    client_id = await widget.say("lệ phí hộ chiếu")
    await widget.until("assistant")
    await widget.say("lệ phí hộ chiếu", client_id)
    await widget.until("citizen")
    (row,) = facts()
    assert (row.channel, row.outcome, row.procedure_code) == ("web", "answered_procedure", "1.004194")
    assert 0 <= row.milliseconds < 60_000
    conversation = row.conversation
    await widget.send(type="end")
    await widget.next("ended")
    (row,) = facts()
    assert row.conversation not in (None, conversation)
    assert row.outcome == "answered_procedure"


async def test_a_question_that_was_given_up_counts_as_an_error(widget, rasa, facts):
    rasa.replies["hỏng"] = []
    await widget.say("hỏng")
    await widget.until("system")
    (row,) = facts()
    assert (row.outcome, row.procedure_code) == ("error_internal", "")


async def test_what_stands_in_place_of_an_outcome_or_a_code_is_not_kept(widget, rasa, facts):
    said = {"outcome": "xin chào", "procedure_code": "số điện thoại 0903 000 111"}
    rasa.replies["lạ"] = [{"text": "Vâng."}, {"custom": {"answer": said}}]
    await widget.say("lạ")
    await widget.until("assistant")
    (row,) = facts()
    assert (row.outcome, row.procedure_code) == ("", "")
