"""What the stream of signals looks at, and the topics that pages listen to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.console.live import Source
from bot.hub.build import HubParts
from bot.hub.ownership import QUEUE_TOPIC, topic_of

QUEUE = QUEUE_TOPIC
TALKS = "talks"
"""Something has happened in some talk: the list of those that are going on reads itself anew."""

MENTIONS = "mentions"
HELD = "held"
"""What waits for an officer's look has changed."""


def conversation_topic(conversation_id: str) -> str:
    """Return the topic of one conversation."""
    return topic_of(conversation_id)


def live_sources(hub: HubParts) -> tuple[Source, ...]:
    """Return what is looked at."""

    async def conversations(since: datetime) -> Mapping[str, str]:
        found = await hub.transcripts.changed_since(since)
        topics = {conversation_topic(name): mark for name, mark in found.items()}
        return {**topics, TALKS: str(hash(frozenset(found.items())))} if topics else topics

    async def queue(_since: datetime) -> Mapping[str, str]:
        return {QUEUE: str(await hub.ownership.queue.revision())}

    async def mentions(_since: datetime) -> Mapping[str, str]:
        return {MENTIONS: await hub.handoff.mentions.revision()}

    async def held(_since: datetime) -> Mapping[str, str]:
        return {HELD: await hub.approvals.revision()}

    return conversations, queue, mentions, held
