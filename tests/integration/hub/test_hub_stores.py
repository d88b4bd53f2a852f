"""The stores alone, on both databases: schema, races, leases, who answers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.console.live import OVERLAP
from bot.errors import SettingInvalidError, TokenInvalidError
from bot.hub import photo_requests
from bot.hub.beginning import Beginning
from bot.hub.conversations import ConversationStore
from bot.hub.models import Busy, Draft, Role, Said, ToForget, Turn
from bot.hub.statements import FRESH
from bot.hub.tables import METADATA
from bot.hub.transcripts import Transcripts
from bot.hub.turn_store import LEASE, TurnStore
from bot.hub.turns import SWEEP_SECONDS
from bot.monitoring.figures import _turns
from bot.ops.logging import describe
from bot.store.engine import Database, make_engine
from bot.store.migrate import configuration, migrate


class HandClock:
    def __init__(self):
        self.moment = datetime(2026, 11, 22, 8, tzinfo=timezone.utc)

    def now(self):
        return self.moment

    def pass_by(self, seconds):
        self.moment += timedelta(seconds=seconds)


class WrongClock:
    def __init__(self, hours):
        self.wrong_by = timedelta(hours=hours)

    def now(self):
        return datetime.now(timezone.utc) + self.wrong_by


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def database(database_url):
    migrate(database_url)
    database = Database(make_engine(database_url))
    yield database
    database.close()


@pytest.fixture
def conversations(database, clock):
    return ConversationStore(database, clock)


@pytest.fixture
def first(database, clock):
    return TurnStore(database, clock, "first")


@pytest.fixture
def second(database, clock):
    return TurnStore(database, clock, "second")


REPLY = (Draft({"text": "Dạ"}),)


def test_migration_makes_the_tables_of_the_code(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = [
            entry
            for entry in compare_metadata(context, METADATA)
            if not isinstance(entry, tuple) or entry[0] not in ("remove_index", "remove_table")
        ]
    assert differences == []


def test_migrating_again_changes_nothing(empty_database_url):
    migrate(empty_database_url)
    migrate(empty_database_url)


def test_processes_that_migrate_at_once_all_succeed(empty_database_url):
    code = f"from bot.store.migrate import configuration, migrate; migrate({empty_database_url!r})"
    racers = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]
    for racer in racers:
        _, said = racer.communicate(timeout=60)
        assert racer.returncode == 0, said.decode()


def test_indexes_of_what_waits_go_back_and_come_again(database, database_url):
    """What another version left is what this one finds."""
    with database.engine.connect() as connection:
        before = _indexes(connection)
    with database.engine.begin() as connection:
        command.downgrade(configuration(connection), "0022")
        assert {"message_pending", "zalo_inbox_state", "zalo_outbox_state"} <= set(_indexes(connection))
    migrate(database_url)
    with database.engine.connect() as connection:
        assert _indexes(connection) == before
    assert before["zalo_outbox_open"] == ["user_id", "id"]


def _indexes(connection):
    tables = ("message", "zalo_inbox", "zalo_outbox")
    return {one["name"]: one["column_names"] for table in tables for one in inspect(connection).get_indexes(table)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_is_opened_safely(database):
    with database.engine.connect() as connection:
        modes = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys")]
    assert modes == ["wal", 1]


async def test_many_writers_get_numbers_without_gaps(conversations):
    conversation = await conversations.open("web")
    added = await asyncio.gather(
        *(conversations.add_citizen_message(conversation.id, f"id{number % 40}", {"text": "x"}) for number in range(80))
    )
    assert sum(new for _, new in added) == 40
    messages = await conversations.messages_after(conversation.id, 0)
    assert [message.seq for message in messages] == list(range(1, 41))
    assert (await conversations.find(conversation.id)).last_seq == 40


async def test_logged_error_does_not_show_words(database):
    with pytest.raises(SQLAlchemyError) as caught:
        await database.run(
            lambda connection: connection.execute(text("INSERT INTO nowhere VALUES (:x)"), {"x": "secret words"})
        )
    assert "secret words" not in describe(caught.value)


async def test_claim_is_exclusive_until_the_lease_is_over(conversations, first, second, clock):
    conversation = await conversations.open("web")
    await conversations.add_citizen_message(conversation.id, "a", {"text": "hỏi"})
    turn = await first.claim(conversation.id)
    assert isinstance(turn, Turn)
    assert isinstance(await second.claim(conversation.id), Busy)
    assert await second.waiting() == []
    clock.pass_by(7)
    await first.renew([conversation.id])
    clock.pass_by(7)
    assert isinstance(await second.claim(conversation.id), Busy)
    clock.pass_by(7)
    assert await second.waiting() == [conversation.id]
    assert isinstance(await second.claim(conversation.id), Turn)
    assert (await first.complete(turn, Role.ASSISTANT, REPLY)).stored is None
    assert [message.seq for message in (await second.complete(turn, Role.ASSISTANT, REPLY)).stored] == [2]
    assert (await second.complete(turn, Role.ASSISTANT, REPLY)).stored is None
    assert len(await conversations.messages_after(conversation.id, 0)) == 2


def test_a_turn_of_a_killed_hub_waits_a_few_seconds_and_that_of_a_slow_one_is_not_taken():
    longest = LEASE.total_seconds() + SWEEP_SECONDS  # the other hub looks when the lease has just not run out
    assert longest < 15
    assert LEASE.total_seconds() >= 4 * SWEEP_SECONDS


async def test_an_answer_that_comes_soon_leaves_the_moment_of_its_question(conversations, first, database, clock):
    """Its index is not written then. Who looks for changes looks back further, and sees the answer by its number."""
    transcripts, asked = Transcripts(database), clock.now()
    conversation = await conversations.open("web")
    for seconds, moved in ((1.9, 0), (2, 2)):
        await conversations.add_citizen_message(conversation.id, f"after {seconds}", {"text": "hỏi"})
        turn = await first.claim(conversation.id)
        seen = await transcripts.changed_since(asked)
        clock.pass_by(seconds)
        assert (await first.complete(turn, Role.ASSISTANT, REPLY)).stored
        assert (await transcripts.find(conversation.id)).updated_at == asked + timedelta(seconds=moved)
        assert await transcripts.changed_since(clock.now() - OVERLAP) != seen
        clock.pass_by(60)
        asked = clock.now()
    assert timedelta(seconds=5) + FRESH <= OVERLAP


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_waits_is_found_by_the_index_of_what_waits(database, first):
    """Not by reading all messages that there are. PostgreSQL reads small tables whole."""
    seen = []
    event.listen(database.engine, "before_cursor_execute", lambda *call: seen.append((call[2], call[3])))
    await first.waiting()
    await database.run(lambda connection: list(_turns(connection, datetime.now(timezone.utc))))
    asked = [(sql, given) for sql, given in seen if "FROM message" in sql]
    with database.engine.connect() as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all() for sql, given in asked]
    assert len(plans) == 2
    assert all("message USING INDEX message_next" in str(plan) for plan in plans), plans


async def test_claim_of_nothing_holds_nothing(conversations, first, second):
    conversation = await conversations.open("web")
    assert await first.claim(conversation.id) is None
    await conversations.add_citizen_message(conversation.id, "a", {"text": "hỏi"})
    assert isinstance(await second.claim(conversation.id), Turn)


async def say(conversations, conversation, client_id, store=None):
    """Store a message; what is taken with it."""
    beginning = Beginning(store)
    await conversations.hear(conversation.id, client_id, lambda _: Said({"text": client_id}), beginning.take)
    return beginning.work


async def test_a_message_is_taken_as_it_is_stored(conversations, first, second):
    conversation = await conversations.open("web")
    turn = await say(conversations, conversation, "a", first)
    assert (turn.seq, turn.text, turn.conversation.last_seq) == (1, "a", 1)
    assert isinstance(await second.claim(conversation.id), Busy)
    assert await say(conversations, conversation, "a", second) is None  # known: nothing is taken twice
    settled = await first.complete(turn, Role.ASSISTANT, REPLY)
    assert ([message.seq for message in settled.stored], settled.following) == ([2], None)
    assert await second.waiting() == []
    assert (await say(conversations, conversation, "b", second)).seq == 3


async def test_what_is_taken_as_it_is_stored_is_what_is_read_later(conversations, first, second, clock):
    conversation = await conversations.open("web")
    said, beginning = Said({"text": "số [đã che]", "masked": ["phone"]}, "/ask"), Beginning(first)
    await conversations.hear(conversation.id, "a", lambda _: said, beginning.take)
    clock.pass_by(40)
    assert await second.claim(conversation.id) == beginning.work


async def test_what_another_process_holds_is_not_taken(conversations, first, second, clock):
    conversation = await conversations.open("web")
    assert (await say(conversations, conversation, "a", first)).seq == 1
    assert await say(conversations, conversation, "b", second) is None
    clock.pass_by(40)
    assert (await say(conversations, conversation, "c", second)).seq == 1  # the oldest first
    assert isinstance(await first.claim(conversation.id), Busy)


async def test_a_message_that_failed_to_be_stored_is_not_taken(conversations, first, second):
    conversation = await conversations.open("web")

    def fail(connection, row, pending):
        first.take_within(connection, row, pending)
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        await conversations.hear(conversation.id, "a", lambda _: Said({"text": "a"}), fail)
    assert await second.claim(conversation.id) is None
    assert (await say(conversations, conversation, "a", second)).seq == 1


async def test_an_answer_goes_on_with_what_waits_and_keeps_it(conversations, first, second):
    conversation = await conversations.open("web")
    turn = await say(conversations, conversation, "a", first)
    await say(conversations, conversation, "b")
    settled = await first.complete(turn, Role.ASSISTANT, REPLY)
    assert settled.following.seq == 2
    assert isinstance(await second.claim(conversation.id), Busy)
    assert (await first.complete(settled.following, Role.ASSISTANT, REPLY)).following is None
    assert await second.claim(conversation.id) is None
    assert [message.seq for message in await conversations.messages_after(conversation.id, 0)] == [1, 2, 3, 4]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_hubs_whose_clocks_differ_keep_each_others_leases(conversations, database):
    """On one machine, and so on SQLite, there is one clock."""
    slow, fast = (TurnStore(database, WrongClock(hours), f"{hours} h") for hours in (-1, 1))
    for store in (slow, fast):
        await store.set_clock()
    for one, other in ((slow, fast), (fast, slow)):
        conversation = await conversations.open("web")
        assert (await say(conversations, conversation, "a", one)).seq == 1
        assert await other.waiting() == []
        assert isinstance(await other.claim(conversation.id), Busy)
        assert await say(conversations, conversation, "b", other) is None
        gone = text("UPDATE conversation SET lease_until = now() - interval '1 second'")
        await database.write(lambda connection, gone=gone: connection.execute(gone))
        assert isinstance(await other.claim(conversation.id), Turn)


async def test_photos_are_not_refused_while_the_answer_that_asks_for_them_is_stored(
    conversations, database, first, monkeypatch
):
    conversation = await conversations.open("zalo")
    await conversations.add_citizen_message(conversation.id, "a", {"text": "ổ gà"})
    turn = await first.claim(conversation.id)
    assert await conversations.wants_photos(conversation.id, "photos") is None
    look = photo_requests._has_open_turn

    def look_and_be_overtaken(connection, conversation_id):
        found = look(connection, conversation_id)
        asking = (Draft({"text": "Anh/chị có ảnh không ạ?", "expects": ["photos"]}),)
        with ThreadPoolExecutor(1) as other:  # a thread with a loop of its own, as another process would have
            other.submit(asyncio.run, database.write(first._complete, turn, Role.ASSISTANT, asking)).result()
        return found

    monkeypatch.setattr(photo_requests, "_has_open_turn", look_and_be_overtaken)
    assert await conversations.wants_photos(conversation.id, "photos") is not False
    monkeypatch.undo()
    assert await conversations.wants_photos(conversation.id, "photos") is True
    await conversations.add_citizen_message(conversation.id, "photos", {"text": "[ảnh]"}, "/give_photos")
    assert await conversations.wants_photos(conversation.id, "photos") is True
    assert await conversations.wants_photos(conversation.id, "more") is None


async def test_stopping_process_lets_go(conversations, first, second):
    conversation = await conversations.open("web")
    await conversations.add_citizen_message(conversation.id, "a", {"text": "hỏi"})
    await first.claim(conversation.id)
    await first.release_all()
    assert isinstance(await second.claim(conversation.id), Turn)


async def test_away_is_told_once_an_outage(conversations, first):
    conversation = await conversations.open("web")
    await conversations.add_citizen_message(conversation.id, "a", {"text": "hỏi"})
    turn = await first.claim(conversation.id)
    assert (await first.say_away(turn, REPLY[0])).role is Role.SYSTEM
    assert await first.say_away(turn, REPLY[0]) is None
    await first.complete(turn, Role.ASSISTANT, REPLY)
    await conversations.add_citizen_message(conversation.id, "b", {"text": "hỏi nữa"})
    turn = await first.claim(conversation.id)
    assert (await first.say_away(turn, REPLY[0])) is not None


async def test_erased_conversation_takes_nothing_more_and_is_forgotten_once(conversations, first, database):
    conversation = await conversations.open("web")
    await conversations.add_citizen_message(conversation.id, "a", {"text": "bí mật"})
    turn = await first.claim(conversation.id)
    assert await conversations.erase(conversation.id)
    assert not await conversations.erase(conversation.id)
    assert (await first.complete(turn, Role.ASSISTANT, REPLY)).stored is None
    with pytest.raises(TokenInvalidError):
        await conversations.add_citizen_message(conversation.id, "b", {"text": "nữa"})
    assert await first.waiting() == [conversation.id]
    assert await first.claim(conversation.id) == ToForget(conversation.id, conversation.rasa_sender)
    await first.mark_forgotten(conversation.id)
    assert await first.claim(conversation.id) is None
    assert await first.waiting() == []
    assert await database.run(lambda connection: connection.execute(text("SELECT count(*) FROM message")).scalar()) == 0


def test_the_version_before_starts_on_the_schema_of_the_next(database_url):
    """Migrations run first: a hub that dies during the roll-out, or goes back to its version, must come up again."""
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    migrate(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_a_schema_of_something_else_is_refused_with_a_sentence(database_url):
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'a1b2c3'"))
    engine.dispose()
    with pytest.raises(SettingInvalidError, match="MOTCUA_DATABASE_URL"):
        migrate(database_url)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_that_is_only_to_be_read_is_not_ready(database, database_url):
    """A standby answers every question, and takes no message."""
    assert await database.is_ready()
    address = make_url(database_url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    standby = Database(make_engine(address))
    assert not await standby.is_ready()
    standby.close()


def test_whoever_makes_the_database_makes_it_for_itself_alone(tmp_path):
    """`python -m bot.store.migrate` runs before the hub, in an operator's shell with its own mask."""
    url = f"sqlite:///{tmp_path / 'new' / 'operations.db'}"
    migrate(url)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (tmp_path / "new").iterdir()}
    assert set(modes.values()) == {"0o600"}, modes
