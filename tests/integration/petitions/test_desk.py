"""The desk: states, one person, clocks that wait, transfers, refusals, opening again, the citizen's steps."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from bot.errors import PetitionRefusedError, PetitionStepError
from bot.ops.satisfaction import Satisfaction
from bot.petitions.desk import Filter
from bot.petitions.models import Contact, ContactKind, EventKind, PetitionState, StepKind
from bot.petitions.tables import PARTY, PETITION, RATING, TEXT
from tests.fixtures.petitions import draft
from tests.integration.petitions.conftest import rows

ANSWER = "Hồ sơ đã xong ngày 25/11, mời anh/chị tới nhận kết quả."
BY = "Lê Văn C"


@pytest.fixture
async def code(service):
    return (await service.lodge(draft())).code


async def fault_of(step):
    with pytest.raises(PetitionStepError) as caught:
        await step
    return caught.value.context["fault"]


@pytest.mark.requirement("R-25", "R-32")
async def test_from_receipt_to_the_end_with_every_step_in_the_history(service, desk, code, clock):
    assert (await desk.receive(code, BY)).person == BY
    assert (await desk.ask(code, BY, "Anh/chị nộp ở quầy nào?")).state is PetitionState.ASKED_FOR_MORE
    clock.pass_by(days=3)
    step = await service.add_message(code, "web-1", "Dạ quầy số 3.", "m1")
    assert (step.kind, step.view.state) == (StepKind.DONE, PetitionState.IN_PROGRESS)
    answered = await desk.answer(code, BY, ANSWER)
    assert (answered.answered_by, answered.due_publish) == (BY, date(2026, 11, 26))
    await service.rate(code, "web-1", Satisfaction.SATISFIED)
    closed = await desk.close(code, BY)
    assert closed.state is PetitionState.CLOSED
    _, history = await desk.get(code)
    kinds = [event.kind.value for event in history]
    assert kinds == ["lodged", "taken_up", "asked", "message", "answered", "rated", "closed"]
    assert [event.by for event in history] == ["citizen", BY, BY, "citizen", BY, "citizen", BY]
    assert history[4].text == ANSWER


@pytest.mark.requirement("R-25")
async def test_nothing_is_closed_without_an_answer(desk, code):
    assert await fault_of(desk.close(code, BY)) == "not_now"
    assert await fault_of(desk.answer(code, BY, " ")) == "no_text"
    assert await fault_of(desk.answer(code, BY, "Đã xem xét.")) == "short_answer"
    assert await fault_of(desk.answer(code, BY, "Lý do là <lý do cụ thể>, chúng tôi xin lỗi.")) == "blanks_left"
    assert await fault_of(desk.answer(code, " ", ANSWER)) == "no_name"
    assert await fault_of(desk.answer(code, BY, "x" * 4001)) == "too_long"
    assert await fault_of(desk.answer("PA-0000-0000", BY, ANSWER)) == "unknown_code"
    petition, history = await desk.get(code)
    assert (petition.state, len(history)) == (PetitionState.RECEIVED, 1)


async def test_two_officers_cannot_both_take_it_up(desk, code):
    results = await asyncio.gather(*(desk.receive(code, name) for name in ("A", "B")), return_exceptions=True)
    assert sum(isinstance(result, PetitionStepError) for result in results) == 1
    first = (await desk.get(code))[0].person
    other = "A" if first == "B" else "B"
    assert await fault_of(desk.receive(code, other)) == "taken"
    assert (await desk.receive(code, other, take_over=True)).person == other
    again = await desk.receive(code, other)
    assert again.state is PetitionState.IN_PROGRESS
    assert len((await desk.get(code))[1]) == 3


@pytest.mark.requirement("R-25")
async def test_the_clock_waits_while_the_citizen_is_asked(service, desk, code, clock):
    await desk.receive(code, BY)
    clock.set(2026, 11, 23, 3)
    await desk.ask(code, BY, "Anh/chị nộp ở quầy nào?")
    clock.set(2026, 11, 25, 3)
    await desk.ask(code, BY, "Anh/chị nộp ngày nào?")  # asked again: it waits since the first question
    clock.set(2026, 12, 1, 3)
    step = await service.add_message(code, "web-1", "Quầy 3, ngày 10/11.", "m1")
    # 25, 26, 27, 30 November and 1 December: five working days
    assert step.view.due_answer == date(2026, 12, 21)
    petition, history = await desk.get(code)
    assert petition.asked_on is None
    assert history[-1].due_on == date(2026, 12, 21)


async def test_a_reply_on_the_same_day_moves_nothing(service, desk, code):
    await desk.ask(code, BY, "Anh/chị nộp ở quầy nào?")
    step = await service.add_message(code, "web-1", "Quầy 3.", "m1")
    assert step.view.due_answer == date(2026, 12, 14)


async def test_steps_after_their_day_are_kept_as_late(service, desk, clock):
    codes = [(await service.lodge(draft(key=f"k{number}"))).code for number in range(3)]
    clock.set(2026, 12, 1, 3)  # beyond refusing (25/11) and asking (30/11)
    await desk.refuse(codes[0], BY, "city_services")
    await desk.ask(codes[1], BY, "Anh/chị nộp ở quầy nào?")
    clock.set(2026, 12, 15, 3)  # beyond answering (14/12)
    await desk.answer(codes[2], BY, ANSWER)
    await desk.answer(codes[1], BY, ANSWER)  # the clock was waiting
    late = [(await desk.get(code))[1][-1].was_late for code in codes]
    assert late == [True, False, True]
    assert (await desk.get(codes[1]))[1][-2].was_late


@pytest.mark.requirement("R-37")
async def test_a_transfer_keeps_the_contact_and_the_clock(service, desk, code, clock):
    await desk.receive(code, BY)
    clock.set(2026, 11, 25, 3)
    moved = await desk.transfer(code, BY, "commune:26740", "Thuộc trách nhiệm của phường.")
    assert (moved.unit_name, moved.person) == ("UBND phường Sài Gòn", "")
    assert moved.contact_unit_name.startswith("Tổ hỗ trợ")
    assert moved.due_answer == date(2026, 12, 14)
    event = (await desk.get(code))[1][-1]
    assert (event.unit_from, event.unit_to) == (moved.contact_unit_name, "UBND phường Sài Gòn")
    assert (event.by, event.text, event.due_on) == (BY, "Thuộc trách nhiệm của phường.", date(2026, 11, 26))
    assert await fault_of(desk.transfer(code, BY, "commune:26740", "Lần nữa.")) == "same_unit"
    assert await fault_of(desk.transfer(code, BY, "commune:00000", "Nhầm.")) == "unknown_unit"
    assert await fault_of(desk.transfer(code, BY, "support", "")) == "no_text"
    assert (await desk.receive(code, "Phạm D")).person == "Phạm D"
    (mine,) = await service.of("web-1")
    assert (mine.unit_name, mine.contact_unit_name) == ("UBND phường Sài Gòn", moved.contact_unit_name)


async def test_a_refusal_has_a_reason_and_the_right_place(service, desk, code):
    assert await fault_of(desk.refuse(code, BY, "")) == "unknown_reason"
    assert await fault_of(desk.refuse(code, BY, "other")) == "no_text"
    assert await fault_of(desk.refuse(code, BY, "other", "Việc của cơ quan khác.")) == "no_place"
    refused = await desk.refuse(code, BY, "complaint")
    assert (refused.state, refused.refusal_reason) == (PetitionState.REFUSED, "complaint")
    (mine,) = await service.of("web-1")
    assert "2.002409" in mine.right_place


@pytest.mark.requirement("R-26")
async def test_a_denunciation_that_came_through_is_refused_and_its_words_are_gone(service, desk, operations, code):
    await service.add_message(code, "web-1", "Tôi bổ sung: việc này kéo dài.", "m1")
    refused = await desk.refuse(code, BY, "denunciation")
    assert refused.content == ""
    for table in (PETITION, PARTY, TEXT):
        kept = str([tuple(row) for row in await rows(operations, table)])
        assert "10 ngày" not in kept
        assert "kéo dài" not in kept


async def test_opened_again_within_the_time_only_and_all_clocks_begin_anew(service, desk, code, clock):
    assert (await service.reopen(code, "web-1", "Chưa giải quyết.")).kind is StepKind.NOT_NOW
    await desk.receive(code, BY)
    await desk.answer(code, BY, ANSWER)
    (mine,) = await service.of("web-1")
    assert mine.reopen_until == date(2026, 12, 14)
    with pytest.raises(PetitionRefusedError):
        await service.reopen(code, "web-1", "  ")
    clock.set(2026, 12, 14, 16, 59)  # 23:59 in the city
    step = await service.reopen(code, "web-1", "Tôi tới nhận nhưng chưa có.")
    assert (step.kind, step.view.state, step.view.answer) == (StepKind.DONE, PetitionState.REOPENED, "")
    assert step.view.due_answer > date(2026, 12, 31)
    assert (await service.reopen(code, "web-1", "Lần hai.")).kind is StepKind.AGAIN
    assert (await desk.receive(code, BY)).state is PetitionState.IN_PROGRESS
    await desk.answer(code, BY, ANSWER)
    await desk.close(code, BY)
    clock.pass_by(days=40)
    assert (await service.reopen(code, "web-1", "Chưa giải quyết.")).kind is StepKind.TOO_LATE
    assert (await desk.reopen(code, BY, "Xem lại theo yêu cầu.")).state is PetitionState.REOPENED
    assert [event.text for event in (await desk.get(code))[1] if event.kind is EventKind.ANSWERED] == [ANSWER, ANSWER]


async def test_a_message_that_comes_twice_is_there_once(service, desk, code):
    steps = await asyncio.gather(*(service.add_message(code, "web-1", "Dạ quầy số 3.", "m1") for _ in range(10)))
    assert sorted(step.kind.value for step in steps) == ["again"] * 9 + ["done"]
    assert len((await desk.get(code))[1]) == 2
    with pytest.raises(PetitionRefusedError):
        await service.add_message(code, "web-1", " ", "m2")
    with pytest.raises(PetitionRefusedError) as caught:
        await service.add_message(code, "web-1", "Anh cán bộ A đòi 500 ngàn mới chịu làm.", "m3")
    assert caught.value.context["faults"] == ["denunciation"]


async def test_rated_once_an_answer_and_explained_later(service, desk, operations, code):
    assert (await service.rate(code, "web-1", Satisfaction.SATISFIED)).kind is StepKind.NOT_NOW
    await desk.answer(code, BY, ANSWER)
    (mine,) = await service.of("web-1")
    assert mine.can_rate
    assert (await service.rate(code, "web-1", Satisfaction.DISSATISFIED)).kind is StepKind.DONE
    assert (await service.rate(code, "web-1", Satisfaction.SATISFIED)).kind is StepKind.AGAIN
    step = await service.rate(code, "web-1", Satisfaction.DISSATISFIED, "Trả lời chung chung.")
    assert (step.kind, step.view.can_rate) == (StepKind.DONE, False)
    await service.reopen(code, "web-1", "Chưa đúng ý.")
    await desk.answer(code, BY, ANSWER)
    assert (await service.rate(code, "web-1", Satisfaction.SATISFIED)).kind is StepKind.DONE
    assert [row.rating for row in await rows(operations, RATING)] == ["dissatisfied", "satisfied"]


async def test_withdrawn_by_the_last_it_ends_and_by_one_of_several_it_goes_on(service, desk, code):
    other = draft(key="k2", sender="web-2", contact=Contact(ContactKind.PHONE, "0907654321"))
    (found,) = await service.similar(other)
    joined = await service.join(found.ref, other)
    assert (await service.withdraw(code, "web-1")).view.state is PetitionState.WITHDRAWN
    petition, _ = await desk.get(joined.code)
    assert (petition.state, petition.supporters) == (PetitionState.RECEIVED, 1)
    # Questions are for the supporter now.
    await desk.ask(code, BY, "Anh/chị nộp ở quầy nào?")
    (theirs,) = await service.of("web-2")
    assert theirs.asked_for == "Anh/chị nộp ở quầy nào?"
    step = await service.add_message(joined.code, "web-2", "Quầy số 3.", "m1")
    assert step.view.state is PetitionState.IN_PROGRESS
    assert (await service.add_message(code, "web-1", "Còn tôi thì sao?", "m2")).kind is StepKind.NOT_NOW
    assert (await service.withdraw(joined.code, "web-2")).kind is StepKind.DONE
    assert (await desk.get(code))[0].state is PetitionState.WITHDRAWN
    assert (await service.withdraw(joined.code, "web-2")).kind is StepKind.AGAIN
    assert await fault_of(desk.answer(code, BY, ANSWER)) == "not_now"


async def test_a_supporters_words_do_not_answer_for_who_was_asked(service, desk, code):
    other = draft(key="k2", sender="web-2", contact=Contact(ContactKind.PHONE, "0907654321"))
    (found,) = await service.similar(other)
    joined = await service.join(found.ref, other)
    await desk.ask(code, BY, "Anh/chị nộp ở quầy nào?")
    (theirs,) = await service.of("web-2")
    assert theirs.asked_for == ""
    step = await service.add_message(joined.code, "web-2", "Tôi nộp quầy 4.", "m1")
    assert (step.kind, step.view.state) == (StepKind.DONE, PetitionState.ASKED_FOR_MORE)


async def test_urgent_ones_stand_first_then_by_their_day_and_ended_ones_last(service, desk, clock):
    first = await service.lodge(draft(key="1"))
    clock.pass_by(days=1)
    second = await service.lodge(draft(key="2"))
    urgent = await service.lodge(draft(key="3", urgent=True))
    await desk.answer(first.code, BY, ANSWER)
    listed = [petition.code for petition in await desk.find(Filter())]
    assert listed == [urgent.code, second.code, first.code]
    open_ones = (PetitionState.RECEIVED,)
    assert [one.code for one in await desk.find(Filter(states=open_ones, limit=1))] == [urgent.code]
    assert [one.code for one in await desk.find(Filter(person=BY))] == [first.code]
    clock.pass_by(days=40)
    assert [one.code for one in await desk.find(Filter(overdue=True))] == [urgent.code, second.code]


async def test_who_looks_at_a_contact_is_kept(desk, code):
    assert await desk.see_contact(code, BY) == [
        ("owner", "Nguyễn Văn An", Contact(ContactKind.PHONE, "0901234567")),
    ]
    assert (await desk.get(code))[1][-1].kind is EventKind.CONTACT_SEEN
    assert await fault_of(desk.see_contact(code, "")) == "no_name"


async def test_an_answer_is_published_once_with_its_place(desk, code):
    assert await fault_of(desk.publish(code, BY, "Bảng tin phường")) == "not_now"
    await desk.answer(code, BY, ANSWER)
    assert await fault_of(desk.publish(code, BY, " ")) == "no_place"
    assert (await desk.publish(code, BY, "Bảng tin phường")).published_at
    assert await fault_of(desk.publish(code, BY, "Bảng tin phường")) == "published"
