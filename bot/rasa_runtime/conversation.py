"""Whole conversations in one process: no ports, no files, the same pipeline, dialogue and actions as the server.

`startup.load_conversations` is the way in: it imports Rasa lean before this module does.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.hub.intake import as_words
from bot.ops.screening.screening import MASKED, SCREENED, read_before, screen
from bot.rasa_runtime.bounding import Bounding, newest_session
from bot.rasa_runtime.in_process_actions import InProcessActions
from bot.rasa_runtime.lock_store import QuickInMemoryLockStore
from bot.rasa_runtime.replies import Reply
from bot.rasa_runtime.scrubbing import Scrubbing

CHANNEL = "rest"


class NewestSessionStore(InMemoryTrackerStore):
    """Trackers in memory; reads back of a conversation what the SQL store would."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The newest session, by the time of its start."""
        tracker = await self.retrieve_full_tracker(sender_id)
        return newest_session(tracker) if tracker is not None else None


class ScrubbedInMemoryTrackerStore(Scrubbing, Bounding, NewestSessionStore):
    """Trackers in memory, without what must not be kept, and no longer than in a database."""


class Conversations:
    """A loaded assistant. Conversations are told apart by their sender and live in memory."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._said: dict[str, Mapping[str, Any]] = {}

    @classmethod
    def load(cls, model: Path, actions: EndpointConfig | None = None) -> Conversations:
        """Load `model`, with the actions in this process unless another endpoint is given."""
        agent = Agent.load(
            str(model),
            tracker_store=ScrubbedInMemoryTrackerStore(Domain.empty()),
            lock_store=QuickInMemoryLockStore(),
            action_endpoint=actions or InProcessActions(),
        )
        return cls(agent)

    async def say(self, sender: str, text: str) -> list[Reply]:
        """One turn of typed words: screened as the hub does it, never taken for one of Rasa's `/intent` commands."""
        screened = screen(text, read_before(self._said.get(sender)))
        words = screened.payload or as_words(screened.text)
        return await self._handle(sender, words, {SCREENED: True, MASKED: [kind.value for kind in screened.masked]})

    async def press(self, sender: str, payload: str) -> list[Reply]:
        """One turn by button: the payload goes through as it is."""
        return await self._handle(sender, payload, {})

    async def understand(self, text: str, screened: bool = False) -> Mapping[str, Any]:
        """What the pipeline makes of typed words, without a turn; `screened` leaves screening out. For measuring."""
        message = UserMessage(as_words(text), metadata={SCREENED: screened})
        return dict(await self._agent.processor.parse_message(message))

    async def slots(self, sender: str) -> Mapping[str, Any]:
        """The slots of a conversation, for tests."""
        tracker = await self._agent.tracker_store.get_or_create_tracker(sender)
        return dict(tracker.current_slot_values())

    async def _handle(self, sender: str, text: str, metadata: dict[str, Any]) -> list[Reply]:
        channel = CollectingOutputChannel()
        message = UserMessage(text, channel, sender, input_channel=CHANNEL, metadata=metadata)
        await self._agent.handle_message(message)
        replies = [Reply.from_message(message) for message in channel.messages]
        customs = [reply.custom for reply in replies if reply.custom is not None]
        self._said[sender] = customs[-1] if customs else {}
        return replies
