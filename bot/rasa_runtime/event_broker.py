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
from collections.abc import Mapping
from typing import Any

import rasa.shared.core.events  # noqa: F401 - Rasa's RabbitMQ broker uses it without importing it
from rasa.core.brokers.broker import EventBroker
from rasa.utils.endpoints import EndpointConfig

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
    """Hands screened events to another broker."""

    def __init__(self, broker: EventBroker) -> None:
        self._broker = broker

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig, event_loop: AbstractEventLoop | None = None
    ) -> ScreenedEventBroker | None:
        """Make the broker that `broker:` names; raises ValueError for one that is not known."""
        options = dict(broker_config.kwargs)
        kind = str(options.pop("broker", "")).lower()
        if kind not in BROKERS:
            raise ValueError(f"event_broker: broker must be one of {', '.join(BROKERS)}, not {kind!r}")
        inner = EndpointConfig(url=broker_config.url, type=kind, **options)
        broker = await EventBroker.create(inner, event_loop or asyncio.get_running_loop())
        return cls(broker) if broker is not None else None

    def publish(self, event: dict[str, Any]) -> None:
        """Hand on what may go out."""
        self._broker.publish(screened(event))

    def is_ready(self) -> bool:
        """Whether the broker behind it is."""
        return self._broker.is_ready()

    async def close(self) -> None:
        """Close the broker behind it."""
        await self._broker.close()


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
