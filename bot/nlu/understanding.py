"""Rasa components of our own understanding: entities by pattern, the link to procedures, the last word on the intent.

Each is a thin shell around plain functions that are tested without Rasa.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.arbiter import (
    ASK_CASE_STATUS,
    ASK_OLD_WORD,
    ASK_PETITION,
    ASK_PROCEDURE,
    GIVE_PLACE,
    GREET,
    TELL_EVENT,
    asks_of_being_late,
    asks_of_the_gone,
    corrects_a_paper,
    looks_up_by_identity,
    names_nothing_old,
    only_says_who,
    settle_intent,
    tells_whole_event,
)
from bot.nlu.danger_classifier import DANGER
from bot.nlu.entities import find_entities
from bot.nlu.linking import Linker
from bot.nlu.message_component import MessageComponent
from bot.nlu.papers import Strength, paper_entities, read_ask
from bot.nlu.petition_reading import asked_instead, calls_off, is_wish_to_lodge
from bot.nlu.place_matcher import PLACE_TOLD
from bot.nlu.safety_first import read_guess, safety_intent, told_matter, without_danger
from bot.nlu.screener import SCREENING
from bot.nlu.story_classifier import Story, story_of
from bot.nlu.story_words import STORY, STORY_OFFER, TELL_STORY
from bot.ops.screening.screening import MASKED, MATTER
from bot.services import default_services
from knowledge.search.index import ProcedureIndex

LINK = "procedure_link"
FACTS = "facts"
CARRIES_ON = "carries_on"
SEVERAL = "several"
KINDS_OF_REPLY = frozenset(
    {"paper", "choice", "procedure_code", "case_code", "case_code_fault", "petition_code", "referral_reference"}
)
"""Entities with which a message says by itself what it is about."""
_MAY_BE_A_WISH = frozenset({"ask_petition", "resume_petition", "ask_procedure", "nlu_fallback"})
"""What "tôi muốn gửi phản ánh" may be taken for: these share its few words."""
_MAY_BE_A_LOOK_UP = frozenset({"ask_procedure", "nlu_fallback"})


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

    def index(self) -> ProcedureIndex | None:
        """Return what messages are linked by now; None before the first one."""
        return self._linker.index() if self._linker else None

    def understand(self, message: Message, text: str) -> None:
        if self._linker is None:  # the catalogue is opened with the first message, not in training
            self._linker = Linker(default_services().indexes)
        text = asked_instead(text) or text
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
        ranking, link = message.get(INTENT_RANKING_KEY) or [], message.get(LINK) or {}
        danger, facts = message.get(DANGER), message.get(FACTS) or []
        named = [entity["entity"] for entity in message.get(ENTITIES, [])]
        if names_only_a_place(message):  # "em ở Bến Tre" is told of nobody in danger, whatever it is like
            message.set(INTENT, {"name": GIVE_PLACE, "confidence": 1.0}, add_to_output=True)
            return
        if only_says_who(message.get(SCREENING) or {}, link):
            message.set(INTENT, {"name": GREET, "confidence": 1.0}, add_to_output=True)
            return
        given, sure = without_danger(ranking)
        name, confidence = (
            safety_intent(read_guess(ranking, danger), message.get(SCREENING) or {}, link, facts)
            or (None if KINDS_OF_REPLY.intersection(named) else told_matter(ranking, danger, link, facts))
            or settle_intent(given, sure, link, facts, named, message.get(SEVERAL) or {})
        )
        if name == ASK_PROCEDURE and tells_whole_event(link, message.get(SEVERAL) or {}):
            name = TELL_EVENT  # "dẹp quán ăn thì báo với ai": no accusation, though it asks whom to tell
        of_procedure = asks_of_being_late(name, link, text) or corrects_a_paper(name, text)
        if of_procedure or names_nothing_old(name, link, facts, text):
            name = ASK_PROCEDURE
        elif confidence < 1.0 and asks_of_the_gone(name, link, text):  # 1.0: a code was given, say
            name, confidence = ASK_OLD_WORD, 1.0
        if name in _MAY_BE_A_LOOK_UP and looks_up_by_identity(ranking, message.get(SCREENING) or {}, link):
            name = ASK_CASE_STATUS
        about_petition = _about_petition(name, link, text)
        if about_petition:
            name, confidence = about_petition, 1.0
        elif not KINDS_OF_REPLY.intersection(named) and not (message.get(SCREENING) or {}).get(MATTER):
            name, confidence = _with_story(message, name, confidence, link, facts)
        message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)


def _about_petition(name: str, link: dict[str, Any], text: str) -> str:
    """Return the intent of words that call a petition off, or only wish for one; "" where they are no such words."""
    if calls_off(text):
        return ASK_PETITION
    if link.get("certainty") in ("clear", "close") and asked_instead(text):
        return ASK_PROCEDURE
    return "lodge_petition" if name in _MAY_BE_A_WISH and is_wish_to_lodge(text) else ""


def _with_story(
    message: Message, name: str, confidence: float, link: dict[str, Any], facts: list[str]
) -> tuple[str, float]:
    """Return intent and confidence with the story that is told weighed in; set whether a petition is offered beside."""
    told = float(message.get(STORY) or 0.0)
    story = story_of(told, name, link, facts)
    if story is Story.BESIDE:
        message.set(STORY_OFFER, True, add_to_output=True)
        return ASK_PROCEDURE, confidence
    return (TELL_STORY, told) if story else (name, confidence)


def names_only_a_place(message: Message) -> bool:
    """Say whether a message does nothing but name a place, and screening found nothing in it."""
    screening = message.get(SCREENING) or {}
    told = any(entity["entity"] == PLACE_TOLD for entity in message.get(ENTITIES, []))
    return told and not screening.get(MATTER) and not screening.get(MASKED)
