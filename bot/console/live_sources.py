"""What the stream of signals looks at, and the topics that pages listen to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.console.live import Source
from bot.hub.build import HubParts

QUEUE = "queue"


def conversation_topic(conversation_id: str) -> str:
    """Return the topic of one conversation."""
    return f"conversation:{conversation_id}"


def live_sources(hub: HubParts) -> tuple[Source, ...]:
    """Return what is looked at."""

    async def conversations(since: datetime) -> Mapping[str, str]:
        found = await hub.transcripts.changed_since(since)
        return {conversation_topic(name): mark for name, mark in found.items()}

    return (conversations,)
