"""An answer that waits for an officer's look on Zalo: the sentence first, then the answer, each once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.approval.switches import ApprovalSwitches
from bot.handoff.models import Officer
from bot.handoff.presence import Presence
from bot.handoff.shifts import Shift, Shifts
from bot.ops.clock import SystemClock
from bot.store.engine import Database, make_engine
from tests.integration.zalo.conftest import until

ME = "246845883529197922"
LAN = Officer("p-lan", "Chị Lan")
SENTENCE = "Đang nhờ cán bộ xem lại ạ."


@pytest.fixture
def database(database_url):
    database = Database(make_engine(database_url))
    yield database
    database.close()


async def test_zalo_hears_the_sentence_and_then_the_answer(
    start_zalo_hub, zalo, zalo_rasa, http, database, monkeypatch
):
    clock = SystemClock()
    always = Shift(clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1))
    monkeypatch.setattr(Shifts, "running", lambda *_: always)  # whatever the day on which this runs
    answer = {"custom": {"answer": {"outcome": "answered_procedure", "procedure_code": None, "fields": []}}}
    zalo_rasa.replies["lệ phí"] = [{"text": "15.000 đồng."}, answer]
    async with start_zalo_hub() as url:
        await Presence(lambda: database, clock).arrive(LAN)
        await ApprovalSwitches(lambda: database, clock).set("city", True, SENTENCE, "cần xem lại đã", "Quản trị")
        await zalo.post(http, url, zalo.event(ME, "lệ phí"))
        await until(lambda: SENTENCE in zalo.texts_to(ME))
        assert "15.000 đồng." not in zalo.texts_to(ME)
        await Presence(lambda: database, clock).leave(LAN, "hết ca")  # so nobody can look at it any more
        await until(lambda: "15.000 đồng." in zalo.texts_to(ME))
    texts = zalo.texts_to(ME)
    assert [texts.count(one) for one in (SENTENCE, "15.000 đồng.")] == [1, 1]
    assert zalo.faults == []
