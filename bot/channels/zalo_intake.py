"""What came over Zalo is worked off: at once by the process that has stored it, else by one that looks for it.

Each citizen's events go one after the other; leases keep several processes from working for one citizen at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.channels.zalo_wordless import LaterError
from bot.errors import ZaloPayloadError
from bot.hub.models import Conversation
from bot.ops.logging import EventLog
from bot.zalo.events import ZaloEvent, read_body, read_event
from bot.zalo.inbox import Inbox, Waiting
from bot.zalo.people import Person
from bot.zalo.serving import Serving

log = EventLog("channels.zalo_intake")

Work = Callable[[ZaloEvent, Person, Conversation | None], Awaitable[None]]
"""What is done about an event, given its citizen and their conversation as they stood when it was taken.

Raises `LaterError` where it has to wait, and its citizen's later ones with it.
"""


class ZaloIntake:
    """Runs in every hub."""

    def __init__(self, door: Inbox, inbox: Inbox, work: Work, look_seconds: float = 1.0) -> None:
        """door: by which events come in, beside all else that the database is asked."""
        self._door = door
        self._inbox = inbox
        self._work = work
        self._look_seconds = look_seconds
        self._serving = Serving(log, inbox.claim, self._work_off, look_seconds)
        self._storing: set[asyncio.Task[bool]] = set()

    async def start(self) -> None:
        """Begin with what was left from before."""
        await self._inbox.take_back()
        self._serving.start()

    async def stop(self) -> None:
        """End; what is half done is done again by the next process."""
        stopping = asyncio.create_task(self._serving.stop())
        if self._storing:
            await asyncio.wait(set(self._storing), timeout=5)
        await stopping
        await self._serving.break_off()

    def take_in(self, event: ZaloEvent, body: bytes, num_retry: int | None) -> asyncio.Future[bool]:
        """Store an event, and begin to work for its citizen where nobody does; False where it was stored before.

        It goes on where the caller is cancelled: a citizen who was taken would else wait until the lease ends.
        """
        storing = asyncio.create_task(self._store(event, body, num_retry))
        self._storing.add(storing)
        storing.add_done_callback(self._stored)
        return asyncio.shield(storing)

    async def _store(self, event: ZaloEvent, body: bytes, num_retry: int | None) -> bool:
        place = self._serving.has_place()
        taken = await self._door.take_in(event, body, num_retry, claim=place)
        if taken.waiting is not None:
            self._serving.begin(taken.waiting)
        elif taken.new and not place:
            self._serving.leave()
        return taken.new

    def _stored(self, task: asyncio.Task[bool]) -> None:
        self._storing.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits for it has it as well, if anybody still does

    async def _work_off(self, first: Waiting) -> None:
        """Work for one citizen until nothing of theirs waits."""
        item: Waiting | None = first
        try:
            while item is not None:
                item = await self._one(item)
        except asyncio.CancelledError:
            await asyncio.shield(self._inbox.release(first.person.user_id))
            raise
        except Exception as error:  # what is left is claimed again
            log.fault("work_off_failed", error)
            with suppress(Exception):  # the lease ends by itself
                await self._inbox.release(first.person.user_id)

    async def _one(self, item: Waiting) -> Waiting | None:
        """Work one event off; return the citizen's next one, None where they are let go."""
        try:
            event = item.event or read_event(read_body(item.body), item.body)
            await self._work(event, item.person, item.conversation)
        except LaterError:
            await asyncio.sleep(self._look_seconds)
            await self._inbox.release(item.person.user_id)
            self._serving.leave()
            return None
        except ZaloPayloadError as error:
            log.fault("event_unreadable", error)
        except Exception as error:
            over, following = await self._inbox.failed(item)
            log.fault("event_failed", error, over=over)
            return following
        return await self._inbox.done(item)
