"""Delivery among several hubs: what one stores, the others' windows show at once. Redis carries only "there is news".

No words go through it: a conversation's id and what kind of news. Whoever hears reads the store. While Redis is away
nothing is lost and nothing waits: `StoreWatch` finds the same news in the database within its two seconds.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from contextlib import suppress
from typing import Any

from redis import asyncio as redis
from redis.exceptions import RedisError

from bot.hub.delivery import CatchUp, Ended, Event, LocalDelivery, Typing
from bot.ops.logging import EventLog
from bot.ops.metrics import REDIS_UP

log = EventLog("hub.fan_out")

CHANNEL = "motcua:hub"
LONGEST_QUEUE = 10_000
BATCH = 200
GATHER_SECONDS = 0.01
"""So long news waits for more: under a crowd, what each word costs the one who tells it and every one who hears it is
paid once for several."""
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 5.0
LONGEST_WORD = 200 * BATCH
"""Characters of what others said; one piece of news takes 50."""
FAULTS = (RedisError, OSError, asyncio.TimeoutError)


class RedisDelivery(LocalDelivery):
    """Delivery among the sockets of all processes that share a Redis."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._name = uuid.uuid4().hex
        self._outgoing: asyncio.Queue[tuple[str, str]] = asyncio.Queue(LONGEST_QUEUE)
        self._tasks: list[asyncio.Task[None]] = []
        self._away: set[str] = set()
        self._stopping = False

    def start(self) -> None:
        """Begin to tell and to hear."""
        for work in (self._tell, self._hear):
            REDIS_UP.labels(_name(work)).set(0)
        self._tasks = [asyncio.create_task(self._keep(work)) for work in (self._tell, self._hear)]

    async def stop(self) -> None:
        """Tell and hear no more."""
        # A cancellation may come just as what is waited for ends, or runs out of time, and be taken for that.
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def publish(self, conversation_id: str, event: Event) -> None:
        """Hand `event` to the readers here, and have the other processes told; never waits."""
        super().publish(conversation_id, event)
        if not isinstance(event, CatchUp):
            with suppress(asyncio.QueueFull):  # the others look into the store anyway
                self._outgoing.put_nowait((conversation_id, _kind(event)))

    async def _keep(self, work: Any) -> None:
        while not self._stopping:
            try:
                client = redis.from_url(
                    self._url,
                    socket_connect_timeout=TIMEOUT_SECONDS,
                    health_check_interval=15,
                )
                try:
                    await work(client)
                finally:
                    with suppress(*FAULTS):
                        await client.close()
            except FAULTS as error:
                REDIS_UP.labels(_name(work)).set(0)
                if work.__name__ not in self._away:
                    log.warning("redis_away", work=_name(work), error=type(error).__name__)
                self._away.add(work.__name__)
            except Exception as error:  # must outlive whatever a driver raises
                log.fault("fan_out_failed", error)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _tell(self, client: Any) -> None:
        await asyncio.wait_for(client.ping(), TIMEOUT_SECONDS)
        self._back("_tell")
        while not self._stopping:
            news = [await self._outgoing.get()]
            await asyncio.sleep(GATHER_SECONDS)
            while len(news) < BATCH and not self._outgoing.empty():
                news.append(self._outgoing.get_nowait())
            word = json.dumps([self._name, news])
            await asyncio.wait_for(client.publish(CHANNEL, word), TIMEOUT_SECONDS)

    async def _hear(self, client: Any) -> None:
        async with client.pubsub(ignore_subscribe_messages=True) as ear:
            await asyncio.wait_for(ear.subscribe(CHANNEL), TIMEOUT_SECONDS)
            for conversation_id in self.listened():  # what was said while nobody heard
                super().publish(conversation_id, CatchUp())
            self._back("_hear")
            while not self._stopping:
                message = await ear.get_message(timeout=TIMEOUT_SECONDS)
                if message is not None:
                    self._heard(message["data"])

    def _heard(self, data: bytes) -> None:
        try:
            name, news = json.loads(data[:LONGEST_WORD])
            if name == self._name:
                return
            told = [(str(conversation_id), _event(kind)) for conversation_id, kind in news]
        except (ValueError, TypeError):
            log.warning("word_unreadable")
            return
        for conversation_id, event in told:
            super().publish(conversation_id, event)

    def _back(self, work: str) -> None:
        REDIS_UP.labels(work.strip("_")).set(1)
        if work in self._away:
            self._away.discard(work)
            log.info("redis_back", work=work.strip("_"))


def _name(work: Any) -> str:
    return str(work.__name__).strip("_")


def _kind(event: Event) -> str:
    if isinstance(event, Typing):
        return "typing" if event.on else "quiet"
    return "ended" if isinstance(event, Ended) else "news"


def _event(kind: object) -> Event:
    if kind in ("typing", "quiet"):
        return Typing(kind == "typing")
    return Ended() if kind == "ended" else CatchUp()
