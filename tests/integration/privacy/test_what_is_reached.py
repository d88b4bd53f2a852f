"""The inventory says of every table with personal data whether a look-up, a copy and an erasure reach it: it is so."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData, delete, update
from sqlalchemy.exc import NoResultFound

from bot.approval.models import HeldState
from bot.handoff.tables import HANDOFF_MENTION as MENTION
from bot.ops.outcomes import Outcome
from bot.petitions.retention import PetitionRetention
from bot.petitions.tables import ALERT, EVENT, PARTY, PETITION, RATING, TEXT
from bot.privacy.copying import entries_of
from bot.privacy.finding import find_held, find_subject
from bot.privacy.inventory import IN_PETITION, YES, data_classes, reach
from bot.privacy.tables import HOLD, REPORT
from bot.privacy.words import privacy_wording
from tests.integration.privacy.conftest import NoPhotos, dump, fill


@pytest.fixture
def database_url(tmp_path):
    """One engine is enough: the queries are tested on both in the other files."""
    return f"sqlite:///{tmp_path / 'operations.db'}"


CODE = "PA-2611-000001"
PERSONAL = {table for one in data_classes().values() if one.personal for table in one.tables}


@pytest.fixture
def reached(database, known, clock):
    """A conversation that every table with personal data of citizens knows; its petition has all that one can have."""

    def plant(connection):
        connection.execute(update(PARTY).values(contact_value="0912345678", name="Bà Ba"))
        fill(connection, EVENT, id=2, petition_id="petition-1", kind="answered", by="", unit_from="", unit_to="")
        fill(connection, TEXT, event_id=2, text="Đơn vị đã tới xem")
        fill(connection, MENTION, note_id="note-1", person_id="p", request_id="request-1")
        fill(connection, ALERT, id="alert-1", petition_id="petition-1", key="k")
        fill(
            connection,
            RATING,
            id="rating-1",
            petition_id="petition-1",
            party_id="party-1",
            event_id=2,
            rating="neutral",
        )
        fill(connection, REPORT, id=1)
        fill(connection, HOLD, id=1, scope="class", name="staff", released_at=clock.now())

    async def make():
        who = await known()
        await database.write(plant)
        return who

    return make


def tables_of(connection):
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata.tables


def shown_of(connection, conversation_id):
    who = find_subject(connection, conversation_id)
    return lambda: (find_held(connection, who), entries_of(connection, CODE))


def is_shown(connection, table, look):
    """Whether what is shown is another thing without the rows of a table."""
    before, step = look(), connection.begin_nested()
    try:
        connection.execute(delete(table))
        return look() != before
    except NoResultFound:
        return True
    finally:
        step.rollback()


async def changed_by(database, work):
    """The tables that are others after `work`."""
    before = await database.run(dump)
    await work()
    after = await database.run(dump)
    return {name for name in before if before[name] != after[name]}


async def observed(database, reached, desk, erasures, clock):
    """Which tables are shown, which an erasure of the conversation changes, which that of the petition."""
    who = await reached()

    def looked(connection):
        step, triggers = connection.begin_nested(), "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for (name,) in connection.exec_driver_sql(triggers).fetchall():  # they keep rows from being deleted
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        look = shown_of(connection, who.id)
        found = {name for name, table in tables_of(connection).items() if is_shown(connection, table, look)}
        step.rollback()
        return found

    async def erase_talk():
        clock.pass_by(seconds=61)
        assert await erasures.carry_out() == {"erased": 1}

    async def erase_petition():
        over = update(PETITION).values(state="withdrawn", ended_at=clock.now(), answered_by="")
        await database.write(lambda connection: connection.execute(over))
        forget = PetitionRetention(lambda: database, clock, NoPhotos()).forget_asked
        assert await database.write(forget, CODE)

    await desk.ask_erasure(who.sender)
    shown = await database.write(looked)
    return shown, await changed_by(database, erase_talk), await changed_by(database, erase_petition)


async def test_every_table_with_personal_data_says_what_reaches_it_and_it_is_so(
    database, reached, desk, erasures, clock
):
    said = reach()
    assert PERSONAL - said.keys() == set(), "bot/privacy/inventory.yml, reach: shown, erased, or why not"
    assert said.keys() - PERSONAL == set()
    shown, talk, petition = await observed(database, reached, desk, erasures, clock)
    assert {name for name, one in said.items() if one.shown == YES} == shown & PERSONAL
    assert {name for name, one in said.items() if one.erased == YES} == talk & PERSONAL
    only_petition = {name for name, one in said.items() if one.erased == IN_PETITION}
    assert only_petition == (petition - talk) & PERSONAL
    # Of classes that are said to hold no person nothing else is reached; it would belong into one that does.
    assert (shown | talk) - PERSONAL == {"survey_asked"}
    reasons = [text for one in said.values() for text in (one.shown, one.erased) if text not in (YES, IN_PETITION)]
    assert min(map(len, reasons)) > 15, "a reason that somebody can read"


def test_every_state_and_outcome_has_its_words():
    say = privacy_wording()
    assert all(say(f"held_answer.{state.value}") for state in HeldState)
    assert all(say(f"ended.{outcome.value.split('_')[0]}") for outcome in Outcome)
