"""The team confirms, helps, closes; the citizen is told of each step; nothing personal is left when it is over."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import MetaData, inspect, select, update

from bot.errors import ReferralRefusedError
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.referrals.desk import Listed
from bot.referrals.models import DeclineReason, HelpOutcome, Level, ReferralState
from bot.referrals.rows import events_of
from bot.referrals.tables import PERSONAL, REFERRAL, REFERRAL_WORD
from tests.integration.referrals.conftest import WITH_TEAM, WITHOUT_TEAM, open_conversation
from tests.integration.referrals.test_referral_requests import sent

pytestmark = pytest.mark.asyncio

SECRETS = ("0901234567", "901234567", "cô Ba", "khu phố 3", "sửa giúp cái tên Trần Thị Bưởi")


async def messages(operations, sender="web-1"):
    query = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == f"id-{sender}").order_by(MESSAGE.c.seq)
    return await operations().run(lambda c: [row.content for row in c.execute(query)])


async def payloads(operations, sender="web-1"):
    query = select(MESSAGE.c.payload).where(MESSAGE.c.conversation_id == f"id-{sender}").order_by(MESSAGE.c.seq)
    return await operations().run(lambda c: [row.payload for row in c.execute(query)])


def everything_kept(connection):
    """All cells of all tables of the database as one text."""
    found = MetaData()
    found.reflect(connection)
    return "\n".join(str(row) for table in found.sorted_tables for row in connection.execute(select(table)))


@pytest.mark.requirement("R-17", "R-31", "R-32")
async def test_the_citizen_is_told_of_each_step_once(referrals, operations, clock, jobs):
    await open_conversation(operations, clock, "web-1")
    one = await sent(referrals)
    await referrals.desk.confirm(one.reference, "Lan")
    await referrals.desk.help(one.reference, "Lan")
    await referrals.desk.close(one.reference, "Lan", HelpOutcome.GUIDED)
    assert (await jobs.say_words())["said"] == 3
    assert (await jobs.say_words())["said"] == 0
    confirmed, helping, done = await messages(operations)
    assert "đã nhận yêu cầu" in confirmed["text"]
    assert "không hỏi mật khẩu" in confirmed["text"]
    assert "đang hướng dẫn" in helping["text"]
    assert done["text"].endswith("Anh/chị đã được giúp chưa ạ?")
    assert [button["title"] for button in done["buttons"]] == ["Đã được giúp", "Chưa được giúp"]
    assert all(one.id in payload for payload in (await payloads(operations))[2])


@pytest.mark.requirement("R-17", "R-10")
async def test_nothing_personal_is_left_when_it_is_over(referrals, operations, clock, jobs, database_url):
    await open_conversation(operations, clock, "web-1")
    one = await sent(referrals)
    await operations().write(
        lambda c: c.execute(update(REFERRAL).where(REFERRAL.c.id == one.id).values(about=SECRETS[-1]))
    )
    kept = await operations().run(everything_kept)
    assert all(secret in kept for secret in (SECRETS[0], *SECRETS[2:]))
    await referrals.desk.confirm(one.reference, "Lan")
    await referrals.desk.close(one.reference, "Lan", HelpOutcome.GUIDED)
    kept = await operations().run(everything_kept)
    assert not [secret for secret in SECRETS if secret in kept]
    await jobs.say_words()
    row = await operations().run(lambda c: c.execute(select(REFERRAL)).one())
    assert [getattr(row, name) for name in PERSONAL] == [None] * len(PERSONAL)
    words = await operations().run(lambda c: c.execute(select(REFERRAL_WORD.c.sender)).scalars().all())
    assert words == [None, None]
    if database_url.startswith("sqlite"):
        path = database_url.removeprefix("sqlite:///")
        operations.close()  # the write-ahead log goes into the file
        data = Path(path).read_bytes()
        assert not [secret for secret in SECRETS if secret.encode() in data]


@pytest.mark.parametrize("end", ["not_reached", "decline", "expired", "cancelled"])
async def test_every_end_erases(referrals, operations, clock, end):
    one = await sent(referrals, commune=WITHOUT_TEAM)
    if end == "not_reached":
        await referrals.desk.not_reached(one.reference, "Lan")
    elif end == "decline":
        await referrals.desk.decline(one.reference, "Lan", DeclineReason.WANTS_PROXY)
    elif end == "cancelled":
        await referrals.requests.cancel("web-1")
    else:
        clock.pass_by(days=30)
        assert (await referrals.ageing.climb())["expired"] == 1
    kept = await operations().run(everything_kept)
    assert not [secret for secret in SECRETS if secret in kept]


async def test_history_says_who_did_what_and_nothing_of_the_citizen(referrals, operations):
    one = await sent(referrals)
    await referrals.desk.listed(Listed(unit=WITH_TEAM), "Minh")
    await referrals.desk.confirm(one.reference, "Lan")
    await referrals.desk.close(one.reference, "Lan", HelpOutcome.COUNTER)
    events = await operations().run(events_of, one.id)
    assert [(what, by, why) for _, what, by, why in events] == [
        ("new", "citizen", ""),
        ("seen", "Minh", ""),
        ("confirmed", "Lan", ""),
        ("done", "Lan", "counter"),
    ]


async def test_steps_that_cannot_be_are_refused(referrals):
    one = await sent(referrals)
    for reference, by in (("HT 000-000-0", "Lan"), (one.reference, "  ")):
        with pytest.raises(ReferralRefusedError):
            await referrals.desk.confirm(reference, by)
    await referrals.desk.close(one.reference, "Lan", HelpOutcome.GUIDED)
    for step in (referrals.desk.confirm, referrals.desk.help, referrals.desk.not_reached):
        with pytest.raises(ReferralRefusedError) as refused:
            await step(one.reference, "Lan")
        assert refused.value.context["reason"] == "state"


@pytest.mark.requirement("R-16", "R-20")
async def test_what_a_team_writes_asks_for_no_secret_and_carries_no_link(referrals):
    one = await sent(referrals)
    for text in ("chị đọc mã OTP giúp em", "vào http://vneid.example nhé", "gửi mật khẩu qua đây", "", "x" * 501):
        with pytest.raises(ReferralRefusedError):
            await referrals.desk.tell(one.reference, "Lan", text)
    await referrals.desk.tell(one.reference, "Lan", "9 giờ sáng mai ở nhà văn hóa khu phố 3, đừng đọc mã OTP cho ai")
    assert [word.kind for word in await referrals.words.waiting()] == ["told"]


@pytest.mark.requirement("R-17", "R-32", "R-37")
async def test_what_nobody_takes_climbs_and_ends_honestly(referrals, clock, jobs, operations):
    await open_conversation(operations, clock, "web-1")
    one = await sent(referrals)
    assert await jobs.climb() == {"climbed": 0, "expired": 0}
    clock.moment = clock.moment.replace(month=12, day=1)  # the second working day was 30 November
    assert await jobs.climb() == {"climbed": 1, "expired": 0}
    assert await jobs.climb() == {"climbed": 0, "expired": 0}
    latest = await referrals.requests.latest("web-1")
    assert (latest.level, latest.queue, latest.due_on) == (Level.UNIT_HEAD, f"head:{WITH_TEAM}", date(2026, 12, 3))
    clock.moment = clock.moment.replace(day=4)
    await jobs.climb()
    latest = await referrals.requests.latest("web-1")
    assert (latest.level, latest.queue) == (Level.CITY, "city")
    clock.moment = clock.moment.replace(day=25)
    assert await jobs.climb() == {"climbed": 0, "expired": 1}
    assert (await referrals.requests.latest("web-1")).state is ReferralState.EXPIRED
    await jobs.say_words()
    told = [one["text"] for one in await messages(operations)]
    assert ["chuyển lên" in text for text in told] == [True, True, False]
    assert "không ai nhận được" in told[-1]
    assert one.reference in told[-1]


async def test_a_confirmed_request_that_nobody_helps_climbs_too(referrals, clock):
    one = await sent(referrals)
    await referrals.desk.confirm(one.reference, "Lan")
    clock.pass_by(days=5)
    assert (await referrals.ageing.climb())["climbed"] == 0
    clock.pass_by(days=5)
    assert (await referrals.ageing.climb())["climbed"] == 1


async def test_words_wait_for_the_morning_and_erased_conversations_hear_none(referrals, clock, jobs, operations):
    await open_conversation(operations, clock, "web-1")
    one = await sent(referrals)
    await referrals.desk.confirm(one.reference, "Lan")
    clock.pass_by(hours=12)
    assert await jobs.say_words() == {}
    erase = update(CONVERSATION).where(CONVERSATION.c.id == "id-web-1").values(erased_at=clock.now())
    await operations().write(lambda c: c.execute(erase))
    clock.pass_by(hours=12)
    assert await jobs.say_words() == {"said": 0}
    assert await messages(operations) == []
    assert (await jobs.forget())["gone"] == 1
    assert not (await referrals.requests.latest("web-1")).is_open


async def test_drafts_and_hashes_are_forgotten(referrals, clock, jobs, operations):
    await referrals.requests.begin("web-2", *_nothing())
    one = await sent(referrals)
    await referrals.desk.close(one.reference, "Lan", HelpOutcome.GUIDED)
    clock.pass_by(hours=25)
    assert await jobs.forget() == {"gone": 0, "drafts": 1, "people": 0}
    clock.pass_by(days=31)
    assert (await jobs.forget())["people"] == 1
    assert await referrals.requests.latest("web-1") is None


def _nothing():
    from bot.referrals.models import About

    return (About(),)


async def test_the_tables_are_those_of_the_migration(operations):
    names = await operations().run(lambda c: set(inspect(c).get_table_names()))
    assert {"referral", "referral_event", "referral_word"} <= names
