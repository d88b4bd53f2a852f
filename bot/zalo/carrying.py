"""An answer to a citizen of Zalo is queued, and begun to be sent, in the transaction that stores it.

What needs more than that, such as an address for an officer's file, is left to who overhears the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sqlalchemy.engine import Connection

from bot.hub.conversations import messages_after
from bot.hub.models import Message
from bot.ops.logging import EventLog
from bot.zalo.outbox import NewPart
from bot.zalo.people import Person, person_in
from bot.zalo.sender import Sender

log = EventLog("zalo.carrying")


class Outgoings(Protocol):
    """Who knows how messages look on Zalo. Both must not wait."""

    def parts_of(self, messages: Sequence[Message]) -> list[NewPart]:
        """Return what goes out at once; nothing where there is nothing, or more is to be done first."""

    def carried(self, person: Person, last_seq: int) -> None:
        """All up to `last_seq` is queued for this citizen."""


class Carrying:
    """The hub's carrier for this channel (`bot.hub.along.Carrier`)."""

    def __init__(self, sender: Sender, outgoings: Outgoings) -> None:
        self._sender = sender
        self._outgoings = outgoings

    def __call__(
        self, connection: Connection, conversation_id: str, answered: int, said: Sequence[Message]
    ) -> Callable[[], None] | None:
        """Queue all that this citizen has not been sent yet."""
        person = person_in(connection, conversation_id)
        if person is None:
            return None
        messages = said
        if not _is_all(said, person.queued_seq, answered):
            messages = messages_after(connection, conversation_id, person.queued_seq)
        parts = self._parts_of(messages)
        if not parts:
            return None
        last_seq = messages[-1].seq
        queued, go_on = self._sender.queue_within(connection, person, parts, last_seq)
        if not queued:
            return None

        def carried() -> None:
            self._outgoings.carried(person, last_seq)
            go_on()

        return carried

    def _parts_of(self, messages: Sequence[Message]) -> list[NewPart]:
        try:
            return self._outgoings.parts_of(messages)
        except Exception as error:  # an answer that cannot be sent is stored all the same
            log.fault("parts_failed", error)
            return []


def _is_all(said: Sequence[Message], queued_seq: int, answered: int) -> bool:
    """Say whether nothing else stands behind `queued_seq`, but for the question that was answered."""
    known = {answered} | {message.seq for message in said}
    return known.issuperset(range(queued_seq + 1, max(known) + 1)) and all(one.seq > queued_seq for one in said)
