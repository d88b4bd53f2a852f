"""The nights' work: a preview that holds nobody up, and holds that keep all of a conversation."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.engine import make_url

from bot.cases.tables import CASE_FOLLOW
from bot.feedback.models import CLOSED
from bot.feedback.tables import FEEDBACK, FEEDBACK_FOLLOW_UP
from bot.handoff.tables import HANDOFF_CONTACT, HANDOFF_REQUEST
from bot.jobs.registry import jobs_of
from bot.petitions.tables import PETITION
from bot.privacy.erasing import _HALF_ERASED
from bot.privacy.holds import place, release
from bot.referrals.tables import REFERRAL
from bot.services import build_case_services
from bot.settings import Settings
from tests.integration.privacy.conftest import dump

LONG = 2000


@pytest.fixture
async def long_ago(known, database, clock):
    """A conversation that everything knows, in which nothing is waited for any more, two thousand days later."""
    me = await known()

    def end(connection):
        connection.execute(update(CASE_FOLLOW).values(ended_at=clock.now()))
        connection.execute(update(FEEDBACK_FOLLOW_UP).values(state=next(iter(CLOSED)).value, closed_at=clock.now()))
        connection.execute(update(HANDOFF_CONTACT).values(closed_at=clock.now()))
        connection.execute(update(HANDOFF_REQUEST).values(state="closed", closed_at=clock.now()))
        connection.execute(update(REFERRAL).values(state="closed"))
        connection.execute(update(PETITION).values(state="withdrawn", ended_at=clock.now(), answered_by=""))

    await database.write(end)
    clock.pass_by(days=LONG)
    return me


async def test_a_preview_says_what_a_run_erases(long_ago, retention):
    preview = await retention.preview()
    assert preview["conversation"].erased >= 1
    assert preview["feedback"].erased >= 1
    assert preview["petition"].erased >= 1
    # A class that goes with the conversations is smaller by what they took along: so each is run as it was counted.
    for name in reversed(list(retention.rules)):
        assert (await retention._run_class(name)).erased == preview[name].erased, name
    assert all(entry.erased == 0 for entry in (await retention.preview()).values())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_preview_waits_for_no_writer(long_ago, retention, database_url):
    """Only SQLite has one writer."""
    writer = sqlite3.connect(make_url(database_url).database, isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")
        assert (await retention.preview())["conversation"].erased >= 1
    finally:
        writer.close()


async def test_a_hold_on_a_class_keeps_conversations_that_have_something_of_it(
    long_ago, store, retention, database, clock
):
    await database.write(place, "feedback", "kiểm tra nội bộ", "Anh Minh", clock.now())
    previewed = (await retention.preview())["conversation"].erased
    assert (await retention.run())["conversation"].erased == previewed
    assert not (await store.find(long_ago.id)).erased
    await database.write(release, 1, "kiểm tra xong", "Anh Minh", clock.now())
    clock.pass_by(days=91)  # it was told that the linked one is gone
    await retention.run()
    assert (await store.find(long_ago.id)).erased


async def test_a_hold_on_a_conversation_keeps_its_words_in_every_class(long_ago, store, retention, database, clock):
    def words(connection):
        mine = FEEDBACK.c.conversation_id == long_ago.id
        petition = connection.execute(select(PETITION.c.content, PETITION.c.anonymised_at)).all()
        follows = connection.execute(select(CASE_FOLLOW.c.sender)).all()
        return connection.execute(select(FEEDBACK.c.words).where(mine)).all(), petition, follows

    before = await database.run(words)
    assert before[0]
    await database.write(place, long_ago.id, "kiểm tra nội bộ", "Anh Minh", clock.now())
    await retention.run()
    assert await database.run(words) == before
    assert not (await store.find(long_ago.id)).erased


async def test_half_erased_conversations_are_found_by_an_index_that_holds_no_others(database):
    def plan(connection):
        query = str(_HALF_ERASED.compile(connection, compile_kwargs={"literal_binds": True}))
        if connection.dialect.name == "sqlite":
            return [row[-1] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))]
        connection.execute(text("SET LOCAL enable_seqscan = off"))  # a small table is read without any index
        return [row[0] for row in connection.execute(text(f"EXPLAIN {query}"))]

    lines = await database.run(plan)
    assert any("conversation_half_erased" in line for line in lines), lines
    assert not any("TEMP B-TREE" in line or "Sort" in line for line in lines), lines


async def test_the_jobs_by_day_keep_what_a_hold_on_a_conversation_keeps(long_ago, database, database_url, clock):
    """Not only the nights' work takes people out of petitions and feedback."""
    held = await database.write(place, long_ago.id, "thanh tra yêu cầu giữ", "Chị Lan", clock.now())
    services = build_case_services(Settings.from_env({"MOTCUA_DATABASE_URL": database_url}), clock)
    jobs = {job.name: job.work for job in jobs_of(services)}
    before = await database.run(dump)
    assert (await jobs["petition_forget"]())["anonymised"] == 0
    assert (await jobs["feedback_forget"]())["items"] == 0
    after = await database.run(dump)
    assert (after["petition"], after["feedback"]) == (before["petition"], before["feedback"])
    await database.write(release, held.id, "thanh tra đã xong việc", "Chị Lan", clock.now())
    assert (await jobs["petition_forget"]())["anonymised"] == 1
    assert (await jobs["feedback_forget"]())["items"] >= 1
    await services.close()
