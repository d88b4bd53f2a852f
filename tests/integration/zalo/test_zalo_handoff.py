"""An officer answers on Zalo: out to the citizen once, in from the citizen to nobody but the officer."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.handoff.models import Officer
from bot.handoff.queue import Queue
from bot.handoff.shifts import load_shifts
from bot.hub.delivery import LocalDelivery
from bot.hub.ownership import Ownership
from bot.ops.clock import SystemClock
from bot.store.engine import Database, make_engine
from knowledge.working_days import load_calendar
from tests.integration.zalo.conftest import until

ME = "246845883529197922"
LAN = Officer("p-lan", "Chị Lan")


@pytest.fixture
def officers(database_url):
    database = Database(make_engine(database_url))
    clock = SystemClock()
    queue = Queue(lambda: database, clock, load_shifts(load_calendar()))
    yield Ownership(lambda: database, clock, queue, LocalDelivery())
    database.close()


async def test_an_officer_answers_on_zalo(start_zalo_hub, zalo, zalo_rasa, http, officers):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "lệ phí"))
        await until(lambda: len(zalo.sent) >= 2)
        ids = await officers.read(lambda connection: connection.execute(text("SELECT id FROM conversation")).all())
        request = await officers.step_in(ids[0][0], LAN, "trả lời giúp")
        for _ in range(2):
            await officers.reply(request.id, LAN, "k1", "Dạ tôi là Lan ạ")
        await until(lambda: "Dạ tôi là Lan ạ" in zalo.texts_to(ME))
        await zalo.post(http, url, zalo.event(ME, "cảm ơn chị Lan"))
        await asyncio.sleep(1)
        assert zalo_rasa.texts() == ["lệ phí"]
        await officers.give_back(request.id, LAN)
        await until(lambda: any("chuyển lại cho trợ lý" in words for words in zalo.texts_to(ME)))
        await zalo.post(http, url, zalo.event(ME, "thời hạn"))
        await until(lambda: "Trả lời: thời hạn" in zalo.texts_to(ME))
    assert zalo.texts_to(ME).count("Dạ tôi là Lan ạ") == 1
    assert zalo_rasa.texts() == ["lệ phí", "thời hạn"]
    assert zalo.faults == []
