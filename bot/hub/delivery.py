"""Who hears what is new in a conversation. In this process here; several processes put a broker behind the port.

Nothing is lost when an event is: a reader that finds a gap in the sequence numbers, or is told to catch up, reads the
store. So publishing never waits, and a reader that is slow delays nobody.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.feedback.models import Kept
from bot.handoff.models import Standing
from bot.hub.models import Message

QUEUE_LENGTH = 100


@dataclass(frozen=True)
class MessageStored:
    """A message is in the store."""

    message: Message


@dataclass(frozen=True)
class MessageChanged:
    """A message that may have been delivered before holds something else now."""

    message: Message


@dataclass(frozen=True)
class MessageRated:
    """What the citizen thinks of a message, in one of the windows."""

    seq: int
    kept: Kept


@dataclass(frozen=True)
class Surveyed:
    """The survey was answered or left out, in one of the windows."""


@dataclass(frozen=True)
class Typing:
    """The assistant works on an answer, or no longer does."""

    on: bool


@dataclass(frozen=True)
class StandingChanged:
    """Who answers, or the place in the queue, is another now."""

    standing: Standing


@dataclass(frozen=True)
class Ended:
    """The conversation is erased."""


@dataclass(frozen=True)
class CatchUp:
    """There may be more in the store than was told. up_to: the newest number there, where it is known."""

    up_to: int | None = None


Event = MessageStored | MessageChanged | MessageRated | Surveyed | Typing | StandingChanged | Ended | CatchUp


class Subscription:
    """One reader's events. When it reads too slowly they are replaced by a single `CatchUp`."""

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self._events: asyncio.Queue[Event] = asyncio.Queue(QUEUE_LENGTH)

    def put(self, event: Event) -> None:
        """Hand over an event without waiting."""
        if self._events.full():
            while not self._events.empty():
                self._events.get_nowait()
            event = CatchUp()
        self._events.put_nowait(event)

    async def next(self) -> Event:
        """The next event, as soon as there is one."""
        return await self._events.get()

    async def gathered(self) -> list[Event]:
        """The next event and those that came with it: what one step of a turn publishes is read together."""
        events = [await self._events.get()]
        await asyncio.sleep(0)
        while not self._events.empty():
            events.append(self._events.get_nowait())
        return events


class Delivery(Protocol):
    """Publish and subscribe by conversation."""

    def publish(self, conversation_id: str, event: Event) -> None: ...

    def subscribe(self, conversation_id: str) -> Subscription: ...

    def unsubscribe(self, subscription: Subscription) -> None: ...

    def overhear(self, heard: Callable[[str, Event], None]) -> None: ...

    def listened(self) -> list[str]: ...


class LocalDelivery:
    """Delivery among the sockets of this process."""

    def __init__(self) -> None:
        self._readers: dict[str, set[Subscription]] = defaultdict(set)
        self._overhearing: list[Callable[[str, Event], None]] = []

    def overhear(self, heard: Callable[[str, Event], None]) -> None:
        """Have `heard` called with all that is published here: for a channel that has no windows. It must not wait."""
        self._overhearing.append(heard)

    def publish(self, conversation_id: str, event: Event) -> None:
        """Hand `event` to all readers of the conversation."""
        for heard in self._overhearing:
            heard(conversation_id, event)
        for reader in tuple(self._readers.get(conversation_id, ())):
            reader.put(event)

    def subscribe(self, conversation_id: str) -> Subscription:
        """Begin to listen."""
        subscription = Subscription(conversation_id)
        self._readers[conversation_id].add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Listen no longer."""
        readers = self._readers.get(subscription.conversation_id)
        if readers is None:
            return
        readers.discard(subscription)
        if not readers:
            del self._readers[subscription.conversation_id]

    def listened(self) -> list[str]:
        """The conversations that somebody listens to."""
        return list(self._readers)
