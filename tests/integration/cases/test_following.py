"""Being told of changes: once each, in order, over restarts, not at night; notices reach followers with proof."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.cases.answering import CaseAnswers
from bot.cases.desk import DUE_SOON, LATE_WITHOUT_NOTICE, CaseDesk
from bot.cases.follows import Follows
from bot.cases.notices import NoticeDraft
from bot.cases.tables import CASE_FOLLOW, CASE_WORD
from bot.errors import NoticeRefusedError
from bot.hub.conversations import ConversationStore
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.jobs.cases import CaseJobs
from bot.jobs.runner import Job, JobRunner
from bot.ops.case_codes import find_case_codes
from knowledge.working_days import load_calendar
from tests.fixtures.case_system import STATES, fields

CODE = STATES[4]
TODAY = date(2026, 11, 26)
SENDER = "web-1"


def code_of(text):
    return find_case_codes(text, TODAY)[0].code


@pytest.fixture
def desk(operations, clock):
    return CaseDesk(operations, clock, load_calendar())


@pytest.fixture
def follows(operations, clock):
    return Follows(operations, clock)


@pytest.fixture
def jobs(cases, follows, desk, operations, clock):
    return CaseJobs(cases, follows, CaseAnswers(desk, clock, load_calendar()), operations, clock, load_calendar())


async def follow(operations, clock, follows, cases, sender=SENDER, code=CODE):
    def open_conversation(connection):
        now = clock.now()
        row = {"id": f"id-{sender}", "channel": "web", "status": "assistant", "rasa_sender": sender, "created_at": now}
        connection.execute(insert(CONVERSATION).values(**row, updated_at=now, last_seq=0, token_version=1))

    await operations().write(open_conversation)
    record, _ = await cases.read(code_of(code))
    return await follows.begin(sender, record.status)


async def messages(operations, sender=SENDER):
    query = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == f"id-{sender}").order_by(MESSAGE.c.seq)
    return await operations().run(lambda connection: [row.content for row in connection.execute(query)])


async def test_nothing_is_said_where_nothing_changed(operations, clock, follows, cases, jobs):
    await follow(operations, clock, follows, cases)
    assert (await jobs.look_for_changes()) == {"looked": 1, "changed": 0, "down": 0}
    assert (await jobs.say_words())["said"] == 0
    assert await messages(operations) == []


async def test_a_change_is_said_once_with_a_button_to_stop(operations, clock, follows, cases, jobs, system):
    await follow(operations, clock, follows, cases)
    system.cases[CODE] = fields(CODE, 9)
    assert (await jobs.look_for_changes())["changed"] == 1
    assert (await jobs.look_for_changes())["changed"] == 0
    assert (await jobs.say_words())["said"] == 1
    assert (await jobs.say_words())["said"] == 0
    (told,) = await messages(operations)
    assert told["text"].startswith(f"Hồ sơ {CODE} có thay đổi")
    assert "Có kết quả" in told["text"]
    assert told["buttons"] == [{"title": "Thôi theo dõi"}]
    assert told["news"]["kind"] == "case_changed"
    assert told["news"]["fields"]["case_code"] == CODE
    assert told["news"]["fields"]["state"] == "Có kết quả, chờ anh/chị nhận"


async def test_a_change_to_and_fro_is_said_twice(operations, clock, follows, cases, jobs, system):
    await follow(operations, clock, follows, cases)
    for state in (5, 4, 5, 4):
        system.cases[CODE] = fields(CODE, state)
        clock.pass_by(hours=1)
        assert (await jobs.look_for_changes())["changed"] == 1
    assert (await jobs.say_words())["said"] == 4


async def test_following_twice_tells_once_and_two_followers_are_both_told(
    operations, clock, follows, cases, jobs, system
):
    assert await follow(operations, clock, follows, cases)
    record, _ = await cases.read(code_of(CODE))
    assert not await follows.begin(SENDER, record.status)
    await follow(operations, clock, follows, cases, "web-2")
    system.cases[CODE] = fields(CODE, 10)
    await jobs.look_for_changes()
    await jobs.say_words()
    assert len(await messages(operations)) == 1
    assert len(await messages(operations, "web-2")) == 1


async def test_a_finished_dossier_is_followed_no_longer(operations, clock, follows, cases, jobs, system):
    await follow(operations, clock, follows, cases)
    system.cases[CODE] = fields(CODE, 10)
    await jobs.look_for_changes()
    assert await follows.active() == []
    assert (await jobs.say_words())["said"] == 1


async def test_who_says_stop_hears_nothing_more(operations, clock, follows, cases, jobs, system):
    await follow(operations, clock, follows, cases)
    system.cases[CODE] = fields(CODE, 5)
    await jobs.look_for_changes()
    assert await follows.stop(SENDER, CODE) == 1
    assert (await jobs.say_words())["said"] == 0
    assert await follows.of(SENDER) == []


async def test_at_night_words_wait_for_the_morning(operations, clock, follows, cases, jobs, system):
    await follow(operations, clock, follows, cases)
    system.cases[CODE] = fields(CODE, 5)
    clock.pass_by(hours=12)  # 22:00 in the city
    await jobs.look_for_changes()
    assert await jobs.say_words() == {}
    clock.pass_by(hours=9, minutes=1)  # 07:01
    assert (await jobs.say_words())["said"] == 1


async def test_an_erased_conversation_follows_nothing_and_is_forgotten(operations, clock, follows, cases, jobs, system):
    await follow(operations, clock, follows, cases)
    await follow(operations, clock, follows, cases, sender="another")
    system.cases[CODE] = fields(CODE, 5)
    await jobs.look_for_changes()  # a word waits when the conversation is erased
    await operations().write(
        lambda connection: connection.execute(
            update(CONVERSATION).where(CONVERSATION.c.rasa_sender == SENDER).values(erased_at=clock.now())
        )
    )
    assert (await jobs.look_for_changes())["looked"] == 1
    assert (await jobs.say_words())["said"] == 1
    assert await messages(operations) == []
    query = select(CASE_FOLLOW.c.sender)
    senders = await operations().run(lambda connection: connection.execute(query).scalars().all())
    assert sorted(senders) == ["", "another"]


async def test_two_processes_say_a_word_once(operations, clock, follows, cases, desk, system):
    await follow(operations, clock, follows, cases)
    system.cases[CODE] = fields(CODE, 5)
    both = [
        CaseJobs(cases, follows, CaseAnswers(desk, clock, load_calendar()), operations, clock, load_calendar())
        for _ in range(2)
    ]
    await asyncio.gather(*(job.look_for_changes() for job in both))
    await asyncio.gather(*(job.say_words() for job in both * 3))
    assert len(await messages(operations)) == 1


async def test_a_fault_between_message_and_mark_undoes_both(
    operations, clock, follows, cases, jobs, system, monkeypatch
):
    await follow(operations, clock, follows, cases)
    system.cases[CODE] = fields(CODE, 5)
    await jobs.look_for_changes()
    with monkeypatch.context() as patch:
        patch.setattr("bot.jobs.cases.mark_number", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await jobs.say_words()
    assert await messages(operations) == []
    assert (await jobs.say_words())["said"] == 1


async def test_an_erased_conversation_hears_nothing(operations, clock, follows, cases, jobs, system):
    await follow(operations, clock, follows, cases)
    system.cases[CODE] = fields(CODE, 5)
    await jobs.look_for_changes()
    await ConversationStore(operations(), clock).erase(f"id-{SENDER}")
    assert (await jobs.say_words())["said"] == 0
    assert await follows.waiting() == []


async def test_a_system_that_is_away_changes_nothing(operations, clock, follows, cases, jobs, system):
    await follow(operations, clock, follows, cases)
    system.misbehave("500")
    assert await jobs.look_for_changes() == {"looked": 0, "changed": 0, "down": 1}
    system.misbehave("")
    assert (await jobs.look_for_changes())["changed"] == 0


def notice(**changes):
    draft = {
        "code": code_of(CODE), "apology": "Phường xin lỗi ông/bà.", "written_by": "can bo",
        "due_on": date(2026, 11, 25),
        "reason": "Chờ kết quả trích đo gửi ngày 12/11 của chi nhánh đất đai", "next_return_date": date(2026, 12, 2),
    }  # fmt: skip
    return NoticeDraft(**draft | changes)


async def test_a_notice_reaches_followers_and_the_proof_is_kept(operations, clock, follows, cases, jobs, desk):
    await follow(operations, clock, follows, cases)
    written = await desk.write_notice(notice())
    assert (written.was_late, written.sent) == (True, 1)
    assert [one.sent for one in await desk.notices(date.min, date.max)] == [0]
    await jobs.say_words()
    (told,) = await messages(operations)
    assert f"Có thông báo về hồ sơ {CODE}" in told["text"]
    assert told["news"]["kind"] == "late_notice"
    assert told["news"]["fields"]["reason"] == notice().reason
    assert told["news"]["fields"]["next_return_date"] == notice().next_return_date.isoformat()
    assert [one.sent for one in await desk.notices(date.min, date.max)] == [1]
    seqs = await operations().run(lambda c: [row.message_seq for row in c.execute(select(CASE_WORD))])
    assert seqs == [1]


async def test_the_status_of_a_late_dossier_shows_the_notice(operations, clock, follows, cases, jobs, desk, system):
    system.cases[CODE] = fields(CODE, 4, NgayHenTra="20261120170000")
    await follow(operations, clock, follows, cases)
    await desk.write_notice(notice())
    await jobs.say_words()
    (told,) = await messages(operations)
    for part in ("Lời xin lỗi: Phường xin lỗi", "Lý do: Chờ kết quả trích đo", "Hẹn trả lại: 02/12/2026"):
        assert part in told["text"]


async def test_a_refused_notice_is_not_kept(desk):
    with pytest.raises(NoticeRefusedError) as caught:
        await desk.write_notice(notice(reason="do khách quan"))
    assert caught.value.context["faults"] == ["generic_reason"]
    assert await desk.notices(date.min, date.max) == []


async def test_notices_are_listed_by_the_citys_day(desk, clock):
    clock.pass_by(hours=15)  # 01:00 of the 27th in the city
    await desk.write_notice(notice())
    assert await desk.notices(TODAY, TODAY) == []
    assert len(await desk.notices(date(2026, 11, 27), date(2026, 11, 27))) == 1


async def test_a_unit_is_warned_once_one_working_day_before(operations, clock, follows, cases, jobs, desk, system):
    system.cases[CODE] = fields(CODE, 4, NgayHenTra="20261127170000")
    await follow(operations, clock, follows, cases)
    await jobs.look_for_changes()
    await jobs.look_for_changes()
    (warned,) = await desk.open_follow_ups()
    assert (warned.why, warned.unit, warned.due_on) == (DUE_SOON, "UBND phường Thử", date(2026, 11, 27))


async def test_follow_ups_are_opened_once_and_closed_with_an_outcome(cases, desk):
    record, _ = await cases.read(code_of(CODE))
    first = await desk.follow_up(record.status, LATE_WITHOUT_NOTICE)
    assert (await desk.follow_up(record.status, LATE_WITHOUT_NOTICE)).id == first.id
    assert not await desk.close(first.id, "", "xong")
    assert not await desk.close(first.id, "can bo", " ")
    assert await desk.close(first.id, "can bo", "đã gọi cho người dân")
    assert not await desk.close(first.id, "can bo", "lần hai")
    assert (await desk.follow_up(record.status, LATE_WITHOUT_NOTICE)).id != first.id


async def test_a_job_runs_in_one_process_at_a_time_and_when_due(operations, clock):
    begun, gate = asyncio.Event(), asyncio.Event()

    async def work():
        begun.set()
        await gate.wait()
        return {"done": 1}

    job = Job("demo", timedelta(minutes=5), "", work)
    runners = [JobRunner([job], operations, clock, owner) for owner in ("a", "b")]
    first = asyncio.create_task(runners[0].run("demo"))
    await begun.wait()
    assert await runners[1].run("demo") is None
    gate.set()
    assert await first == {"done": 1}
    assert await runners[1]._run(job, due_only=True) is None
    clock.pass_by(minutes=6)
    assert await runners[1]._run(job, due_only=True) == {"done": 1}


async def test_a_job_that_fails_is_free_for_the_next_run(operations, clock):
    async def work():
        raise RuntimeError("no")

    runner = JobRunner([Job("bad", timedelta(minutes=5), "", work)], operations, clock, "a")
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await runner.run("bad")
