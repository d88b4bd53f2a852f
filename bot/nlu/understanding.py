"""Rasa components of our own understanding: entities by pattern, the link to procedures, the last word on the intent.

Each is a thin shell around plain functions that are tested without Rasa.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.arbiter import GIVE_PLACE, settle_intent
from bot.nlu.danger_classifier import DANGER
from bot.nlu.entities import find_entities
from bot.nlu.linking import Linker
from bot.nlu.message_component import MessageComponent
from bot.nlu.papers import Strength, paper_entities, read_ask
from bot.nlu.place_matcher import PLACE_TOLD
from bot.nlu.safety_first import believed, safety_intent
from bot.nlu.screener import SCREENING
from bot.ops.screening.screening import MASKED, MATTER
from bot.services import default_services

LINK = "procedure_link"
FACTS = "facts"
CARRIES_ON = "carries_on"
SEVERAL = "several"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PatternEntityExtractor(MessageComponent):
    """Codes, agencies, the number of a choice: `bot.nlu.entities`; papers asked about: `bot.nlu.papers`."""

    def understand(self, message: Message, text: str) -> None:
        found = find_entities(text) + paper_entities(text)
        message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ProcedureLinker(MessageComponent):
    """Sets `facts` (which are asked), `procedure_link` (ranked procedures), `several`: `bot.nlu.linking`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._linker: Linker | None = None

    def understand(self, message: Message, text: str) -> None:
        if self._linker is None:  # the catalogue is opened with the first message, not in training
            self._linker = Linker(default_services().indexes)
        ask = read_ask(text)
        of_paper = ask is not None and ask.strength is Strength.ASKED
        asked, link = self._linker.understand(ask.rest if ask and of_paper else text)
        message.set(FACTS, [fact.value for fact in asked.facts], add_to_output=True)
        message.set(CARRIES_ON, asked.carries_on, add_to_output=True)
        message.set(LINK, link.to_json(), add_to_output=True)
        message.set(SEVERAL, self._linker.several(text).to_json(), add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentArbiter(MessageComponent):
    """Weighs the classifier's intent against the link: `bot.nlu.arbiter`."""

    def understand(self, message: Message, text: str) -> None:
        intent = message.get(INTENT) or {"name": None, "confidence": 0.0}
        given, sure, link = str(intent["name"]), float(intent["confidence"]), message.get(LINK) or {}
        if names_only_a_place(message):  # "em ở Bến Tre" is told of nobody in danger, whatever it is like
            message.set(INTENT, {"name": GIVE_PLACE, "confidence": 1.0}, add_to_output=True)
            return
        first = safety_intent(given, sure, message.get(SCREENING) or {}, link, message.get(DANGER))
        if first is None:
            given, sure = believed(message.get(INTENT_RANKING_KEY) or [], message.get(DANGER)) or (given, sure)
        name, confidence = first or settle_intent(
            given,
            sure,
            link,
            message.get(FACTS) or [],
            [entity["entity"] for entity in message.get(ENTITIES, [])],
            message.get(SEVERAL) or {},
        )
        message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)


def names_only_a_place(message: Message) -> bool:
    """Say whether a message does nothing but name a place, and screening found nothing in it."""
    screening = message.get(SCREENING) or {}
    told = any(entity["entity"] == PLACE_TOLD for entity in message.get(ENTITIES, []))
    return told and not screening.get(MATTER) and not screening.get(MASKED)
