"""A dossier followed on one of two linked channels is told on both: once on each, whoever follows."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import insert, select, update

from bot.cases.answering import CaseAnswers
from bot.cases.desk import CaseDesk
from bot.cases.follows import Follows
from bot.hub.conversations import ConversationStore, hold
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.jobs.cases import CaseJobs
from bot.links.rows import erase_links
from bot.links.service import Links
from bot.links.tables import LINK
from knowledge.working_days import load_calendar
from tests.fixtures.case_system import STATES, fields
from tests.integration.cases.test_following import code_of

CODE = STATES[4]
WEB, ZALO = "web-1", "zalo-1"


@pytest.fixture
def follows(operations, clock):
    return Follows(operations, clock)


@pytest.fixture
def jobs(cases, follows, operations, clock):
    answers = CaseAnswers(CaseDesk(operations, clock, load_calendar()), clock, load_calendar())
    return CaseJobs(cases, follows, answers, operations, clock, load_calendar())


@pytest.fixture
def linked(operations, clock):
    """Two conversations, linked."""
    now = clock.now()

    def make(connection):
        for sender in (WEB, ZALO):
            row = {"id": f"id-{sender}", "channel": sender[:-2], "status": "assistant", "rasa_sender": sender}
            row |= {"created_at": now, "updated_at": now, "last_seq": 0, "token_version": 1}
            connection.execute(insert(CONVERSATION).values(**row))
        row = {"id": str(uuid.uuid4()), "web_id": f"id-{WEB}", "zalo_id": f"id-{ZALO}", "agreed_by": f"id-{ZALO}"}
        connection.execute(insert(LINK).values(**row, consent="link-1", consented_at=now))

    with operations().engine.begin() as connection:
        make(connection)


@pytest.fixture
def links(operations, clock):
    return Links(operations, clock, b"key", hold)


@pytest.fixture
def follow(cases, follows):
    async def begin(sender):
        record, _ = await cases.read(code_of(CODE))
        assert await follows.begin(sender, record.status)

    return begin


@pytest.fixture
def change(system, clock, jobs):
    async def to(state):
        system.cases[CODE] = fields(CODE, state)
        clock.pass_by(minutes=5)
        await jobs.look_for_changes()
        await jobs.say_words()
        await jobs.say_words()

    return to


@pytest.fixture
def told(operations):
    async def of(sender):
        query = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == f"id-{sender}").order_by(MESSAGE.c.seq)
        return await operations().run(lambda connection: [row.content for row in connection.execute(query)])

    return of


@pytest.mark.parametrize(("own", "other", "where"), [(WEB, ZALO, "trên web"), (ZALO, WEB, "trên Zalo")])
async def test_it_is_told_on_both_and_only_the_follower_gets_the_button(
    linked, follow, change, told, own, other, where
):
    await follow(own)
    await change(9)
    ((mine,), (theirs,)) = await told(own), await told(other)
    assert mine["buttons"]
    assert theirs["text"].startswith(mine["text"])
    assert f"theo dõi {where}" in theirs["text"]
    assert set(theirs) == {"text", "blocks", "news"}  # news: what a template may tell; no buttons, nothing to rate


@pytest.mark.parametrize("state", [9, 10], ids=["goes on", "finished"])
async def test_what_both_follow_is_told_once_on_each(linked, follow, change, told, state):
    await follow(WEB)
    await follow(ZALO)
    await change(state)
    for sender in (WEB, ZALO):
        (mine,) = await told(sender)
        assert mine["buttons"]


async def test_who_stopped_on_one_channel_hears_it_there_no_more(linked, follow, follows, change, told, clock):
    await follow(WEB)
    await follow(ZALO)
    clock.pass_by(minutes=1)
    await follows.stop(ZALO, CODE)
    await change(9)
    assert len(await told(WEB)) == 1
    assert await told(ZALO) == []


async def test_after_parting_only_the_follower_is_told(linked, links, follow, change, told):
    await follow(WEB)
    assert await links.end(f"id-{ZALO}") is not None
    assert await links.end(f"id-{WEB}") is None
    await change(9)
    assert len(await told(WEB)) == 1
    assert await told(ZALO) == []


async def test_an_erased_conversation_is_told_nothing_and_the_other_goes_on(
    linked, operations, clock, follow, change, told
):
    await follow(WEB)
    store = ConversationStore(operations(), clock, (erase_links,))
    await store.erase(f"id-{ZALO}")
    await change(9)
    assert len(await told(WEB)) == 1
    assert await told(ZALO) == []
    (link,) = await operations().run(lambda connection: connection.execute(select(LINK)).all())
    assert link.web_id is link.zalo_id is link.agreed_by is None


async def test_a_link_that_outlived_an_erasing_keeps_nothing_back(linked, operations, clock, follow, change, told):
    """A row that names an erased conversation stops no news of the living one."""
    await follow(WEB)
    gone = update(CONVERSATION).where(CONVERSATION.c.rasa_sender == ZALO).values(erased_at=clock.now())
    await operations().write(lambda connection: connection.execute(gone))
    await change(9)
    assert len(await told(WEB)) == 1
    assert await told(ZALO) == []
