"""Rasa's tracker stores read back a bounded tail of a conversation, with the slots as they were."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.fixtures.postgres import fresh_database


class Broker:
    """Takes what a broker would be told."""

    def __init__(self):
        self.heard = []

    def publish(self, event):
        self.heard.append(event)


@pytest.fixture
def domain():
    from rasa.shared.core.domain import Domain

    return Domain.from_yaml(
        """
        version: "3.1"
        intents: [ask]
        slots:
          topic: {type: any, mappings: [{type: custom}]}
          open_question: {type: any, mappings: [{type: custom}]}
        """
    )


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def make_store(request, domain, tmp_path):
    def make(broker=None):
        from bot.rasa_runtime.conversation import ScrubbedInMemoryTrackerStore
        from bot.rasa_runtime.tracker_store import TunedSQLTrackerStore

        if request.param == "memory":
            return ScrubbedInMemoryTrackerStore(domain, event_broker=broker)
        return TunedSQLTrackerStore(domain, host=address, event_broker=broker)

    if request.param != "postgresql":
        address = f"sqlite:///{tmp_path / 'tracker.db'}"
        yield make
        return
    with fresh_database(request.getfixturevalue("postgres")) as address:
        yield make


def turn(number, at, slot="topic"):
    from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered

    said = UserUttered(f"question {number}", {"name": "ask"}, timestamp=at, metadata={"screened": True})
    rest = [SlotSet(slot, number), BotUttered(f"answer {number}"), ActionExecuted("action_listen")]
    for offset, event in enumerate(rest, 1):
        event.timestamp = at + offset / 10
    return [said, *rest]


async def talk(store, turns, *, pause=1.0, began=None, slot="topic"):
    """Turns as Rasa takes them: read, add, save; returns how many events each one read."""
    read = []
    began = time.time() - turns * pause if began is None else began
    for number in range(turns):
        tracker = await store.get_or_create_tracker("someone")
        read.append(len(tracker.applied_events()))
        for event in turn(number, began + number * pause, slot):
            tracker.update(event)
        await store.save(tracker)
    return read


def said_in(tracker):
    return [event.text for event in tracker.events if event.type_name == "user"]


def test_a_long_conversation_costs_no_more_than_a_short_one(make_store):
    store = make_store()
    read = asyncio.run(talk(store, 60))
    assert max(read) <= 4 * 13 + 4
    tracker = asyncio.run(store.retrieve("someone"))
    assert tracker.get_slot("topic") == 59
    assert said_in(tracker)[-4:] == [f"question {number}" for number in range(56, 60)]
    assert len(said_in(tracker)) <= 12 + 4


def test_the_newest_turns_are_still_there_after_the_new_start(make_store):
    store = make_store()
    asyncio.run(talk(store, 13))
    tracker = asyncio.run(store.retrieve("someone"))
    assert said_in(tracker) == [f"question {number}" for number in range(8, 13)]
    assert tracker.get_slot("topic") == 12


def test_while_something_is_asked_the_session_goes_on_for_longer(make_store):
    store = make_store()
    asyncio.run(talk(store, 20, slot="open_question"))
    assert len(said_in(asyncio.run(store.retrieve("someone")))) == 20
    asyncio.run(talk(store, 6, slot="open_question"))
    assert len(said_in(asyncio.run(store.retrieve("someone")))) < 12


def test_a_session_that_has_expired_is_left_to_rasa(make_store):
    store = make_store()
    asyncio.run(talk(store, 14, began=time.time() - 9 * 3600))
    assert len(said_in(asyncio.run(store.retrieve("someone")))) == 14


def test_a_broker_hears_each_message_once(make_store):
    broker = Broker()
    asyncio.run(talk(make_store(broker), 40))
    heard = [event["text"] for event in broker.heard if event["event"] == "user"]
    assert heard == [f"question {number}" for number in range(40)]


@pytest.mark.parametrize("make_store", ["sqlite", "postgresql"], indirect=True)
def test_the_whole_conversation_is_kept(make_store):
    store = make_store()
    asyncio.run(talk(store, 30))
    whole = asyncio.run(store.retrieve_full_tracker("someone"))
    assert said_in(whole) == [f"question {number}" for number in range(30)]
