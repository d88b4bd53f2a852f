"""Lock stores that look again every 20 ms.

Rasa's own wait a whole second when a second message of the same person arrives during the first.
Chosen in endpoints.yml by their dotted path.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore, LockStore, RedisLockStore
from rasa.utils.endpoints import EndpointConfig

POLL_SECONDS = 0.02


class _QuickPoll(LockStore):
    """Any lock store, with the shorter wait."""

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
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
    """Locks shared by several Rasa processes. `url` is the host; the other keys are those of Rasa's `redis` type."""

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        options: dict[str, Any] = dict(endpoint_config.kwargs)
        super().__init__(host=endpoint_config.url or "localhost", **options)
