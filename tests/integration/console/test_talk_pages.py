"""Talks with the assistant in the console: whose they are, stepping in, looking at answers before they go."""

from __future__ import annotations

import pytest
import pytest_asyncio

from bot.handoff.models import RequestState
from bot.hub.models import Draft, Turn
from bot.hub.models import Role as Said
from bot.hub.turn_store import TurnStore
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed
from tests.integration.console.conftest import WARD

QUESTION = "Cháu Nguyễn Văn An sinh 01/02/2026 cần giấy gì"
ANSWER = "Anh/chị mang giấy chứng sinh tới phường ạ."


@pytest.fixture
def desk_clock(clock):
    return clock


@pytest.fixture
def turns(hub, clock, settings):
    holding = hub.turns._store._holds
    return TurnStore(hub.database, clock, "127.0.0.1:8080", holds=holding)


@pytest.fixture
def ask(hub, turns):
    """A citizen asks, the assistant answers; the conversation's id."""

    async def make(text=QUESTION, answer=ANSWER, talk="", **more):
        conversation = talk or (await hub.hub.enter("web", None)).conversation.id
        seq = (await hub.transcripts.find(conversation)).last_seq
        await hub.hub._store.add_citizen_message(conversation, f"c{seq}", {"text": text})
        turn = await turns.claim(conversation)
        assert isinstance(turn, Turn)
        said = Draft({"text": answer, "answer": {"outcome": "answered_procedure", **more}})
        await turns.complete(turn, Said.ASSISTANT, (said,))
        return conversation

    return make


@pytest_asyncio.fixture
async def looked_at(administrator, officer):
    """The city's unit looks at answers, and its officer is there."""
    await administrator.get("/desk/approval")
    sentence, reason = "Đang nhờ cán bộ xem lại ạ.", "cần xem lại câu trả lời"
    assert await administrator.post("/desk/approval/on", unit="city", sentence=sentence, reason=reason) == 303
    await officer.get("/desk/queue")
    assert await officer.post("/desk/presence", here="yes") == 303


async def said_in(hub, talk):
    return [(one.role.value, one.content["text"]) for one in await hub.transcripts.newest(talk)]


async def test_talks_are_shown_to_their_unit_masked_and_written_down(officer, ward, ask, services):
    city = await ask()
    wards = await ask("Tôi ở phường này", "Phường ạ.", commune_code=WARD)
    await officer.get("/desk/talks")
    assert city in officer.body
    assert wards in officer.body
    assert "Nguyễn Văn An" not in officer.body
    await ward.get("/desk/talks")
    assert wards in ward.body
    assert city not in ward.body
    assert await ward.get(f"/desk/talks/{city}") == 404
    assert await ward.get(f"/desk/talks/{city}/messages") == 404
    assert await ward.get(f"/desk/talks/{wards}") == 200
    assert await officer.get(f"/desk/talks/{city}") == 200
    assert "Nguyễn Văn An" not in officer.body
    assert await officer.post(f"/desk/talks/{city}/unmask", reason="cần tên để tra hồ sơ") == 200
    assert "Nguyễn Văn An" in officer.body
    seen = await services.staff.audit.read(AuditFilter(about=city))
    assert {one.deed for one in seen} == {Deed.CONVERSATION_SEEN, Deed.CONVERSATION_UNMASKED}


async def test_an_officer_steps_in_and_gives_back(officer, ward, ask, hub):
    talk = await ask()
    await officer.get(f"/desk/talks/{talk}")
    assert await officer.post(f"/desk/talks/{talk}/step_in", reason=" ") == 422
    assert "Ghi lý do rồi làm lại" in officer.body
    assert await ward.post(f"/desk/talks/{talk}/step_in", reason="tò mò") in (403, 404)
    assert await officer.post(f"/desk/talks/{talk}/step_in", reason="câu trả lời chưa đủ") == 303
    (handed,) = await hub.ownership.queue.of_conversation(talk)
    assert officer.location == f"/desk/conversations/{handed.id}?done=handed_step_in"
    assert handed.state is RequestState.HELD
    assert any("Nguyễn canbo" in text for role, text in await said_in(hub, talk) if role == "system")
    assert await officer.get(f"/desk/talks/{talk}") == 303
    await officer.get(f"/desk/conversations/{handed.id}")
    assert await officer.post(f"/desk/conversations/{handed.id}/give_back") == 303
    assert (await said_in(hub, talk))[-1][1].startswith("Cán bộ đã chuyển lại cho trợ lý")
    assert await officer.get(f"/desk/talks/{talk}") == 200


async def test_an_answer_is_looked_at_and_approved(looked_at, officer, ward, ask, hub, services):
    talk = await ask()
    await officer.get("/desk/talks")
    assert "1 câu chờ duyệt" in officer.body
    await officer.get(f"/desk/talks/{talk}")
    assert ANSWER in officer.body
    answer = officer.field("answer")
    assert await ward.get(f"/desk/talks/{talk}") == 404
    assert await officer.post(f"/desk/talks/{talk}/approve", answer=answer) == 303
    assert await said_in(hub, talk) == [
        ("citizen", QUESTION),
        ("system", "Đang nhờ cán bộ xem lại ạ."),
        ("assistant", ANSWER),
    ]
    await officer.get(f"/desk/talks/{talk}")
    assert "cán bộ đã duyệt" in officer.body
    assert await officer.post(f"/desk/talks/{talk}/edit", answer=answer, text="Lời giữ lại") == 422
    assert "vừa được gửi" in officer.body
    assert "Lời giữ lại" in officer.body
    (line,) = await services.staff.audit.read(AuditFilter(deed=Deed.ANSWER_LOOKED_AT))
    assert (line.about, line.reason) == (talk, "approve")


@pytest.mark.parametrize("step", ["edit", "refuse"])
async def test_other_words_go_in_its_place(looked_at, officer, ask, hub, step):
    talk = await ask()
    await officer.get(f"/desk/talks/{talk}")
    answer = officer.field("answer")
    assert await officer.post(f"/desk/talks/{talk}/{step}", answer=answer, text="Gọi <số điện thoại> ạ") == 422
    assert await officer.post(f"/desk/talks/{talk}/{step}", answer=answer, text="Lời của tôi <3") == 303
    assert (await said_in(hub, talk))[-1] == ("officer", "Lời của tôi <3")
    other = await ask()
    await officer.get(f"/desk/talks/{talk}")
    assert await officer.post(f"/desk/talks/{talk}/{step}", answer=answer, text="lần nữa") == 303  # the same, once
    await officer.get(f"/desk/talks/{other}")
    foreign = officer.field("answer")
    assert await officer.post(f"/desk/talks/{talk}/approve", answer=foreign) == 422
    assert ("assistant", ANSWER) not in await said_in(hub, other)


async def test_what_was_held_is_left_for_whoever_takes_over(looked_at, officer, ask, hub):
    talk = await ask()
    await officer.get(f"/desk/talks/{talk}")
    assert await officer.post(f"/desk/talks/{talk}/step_in", reason="tự trả lời") == 303
    await officer.get(officer.location)
    assert "Trợ lý đã soạn, chưa gửi" in officer.body
    assert ANSWER in officer.body
    assert ("assistant", ANSWER) not in await said_in(hub, talk)


async def test_a_unit_is_switched_with_a_reason(administrator, hub):
    await administrator.get("/desk/approval")
    assert await administrator.post("/desk/approval/on", unit="xx", sentence="x", reason="một lý do đủ dài") == 422
    assert await administrator.post("/desk/approval/on", unit=WARD, sentence="x", reason="ngắn") == 422
    assert "Ghi lý do, ít nhất 10 ký tự" in administrator.body
    said = "Chờ cán bộ phường xem lại ạ."
    assert await administrator.post("/desk/approval/on", unit=WARD, sentence=said, reason="phường mới nhận việc") == 303
    await administrator.get("/desk/approval")
    assert said in administrator.body
    assert await administrator.post("/desk/approval/off", unit=WARD, reason="đã quen việc rồi") == 303
    assert [one.on for one in await hub.approval_switches.history(WARD)] == [False, True]
