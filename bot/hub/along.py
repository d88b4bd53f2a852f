"""What happens in the transaction that stores an answer, beside storing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.engine import Connection

from bot.hub.models import Draft, Message, Turn


class AlongWithAnswers(Protocol):
    """What is stored together with an answer, or not at all; returns the drafts as they are to be stored."""

    def __call__(
        self, connection: Connection, turn: Turn, drafts: tuple[Draft, ...], at: datetime
    ) -> tuple[Draft, ...]: ...


class Holds(Protocol):
    """Holds an answer for an officer's look: what the citizen is told meanwhile; None where it goes at once."""

    def __call__(
        self, connection: Connection, turn: Turn, drafts: tuple[Draft, ...], at: datetime
    ) -> tuple[Draft, ...] | None: ...


class Carrier(Protocol):
    """Queues what a conversation of its channel is to be sent, where the citizen has no window that listens.

    Called in the transaction that stores an answer, last, and with the conversation locked. answered: the number of the
    question. said: what was stored, in order. What it returns is called once that is committed, before anybody is told;
    None where there is nothing to be done then.
    """

    def __call__(
        self, connection: Connection, conversation_id: str, answered: int, said: Sequence[Message]
    ) -> Callable[[], None] | None: ...
