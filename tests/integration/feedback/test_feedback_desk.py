"""What officers do: who looks, what came of it, and a history that only grows."""

from __future__ import annotations

from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.errors import FeedbackRefusedError
from bot.feedback.desk import Wanted
from bot.feedback.models import Desk, FollowUpState, Happening, Reason, Thumb
from bot.feedback.retention import FeedbackRetention
from bot.feedback.tables import METADATA
from bot.jobs.feedback import FeedbackJobs
from bot.tuning.reading import TunedNow, Tuning
from knowledge.working_days import load_calendar

pytestmark = pytest.mark.asyncio


async def test_migrations_make_the_tables_of_the_code(operations):
    with operations().engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = [
            entry
            for entry in compare_metadata(context, METADATA)
            if not isinstance(entry, tuple) or entry[0] not in ("remove_index", "remove_table")
        ]
    assert differences == []


async def test_assigned_and_done_with_what_came_of_it(desk, rated, clock):
    reference = await rated(2, Reason.WRONG)
    await desk.assign(reference, "Chị Lan", by="Anh Minh")
    clock.pass_by(hours=2)
    await desk.finish(reference, by="Chị Lan", outcome="Đã sửa lệ phí theo quyết định mới")
    item, history = await desk.get(reference)
    follow_up = item.follow_up
    assert (follow_up.state, follow_up.owner, follow_up.desk) == (FollowUpState.DONE, "Chị Lan", Desk.EDITOR)
    assert follow_up.closed_at == clock.now()
    assert [(line.what, line.by) for line in history] == [
        (Happening.RATED, "citizen"),
        (Happening.OPENED, "citizen"),
        (Happening.ASSIGNED, "Anh Minh"),
        (Happening.DONE, "Chị Lan"),
    ]
    assert await desk.items(Wanted(open=True)) == []


@pytest.mark.parametrize("outcome", ["", "   ", "ok", "xong rồi"])
async def test_nothing_is_closed_without_words(desk, rated, outcome):
    reference = await rated(2, Reason.WRONG)
    for close in (desk.finish, desk.dismiss):
        with pytest.raises(FeedbackRefusedError) as refused:
            await close(reference, "Lan", outcome)
        assert refused.value.context["why"] == "no_outcome"
    assert len(await desk.items(Wanted(open=True))) == 1


async def test_what_is_closed_stays_closed_until_the_citizen_says_more(desk, rated):
    reference = await rated(2, Reason.UNCLEAR)
    await desk.dismiss(reference, "Lan", "Câu trả lời đúng, đã xem lại")
    for change in (desk.assign(reference, "Minh", "Lan"), desk.finish(reference, "Lan", "đổi ý rồi nhé")):
        with pytest.raises(FeedbackRefusedError) as refused:
            await change
        assert refused.value.context["why"] == "closed"
    assert await rated(2, Reason.UNCLEAR) == reference  # the same again is nothing new
    assert (await desk.get(reference))[0].follow_up.state is FollowUpState.DISMISSED
    await rated(2, Reason.WRONG)
    item, history = await desk.get(reference)
    assert (item.follow_up.state, item.follow_up.desk) == (FollowUpState.OPEN, Desk.EDITOR)
    assert {Happening.MOVED, Happening.REOPENED} <= {line.what for line in history}


async def test_references_are_taken_as_they_are_typed(desk, rated):
    reference = await rated(2)
    for typed in (reference.lower(), reference.removeprefix("GY-"), f" {reference[:5]} {reference[5:]} "):
        assert (await desk.get(typed))[0].reference == reference
    for unknown in ("", "GY-", "GY-000000", "x' OR 1=1 --"):
        with pytest.raises(FeedbackRefusedError):
            await desk.get(unknown)


async def test_an_officers_code_is_not_changed_by_rules_any_more(desk, rated):
    reference = await rated(2, words="không nhận được otp")
    assert (await desk.get(reference))[0].bottleneck == "otp_not_received"
    await desk.recode(reference, "Lan", "portal_error")
    await rated(2, words="không thanh toán được lệ phí trên cổng")
    item, history = await desk.get(reference)
    assert item.bottleneck == "portal_error"
    (coded,) = [line for line in history if line.what is Happening.CODED]
    assert coded.detail == {"code": "portal_error", "before": "otp_not_received"}
    with pytest.raises(FeedbackRefusedError):
        await desk.recode(reference, "Lan", "made_up")


async def test_a_thumb_up_is_nothing_to_follow_up(desk, rated):
    reference = await rated(2, thumb=Thumb.UP)
    with pytest.raises(FeedbackRefusedError) as refused:
        await desk.assign(reference, "Lan", "Lan")
    assert refused.value.context["why"] == "no_follow_up"


async def test_the_history_holds_no_words(desk, rated):
    reference = await rated(2, Reason.WRONG, words="mẹ tôi tên Hoa")
    _, history = await desk.get(reference)
    assert "Hoa" not in str([line.detail for line in history])


async def test_items_are_found_by_desk_owner_procedure_and_day(desk, rated, clock):
    first = await rated(2, Reason.WRONG)
    clock.pass_by(days=3)
    second = await rated(4, Reason.UNCLEAR, code="1.001193")
    await desk.assign(second, "Lan", "Minh")

    async def found(**wanted):
        return [item.reference for item in await desk.items(Wanted(**wanted))]

    assert await found() == [first, second]
    assert await found(desk=Desk.EDITOR) == [first]
    assert await found(owner="Lan") == [second]
    assert await found(procedure_code="1.001193") == [second]
    assert await found(reasons=frozenset([Reason.WRONG])) == [first]
    assert await found(since=date(2026, 11, 27)) == [second]
    assert await found(until=date(2026, 11, 27)) == [first]


async def test_what_is_open_for_too_long_is_raised_once_a_working_day(desk, rated, clock, operations):
    tuning = Tuning()
    retention = FeedbackRetention(operations, clock, tuning)
    jobs = FeedbackJobs(desk, clock, load_calendar(), TunedNow(operations, tuning), retention)
    late, done = await rated(2, Reason.WRONG), await rated(4)
    await desk.finish(done, "Lan", "Đã trả lời trong cuộc trò chuyện")
    clock.pass_by(days=7)  # five working days later
    assert (await jobs.raise_overdue()) == {"raised": 0}
    clock.pass_by(days=1)
    await rated(6)
    assert (await jobs.raise_overdue()) == {"raised": 1}
    assert (await jobs.raise_overdue()) == {"raised": 0}
    item, history = await desk.get(late)
    assert item.follow_up.raised_on == date(2026, 12, 4)
    assert history[-1].what is Happening.RAISED
    clock.pass_by(days=1)  # Saturday
    assert (await jobs.raise_overdue()) == {}
    clock.pass_by(days=2)
    assert (await jobs.raise_overdue()) == {"raised": 1}
