"""Handing over on SQLite and on a real PostgreSQL, without a socket."""

from __future__ import annotations

import pytest
import pytest_asyncio

from bot.handoff.models import Asked, Officer
from bot.handoff.presence import Presence
from bot.handoff.queue import Queue
from bot.handoff.shifts import load_shifts
from bot.hub.conversations import ConversationStore
from bot.hub.delivery import LocalDelivery
from bot.hub.feedback_effects import erase_feedback, with_feedback
from bot.hub.handoff_effects import HandoffEffects, erase_handoff
from bot.hub.ownership import Ownership
from bot.hub.turn_store import TurnStore
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate
from knowledge.working_days import load_calendar

LAN = Officer("p-lan", "Chị Lan")
MINH = Officer("p-minh", "Anh Minh")


@pytest.fixture
def database(database_url):
    migrate(database_url)
    database = Database(make_engine(database_url))
    yield database
    database.close()


@pytest.fixture
def store(database, clock):
    return ConversationStore(database, clock, (erase_feedback, erase_handoff))


@pytest.fixture
def delivery():
    return LocalDelivery()


@pytest.fixture
def heard():
    return []


@pytest.fixture
def presence(database, clock):
    return Presence(lambda: database, clock)


@pytest.fixture
def ownership(database, clock, delivery, heard):
    queue = Queue(lambda: database, clock, load_shifts(load_calendar()))
    return Ownership(lambda: database, clock, queue, delivery, heard.append)


@pytest.fixture
def turn_store(database, clock, ownership):
    return TurnStore(database, clock, "hub", along=HandoffEffects(ownership.steps, with_feedback))


@pytest_asyncio.fixture
async def present(presence):
    """Both officers are there."""
    await presence.arrive(LAN)
    await presence.arrive(MINH)


@pytest.fixture
def ask(store, ownership, present):
    """A new conversation that waits; its request."""

    async def begin(**more):
        conversation = await store.open("web")
        return await ownership.ask(conversation.id, Asked(**more))

    return begin


@pytest.fixture
def said(store):
    """The transcript of a request's conversation, as (role, text)."""

    async def read(request):
        messages = await store.messages_after(request.conversation_id, 0)
        return [(message.role.value, message.content["text"]) for message in messages]

    return read
