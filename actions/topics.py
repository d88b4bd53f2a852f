"""Questions on old names (districts, old papers, old portals) and on VNeID: said from what has been verified."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.how_to import struggled
from actions.presenting import choice_buttons, present
from bot.ops.outcomes import Outcome
from bot.services import Services, default_services
from knowledge import blocks as b
from knowledge.errors import CatalogueError
from knowledge.topics import Topic, found, old_words, topic_of, vneid_topics

_FAILURE = "activation"
"""VNeID that does not open or let anybody in: a failure on the way online, counted with those at a guide's steps."""


class _OnTopic:
    """Says what there is to say on the topic of a message, with the procedures that help, where they are known."""

    outcome: Outcome

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    @abstractmethod
    def topic(self, text: str) -> Topic:
        """Return what `text` is about."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        topic = self.topic(str((tracker.latest_message or {}).get("text") or ""))
        known = await asyncio.to_thread(self._known, topic)
        said: dict[str, Any] = {"outcome": self.outcome.value, "procedure_code": None, "fields": [], "topic": topic.id}
        parts = [b.paragraph(line) for line in topic.answer.splitlines() if line]
        buttons = choice_buttons(topic.choices, known)
        events = present(dispatcher, tracker, parts, buttons, said, about=topic.id)
        return [*events, *struggled(dispatcher, tracker)] if topic.id == _FAILURE else events

    def _known(self, topic: Topic) -> dict[str, Any]:
        """Return the topic's procedures that the catalogue has; none where it cannot be read: a button is an extra."""
        catalogue = (self._services or default_services()).catalogue
        known = {}
        for choice in topic.choices:
            try:
                known[choice.code] = catalogue.get(choice.code) if choice.code else None
            except CatalogueError:
                continue
        return known


class ActionExplainOldWord(_OnTopic, Action):
    """What became of a body, place, paper or portal of yesterday."""

    outcome = Outcome.ANSWERED_OLD_WORD

    def name(self) -> str:
        return "action_explain_old_word"

    def topic(self, text: str) -> Topic:
        """Return the first old word met; districts stand for all where none is named."""
        return next(iter(found(text, old_words())), old_words()[-1])


class ActionAnswerVneid(_OnTopic, Action):
    """What VNeID is good for, and whom to turn to where its data or the application fail."""

    outcome = Outcome.ANSWERED_VNEID

    def name(self) -> str:
        return "action_answer_vneid"

    def topic(self, text: str) -> Topic:
        return topic_of(text, vneid_topics())
