"""Answers to citizens of Zalo as they are given, without waiting for the next look into the store."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from bot.hub.delivery import CatchUp, Event, MessageStored
from bot.hub.models import Role
from bot.zalo.people import Person

SAID_BY_THE_CITY = frozenset({Role.ASSISTANT, Role.OFFICER, Role.SYSTEM})
MOST_REMEMBERED = 4_000
"""Who was heard longer ago is answered with the next look into the store. Twice as many as can be written to within
half a minute: Zalo takes 4,000 calls a minute from an application. One citizen takes 0.5 kB."""


class FreshAnswers:
    """Which citizens, of those that this process has heard, have been answered."""

    def __init__(self) -> None:
        self._talking: OrderedDict[str, Person] = OrderedDict()
        self._fresh: dict[str, None] = {}
        self._any = asyncio.Event()

    def remember(self, conversation_id: str, person: Person) -> None:
        """This citizen was heard here."""
        self._talking[conversation_id] = person
        self._talking.move_to_end(conversation_id)
        if len(self._talking) > MOST_REMEMBERED:
            self._talking.popitem(last=False)

    def know(self, conversation_id: str, person: Person) -> None:
        """Something else is known of a citizen, if they were heard here."""
        if conversation_id in self._talking:
            self._talking[conversation_id] = person

    def overhear(self, conversation_id: str, event: Event) -> None:
        """Take in what becomes known in the hub (`Hub.overhear`)."""
        person = self._talking.get(conversation_id)
        if person is not None and _may_be_new(event, person.queued_seq):
            self._fresh[conversation_id] = None
            self._any.set()

    async def next(self) -> Person:
        """Wait for a citizen who was answered; return what was known of them last."""
        while not self._fresh:
            self._any.clear()
            await self._any.wait()
        conversation_id = next(iter(self._fresh))
        del self._fresh[conversation_id]
        return self._talking.get(conversation_id) or await self.next()


def _may_be_new(event: Event, queued_seq: int) -> bool:
    """Whether there may be more to be sent than what is queued, up to `queued_seq`."""
    if isinstance(event, MessageStored):
        return event.message.role in SAID_BY_THE_CITY and event.message.seq > queued_seq
    return isinstance(event, CatchUp)
