"""A held answer over the socket, and over the end of a process: nothing lost, nothing twice."""

from __future__ import annotations

from contextlib import asynccontextmanager

from bot.approval.switches import ApprovalSwitches
from bot.handoff.models import Officer
from bot.handoff.presence import Presence
from bot.store.engine import Database, make_engine
from tests.fixtures.moving_clock import MovingClock
from tests.fixtures.web_widget import Widget

SENTENCE = "Đang nhờ cán bộ xem lại ạ."
REPLY = [
    {"text": "15.000 đồng."},
    {"custom": {"answer": {"outcome": "answered_procedure", "procedure_code": None, "fields": []}}},
]


@asynccontextmanager
async def desk(database_url, clock):
    database = Database(make_engine(database_url))
    await Presence(lambda: database, clock).arrive(Officer("p-lan", "Chị Lan"))
    await ApprovalSwitches(lambda: database, clock).set("city", True, SENTENCE, "cần xem lại đã", "Quản trị")
    yield
    database.close()


async def test_an_answer_that_a_dead_process_held_goes_once(start_hub, session, rasa, database_url):
    clock = MovingClock()
    rasa.replies["lệ phí"] = REPLY
    async with start_hub(clock=clock) as url, desk(database_url, clock):
        widget = Widget(session, url)
        await widget.enter()
        await widget.say("lệ phí")
        assert (await widget.until("system"))["content"]["text"] == SENTENCE
        await widget.close()
    clock.pass_by(seconds=61)
    async with start_hub(clock=clock) as url:
        again = Widget(session, url)
        await again.enter(widget.token, 0)
        assert (await again.until("assistant"))["content"]["text"] == "15.000 đồng."
        await again.quiet(1.3)
        assert [role for _, role, _ in again.transcript()] == ["citizen", "system", "system", "assistant"]
        await again.close()
    assert rasa.texts() == ["lệ phí"]
