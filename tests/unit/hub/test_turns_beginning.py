"""A message that is being stored: nobody else begins in its conversation, and nothing that comes meanwhile is lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.hub.delivery import LocalDelivery
from bot.hub.models import Answerer, Conversation, Message, Role, Settled, Turn
from bot.hub.turns import Turns

CONVERSATION = Conversation("c", "web", Answerer.ASSISTANT, "sender", 1, 1, erased=False)


def turn(seq):
    return Turn(CONVERSATION, seq, f"hỏi {seq}", None, 0)


class Store:
    """Pending turns; what is claimed and answered."""

    def __init__(self):
        self.pending, self.claims, self.answered = [], 0, []

    def take_within(self, connection, row, first):
        return self.pending[0] if self.pending else None

    async def claim(self, conversation_id):
        self.claims += 1
        await asyncio.sleep(0)
        return self.pending[0] if self.pending else None

    async def complete(self, done, role, drafts):
        self.pending.remove(done)
        self.answered.append(done.seq)
        following = self.pending[0] if self.pending else None
        await asyncio.sleep(0)  # what is stored now is not seen by `following`
        return Settled([Message("c", done.seq + 1, Role.ASSISTANT, None, {"text": "Dạ"})], following)

    async def release_all(self):
        return None


class Assistant:
    def __init__(self):
        self.asked, self.meanwhile = [], []

    async def ask(self, sender, text, metadata):
        self.asked.append(text)
        await asyncio.sleep(0)
        for happens in self.meanwhile:
            happens()
        self.meanwhile.clear()
        return [{"text": "Dạ"}]

    async def is_ready(self):
        return True


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def assistant():
    return Assistant()


@pytest.fixture
def turns(store, assistant):
    return Turns(store, assistant, None, LocalDelivery(), None)


async def at_rest(turns):
    while turns._workers:
        await asyncio.gather(*turns._workers.values())


async def test_a_turn_that_was_taken_is_asked_once_without_a_claim(turns, store, assistant):
    with turns.beginning("c") as beginning:
        store.pending.append(turn(1))
        beginning.take(None, None, None)
        turns.notify("c")  # the sweep, say: it must not begin beside it
        assert turns._workers == {}
    await at_rest(turns)
    assert (assistant.asked, store.answered, store.claims) == (["hỏi 1"], [1], 0)


async def test_the_second_of_two_at_once_is_answered_too(turns, store, assistant):
    with turns.beginning("c") as first, turns.beginning("c") as second:
        store.pending.append(turn(1))
        first.take(None, None, None)
        store.pending.append(turn(2))
        second.take(None, None, None)
        assert second.work is None
    await at_rest(turns)
    assert (assistant.asked, store.answered) == (["hỏi 1", "hỏi 2"], [1, 2])


async def test_what_comes_after_the_last_look_is_looked_at(turns, store, assistant):
    complete = store.complete

    async def complete_and_be_late(done, role, drafts):
        settled = await complete(done, role, drafts)
        if done.seq == 1:
            store.pending.append(turn(3))
            turns.notify("c")
        return settled

    store.complete = complete_and_be_late
    with turns.beginning("c") as beginning:
        store.pending.append(turn(1))
        beginning.take(None, None, None)
    await at_rest(turns)
    assert (assistant.asked, store.answered) == (["hỏi 1", "hỏi 3"], [1, 3])


async def test_what_came_before_an_answer_costs_no_further_look(turns, store, assistant):
    def another():
        store.pending.append(turn(3))
        turns.notify("c")

    assistant.meanwhile.append(another)
    with turns.beginning("c") as beginning:
        store.pending.append(turn(1))
        beginning.take(None, None, None)
    await at_rest(turns)
    assert (store.answered, store.claims) == ([1, 3], 0)


async def test_others_are_not_forgotten_when_storing_fails(turns, store, assistant):
    def fail_to_store():
        with turns.beginning("c"):
            store.pending.append(turn(1))
            turns.notify("c")
            raise RuntimeError("no disk")

    with pytest.raises(RuntimeError):
        fail_to_store()
    await at_rest(turns)
    assert store.answered == [1]


async def test_nothing_is_taken_while_stopping(turns, store):
    await turns.stop()
    store.pending.append(turn(1))
    with turns.beginning("c") as beginning:
        beginning.take(None, None, None)
    assert (beginning.work, turns._workers) == (None, {})
