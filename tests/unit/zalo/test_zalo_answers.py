"""Who of those that this process has heard is answered, as soon as it is known."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from unittest.mock import Mock

import pytest

from bot.channels import zalo_work
from bot.channels.zalo_answers import MOST_REMEMBERED, FreshAnswers
from bot.hub.delivery import CatchUp, LocalDelivery, MessageStored, Typing
from bot.hub.models import Message, Role
from bot.ops.clock import SystemClock
from bot.zalo.people import Person


def stored(conversation_id, role):
    now = datetime(2026, 1, 5, tzinfo=timezone.utc)
    return MessageStored(Message(conversation_id, 2, role, now, {"text": "Dạ."}))


async def soon(answers):
    return (await asyncio.wait_for(answers.next(), 1)).user_id


@pytest.fixture
def delivery_and_answers():
    delivery, answers = LocalDelivery(), FreshAnswers()
    delivery.overhear(answers.overhear)
    answers.remember("a", Person("1", "a", None, 0))
    answers.remember("b", Person("2", "b", None, 0))
    return delivery, answers


async def test_answers_are_told_once_each_in_their_order(delivery_and_answers):
    delivery, answers = delivery_and_answers
    for event in (Typing(True), stored("b", Role.ASSISTANT), stored("a", Role.OFFICER), stored("b", Role.SYSTEM)):
        delivery.publish("b" if event == Typing(True) else event.message.conversation_id, event)
    assert [await soon(answers), await soon(answers)] == ["2", "1"]
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(answers.next(), 0.05)


async def test_what_another_process_stored_is_looked_for(delivery_and_answers):
    delivery, answers = delivery_and_answers
    waiting = asyncio.create_task(soon(answers))
    await asyncio.sleep(0)
    delivery.publish("a", CatchUp())
    assert await waiting == "1"


async def test_citizens_words_and_other_channels_are_none(delivery_and_answers):
    delivery, answers = delivery_and_answers
    delivery.publish("a", stored("a", Role.CITIZEN))
    delivery.publish("at the web", stored("at the web", Role.ASSISTANT))
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(answers.next(), 0.05)


async def test_what_was_queued_with_the_answer_is_not_passed_on_again(delivery_and_answers):
    delivery, answers = delivery_and_answers
    answers.know("a", Person("1", "a", None, 2))
    delivery.publish("a", stored("a", Role.ASSISTANT))
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(answers.next(), 0.05)


async def test_only_who_was_heard_last_is_remembered(delivery_and_answers):
    delivery, answers = delivery_and_answers
    for number in range(MOST_REMEMBERED - 2):
        answers.remember(f"n{number}", Person(f"n{number}", f"n{number}", None, 0))
    answers.remember("a", Person("1", "a", None, 0))  # heard again: not the one that is forgotten
    answers.remember("new", Person("3", "new", None, 0))
    for name in ("a", "b", "new"):
        delivery.publish(name, stored(name, Role.ASSISTANT))
    assert [await soon(answers), await soon(answers)] == ["1", "3"]
    assert len(answers._talking) == MOST_REMEMBERED


class ManyTalks:
    """A hub with as many conversations as are set, in which nothing is to be sent."""

    def __init__(self):
        self.changed = []
        self.looks = 0

    def overhear(self, heard):
        pass

    async def changed_since(self, channel, since):
        self.looks += 1
        return [(name, 5) for name in self.changed]

    async def read_on(self, conversation_id, seq):
        return []


class Everybody:
    """People, and how often each was looked up."""

    def __init__(self):
        self.found = []

    async def of_conversations(self, conversation_ids):
        self.found += conversation_ids
        return [Person(one, one, None, 5) for one in conversation_ids]


async def test_a_crowd_is_looked_up_once_and_those_who_are_gone_are_forgotten(monkeypatch):
    monkeypatch.setattr(zalo_work, "MOST_REMEMBERED", 2)
    hub, people = ManyTalks(), Everybody()
    others = {name: Mock() for name in ("wordless", "questions", "links", "consent", "files", "sender", "signer")}
    words = {"wording": Mock(), "hub_wording": Mock(), "told_by_template": frozenset(), "with_buttons": True}
    work = zalo_work.ZaloWork(hub, **others, **words, people=people, clock=SystemClock(), look_seconds=0.001)
    hub.changed = ["a", "b", "c"]
    work.start()
    try:
        await until_looked(hub, 3)
        assert people.found == ["a", "b", "c"]
        hub.changed = ["c", "d"]
        await until_looked(hub, 3)
    finally:
        await work.stop()
    assert people.found == ["a", "b", "c", "d"]
    assert set(work._queued) == {"c", "d"}


async def until_looked(hub, more):
    """Wait until the store has been looked into so often again, and nothing is under way any more."""
    goal = hub.looks + more
    while hub.looks < goal:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
