"""The events of a conversation are written and read as Rasa's own store does it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading

import pytest
import sqlalchemy as sa

from bot.nlu.story_words import STORY_OFFER
from bot.ops.outcomes import AFTER_PROOF
from tests.fixtures.postgres import fresh_database


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request, tmp_path):
    """Rasa's own store and ours over one database."""
    from rasa.core.tracker_store import SQLTrackerStore
    from rasa.shared.core.domain import Domain

    from bot.rasa_runtime.event_rows import QuickEventRows

    class Ours(QuickEventRows, SQLTrackerStore):
        pass

    def both(address):
        return [kind(Domain.empty(), host=address) for kind in (SQLTrackerStore, Ours)]

    if request.param == "sqlite":
        yield both(f"sqlite:///{tmp_path / 'tracker.db'}")
        return
    with fresh_database(request.getfixturevalue("postgres")) as address:
        yield both(address)


def conversation():
    from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered

    parsed = {"intent": {"name": "ask"}, "entities": [], "text": "hỏi"}
    return [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        UserUttered("hỏi", {"name": "ask"}, [], parsed),
        BotUttered("đáp"),
        ActionExecuted("action_listen"),
    ]


def rows(store, sender):
    with store.session_scope() as session:
        found = session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == sender).order_by(store.SQLEvent.id)
        return [(row.type_name, row.intent_name, row.action_name, row.timestamp, json.loads(row.data)) for row in found]


async def test_rows_are_as_rasa_writes_them(stores):
    from rasa.shared.core.trackers import DialogueStateTracker

    theirs, ours = stores
    events = conversation()
    for store, sender in ((theirs, "theirs"), (ours, "ours")):
        await store.save(DialogueStateTracker.from_events(sender, events, slots=[]))
    expected = rows(ours, "theirs")
    parsed = expected[2][-1]["parse_data"]
    for beside in ("text", "message_id", "metadata"):  # stand in the event itself, too
        assert parsed.pop(beside) == expected[2][-1][beside]
    assert rows(ours, "ours") == expected
    assert len(rows(ours, "ours")) == len(events)


async def test_of_a_message_that_is_kept_which_nobody_could_tell_from_rasas_own(stores):
    """Rules, actions, what is said again and the transcript of Rasa's API see the same of either."""
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    theirs, ours = stores
    domain = {"slots": {name: {"type": "any", "mappings": [{"type": "custom"}]} for name in "ab"}}
    ours.domain = Domain.from_dict(domain)
    named = [{"entity": "code", "value": "1.1", "role": "a", "start": 0, "end": 3}]
    found = {"intent_ranking": [{"name": "ask"}], "procedure_link": {"hits": []}, STORY_OFFER: True}
    own = {"text": "1.1 cần gì", "message_id": "m", "metadata": {"turn": "t-1"}}
    parsed = {"intent": {"name": "ask", "confidence": 0.9}, "entities": named, **own, **found}
    said = UserUttered("1.1 cần gì", parsed["intent"], named, parsed, 1.0, "rest", "m", own["metadata"])
    for store, sender in ((theirs, "theirs"), (ours, "ours")):
        tracker = DialogueStateTracker(sender, ours.domain.slots)
        tracker.model_id, tracker.assistant_id = "model", "assistant"
        for event in (said, SlotSet("a", 1, 2.0, {"own": 1}), SlotSet("b", 2, 3.0), *conversation()[3:]):
            tracker.update(event)
        await store.save(tracker)
        assert said.parse_data["intent_ranking"]  # what is being answered is not touched
    kept, whole = [list((await ours.retrieve(sender)).events) for sender in ("ours", "theirs")]
    assert kept[:3] == whole[:3]
    assert [type(event) for event in kept] == [type(event) for event in whole]
    assert [event.as_sub_state() for event in (kept[0], whole[0])] == [whole[0].as_sub_state()] * 2
    small, large = kept[0].as_dict(), whole[0].as_dict()
    assert small["metadata"] == {"turn": "t-1", "model_id": "model", "assistant_id": "assistant"}
    left = {name: value for name, value in large.pop("parse_data").items() if name not in found} | {STORY_OFFER: True}
    assert small.pop("parse_data") == {**left, "metadata": small["metadata"]}
    assert small == large
    assert [event.metadata for event in kept[1:]] == [{"own": 1}, {}, {}, {}]


async def test_what_one_wrote_the_other_reads_and_goes_on(stores):
    from rasa.shared.core.events import UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    theirs, ours = stores
    await theirs.save(DialogueStateTracker.from_events("a", conversation(), slots=[]))
    for number, store in enumerate([ours, theirs, ours, ours, theirs]):
        tracker = await store.retrieve("a")
        assert len(tracker.events) == 4 + number  # from the start of the session on
        tracker.update(UserUttered(f"câu {number}"))
        await store.save(tracker)
        await store.save(tracker)  # nothing is new
    assert len(rows(ours, "a")) == 10
    whole = [await store.retrieve_full_tracker("a") for store in stores]
    assert len(whole[1].events) == 10
    assert list(whole[0].events) == list(whole[1].events)


async def test_only_the_newest_session_is_read(stores):
    theirs, ours = stores
    for _ in range(2):
        tracker = await ours.get_or_create_tracker("a")
        for event in conversation():
            tracker.update(event)
        await ours.save(tracker)
    assert len(rows(ours, "a")) == 11  # and the listening that a new tracker begins with
    assert list((await ours.retrieve("a")).events) == list((await theirs.retrieve("a")).events)
    assert len((await ours.retrieve("a")).events) == 4
    assert len((await ours.retrieve_full_tracker("a")).events) == 11
    assert await ours.retrieve("nobody") is None


async def test_a_tracker_that_was_not_read_here_adds_what_is_new(stores):
    _, ours = stores
    from rasa.shared.core.trackers import DialogueStateTracker

    events = conversation()
    await ours.save(DialogueStateTracker.from_events("a", events, slots=[]))
    read = await ours.retrieve("a")
    await ours.save(read.copy())
    assert len(rows(ours, "a")) == 5


async def test_all_events_of_a_turn_are_written_or_none(stores):
    from rasa.shared.core.events import SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    _, ours = stores
    await ours.save(DialogueStateTracker.from_events("a", conversation(), slots=[]))
    tracker = await ours.retrieve("a")
    broken = SlotSet("a", 1)
    broken.timestamp = object()  # no driver takes it
    broken.as_dict = lambda: {"event": "slot", "name": "a", "value": 1, "timestamp": []}
    tracker.events.extend([UserUttered("câu"), broken])
    with pytest.raises(Exception, match=r"(?i)type|bind|array|double|float"):
        await ours.save(tracker)
    assert len(rows(ours, "a")) == 5
    tracker.events.pop()
    await ours.save(tracker)  # and the connection is as good as before
    assert len(rows(ours, "a")) == 6


async def test_what_orjson_does_not_take_is_written_and_read_all_the_same(stores):
    from rasa.shared.core.events import SlotSet
    from rasa.shared.core.trackers import DialogueStateTracker

    theirs, ours = stores
    odd = ["nửa \ud83d", 2**63, {1: "số"}, ("a",), "\u2028", 1e-7, 0.1 + 0.2, 2**53 + 1, True, None, -0.0]
    await ours.save(DialogueStateTracker.from_events("ours", [SlotSet("a", value) for value in odd], slots=[]))
    await theirs.save(DialogueStateTracker.from_events("theirs", [SlotSet("a", value) for value in odd], slots=[]))
    kept = [json.loads(json.dumps(value)) for value in odd]
    for store in stores:
        assert [event.value for event in (await store.retrieve("ours")).events] == kept
    assert [event.value for event in (await ours.retrieve("theirs")).events] == kept


async def test_a_broker_hears_of_each_event_once(stores):
    from rasa.shared.core.events import SlotSet

    _, ours = stores
    heard = []

    class Broker:
        def publish(self, event):
            heard.append((event["sender_id"], event["event"]))

    from bot.rasa_runtime.bounding import Bounding

    class Bounded(Bounding, type(ours)):
        pass

    ours.__class__, ours.event_broker = Bounded, Broker()
    tracker = await ours.get_or_create_tracker("a")
    for event in conversation():
        tracker.update(event)
    await ours.save(tracker)
    assert [kind for _, kind in heard] == ["action", "action", "session_started", "user", "bot", "action"]
    tracker = await ours.retrieve("a")
    ours.retrieve = None  # nobody reads it again
    for _ in range(2):
        tracker.update(SlotSet("a", 1))
        await ours.save(tracker)
    assert heard[6:] == [("a", "slot")] * 2


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_the_log_of_sqlite_is_moved_by_another_thread(stores, monkeypatch, tmp_path):
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.store import checkpoints

    _, ours = stores
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.0)
    ours._checkpoints = checkpoints.Checkpoints()
    with ours.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    threads = []
    monkeypatch.setattr(checkpoints.Checkpoints, "move", lambda *_: threads.append(threading.current_thread()))
    await ours.save(DialogueStateTracker.from_events("một người", conversation(), slots=[]))
    await asyncio.get_running_loop().shutdown_default_executor()
    assert [thread is threading.main_thread() for thread in threads] == [False]


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_connection_that_cannot_move_the_log_is_used_no_more_and_it_is_said(stores, monkeypatch, caplog):
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.store import checkpoints

    _, ours = stores
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.0)
    ours._checkpoints = checkpoints.Checkpoints()
    invalid = []
    sa.event.listen(ours.engine, "invalidate", lambda *_: invalid.append(1))

    def fails(self, connection):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(checkpoints.Checkpoints, "move", fails)
    await ours.save(DialogueStateTracker.from_events("một người", conversation(), slots=[]))
    await asyncio.get_running_loop().shutdown_default_executor()
    assert [record.getMessage() for record in caplog.records].count("log_not_moved") == 1
    assert invalid == [1]
    assert rows(ours, "một người")  # what was said is stored


async def test_only_what_is_new_is_scrubbed_and_all_that_is(stores):
    """In the light of what was said before it: the proof that was asked for in a turn that is stored."""
    from rasa.shared.core.events import BotUttered, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.rasa_runtime.scrubbing import Scrubbing

    class Scrubbed(Scrubbing, type(stores[1])):
        pass

    ours = stores[1]
    ours.__class__ = Scrubbed
    await ours.save(DialogueStateTracker.from_events("a", conversation(), slots=[]))
    tracker = await ours.retrieve("a")
    tracker.events[1].text = "căn cước 079203001234"  # stored before: it is not written again
    used = {"custom": {"answer": {"outcome": next(iter(AFTER_PROOF))}}}
    for event in (UserUttered("căn cước 079203001234 và 0000", {"name": "ask"}), BotUttered("đáp", used)):
        tracker.update(event)
    await ours.save(tracker)
    texts = [row[-1]["text"] for row in rows(ours, "a") if row[0] == "user"]
    assert texts[0] == "hỏi"
    assert "079203001234" not in texts[1]
    assert "0000" not in texts[1]
    assert tracker.events[1].text == "căn cước 079203001234"
