"""What an administrator has set holds at the next question, on both databases."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.handoff.models import Deed, Trigger
from bot.hub.handoff_clocks import HandoffClocks
from bot.hub.models import Draft, Role
from bot.hub.tables import MESSAGE
from bot.staff.tuner import Tuner
from bot.tuning.models import Setting
from bot.tuning.reading import Tuning
from tests.integration.handoff.conftest import LAN, MINH

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def put(database, clock, ownership):
    """Set a value by another process's parts."""
    tuner = Tuner(lambda: database, clock, Tuning(), {"city"})

    async def change(setting, value):
        number = len(await tuner.history(setting))
        await tuner.change(setting, "", value, number, "Thử trong kiểm tra", "Quản Trị")

    return change


@pytest.fixture
def answer(store, turn_store, database):
    """A turn that ends with `outcome`; the contents of the answers."""

    async def play(conversation, number, outcome, **effects):
        await store.add_citizen_message(conversation.id, f"c-{number}", {"text": "hỏi gì đó"})
        turn = await turn_store.claim(conversation.id)
        content = {"text": "…", "answer": {"outcome": outcome}}
        await turn_store.complete(turn, Role.ASSISTANT, (Draft(content, effects=effects),))
        rows = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == conversation.id).order_by(MESSAGE.c.seq)
        return [row.content for row in await database.run(lambda c: c.execute(rows).all())]

    return play


async def test_a_full_queue_takes_nobody_but_who_is_in_danger(ask, put, ownership):
    await put(Setting.QUEUE_LIMIT, 1)
    assert await ask() is not None
    assert await ask() is None
    desk = await ownership.queue.desk()
    assert (desk.open, desk.full, desk.takes(), desk.takes(urgent=True)) == (True, True, False, True)
    assert (await ask(urgent=True)).urgent
    await put(Setting.QUEUE_LIMIT, 0)
    assert await ask() is not None


async def test_the_clocks_go_by_what_was_set(ask, put, ownership, clock, presence):
    await put(Setting.LATE_MINUTES, 30)
    await put(Setting.SILENT_MINUTES, 5)
    await put(Setting.OFFER_MINUTES, 20)
    waits, held = await ask(), await ask()
    await ownership.claim(held.id, LAN)
    await ownership.offer(held.id, LAN, MINH)
    assert (await ownership.queue.get(held.id)).offer_until.minute == (clock.now().minute + 20) % 60
    clock.pass_by(minutes=11)
    await presence.arrive(LAN)
    done = await HandoffClocks(ownership, clock).look()
    assert (done["late"], done["taken_back"]) == (0, 1)
    clock.pass_by(minutes=20)
    done = await HandoffClocks(ownership, clock).look()
    assert done["late"] == 2
    assert Deed.TOLD_LATE in {line.deed for line in await ownership.queue.history(waits.id)}


async def test_a_rule_that_is_off_offers_nobody(put, store, answer, present):
    await put(Setting.RULE_NOT_UNDERSTOOD, False)
    conversation = await store.open("web")
    for number in (1, 2):
        said = await answer(conversation, number, "unanswered_not_understood")
    assert all("offered_by" not in one for one in said)
    await put(Setting.RULE_NOT_UNDERSTOOD, True)
    said = await answer(conversation, 3, "unanswered_not_understood")
    assert said[-1]["offered_by"] == Trigger.NOT_UNDERSTOOD.value
    await put(Setting.RULE_SENSITIVE, False)
    other = await store.open("web")
    assert all("offered_by" not in one for one in await answer(other, 1, "answered_violence"))


@pytest.mark.parametrize("on", [True, False])
async def test_the_survey_is_asked_where_it_is_on(put, store, answer, on):
    await put(Setting.SURVEY, on)
    conversation = await store.open("web")
    await answer(conversation, 1, "answered_procedure")
    said = await answer(conversation, 2, "greeted", topic_ends=True)
    assert bool(said[-1].get("survey")) is on


async def test_the_city_s_sentence_is_said_where_nobody_is_there(put, store, answer):
    await put(Setting.CLOSED_NOTE, "Cổng dịch vụ công vẫn nhận hồ sơ.")
    conversation = await store.open("web")
    said = await answer(conversation, 1, "handed_off_officer", handoff={"trigger": "asked"})
    assert "Cổng dịch vụ công vẫn nhận hồ sơ. Anh/chị để lại" in said[-1]["text"]
