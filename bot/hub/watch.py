"""Tells this process's readers what another process stored: works with nothing but the shared database."""

from __future__ import annotations

import asyncio

from bot.handoff.models import Standing
from bot.handoff.queue import Queue
from bot.hub.conversations import ConversationStore
from bot.hub.delivery import CatchUp, Delivery, Ended, StandingChanged
from bot.ops.logging import EventLog

log = EventLog("hub.watch")

PAUSE_SECONDS = 2.0
BATCH = 500
NOBODY_WAITS = Standing("assistant")


class StoreWatch:
    """Looks at the newest sequence number of every conversation that is listened to."""

    def __init__(
        self, store: ConversationStore, delivery: Delivery, queue: Queue, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        self._store = store
        self._queue = queue
        self._standings: dict[str, Standing] = {}
        self._delivery = delivery
        self._pause_seconds = pause_seconds
        self._known: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Compare the store with what was seen last, and tell the readers."""
        listened = self._delivery.listened()
        seqs: dict[str, int] = {}
        for start in range(0, len(listened), BATCH):
            seqs |= await self._store.last_seqs(listened[start : start + BATCH])
        for conversation_id in listened:
            if conversation_id not in seqs:
                self._delivery.publish(conversation_id, Ended())
            elif seqs[conversation_id] != self._known.get(conversation_id):
                self._delivery.publish(conversation_id, CatchUp(seqs[conversation_id]))
        self._known = seqs
        await self._look_at_standings(list(seqs))

    async def _look_at_standings(self, conversation_ids: list[str]) -> None:
        """Places in the queue change although nothing is said; so does who answers, in another process."""
        standings: dict[str, Standing] = {}
        for start in range(0, len(conversation_ids), BATCH):
            standings |= await self._queue.standings(conversation_ids[start : start + BATCH])
        for conversation_id, standing in standings.items():
            if standing != self._standings.get(conversation_id, NOBODY_WAITS):
                self._delivery.publish(conversation_id, StandingChanged(standing))
        self._standings = standings

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._pause_seconds)
            try:
                await self.look()
            except Exception as error:  # must outlive a database that is away
                log.fault("watch_failed", error)
