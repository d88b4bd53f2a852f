"""Each step between citizen, officers and assistant: what it changes, what it says, and what it refuses."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.errors import HandoffStepError
from bot.handoff.lists import QueueFilter
from bot.handoff.models import Asked, Deed, HandoffFault, Officer, Outcome, RequestState, Trigger
from bot.hub.models import Answerer, Draft, Role, Turn
from tests.integration.handoff.conftest import LAN, MINH


async def refused(step):
    with pytest.raises(HandoffStepError) as caught:
        await step
    return caught.value.context["fault"]


async def deeds(ownership, request):
    return [line.deed for line in await ownership.queue.history(request.id)]


async def test_of_fifty_claims_at_once_one_has_it(ask, ownership, store):
    request = await ask()
    officers = [Officer(f"p-{number}", f"Cán bộ {number}") for number in range(50)]
    tries = await asyncio.gather(*(ownership.claim(request.id, one) for one in officers), return_exceptions=True)
    won = [one for one in tries if not isinstance(one, Exception)]
    assert len(won) == 1
    assert {one.context["fault"] for one in tries if isinstance(one, HandoffStepError)} == {HandoffFault.TAKEN}
    assert (await store.find(request.conversation_id)).status is Answerer.OFFICER
    assert await deeds(ownership, request) == [Deed.ASKED, Deed.CLAIMED]
    assert (await ownership.queue.get(request.id)).officer_id == won[0].officer_id


async def test_asking_twice_is_one_request(ask, ownership):
    request = await ask()
    again = await ownership.ask(request.conversation_id, Asked())
    assert again.id == request.id
    assert len(await ownership.queue.waiting()) == 1


async def test_nobody_waits_for_nobody(store, ownership):
    conversation = await store.open("web")
    assert await ownership.ask(conversation.id, Asked()) is None
    assert (await store.find(conversation.id)).status is Answerer.ASSISTANT


async def test_an_answer_that_began_before_the_takeover_is_dropped(store, ownership, turn_store, present):
    conversation = await store.open("web")
    await store.add_citizen_message(conversation.id, "a", {"text": "hỏi"})
    turn = await turn_store.claim(conversation.id)
    assert isinstance(turn, Turn)
    await ownership.step_in(conversation.id, LAN, "trợ lý trả lời sai")
    assert (await turn_store.complete(turn, Role.ASSISTANT, (Draft({"text": "cũ"}),))).stored is None
    assert "cũ" not in str(await store.messages_after(conversation.id, 0))


async def test_nor_is_it_wanted_when_the_officer_has_come_and_gone_meanwhile(store, ownership, turn_store, present):
    conversation = await store.open("web")
    await store.add_citizen_message(conversation.id, "a", {"text": "hỏi"})
    turn = await turn_store.claim(conversation.id)
    request = await ownership.step_in(conversation.id, LAN, "vào giúp")
    await ownership.give_back(request.id, LAN)
    assert (await turn_store.complete(turn, Role.ASSISTANT, (Draft({"text": "cũ"}),))).stored is None
    assert await turn_store.claim(conversation.id) is None  # the officer has dealt with it


async def test_what_is_said_to_the_officer_never_is_the_assistants(ask, ownership, store, turn_store):
    request = await ask()
    await store.add_citizen_message(request.conversation_id, "w", {"text": "khi chờ"})
    await ownership.claim(request.id, LAN)
    await store.add_citizen_message(request.conversation_id, "h", {"text": "/restart"})
    assert await turn_store.claim(request.conversation_id) is None
    await ownership.give_back(request.id, LAN)
    assert await turn_store.claim(request.conversation_id) is None
    await store.add_citizen_message(request.conversation_id, "n", {"text": "hỏi tiếp"})
    assert (await turn_store.claim(request.conversation_id)).text == "hỏi tiếp"


async def test_a_reply_sent_again_is_one_message(ask, ownership, said):
    request = await ask()
    await ownership.claim(request.id, LAN)
    first = await ownership.reply(request.id, LAN, "k1", "Chào anh/chị\n\nhai đoạn")
    await ownership.close(request.id, LAN, Outcome.ANSWERED, "đã chỉ nơi nộp")
    again = await ownership.reply(request.id, LAN, "k1", "Chào anh/chị\n\nhai đoạn")
    assert first == again
    assert first.content["author"] == "Chị Lan"
    assert [role for role, _ in await said(request)] == ["system", "officer", "system"]
    assert await refused(ownership.reply(request.id, LAN, "k2", "còn nữa")) is HandoffFault.CLOSED


async def test_a_reply_sent_twice_at_once_is_one_message(ask, ownership, said):
    request = await ask()
    await ownership.claim(request.id, LAN)
    tries = (ownership.reply(request.id, LAN, "k1", "Chào anh/chị") for _ in range(8))
    assert len({message.seq for message in await asyncio.gather(*tries)}) == 1
    assert [role for role, _ in await said(request)] == ["system", "officer"]


async def test_a_citizen_who_writes_all_the_time_hinders_no_step(ask, ownership, store):
    request = await ask()

    async def write(start):
        for number in range(20):
            await store.add_citizen_message(request.conversation_id, f"{start}-{number}", {"text": "alo"})

    async def work():
        await ownership.claim(request.id, LAN)
        for number in range(10):
            await ownership.reply(request.id, LAN, f"k{number}", "dạ")
        await ownership.close(request.id, LAN, Outcome.ANSWERED, "xong")

    await asyncio.gather(write("a"), write("b"), work())
    seqs = [message.seq for message in await store.messages_after(request.conversation_id, 0)]
    assert seqs == list(range(1, 40 + 10 + 2 + 1))


async def test_a_transfer_stays_with_its_holder_until_it_is_accepted(ask, ownership, said):
    request = await ask()
    await ownership.claim(request.id, LAN)
    await ownership.offer(request.id, LAN, MINH, "đúng phần việc của anh")
    await ownership.reply(request.id, LAN, "k1", "vẫn là tôi")
    assert await refused(ownership.offer(request.id, LAN, MINH)) is HandoffFault.OFFERED
    assert await refused(ownership.accept(request.id, LAN)) is HandoffFault.NO_OFFER
    accepted = await ownership.accept(request.id, MINH)
    assert (accepted.officer_id, accepted.offered_to) == (MINH.id, "")
    assert await refused(ownership.reply(request.id, LAN, "k2", "tôi nữa")) is HandoffFault.NOT_YOURS
    assert (await said(request))[-1][1].startswith("Anh Minh tiếp nhận")


async def test_an_offer_ends_by_no_or_by_time(ask, ownership, clock):
    request = await ask()
    await ownership.claim(request.id, LAN)
    await ownership.offer(request.id, LAN, MINH)
    declined = await ownership.decline(request.id, MINH, "đang bận")
    assert (declined.officer_id, declined.offered_to) == (LAN.id, "")
    await ownership.offer(request.id, LAN, MINH)
    clock.pass_by(seconds=121)
    assert await refused(ownership.accept(request.id, MINH)) is HandoffFault.NO_OFFER
    history = await ownership.queue.history(request.id)
    assert "đang bận" in [line.why for line in history]


async def test_nobody_is_offered_to_who_is_not_there(ask, ownership, presence):
    request = await ask()
    await ownership.claim(request.id, LAN)
    assert await refused(ownership.offer(request.id, LAN, LAN)) is HandoffFault.TO_YOURSELF
    await presence.leave(MINH, "họp")
    assert await refused(ownership.offer(request.id, LAN, MINH)) is HandoffFault.RECEIVER_AWAY


async def test_what_is_released_keeps_its_place(ask, ownership, clock, said):
    first = await ask()
    clock.pass_by(minutes=1)
    await ask()
    await ownership.claim(first.id, LAN)
    clock.pass_by(seconds=30)
    assert await refused(ownership.release(first.id, LAN, " ")) is HandoffFault.NO_REASON
    released = await ownership.release(first.id, LAN, "hết ca")
    assert released.state is RequestState.WAITING
    assert (await ownership.standing(first.conversation_id)).place == 1
    assert "lượt thứ 1" in (await said(first))[-1][1]
    assert (await ownership.claim(first.id, MINH)).officer_name == "Anh Minh"


async def test_the_citizen_stops_waiting(ask, ownership, store, said):
    request = await ask()
    stopped = await ownership.stop_waiting(request.conversation_id, ("c1", "Không chờ nữa"))
    assert (stopped.outcome, stopped.state) == (Outcome.CANCELLED, RequestState.CLOSED)
    assert [role for role, _ in await said(request)] == ["citizen", "system"]
    assert (await store.find(request.conversation_id)).status is Answerer.ASSISTANT
    assert await ownership.stop_waiting(request.conversation_id) is None
    assert await refused(ownership.claim(request.id, LAN)) is HandoffFault.CLOSED


async def test_an_end_needs_outcome_and_reason_and_can_be_undone(ask, ownership, said):
    request = await ask()
    await ownership.claim(request.id, LAN)
    assert await refused(ownership.close(request.id, LAN, Outcome.ERASED, "x")) is HandoffFault.OUTCOME
    assert await refused(ownership.close(request.id, LAN, Outcome.ANSWERED, "")) is HandoffFault.NO_REASON
    closed = await ownership.close(request.id, LAN, Outcome.ANSWERED, "đã hướng dẫn")
    assert (closed.outcome, closed.reason, closed.is_open) == (Outcome.ANSWERED, "đã hướng dẫn", False)
    reopened = await ownership.reopen(request.id, MINH)
    assert (reopened.officer_id, reopened.closed_at) == (MINH.id, None)
    assert await refused(ownership.reopen(request.id, LAN)) is HandoffFault.OPEN


async def test_what_is_put_aside_comes_back_when_the_citizen_writes(ask, ownership, store, clock):
    request = await ask()
    await ownership.claim(request.id, LAN)
    assert await refused(ownership.snooze(request.id, LAN, clock.now())) is HandoffFault.PAST
    await ownership.snooze(request.id, LAN, clock.now() + timedelta(hours=2))
    assert await ownership.queue.waiting(QueueFilter(state=RequestState.HELD, snoozed=False)) == []
    await store.add_citizen_message(request.conversation_id, "a", {"text": "dạ đây"})
    (row,) = await ownership.queue.waiting(QueueFilter(state=RequestState.HELD, snoozed=False))
    assert row.request.citizen_spoke_at == clock.now()
    assert (await deeds(ownership, request))[-1] is Deed.WOKEN


async def test_an_erased_conversation_leaves_nothing_to_read(ask, ownership, store, database):
    request = await ask(trigger=Trigger.ASKED)
    await ownership.claim(request.id, LAN)
    await ownership.note(request.id, LAN, "gọi lại chị Hoa", (MINH.id,))
    assert [(note.text, note.mentions) for note in await ownership.queue.notes(request.id)] == [
        ("gọi lại chị Hoa", (MINH.id,))
    ]
    await store.erase(request.conversation_id)
    assert await ownership.queue.notes(request.id) == []
    assert (await ownership.queue.get(request.id)).outcome is Outcome.ERASED
    assert await refused(ownership.reply(request.id, LAN, "k", "alo")) is HandoffFault.GONE
    assert await refused(ownership.step_in(request.conversation_id, LAN, "vào")) is HandoffFault.GONE


async def test_history_is_only_added_to(ask, database):
    await ask()
    for statement in ("UPDATE handoff_event SET why = 'x'", "DELETE FROM handoff_event"):
        with pytest.raises(Exception, match="only added to"):
            await database.write(lambda connection, words: connection.execute(text(words)), statement)


async def test_another_unit_cannot_take_it(ask, ownership):
    request = await ask()
    stranger = Officer("p-xa", "Cán bộ xã", ("26740",))
    assert await refused(ownership.claim(request.id, stranger)) is HandoffFault.OTHER_UNIT


async def test_pages_hear_topics_and_nothing_else(ask, ownership, heard):
    request = await ask()
    await ownership.claim(request.id, LAN)
    assert set(heard) == {"queue", f"conversation:{request.conversation_id}"}
