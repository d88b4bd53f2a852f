"""Rasa components of our own understanding: entities by pattern, the link to procedures, the last word on the intent.

Each is a thin shell around plain functions that are tested without Rasa.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.arbiter import settle_intent
from bot.nlu.entities import find_entities
from bot.nlu.linking import Linker
from bot.services import default_services

LINK = "procedure_link"
FACTS = "facts"
CARRIES_ON = "carries_on"
SEVERAL = "several"


class _MessageComponent(GraphComponent):
    """A component without training that changes messages one by one; button payloads ("/…") pass untouched."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _MessageComponent:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith("/"):
                self.understand(message, text)
        return messages

    @abstractmethod
    def understand(self, message: Message, text: str) -> None:
        """Add to `message` what is found in `text`."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PatternEntityExtractor(_MessageComponent):
    """Codes, agencies, the number of a choice: `bot.nlu.entities`."""

    def understand(self, message: Message, text: str) -> None:
        found = find_entities(text)
        message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ProcedureLinker(_MessageComponent):
    """Sets `facts` (which are asked), `procedure_link` (ranked procedures), `several`: `bot.nlu.linking`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._linker: Linker | None = None

    def understand(self, message: Message, text: str) -> None:
        if self._linker is None:  # the catalogue is opened with the first message, not in training
            self._linker = Linker(default_services().indexes)
        asked, link = self._linker.understand(text)
        message.set(FACTS, [fact.value for fact in asked.facts], add_to_output=True)
        message.set(CARRIES_ON, asked.carries_on, add_to_output=True)
        message.set(LINK, link.to_json(), add_to_output=True)
        message.set(SEVERAL, self._linker.several(text).to_json(), add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentArbiter(_MessageComponent):
    """Weighs the classifier's intent against the link: `bot.nlu.arbiter`."""

    def understand(self, message: Message, text: str) -> None:
        intent = message.get(INTENT) or {"name": None, "confidence": 0.0}
        name, confidence = settle_intent(
            str(intent["name"]),
            float(intent["confidence"]),
            message.get(LINK) or {},
            message.get(FACTS) or [],
            [entity["entity"] for entity in message.get(ENTITIES, [])],
            message.get(SEVERAL) or {},
        )
        message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)
