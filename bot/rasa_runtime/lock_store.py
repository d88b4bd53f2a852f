"""Lock stores that look again every 20 ms.

Rasa's own wait a whole second when a second message of the same person arrives during the first.
Chosen in endpoints.yml by their dotted path.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import InMemoryLockStore, LockError, RedisLockStore
from rasa.utils.endpoints import EndpointConfig

NOBODYS = -1
"""The number of no ticket."""
POLL_SECONDS = 0.02
LOCK_SECONDS = 30.0
"""As long the citizen waits whose turn a killed Rasa had begun. Rasa's own is 60; the longest turns took 20."""
KEPT_SECONDS = 120


# What Redis does at once. It is given the lock's key, the conversation, a number, and how long a lock is kept.
_LIVING = """
local kept = redis.call('GET', KEYS[1])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local tickets, last = {}, -1
local function keep()
    local lock = {conversation_id = ARGV[1], tickets = tickets}
    redis.call('SET', KEYS[1], cjson.encode(lock), 'EX', ARGV[3])
end
for _, text in ipairs(kept and cjson.decode(kept).tickets or {}) do
    local ticket = cjson.decode(text)
    if ticket.expires >= now then
        tickets[#tickets + 1] = text
        last = ticket.number
    end
end
"""
# Numbered by the clock: who gives a place back too late must not give back that of another with the same number.
_TAKE_PLACE = """
local number = math.max(last + 1, math.floor(now * 1000))
tickets[#tickets + 1] = cjson.encode({number = number, expires = now + ARGV[2]})
keep()
return {number, #tickets - 1}
"""
_GIVE_BACK = """
if not kept then return end
for place, text in ipairs(tickets) do
    if cjson.decode(text).number == tonumber(ARGV[2]) then table.remove(tickets, place) break end
end
if #tickets > 0 then keep() else redis.call('DEL', KEYS[1]) end
"""
_BEFORE = """
for place, text in ipairs(tickets) do
    if cjson.decode(text).number == tonumber(ARGV[2]) then return place - 1 end
end
return -1
"""


class QuickInMemoryLockStore(InMemoryLockStore):
    """Locks of a single Rasa process, with the shorter wait."""

    def __init__(self, endpoint_config: EndpointConfig | None = None) -> None:
        super().__init__()

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


class QuickRedisLockStore(RedisLockStore):
    """Locks shared by several Rasa processes. `url` is the host; the other keys are those of Rasa's `redis` type.

    Rasa's own reads a lock, changes it and writes it back in three steps. Of two processes one then undoes what the
    other did: a ticket that was given back is there again, and the conversation stands until it has run out. Here each
    change is a script, which Redis does at once; what is kept is what Rasa keeps (`TicketLock.dumps`). A message that
    nobody waits before takes two ways to Redis. Tickets end by Redis's own clock, what a killed process left with them.
    """

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        options: dict[str, Any] = dict(endpoint_config.kwargs)
        super().__init__(host=endpoint_config.url or "localhost", **options)
        self._take_place, self._give_back, self._before = (
            self.red.register_script(_LIVING + change) for change in (_TAKE_PLACE, _GIVE_BACK, _BEFORE)
        )

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_SECONDS,
        wait_time_in_seconds: float = POLL_SECONDS,
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold the conversation; waits in order of arrival; raises LockError where Redis does not do it."""
        number, before = self._issue(conversation_id, lock_lifetime)
        try:
            while before > 0:
                await asyncio.sleep(wait_time_in_seconds)
                before = self._do(self._before, conversation_id, number)
            if before < 0:
                raise LockError("others have held the conversation for too long")
            yield TicketLock(conversation_id)
        finally:
            self.cleanup(conversation_id, number)

    def issue_ticket(self, conversation_id: str, lock_lifetime: float = LOCK_SECONDS) -> int:
        """Take a place in the queue; raises LockError where Redis does not do it."""
        return self._issue(conversation_id, lock_lifetime)[0]

    def update_lock(self, conversation_id: str) -> None:
        """Remove tickets that have run out."""
        self.finish_serving(conversation_id, NOBODYS)

    def finish_serving(self, conversation_id: str, ticket_number: int) -> None:
        """Give a place back."""
        self._do(self._give_back, conversation_id, ticket_number)

    def cleanup(self, conversation_id: str, ticket_number: int) -> None:
        """Give a place back; a lock that nobody waits for is gone with that."""
        self.finish_serving(conversation_id, ticket_number)

    def check(self) -> None:
        """Write and delete; raises what redis-py raises where Redis is away, full or only to be read."""
        key = f"{self.key_prefix}ready-{uuid.uuid4()}"
        self.red.set(key, b"", ex=1)
        self.red.delete(key)

    def _issue(self, conversation_id: str, lifetime: float) -> tuple[int, int]:
        """Take a place in the queue; return its number, and how many are before it."""
        try:
            number, before = self._do(self._take_place, conversation_id, lifetime)
        except Exception as error:  # as Rasa's own does
            raise LockError(f"Error while acquiring lock. Error:\n{error}") from error
        return number, before

    def _do(self, script: Any, conversation_id: str, number: float) -> Any:
        keys, given = [self.key_prefix + conversation_id], [conversation_id, number, KEPT_SECONDS]
        return script(keys=keys, args=given, client=self.red)
