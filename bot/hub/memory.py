"""What the assistant remembers of a conversation, and how it is made to forget."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from bot.hub.rasa_client import RasaClient
from bot.store.engine import Database


class Memory(Protocol):
    """Raises `AssistantDownError` when it has to be tried again."""

    async def erase(self, sender: str) -> None: ...


class TrackerMemory:
    """Rasa's tracker. A restart event alone only hides what was said, so the stored events are deleted as well."""

    def __init__(self, client: RasaClient, trackers: Database) -> None:
        self._client = client
        self._trackers = trackers

    async def erase(self, sender: str) -> None:
        """Make Rasa begin anew, then delete what its tracker store keeps of this sender."""
        await self._client.forget(sender)
        await self._trackers.write(_delete_events, sender)


def _delete_events(connection: Connection, sender: str) -> None:
    # endpoints.yml may name another tracker store than the setting; then there is no such table here.
    if inspect(connection).has_table("events"):
        connection.execute(text("DELETE FROM events WHERE sender_id = :sender"), {"sender": sender})
