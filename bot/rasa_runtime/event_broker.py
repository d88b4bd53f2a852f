"""Rasa's events for analytics, without anything that a person wrote or that says who they are.

In endpoints.yml it stands in front of one of Rasa's own brokers (docs/operations.md):

    event_broker:
      type: bot.rasa_runtime.event_broker.ScreenedEventBroker
      broker: kafka          # or pika, sql: the rest are that broker's own keys
      url: kafka.internal:9092
      topic: rasa_events

What goes out is a list of what may (`screened`), not what is left after taking things out: a new kind of event or field
stays here until somebody has decided about it.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import rasa.shared.core.events  # noqa: F401 - Rasa's RabbitMQ broker uses it without importing it
from rasa.core.brokers.broker import EventBroker
from rasa.core.brokers.pika import PikaEventBroker
from rasa.utils.endpoints import EndpointConfig

from bot.ops.logging import EventLog

log = EventLog("rasa")

Connect = Callable[[], Awaitable[EventBroker | None]]

KEPT = 20_000
"""Events that wait: about half an hour of a city's talk, and 20 MB."""
LOST_SAID_EVERY = 1000
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
SECONDS_TO_SEND = 10.0
SECONDS_TO_CLOSE = 2.0
BROKERS = ("kafka", "pika", "sql")
ALWAYS = ("event", "timestamp", "sender_id")
"""The sender is a random name that the hub made for one conversation."""
MORE = {
    "action": ("name", "policy", "confidence"),
    "action_execution_rejected": ("name", "policy", "confidence"),
    "active_loop": ("name",),
    "slot": ("name",),
}


class ScreenedEventBroker(EventBroker):
    """Hands screened events to another broker, and never lets a citizen wait for it.

    Rasa's own ones keep Rasa from starting while their server is away (RabbitMQ), hold up every conversation (Kafka,
    SQL: they wait inside the event loop), or keep what they could not send without end. Here events wait in a queue of
    bounded length; whoever is away is asked again and again; what is too much goes, the oldest first, and is counted.
    """

    def __init__(self, connect: Connect, kept: int = KEPT) -> None:
        """connect: makes the broker behind this one, or raises. Must be called inside the event loop."""
        self._connect = connect
        self._waiting: deque[dict[str, Any]] = deque(maxlen=kept)
        self._news, self._idle = asyncio.Event(), asyncio.Event()
        self._broker: EventBroker | None = None
        self._lost = 0
        self._work = asyncio.create_task(self._hand_on())

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig, event_loop: AbstractEventLoop | None = None
    ) -> ScreenedEventBroker | None:
        """Make the broker that `broker:` names; raises ValueError for one that is not known."""
        options = dict(broker_config.kwargs)
        kind = str(options.pop("broker", "")).lower()
        if kind not in BROKERS:
            raise ValueError(f"event_broker: broker must be one of {', '.join(BROKERS)}, not {kind!r}")
        if kind == "pika":
            options["connection_attempts"], options["retry_delay_in_seconds"] = 1, 0  # trying again is done here
        inner = EndpointConfig(url=broker_config.url, type=kind, **options)
        return cls(partial(EventBroker.create, inner, event_loop or asyncio.get_running_loop()))

    def publish(self, event: dict[str, Any]) -> None:
        """Put what may go out into the queue."""
        if len(self._waiting) == self._waiting.maxlen:
            self._lost += 1
            if self._lost % LOST_SAID_EVERY == 1:
                log.warning("events_lost", count=self._lost)
        self._waiting.append(screened(event))
        self._idle.clear()
        self._news.set()

    def is_ready(self) -> bool:
        """Whether the broker behind it is."""
        return self._broker is not None and self._broker.is_ready()

    async def close(self) -> None:
        """Send what waits, if that is quick, and close the broker behind it."""
        if self._waiting and self.is_ready():
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._idle.wait(), SECONDS_TO_CLOSE)
        self._work.cancel()
        await asyncio.gather(self._work, return_exceptions=True)
        if self._waiting:
            log.warning("events_lost", count=len(self._waiting) + self._lost)
        if self._broker is not None:
            await self._broker.close()

    async def _hand_on(self) -> None:
        self._broker = broker = await self._connected()
        pause = FIRST_PAUSE
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                event = self._waiting[0]
                try:
                    await _send(broker, event)
                except Exception as error:  # it stays first, and is sent again: twice rather than never
                    pause = await _rest(pause, error)
                    continue
                pause = FIRST_PAUSE
                if self._waiting and self._waiting[0] is event:  # else it was too much meanwhile
                    self._waiting.popleft()
            self._idle.set()

    async def _connected(self) -> EventBroker:
        pause = FIRST_PAUSE
        while True:
            try:
                broker = await self._connect()
                if broker is not None:
                    return broker
                raise ConnectionError("no broker")
            except Exception as error:  # whatever it is, people's answers do not depend on it
                pause = await _rest(pause, error)


async def _send(broker: EventBroker, event: dict[str, Any]) -> None:
    """Hand one event on; raises where it may not have arrived."""
    if not isinstance(broker, PikaEventBroker):
        await asyncio.to_thread(broker.publish, event)
        return
    # Its own `publish` begins a task and looks away; what was under way when the server died would hang for ever.
    exchange: Any = broker._exchange
    await asyncio.wait_for(exchange.publish(broker._message(event, None), ""), SECONDS_TO_SEND)


async def _rest(pause: float, error: Exception) -> float:
    """Sleep; return how long to sleep the next time."""
    log.warning("event_broker_away", error=type(error).__name__, again_in=pause)
    await asyncio.sleep(pause)
    return min(pause * 2, LONGEST_PAUSE)


def screened(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may leave: kinds and moments, intent, action, names of slots, the outcome of an answer."""
    kind = event.get("event")
    kept = {name: event[name] for name in (*ALWAYS, *MORE.get(str(kind), ())) if name in event}
    if kind == "user":
        intent = (event.get("parse_data") or {}).get("intent") or {}
        kept["intent"] = {name: intent[name] for name in ("name", "confidence") if name in intent}
        metadata = event.get("metadata") or {}
        kept["metadata"] = {name: metadata[name] for name in ("channel", "turn") if name in metadata}
    if kind == "bot":
        custom = (event.get("data") or {}).get("custom") or {}
        answer = custom.get("answer") if isinstance(custom, Mapping) else None
        outcome = answer.get("outcome") if isinstance(answer, Mapping) else None
        kept["outcome"] = outcome if isinstance(outcome, str) else None
    return kept
