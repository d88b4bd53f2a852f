"""Handing over by the web chat: the citizen's socket on one side, officers (in another process) on the other."""

from __future__ import annotations

import json

import pytest
import pytest_asyncio

from bot.handoff.lists import QueueFilter
from bot.handoff.models import Officer, Outcome, RequestState
from bot.handoff.presence import Presence
from bot.handoff.queue import Queue
from bot.handoff.shifts import load_shifts
from bot.hub.delivery import LocalDelivery
from bot.hub.ownership import Ownership
from bot.store.engine import Database, make_engine
from knowledge.working_days import load_calendar
from tests.fixtures.moving_clock import MovingClock

LAN = Officer("p-lan", "Chị Lan")


def custom(outcome, **more):
    return {"custom": {"answer": {"outcome": outcome, "procedure_code": None, "fields": []}, **more}}


WANTED = {"trigger": "asked", "procedure_title": "Đăng ký tạm trú", "asked": "tạm trú cần gì"}
REPLIES = {
    "/accept_human": [{"text": "Đã chuyển."}, custom("handed_off_officer", handoff=WANTED)],
    "?!": [{"text": "Tôi chưa hiểu."}, custom("unanswered_not_understood")],
    "?!!": [{"text": "Tôi vẫn chưa hiểu."}, custom("unanswered_not_understood")],
    "bị đánh": [{"text": "Gọi 113."}, custom("answered_violence")],
    "lệ phí": [{"text": "15.000 đồng."}, custom("answered_procedure")],
    "thời hạn": [{"text": "3 ngày."}, custom("answered_procedure")],
    "xin gặp": [{"text": "Đồng ý không ạ?", "buttons": [{"title": "Đồng ý", "payload": "/accept_human"}]}],
}


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def rasa(rasa):
    rasa.replies |= REPLIES
    return rasa


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
def officers(database, clock):
    queue = Queue(lambda: database, clock, load_shifts(load_calendar()))
    return Ownership(lambda: database, clock, queue, LocalDelivery())


@pytest_asyncio.fixture
async def present(database, clock):
    await Presence(lambda: database, clock).arrive(LAN)


async def waits(widget):
    """Ask for an officer and say yes; the message with the place."""
    await widget.say("xin gặp")
    asked = await widget.until("assistant")
    await widget.press(asked["seq"], 0)
    return await widget.until("assistant")


async def only(officers, state=RequestState.WAITING):
    (row,) = await officers.queue.waiting(QueueFilter(state=state))
    return row.request


async def test_from_asking_to_the_assistant_again(widget, officers, present, rasa):
    message = await waits(widget)
    assert "lượt thứ 1, thời gian chờ chưa rõ" in message["content"]["text"]
    standing = await widget.next("standing")
    assert standing == {"type": "standing", "who": "waiting", "place": 1, "stop": "Không chờ nữa"}
    request = await only(officers)
    assert (request.summary.procedure_title, request.summary.asked) == ("Đăng ký tạm trú", "tạm trú cần gì")
    await widget.say("mã của tôi là 12")
    await officers.claim(request.id, LAN)
    await widget.until("system")
    asked = len(rasa.asked)
    await widget.say("/restart")
    await officers.reply(request.id, LAN, "k1", "Dạ tôi xem ạ")
    reply = await widget.until("officer")
    assert reply["content"] == {"text": "Dạ tôi xem ạ", "author": "Chị Lan"}
    assert len(rasa.asked) == asked
    await officers.give_back(request.id, LAN)
    assert "trợ lý" in (await widget.until("system"))["content"]["text"]
    await widget.say("lệ phí")
    assert (await widget.until("assistant"))["content"]["text"] == "15.000 đồng."
    assert rasa.texts()[-1] == "lệ phí"
    assert "mã của tôi là 12" not in rasa.texts()


async def test_a_turn_in_flight_is_dropped_by_a_takeover(widget, officers, present, rasa):
    await widget.say("lệ phí")
    await widget.until("assistant")
    (conversation,) = [row[0] for row in await conversations(officers)]
    rasa.gate.clear()
    await widget.say("thời hạn")
    await rasa.until_asked(2)
    request = await officers.step_in(conversation, LAN, "trả lời giúp")
    rasa.gate.set()
    await officers.reply(request.id, LAN, "k1", "Tôi đây")
    await widget.until("officer")
    await widget.quiet(1)
    assert "3 ngày." not in str(widget.transcript())


async def conversations(officers):
    from sqlalchemy import text

    return await officers.read(lambda connection: connection.execute(text("SELECT id FROM conversation")).all())


async def test_what_an_officer_says_meanwhile_comes_once_and_in_order(widget, new_widget, officers, present):
    await waits(widget)
    request = await only(officers)
    last = widget.messages[-1]["seq"]
    await widget.close()
    await officers.claim(request.id, LAN)
    for number in range(3):
        await officers.reply(request.id, LAN, f"k{number}", f"tin {number}")
        await officers.reply(request.id, LAN, f"k{number}", f"tin {number}")
    again = new_widget()
    await again.enter(widget.token, after=last)
    await again.quiet(1)
    seqs = [seq for seq, _, _ in again.transcript()]
    assert seqs == list(range(last + 1, last + 5))
    assert [text for _, role, text in again.transcript() if role == "officer"] == ["tin 0", "tin 1", "tin 2"]
    assert {"type": "standing", "who": "officer", "officer": "Chị Lan"} in again.frames
    await again.close()


async def test_waiting_is_stopped_by_button_or_by_words(widget, officers, present, rasa):
    message = await waits(widget)
    await widget.press(message["seq"], 0)
    assert "bỏ lượt chờ" in (await widget.until("system"))["content"]["text"]
    await waits(widget)
    await widget.say("Không chờ nữa")
    assert "bỏ lượt chờ" in (await widget.until("system"))["content"]["text"]
    assert await officers.queue.waiting() == []
    await widget.press(message["seq"], 0)
    assert (await widget.next("refused"))["code"] == "MESSAGE_REFUSED"
    await widget.say("lệ phí")
    await widget.until("assistant")
    assert not [text for text in rasa.texts() if "chờ" in text or "waiting" in text]


async def test_nobody_there_any_more_when_the_yes_comes(widget, officers, database, clock):
    message = await waits(widget)
    assert "chưa có cán bộ trực" in message["content"]["text"]
    assert [one["title"] for one in message["content"]["buttons"]] == ["Để lại số điện thoại", "Hỏi tiếp trợ lý"]
    assert await officers.queue.waiting() == []


async def test_out_of_hours_nobody_is_waited_for(widget, officers, present, database, clock):
    clock.set(2026, 11, 26, 5)  # noon
    await Presence(lambda: database, clock).arrive(LAN)
    message = await waits(widget)
    assert "13 giờ hôm nay" in message["content"]["text"]


async def test_two_answers_not_understood_offer_an_officer_and_yes_is_enough(widget, officers, present, rasa):
    await widget.say("?!")
    await widget.until("assistant")
    await widget.say("?!!")
    await widget.until("assistant")
    offer = await widget.until("assistant")
    assert offer["content"]["text"].startswith("Hai câu liền")
    await widget.say("Có ạ.")
    await rasa.until_asked(3)
    assert rasa.texts()[2] == '/request_human{"handoff_trigger": "not_understood"}'


async def test_somebody_who_is_beaten_is_offered_an_officer(widget, present):
    await widget.say("bị đánh")
    await widget.until("assistant")
    offer = await widget.until("assistant")
    assert offer["content"]["buttons"][0]["title"] == "Gặp cán bộ"


async def test_nobody_is_offered_where_nobody_is(widget, database):
    await widget.say("bị đánh")
    await widget.until("assistant")
    await widget.quiet(0.5)
    assert len(widget.transcript()) == 2


async def test_two_thumbs_down_offer_an_officer_once(widget, present, rasa):
    seqs = []
    for text in ("lệ phí", "thời hạn", "lệ phí"):
        await widget.say(text)
        seqs.append((await widget.until("assistant"))["seq"])
    await widget.rate(seqs[0], "down")
    await widget.rate(seqs[1], "down")
    await widget.rate(seqs[2], "down")
    await widget.quiet(0.5)
    offers = [one for one in widget.messages if "những câu trả lời chưa được việc" in one["content"]["text"]]
    assert len(offers) == 1
    await widget.press(offers[0]["seq"], 0)
    await rasa.until_asked(4)
    assert json.loads(rasa.texts()[3].removeprefix("/request_human")) == {"handoff_trigger": "thumbs_down"}


async def test_danger_is_answered_at_once_although_an_officer_is_waited_for(widget, officers, present, rasa):
    await waits(widget)
    asked = len(rasa.asked)
    await widget.say("cháy nhà rồi cứu với")
    assert "114" in (await widget.until("system"))["content"]["text"]
    assert len(rasa.asked) == asked
    assert (await only(officers)).urgent


async def test_erasing_ends_it_for_the_officer_too(widget, officers, present):
    await waits(widget)
    request = await only(officers)
    await officers.claim(request.id, LAN)
    await widget.send(type="end")
    await widget.next("ended")
    assert (await officers.queue.get(request.id)).outcome is Outcome.ERASED
