"""Old words of feedback go, on both databases; what is open keeps them, and what tells of records stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.feedback.models import Happening, RatedTurn, Rating, Reason, Thumb
from bot.feedback.retention import FeedbackRetention
from bot.feedback.store import open_from_survey, rate
from bot.feedback.surveys import SurveyAnswer, give_answer
from bot.feedback.tables import FEEDBACK, FEEDBACK_EVENT, SURVEY_ANSWER
from bot.jobs.feedback import FeedbackJobs
from bot.ops.clock import city_date
from bot.ops.satisfaction import Satisfaction
from bot.tuning.models import Tuned
from bot.tuning.reading import TunedNow, Tuning
from knowledge.working_days import load_calendar

pytestmark = pytest.mark.asyncio
DAYS = 30
WORDS = "thiếu giấy chứng sinh của bé Na"


@pytest.fixture
def forget(desk, operations, clock):
    """The job, as it runs."""
    tuning = Tuning(Tuned(feedback_kept_days=DAYS))
    retention = FeedbackRetention(operations, clock, tuning)
    return FeedbackJobs(desk, clock, load_calendar(), TunedNow(operations, tuning), retention).forget


async def words_of(desk, reference):
    item, _ = await desk.get(reference)
    return item.rating.words, item.turn.question, item.turn.conversation_id


async def test_words_go_after_the_days_since_it_was_closed_and_the_rest_stays(desk, rated, forget, clock):
    reference = await rated(2, Reason.WRONG, words=WORDS)
    clock.pass_by(days=100)
    await desk.finish(reference, by="Chị Lan", outcome="Đã sửa bản ghi khai sinh")
    clock.pass_by(days=DAYS)
    assert await forget() == {"items": 0, "surveys": 0}  # on the last day they are still there
    assert (await words_of(desk, reference))[0] == WORDS
    clock.pass_by(minutes=1)
    assert await forget() == {"items": 1, "surveys": 0}
    assert await words_of(desk, reference) == ("", "", "")
    item, history = await desk.get(reference)
    assert (item.rating.thumb, item.rating.reason) == (Thumb.DOWN, Reason.WRONG)
    assert (item.turn.procedure_code, item.turn.record_version) == ("1.004194", "curated:2")
    assert item.follow_up.outcome == "Đã sửa bản ghi khai sinh"
    assert [(line.what, line.by) for line in history][-1] == (Happening.FORGOTTEN, "job")
    assert await forget() == {"items": 0, "surveys": 0}  # once


@pytest.mark.parametrize("assigned", [False, True])
async def test_an_open_item_keeps_its_words_however_old(desk, rated, forget, clock, assigned):
    reference = await rated(2, Reason.WRONG, words=WORDS)
    if assigned:
        await desk.assign(reference, "Chị Lan", by="Anh Minh")
    clock.pass_by(days=2000)
    assert await forget() == {"items": 0, "surveys": 0}
    assert (await words_of(desk, reference))[0] == WORDS


async def test_what_is_said_after_it_was_closed_begins_the_time_anew(desk, rated, forget, clock, operations):
    reference = await rated(2, Reason.UNCLEAR, words=WORDS)
    await desk.dismiss(reference, by="Chị Lan", reason="Đã đối chiếu, không có lỗi")
    clock.pass_by(days=DAYS - 1)
    await rated(2, Reason.UNCLEAR, words="vẫn khó hiểu")  # opens it again
    clock.pass_by(days=DAYS * 3)
    assert await forget() == {"items": 0, "surveys": 0}
    await desk.dismiss(reference, by="Chị Lan", reason="Đã trả lời người dân")
    clock.pass_by(days=DAYS + 1)
    assert await forget() == {"items": 1, "surveys": 0}


async def test_without_a_follow_up_the_time_begins_with_the_rating(desk, rated, forget, clock):
    reference = await rated(2, thumb=Thumb.UP, words="cảm ơn, rất rõ")
    clock.pass_by(days=DAYS + 1)
    assert await forget() == {"items": 1, "surveys": 0}
    assert await words_of(desk, reference) == ("", "", "")


async def test_words_of_the_survey_go_too_unless_its_writer_is_still_followed_up(desk, forget, clock, operations):
    def answers(connection):
        day, turn = city_date(clock.now()), RatedTurn("one", 4, "web")
        item = open_from_survey(connection, clock.now(), turn, Rating(words="gọi lại cho tôi"))
        for number, (feedback_id, words) in enumerate([(None, "chờ lâu"), (item, "gọi lại cho tôi")]):
            answer = SurveyAnswer(f"a{number}", Satisfaction.DISSATISFIED, words=words, feedback_id=feedback_id)
            assert give_answer(connection, f"sender-{number}", "web", day, answer)

    await operations().write(answers)
    clock.pass_by(days=DAYS + 1)
    assert await forget() == {"items": 0, "surveys": 1}
    assert await survey_words(operations) == {"a0": "", "a1": "gọi lại cho tôi"}
    (item,) = await desk.items()
    await desk.finish(item.reference, by="Chị Lan", outcome="Đã gọi lại cho người dân")
    clock.pass_by(days=DAYS + 1)
    assert await forget() == {"items": 1, "surveys": 1}
    assert await survey_words(operations) == {"a0": "", "a1": ""}


async def survey_words(operations):
    query = select(SURVEY_ANSWER.c.id, SURVEY_ANSWER.c.words)
    return {row.id: row.words for row in await operations().run(lambda c: c.execute(query).all())}


async def test_many_are_done_in_several_runs_and_none_twice(forget, clock, operations):
    def many(connection):
        for number in range(230):
            rate(connection, clock.now(), RatedTurn(f"c{number}", 2, "web"), Rating(Thumb.UP, words="tốt"))

    await operations().write(many)
    clock.pass_by(days=DAYS + 1)
    assert [(await forget())["items"] for _ in range(3)] == [200, 30, 0]
    left = select(FEEDBACK.c.id).where(FEEDBACK.c.words != "")
    assert await operations().run(lambda c: c.execute(left).all()) == []
    events = select(FEEDBACK_EVENT.c.feedback_id).where(FEEDBACK_EVENT.c.what == Happening.FORGOTTEN.value)
    found = await operations().run(lambda c: [row.feedback_id for row in c.execute(events)])
    assert len(found) == len(set(found)) == 230
