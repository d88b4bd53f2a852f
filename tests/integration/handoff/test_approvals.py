"""Answers that wait for an officer's look: which, for how long, sent once and in order whoever comes first."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.approval.models import ApprovalFault, HeldState
from bot.approval.rows import erase_approval
from bot.approval.switches import ApprovalSwitches
from bot.errors import ApprovalError, HandoffStepError
from bot.handoff.models import Asked, Officer, Outcome
from bot.hub.approvals import Approvals
from bot.hub.conversations import ConversationStore
from bot.hub.feedback_effects import with_feedback
from bot.hub.handoff_effects import HandoffEffects, erase_handoff
from bot.hub.holding import Holding
from bot.hub.models import Draft, Role, Turn
from bot.hub.transcripts import Transcripts
from bot.hub.turn_store import TurnStore
from tests.integration.handoff.conftest import LAN

SENTENCE = "Đang nhờ cán bộ xem lại ạ."
WARD = Officer("p-phuong", "Cô Phượng", ("26740",))
SENT = {HeldState.APPROVED, HeldState.UNSEEN}


def draft(text, outcome="answered_procedure", **more):
    return Draft({"text": text, "answer": {"outcome": outcome, **more}})


@pytest.fixture
def holding(ownership):
    return Holding(ownership.queue, 60)


@pytest.fixture
def turns(database, clock, ownership, holding):
    along = HandoffEffects(ownership.steps, with_feedback)
    return TurnStore(database, clock, "hub", along=along, holds=holding)


@pytest.fixture
def approvals(database, clock, ownership, holding, delivery, heard):
    along = HandoffEffects(ownership.steps, with_feedback)
    return Approvals(lambda: database, clock, holding, along, delivery, heard.append)


@pytest.fixture
def switches(database, clock):
    return ApprovalSwitches(lambda: database, clock)


@pytest.fixture
def store(database, clock):
    return ConversationStore(database, clock, (erase_handoff, erase_approval))


@pytest_asyncio.fixture
async def on(switches, present):
    assert await switches.set("city", True, SENTENCE, "cán bộ mới, cần xem lại", "Quản trị")


@pytest_asyncio.fixture
async def talk(store):
    return (await store.open("web")).id


@pytest.fixture
def answer(store, turns, clock):
    """A question of the citizen's, answered by the assistant; what was stored."""
    number = 0

    async def make(conversation, *drafts, text="cần giấy gì"):
        nonlocal number
        number += 1
        clock.pass_by(seconds=1)
        await store.add_citizen_message(conversation, f"c{number}", {"text": text})
        turn = await turns.claim(conversation)
        assert isinstance(turn, Turn)
        return (await turns.complete(turn, Role.ASSISTANT, drafts)).stored

    return make


@pytest.fixture
def said(store):
    async def read(conversation):
        found = await store.messages_after(conversation, 0)
        return [(one.role.value, one.content["text"]) for one in found if one.role is not Role.CITIZEN]

    return read


async def fault_of(step):
    with pytest.raises(ApprovalError) as caught:
        await step
    return caught.value.context["fault"]


async def test_nothing_is_held_where_it_is_off_or_nobody_is_there(talk, answer, said, approvals, switches, presence):
    await answer(talk, draft("một"))
    await switches.set("city", True, SENTENCE, "cần xem lại câu trả lời", "Quản trị")
    await answer(talk, draft("hai"))  # nobody has said that they are there
    await presence.arrive(LAN)
    await answer(talk, draft("ba"))
    assert await said(talk) == [("assistant", "một"), ("assistant", "hai"), ("system", SENTENCE)]
    await switches.set("city", False, "", "thôi không cần xem", "Quản trị")
    assert [one.text for one in await approvals.of([talk])] == ["ba"]


async def test_an_answer_is_approved_once_and_as_it_was_made(on, talk, answer, said, approvals, heard):
    buttons = Draft({"text": "hai", "answer": {"outcome": "answered_how_to"}, "buttons": [{"title": "T"}]}, ("/t",))
    await answer(talk, draft("một"), buttons)
    (held,) = await approvals.of([talk])
    await approvals.approve(held.id, LAN)
    await approvals.approve(held.id, LAN)  # the form was sent twice
    assert await said(talk) == [("system", SENTENCE), ("assistant", "một"), ("assistant", "hai")]
    assert await fault_of(approvals.edit(held.id, LAN, "khác")) is ApprovalFault.SETTLED
    settled = await approvals.find(held.id)
    assert (settled.state, settled.by_name, settled.seq) == (HeldState.APPROVED, LAN.name, 3)
    assert talk in heard


async def test_other_words_are_the_officers_and_the_original_is_kept(on, talk, answer, said, approvals, store):
    first = Draft({"text": "sai", "answer": {"outcome": "answered_procedure"}, "buttons": [{"title": "T"}]}, ("/t",))
    await answer(talk, first)
    (held,) = await approvals.of([talk])
    assert await fault_of(approvals.edit(held.id, LAN, "  ")) is ApprovalFault.NO_WORDS
    await approvals.edit(held.id, LAN, "đúng")
    assert (await said(talk))[-1] == ("officer", "đúng")
    message = (await store.messages_after(talk, 2))[0]
    assert message.content["author"] == LAN.name
    assert await store.find_button(talk, message.seq, 0) == ("T", "/t")
    assert (await approvals.find(held.id)).text == "sai"
    await answer(talk, draft("tiếp"))
    (held,) = await approvals.of([talk])
    await approvals.refuse(held.id, LAN, "Anh/chị chờ tôi hỏi lại phòng chuyên môn ạ.")
    assert (await approvals.find(held.id)).state is HeldState.REFUSED
    assert "tiếp" not in str(await said(talk))


async def test_time_lets_it_go_marked(on, talk, answer, said, approvals, clock):
    await answer(talk, draft("một"))
    assert await approvals.look() == 0
    clock.pass_by(seconds=60)
    assert await approvals.look() == 1
    assert await approvals.look() == 0
    roles = [role for role, _ in await said(talk)]
    assert roles == ["system", "system", "assistant"]
    assert "chưa kịp xem" in (await said(talk))[1][1]
    assert await approvals.of([talk]) == []


async def test_nobody_waits_for_officers_who_have_gone(on, talk, answer, said, approvals, presence, clock):
    await answer(talk, draft("một"))
    clock.pass_by(seconds=20)
    for sign in await presence.all():
        await presence.leave(sign.officer, "hết ca")
    assert await approvals.look() == 1
    assert (await said(talk))[-1] == ("assistant", "một")


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        ("answered_emergency", "hỏi"),
        ("answered_violence", "hỏi"),
        ("answered_scam", "hỏi"),
        ("refused_credentials", "hỏi"),
        ("answered_procedure", "nhà tôi đang cháy, cứu với"),
        ("answered_something_new_about_danger", "hỏi"),
    ],
)
async def test_what_is_urgent_is_never_held_and_goes_ahead(on, talk, answer, said, approvals, outcome, text):
    await answer(talk, draft("chờ"))
    await answer(talk, draft("gọi ngay", outcome), text=text)
    assert (await said(talk))[1] == ("assistant", "gọi ngay")
    assert [one.text for one in await approvals.of([talk])] == ["chờ"]


async def test_order_is_kept(on, talk, answer, said, approvals, clock):
    await answer(talk, draft("một"))
    await answer(talk, draft("chào", "answered_smalltalk"))  # small talk waits its turn behind it
    await answer(talk, draft("hai"))
    first, _, third = await approvals.of([talk])
    assert await fault_of(approvals.approve(third.id, LAN)) is ApprovalFault.EARLIER
    await approvals.approve(first.id, LAN)
    clock.pass_by(seconds=61)
    assert await approvals.look() == 2
    texts = [text for role, text in await said(talk) if role == "assistant"]
    assert texts == ["một", "chào", "hai"]
    assert sum(text == SENTENCE for _, text in await said(talk)) == 1
    await answer(talk, draft("chào", "answered_smalltalk"))  # nothing is held before it
    assert (await said(talk))[-1] == ("assistant", "chào")


async def test_an_answer_that_came_late_is_of_its_own_question(on, talk, answer, approvals, database, clock):
    await answer(talk, draft("một"), text="câu thứ nhất")
    await answer(talk, draft("hai"), text="câu thứ hai")
    for held in await approvals.of([talk]):
        await approvals.approve(held.id, LAN)
    turns = await Transcripts(database).turns(clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1))
    assert {one.question: one.answer for one in turns} == {"câu thứ nhất": "một", "câu thứ hai": "hai"}


async def test_who_wants_a_person_has_the_answer_first(on, talk, answer, said, approvals):
    await answer(talk, draft("một"))
    wanted = Draft({"text": "Đã chuyển.", "answer": {"outcome": "handed_off_officer"}}, (), {"handoff": {}})
    await answer(talk, wanted)
    roles = [(role, text[:9]) for role, text in await said(talk)]
    assert roles[-2:] == [("assistant", "một"), ("assistant", "Đã chuyển")]
    assert await approvals.of([talk]) == []


async def test_a_takeover_drops_it_and_a_queue_does_not(on, talk, answer, said, approvals, ownership, store):
    await answer(talk, draft("một"))
    request = await ownership.step_in(talk, LAN, "câu trả lời chưa đúng")
    assert request.summary.asked == "cần giấy gì"
    (dropped,) = await approvals.dropped(talk)
    assert dropped.text == "một"
    assert await approvals.look() == 0
    assert await fault_of(approvals.approve(dropped.id, LAN)) is ApprovalFault.SETTLED
    await ownership.give_back(request.id, LAN)
    assert ("assistant", "một") not in await said(talk)
    other = (await store.open("web")).id
    await answer(other, draft("hai"))
    assert await ownership.ask(other, Asked()) is not None
    assert ("assistant", "hai") in await said(other)


async def test_an_erased_conversation_keeps_no_words(on, talk, answer, approvals, store, clock):
    await answer(talk, draft("một"))
    (held,) = await approvals.of([talk])
    await store.erase(talk)
    clock.pass_by(minutes=2)
    assert await approvals.look() == 0
    assert (await approvals.find(held.id)).text == ""
    assert await fault_of(approvals.approve(held.id, LAN)) is ApprovalFault.GONE


async def test_the_ward_that_was_named_decides_whose_it_is(on, talk, answer, said, approvals, switches, presence):
    await answer(talk, draft("Phường", "answered_place", commune_code="26740"))
    assert (await said(talk))[-1] == ("assistant", "Phường")  # the ward has not switched it on
    await switches.set("26740", True, SENTENCE, "phường muốn xem lại", "Quản trị")
    await presence.arrive(WARD)
    await answer(talk, draft("một"))
    (held,) = await approvals.of([talk])
    assert held.unit == "26740"
    other = Officer("p-khac", "Anh Khác", ("26743",))
    assert await fault_of(approvals.approve(held.id, other)) is ApprovalFault.OTHER_UNIT
    await approvals.approve(held.id, WARD)


async def test_of_an_approval_the_clock_and_a_takeover_one_wins(
    on, store, answer, approvals, ownership, presence, clock, said
):
    for _round in range(8):
        await presence.beat(LAN.id)
        talk = (await store.open("web")).id
        await answer(talk, draft("câu"))
        (held,) = await approvals.of([talk])
        clock.pass_by(seconds=61)
        tries = (
            approvals.approve(held.id, LAN),
            approvals.look(),
            approvals.edit(held.id, LAN, "sửa"),
            ownership.step_in(talk, LAN, "vào giúp người dân"),
        )
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert all(not isinstance(one, Exception) or isinstance(one, ApprovalError | HandoffStepError) for one in done)
        state = (await approvals.find(held.id)).state
        texts = [text for _, text in await said(talk)]
        assert texts.count("câu") == (1 if state in SENT else 0), state
        assert texts.count("sửa") == (1 if state is HeldState.EDITED else 0), state
        for request in await ownership.queue.of_conversation(talk):
            await ownership.close(request.id, LAN, Outcome.ANSWERED, "xong việc")
