"""People are told of each step, once, in their conversation; units are reminded; erasing cuts the link only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from bot.hub.conversations import ConversationStore
from bot.jobs.petitions import PetitionJobs
from bot.petitions.build import build_petitions
from bot.petitions.models import Contact, ContactKind, PetitionState, StepKind
from bot.petitions.tables import ALERT, PARTY, PETITION, VIEWER, WORD
from bot.petitions.watching import AlertKind
from tests.fixtures.petitions import draft
from tests.integration.petitions.conftest import messages, open_conversation, rows

ANSWER = "Hồ sơ đã xong ngày 25/11, mời anh/chị tới nhận kết quả."
BY = "Lê Văn C"


@pytest.fixture
def jobs(parts, operations, clock):
    return PetitionJobs(parts, operations, clock)


@pytest.fixture
async def code(service, operations, clock):
    await open_conversation(operations, clock)
    return (await service.lodge(draft())).code


async def test_each_step_is_told_once_with_a_button(desk, operations, jobs, code):
    await desk.receive(code, BY)
    await desk.ask(code, BY, "Anh/chị nộp ở quầy nào?")
    await desk.transfer(code, BY, "commune:26740", "Thuộc trách nhiệm của phường.")
    await desk.answer(code, BY, ANSWER)
    assert await jobs.say_words() == {"said": 4}
    assert await jobs.say_words() == {"said": 0}
    taken, asked, moved, answered = [one["text"] for one in await messages(operations)]
    assert f"Phản ánh {code} đã có người xem xét" in taken
    assert "Anh/chị nộp ở quầy nào?" in asked
    assert "tạm dừng" in asked
    assert "UBND phường Sài Gòn sẽ trả lời" in moved
    assert "Đầu mối liên hệ vẫn là Tổ hỗ trợ" in moved
    assert ANSWER in answered
    assert "đến hết ngày 14/12/2026" in answered
    assert BY not in f"{taken}{asked}{moved}{answered}"
    news = [one["news"] for one in await messages(operations)]
    assert {one["kind"] for one in news} == {"petition_step"}
    assert news[3]["fields"]["step"] == f"Phản ánh {code} đã có trả lời"
    assert news[3]["fields"]["petition_code"] == code
    assert ANSWER not in str(news)
    titles = [one["buttons"][0]["title"] for one in await messages(operations)]
    assert titles == ["Xem phản ánh này", "Gửi thêm thông tin", "Xem phản ánh này", "Xem và đánh giá"]


async def test_a_refusal_says_why_and_where(desk, operations, jobs, code):
    await desk.refuse(code, BY, "complaint", "Ông/bà nhận quyết định ngày 1/11.")
    await jobs.say_words()
    (told,) = await messages(operations)
    for part in ("không được nhận xử lý", "90 ngày", "Ông/bà nhận quyết định ngày 1/11.", "2.002409"):
        assert part in told["text"]


async def test_a_supporter_is_told_without_the_words_of_others(service, desk, operations, clock, jobs, code):
    await open_conversation(operations, clock, "web-2")
    other = draft(key="k2", sender="web-2", contact=Contact(ContactKind.PHONE, "0907654321"))
    (found,) = await service.similar(other)
    joined = await service.join(found.ref, other)
    await desk.ask(code, BY, "Số nhà của anh/chị là gì?")
    await desk.answer(code, BY, ANSWER)
    assert await jobs.say_words() == {"said": 4}
    asked, answered = [one["text"] for one in await messages(operations, "web-2")]
    assert "Số nhà" not in asked
    assert joined.code in asked
    assert code not in asked
    assert ANSWER in answered


async def test_two_processes_say_a_word_once(parts, desk, operations, clock, code):
    await desk.receive(code, BY)
    both = [PetitionJobs(parts, operations, clock) for _ in range(2)]
    await asyncio.gather(*(job.say_words() for job in both * 3))
    assert len(await messages(operations)) == 1
    assert [row.message_seq for row in await rows(operations, WORD)] == [1]


async def test_a_fault_between_message_and_mark_undoes_both(desk, operations, jobs, code, monkeypatch):
    await desk.receive(code, BY)
    with monkeypatch.context() as patch:
        patch.setattr("bot.jobs.petitions.mark_number", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await jobs.say_words()
    assert await messages(operations) == []
    assert await jobs.say_words() == {"said": 1}


async def test_at_night_words_wait(desk, operations, clock, jobs, code):
    await desk.receive(code, BY)
    clock.set(2026, 11, 20, 15)
    assert await jobs.say_words() == {}
    clock.set(2026, 11, 21, 0, 1)
    assert await jobs.say_words() == {"said": 1}


@pytest.mark.requirement("R-25")
async def test_an_erased_conversation_leaves_its_petition_and_hears_nothing(
    service, desk, operations, clock, jobs, code
):
    await desk.receive(code, BY)
    await ConversationStore(operations(), clock).erase("id-web-1")
    assert await jobs.say_words() == {"said": 0}
    assert await rows(operations, VIEWER) == []
    assert [row.sender for row in await rows(operations, WORD)] == []
    assert await service.of("web-1") == []
    petition, history = await desk.get(code)
    assert petition.content.startswith("Tôi nộp hồ sơ")
    assert not petition.reachable
    assert history[-1].kind.value == "link_cut"
    # With code and phone it is found again, and can be followed in the new conversation.
    await open_conversation(operations, clock, "web-7")
    await service.look_up(code, "4567", "web-7")
    assert (await service.follow(code, "web-7")).kind is StepKind.DONE
    assert (await service.follow(code, "web-7")).kind is StepKind.AGAIN
    await desk.answer(code, BY, ANSWER)
    assert await jobs.say_words() == {"said": 1}
    assert len(await messages(operations, "web-7")) == 1


async def test_reminders_come_before_the_day_once_whoever_looks(parts, operations, clock, code):
    watch = parts.watch

    async def kinds_on(*when):
        clock.set(*when)
        await asyncio.gather(watch.remind(), watch.remind())
        day = date(*when[:3])
        return [alert.kind for alert in await watch.alerts(day, day)]

    assert await kinds_on(2026, 11, 20, 4) == []
    assert await kinds_on(2026, 11, 23, 3) == [AlertKind.REFUSE_SOON]  # 24/11 is a day off
    assert await kinds_on(2026, 11, 24, 3) == []
    assert await kinds_on(2026, 11, 25, 3) == [AlertKind.ORPHAN]
    assert await kinds_on(2026, 11, 26, 3) == [AlertKind.NOT_TAKEN_UP]
    assert await kinds_on(2026, 11, 27, 3) == [AlertKind.ASK_SOON]
    await parts.desk.receive(code, BY)
    assert await kinds_on(2026, 12, 8, 3) == []
    assert await kinds_on(2026, 12, 9, 3) == [AlertKind.ANSWER_SOON]
    assert await kinds_on(2026, 12, 10, 3) == []
    assert await kinds_on(2026, 12, 11, 3) == [AlertKind.ANSWER_SOON]
    assert await kinds_on(2026, 12, 14, 3) == []
    assert set(await kinds_on(2026, 12, 15, 3)) == {AlertKind.ANSWER_OVERDUE, AlertKind.OVERDUE_LIST}
    assert await kinds_on(2026, 12, 16, 3) == [AlertKind.OVERDUE_LIST]
    assert await kinds_on(2026, 12, 19, 3) == []  # a Saturday
    assert set(await kinds_on(2026, 12, 21, 3)) == {AlertKind.ANSWER_LONG_OVERDUE, AlertKind.OVERDUE_LIST}
    assert len(await rows(operations, ALERT)) == 11


@pytest.mark.requirement("R-32")
async def test_a_transferred_one_without_anybody_is_brought_up_to_the_head(settings, operations, clock, tmp_path):
    from tests.unit.petitions.routing_files import write_routing

    file = write_routing(tmp_path, heads={"26740": "Chủ tịch X"})
    parts = build_petitions(replace(settings, petition_routing=str(file)), operations, clock, b"key")
    code = (await parts.service.lodge(draft())).code
    await parts.desk.receive(code, BY)
    clock.set(2026, 11, 25, 3)
    await parts.desk.transfer(code, BY, "commune:26740", "Thuộc phường.")
    clock.set(2026, 11, 26, 3)
    await parts.watch.remind()
    assert AlertKind.ORPHAN not in [one.kind for one in await parts.watch.alerts(date.min, date.max)]
    clock.set(2026, 11, 27, 3)
    await parts.watch.remind()
    (orphan,) = [one for one in await parts.watch.alerts(date.min, date.max) if one.kind is AlertKind.ORPHAN]
    assert (orphan.unit_code, orphan.whom) == ("commune:26740", "Chủ tịch X")


async def test_danger_is_brought_up_at_once_and_first(parts, clock, code):
    urgent = await parts.service.lodge(draft(key="k2", urgent=True))
    clock.set(2026, 11, 23, 3)
    await parts.watch.remind()
    first, *_ = await parts.watch.alerts(date.min, date.max)
    assert (first.code, first.urgent) == (urgent.code, True)
    assert AlertKind.URGENT in [one.kind for one in await parts.watch.alerts(date.min, date.max)]


async def test_a_silent_citizen_is_reminded_once_and_then_an_officer_decides(parts, operations, clock, jobs, code):
    await parts.desk.ask(code, BY, "Anh/chị nộp ở quầy nào?")
    clock.set(2026, 11, 30, 3)
    assert (await jobs.look_at_clocks())["citizens"] == 1
    assert (await jobs.look_at_clocks())["citizens"] == 0
    await jobs.say_words()
    assert "vẫn chờ anh/chị trả lời" in (await messages(operations))[-1]["text"]
    clock.set(2026, 12, 14, 3)
    await jobs.look_at_clocks()
    (made,) = await parts.watch.alerts(date(2026, 12, 14), date(2026, 12, 14))
    assert (made.kind, made.whom) == (AlertKind.NO_REPLY, BY)


async def test_the_day_of_publishing_is_watched_where_petitions_are_official(settings, operations, clock):
    for official, expected in ((False, []), (True, [AlertKind.PUBLISH_SOON, AlertKind.PUBLISH_OVERDUE])):
        parts = build_petitions(replace(settings, petition_official=official), operations, clock, b"key")
        clock.set(2026, 11, 20, 3)
        code = (await parts.service.lodge(draft(key=f"k{official}"))).code
        await parts.desk.answer(code, BY, ANSWER)
        for day in (25, 26):
            clock.set(2026, 11, day, 3)
            await parts.watch.remind()
        mine = [one.kind for one in await parts.watch.alerts(date.min, date.max) if one.code == code]
        assert mine == expected


async def test_what_was_answered_is_closed_when_it_can_be_opened_again_no_more(parts, clock, jobs, code):
    await parts.desk.answer(code, BY, ANSWER)
    clock.set(2026, 12, 14, 3)
    assert (await jobs.look_at_clocks())["closed"] == 0
    clock.set(2026, 12, 15, 3)
    assert (await jobs.look_at_clocks())["closed"] == 1
    petition, history = await parts.desk.get(code)
    assert (petition.state, history[-1].by) == (PetitionState.CLOSED, "system")


async def test_after_24_months_nobody_stands_in_it_and_open_ones_stay(parts, operations, clock, jobs, code):
    await parts.service.add_message(code, "web-1", "Tôi nộp ở quầy 3.", "m1")
    await parts.desk.answer(code, BY, ANSWER)
    await parts.desk.close(code, BY)
    still_open = (await parts.service.lodge(draft(key="k2"))).code
    clock.set(2028, 11, 20, 2)
    assert (await jobs.forget())["anonymised"] == 0
    clock.set(2028, 11, 20, 4)
    assert (await jobs.forget())["anonymised"] == 1
    assert (await jobs.forget())["anonymised"] == 0
    petition, history = await parts.desk.get(code)
    assert (petition.content, petition.answer, petition.sender_name, petition.contact) == ("", "", "", None)
    assert (petition.state, petition.procedure_code) == (PetitionState.CLOSED, "1.001193")
    assert [event.text for event in history] == [""] * len(history)
    assert (await parts.service.receipt_of("key-1")).code == code
    assert (await parts.desk.get(still_open))[0].content
    (gone,) = [row for row in await rows(operations, PARTY) if row.code == code]
    assert gone.contact_hash
    await operations().write(lambda c: c.execute(update(PETITION).values(person="")))  # still a row like any other
