"""Features that are switched off, over real sockets and on both databases: what the hub itself does about them."""

from __future__ import annotations

import uuid

import pytest
import pytest_asyncio

from bot.handoff.models import Officer
from bot.handoff.presence import Presence
from bot.staff.models import Feature
from bot.staff.switches import Switches
from bot.store.engine import Database, make_engine
from tests.fixtures import photos
from tests.fixtures.moving_clock import MovingClock

OFF = "Tạm dừng đến 15 giờ chiều nay."
READ = f"{OFF} Cần hỏi thêm, anh/chị gọi 1022."
WANTED = {"trigger": "asked", "asked": "tạm trú cần gì"}


def custom(outcome, **more):
    return {"custom": {"answer": {"outcome": outcome, "procedure_code": None, "fields": []}, **more}}


@pytest.fixture
def rasa(rasa):
    rasa.replies |= {
        "lệ phí": [{"text": "15.000 đồng."}, custom("answered_procedure")],
        "cảm ơn": [{"text": "Dạ."}, custom("answered_smalltalk", topic_ends=True)],
        "chuyển đi": [{"text": "Đã chuyển."}, custom("handed_off_officer", handoff=WANTED)],
        "?!": [{"text": "Tôi chưa hiểu."}, custom("unanswered_not_understood")],
        "bị đánh": [{"text": "Gọi 113."}, custom("answered_violence")],
    }
    return rasa


@pytest.fixture
def clock():
    return MovingClock()


@pytest_asyncio.fixture
async def hub_url(start_hub, clock):
    async with start_hub(clock=clock) as url:
        yield url


@pytest.fixture
def database(database_url, hub_url):
    database = Database(make_engine(database_url))
    yield database
    database.close()


@pytest.fixture
def switch_off(database, clock):
    async def switch(feature):
        assert await Switches(lambda: database, clock).set(feature, True, OFF, "Nâng cấp hệ thống", "Quản Trị")

    return switch


async def ask(widget, text):
    await widget.say(text)
    return await widget.until("assistant")


async def test_nothing_is_rated_and_what_was_shown_before_leads_to_the_sentence(widget, switch_off):
    before = await ask(widget, "lệ phí")
    assert before["rateable"] is True
    # What the hub knew of the switch is believed for a second: a later conversation's answer waits for it.
    await switch_off(Feature.RATINGS)
    refused = await widget.rate(before["seq"], "down")
    for _ in range(40):
        if refused["type"] == "refused":
            break
        await widget.quiet(0.05)
        refused = await widget.rate(before["seq"], "down")
    assert refused["text"] == READ
    after = await ask(widget, "lệ phí")
    assert "rateable" not in after
    assert "survey" not in (await ask(widget, "cảm ơn"))["content"]
    assert (await widget.survey("satisfied", str(uuid.uuid4())))["text"] == READ


async def test_no_photo_is_taken_and_the_sentence_is_said(citizen, switch_off):
    await switch_off(Feature.PHOTOS)
    status, answer = await citizen.put(photos.jpeg())
    assert (status, answer["reason"], answer["text"]) == (409, "switched_off", READ)
    await citizen.give(str(uuid.uuid4()))
    assert (await citizen.widget.next("refused"))["text"] == READ


async def test_nobody_goes_into_the_queue_and_danger_is_offered_an_officer_all_the_same(
    widget, switch_off, database, clock
):
    await Presence(lambda: database, clock).arrive(Officer("p-lan", "Chị Lan"))
    await switch_off(Feature.HANDOFF)
    handed = await ask(widget, "chuyển đi")
    assert handed["content"]["text"] == READ
    assert handed["content"]["answer"]["outcome"] == "refused_switched_off"
    await ask(widget, "?!")
    await ask(widget, "?!")
    await widget.say("bị đánh")
    texts = []
    while "Gọi 113." not in texts:
        texts.append((await widget.until("assistant"))["content"]["text"])
    assert texts == ["Gọi 113."]  # no offer came in between
    assert (await widget.until("assistant"))["content"]["buttons"][0]["title"] == "Gặp cán bộ"
