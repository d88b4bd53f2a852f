"""A message that is being stored, with which its conversation may be taken for answering."""

from __future__ import annotations

from sqlalchemy.engine import Connection, Row

from bot.hub.models import Pending, Work
from bot.hub.turn_store import TurnStore


class Beginning:
    """A message that is being stored. work: what was taken with it."""

    def __init__(self, store: TurnStore | None) -> None:
        """store: None where somebody is at work in the conversation, who will find the message."""
        self._store = store
        self.work: Work | None = None

    def take(self, connection: Connection, row: Row, first: Pending | None) -> bool:
        """Take the conversation whose locked `row` this is, in the transaction that has stored the message.

        first: the message, where none waits before it. Returns whether it did, and has written the row's number and
        moment, too.
        """
        if self._store is not None:
            self.work = self._store.take_within(connection, row, first)
        return self.work is not None
