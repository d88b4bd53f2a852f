"""Nobody is left waiting unheard: late waits, silent officers, offers and what was put aside, calls not made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.handoff.build import HandoffParts
from bot.handoff.contacts import CallWish, Contacts, Wanted
from bot.handoff.mentions import Mentions
from bot.handoff.models import Deed, Outcome, RequestState
from bot.hub.handoff_clocks import HandoffClocks
from bot.hub.models import Answerer
from bot.jobs.handoff import HandoffJobs
from tests.integration.handoff.conftest import LAN, MINH


@pytest.fixture
def clocks(ownership, clock):
    return HandoffClocks(ownership, clock)


def done(counts):
    return {name: count for name, count in counts.items() if count}


async def test_a_long_wait_is_told_once_an_hour_with_a_way_out(ask, ownership, presence, clocks, clock, store, said):
    request = await ask()
    clock.pass_by(minutes=9)
    assert done(await clocks.look()) == {}
    clock.pass_by(minutes=1)
    await presence.beat(LAN.id)
    assert done(await clocks.look()) == {"late": 1}
    assert done(await clocks.look()) == {}
    (message,) = await store.messages_after(request.conversation_id, 0)
    assert "lượt thứ 1" in message.content["text"]
    assert [one["title"] for one in message.content["buttons"]] == ["Chờ tiếp", "Để lại số điện thoại", "Không chờ nữa"]
    clock.pass_by(hours=1)
    assert done(await clocks.look()) == {"late": 1}
    assert "không còn cán bộ trực" in (await said(request))[-1][1]  # nobody has given a sign of life since


async def test_a_silent_officer_gives_it_back(ask, ownership, clocks, clock, store, said):
    request = await ask()
    await ownership.claim(request.id, LAN)
    await ownership.reply(request.id, LAN, "k1", "Tôi xem giúp ạ")
    clock.pass_by(hours=3)
    assert done(await clocks.look()) == {}  # it is the citizen who does not answer
    await store.add_citizen_message(request.conversation_id, "a", {"text": "dạ sao rồi"})
    clock.pass_by(minutes=9)
    assert done(await clocks.look()) == {}
    clock.pass_by(minutes=1)
    assert done(await clocks.look())["taken_back"] == 1
    waiting = await ownership.queue.get(request.id)
    assert (waiting.state, waiting.officer_id) == (RequestState.WAITING, "")
    assert [line.deed for line in await ownership.queue.history(request.id)][-2:] != [Deed.CLAIMED, Deed.REPLIED]
    assert any("cán bộ đang gián đoạn" in text for _, text in await said(request))


async def test_who_claims_and_says_nothing_gives_it_back_too(ask, ownership, clocks, clock):
    request = await ask()
    await ownership.claim(request.id, LAN)
    clock.pass_by(minutes=10)
    assert done(await clocks.look())["taken_back"] == 1


async def test_offers_end_and_what_was_put_aside_comes_back(ask, ownership, clocks, clock):
    request = await ask()
    await ownership.claim(request.id, LAN)
    await ownership.reply(request.id, LAN, "k1", "Tôi hỏi lại rồi báo")
    await ownership.offer(request.id, LAN, MINH)
    await ownership.snooze(request.id, LAN, clock.now() + timedelta(minutes=5))
    clock.pass_by(minutes=2)
    assert done(await clocks.look()) == {"offers": 1}
    clock.pass_by(minutes=3)
    assert done(await clocks.look()) == {"woken": 1}
    assert (await ownership.queue.get(request.id)).officer_id == LAN.id


async def test_after_two_days_the_assistant_answers_again(ask, clocks, clock, ownership, store, said):
    request = await ask()
    clock.pass_by(days=2)
    assert done(await clocks.look()) == {"abandoned": 1}
    assert (await ownership.queue.get(request.id)).outcome is Outcome.NOBODY_CAME
    assert (await store.find(request.conversation_id)).status is Answerer.ASSISTANT
    assert "1022" in (await said(request))[-1][1]


async def test_a_call_that_was_not_made_is_owned_up_to(database, clock, ownership, presence, store):
    contacts = Contacts(lambda: database, clock, ownership.queue.shifts)
    jobs = HandoffJobs(
        HandoffParts(ownership.queue, presence, contacts, Mentions(lambda: database, clock), clock),
        lambda: database,
        clock,
    )
    conversation = await store.open("web")
    contact = await contacts.leave(conversation.rasa_sender, Wanted("0901234567", CallWish.AFTERNOON))
    assert await jobs.look_at_calls() == {"late_calls": 0}
    clock.pass_by(hours=7)  # Thursday, 17:00
    assert await jobs.look_at_calls() == {"late_calls": 1}
    assert await jobs.look_at_calls() == {"late_calls": 0}
    (message,) = await store.messages_after(conversation.id, 0)
    assert contact.reference in message.content["text"]
    assert "13 giờ ngày mai" in message.content["text"]
