"""Lock stores that look again every 20 ms.

Rasa's own wait a whole second when a second message of the same person arrives during the first.
Chosen in endpoints.yml by their dotted path.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from rasa.core.lock import TicketLock
from rasa.core.lock_store import InMemoryLockStore, LockError, LockStore, RedisLockStore
from rasa.utils.endpoints import EndpointConfig

Result = TypeVar("Result")

POLL_SECONDS = 0.02
LOCK_SECONDS = 30.0
"""As long the citizen waits whose turn a killed Rasa had begun. Rasa's own is 60; the longest turns took 20."""
KEPT_SECONDS = 120


class _QuickPoll(LockStore):
    """Any lock store, with the shorter wait."""

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_SECONDS,
        wait_time_in_seconds: float = POLL_SECONDS,
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold the conversation; waits in order of arrival."""
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as ticket:
            yield ticket


class QuickInMemoryLockStore(_QuickPoll, InMemoryLockStore):
    """Locks of a single Rasa process."""

    def __init__(self, endpoint_config: EndpointConfig | None = None) -> None:
        super().__init__()


class QuickRedisLockStore(_QuickPoll, RedisLockStore):
    """Locks shared by several Rasa processes. `url` is the host; the other keys are those of Rasa's `redis` type.

    Rasa's own reads a lock, changes it and writes it back in three steps. Of two processes one then undoes what the
    other did: a ticket that was given back is there again, and the conversation stands until it has run out. Here each
    change is one transaction. What a killed process left ends by itself.
    """

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        options: dict[str, Any] = dict(endpoint_config.kwargs)
        super().__init__(host=endpoint_config.url or "localhost", **options)

    def issue_ticket(self, conversation_id: str, lock_lifetime: float = LOCK_SECONDS) -> int:
        """Take a place in the queue; raises LockError where Redis does not do it."""
        try:
            return self._change(conversation_id, lambda lock: lock.issue_ticket(lock_lifetime))
        except Exception as error:  # as Rasa's own does
            raise LockError(f"Error while acquiring lock. Error:\n{error}") from error

    def update_lock(self, conversation_id: str) -> None:
        """Remove tickets that have run out."""
        self._change(conversation_id, TicketLock.remove_expired_tickets)

    def finish_serving(self, conversation_id: str, ticket_number: int) -> None:
        """Give a place back."""
        self._change(conversation_id, lambda lock: lock.remove_ticket_for(ticket_number))

    def cleanup(self, conversation_id: str, ticket_number: int) -> None:
        """Give a place back; a lock that nobody waits for is gone with that."""
        self.finish_serving(conversation_id, ticket_number)

    def check(self) -> None:
        """Write and delete; raises what redis-py raises where Redis is away, full or only to be read."""
        key = f"{self.key_prefix}ready-{uuid.uuid4()}"
        self.red.set(key, b"", ex=1)
        self.red.delete(key)

    def _change(self, conversation_id: str, change: Callable[[TicketLock], Result]) -> Result:
        key = self.key_prefix + conversation_id

        def attempt(pipe: Any) -> Result:
            kept = pipe.get(key)
            lock = TicketLock.from_dict(json.loads(kept)) if kept else TicketLock(conversation_id)
            result = change(lock)
            pipe.multi()
            if lock.tickets:
                pipe.set(key, lock.dumps(), ex=KEPT_SECONDS)
            else:
                pipe.delete(key)
            return result

        result: Result = self.red.transaction(attempt, key, value_from_callable=True)
        return result
