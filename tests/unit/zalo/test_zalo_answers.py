"""Who of those that this process has heard is answered, as soon as it is known."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest

from bot.channels.zalo_answers import FreshAnswers
from bot.hub.delivery import CatchUp, LocalDelivery, MessageStored, Typing
from bot.hub.models import Message, Role
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
