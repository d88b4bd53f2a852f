"""Places in a message: spaCy finds the names, `knowledge.places` says what they mean.

`message["places"]`: a list of `PlaceMention.to_json()`. Where one certain place is told, its unit becomes the entities
`commune_code` and `commune_name`, which fill the slots of these names. A message that does nothing but name a place has
the entity `place_told` besides, one that asks what a place is today `place_asked`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import spacy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from bot.nlu.message_component import MessageComponent
from knowledge.places import PlaceMention, find_places
from knowledge.places.names import load_names
from knowledge.places.telling import asks_unit, home_of, is_only_told

PLACES = "places"
COMMUNE_CODE, COMMUNE_NAME = "commune_code", "commune_name"
PLACE_TOLD, PLACE_ASKED = "place_told", "place_asked"


class SpacySpans:
    """Finds the names of places in folded words by spaCy's phrase matcher; the same as `Names.spans`, in one pass."""

    def __init__(self) -> None:
        phrases = load_names().phrases
        self._words = frozenset(word for phrase in phrases for word in phrase)
        self._begins = frozenset(phrase[:2] for phrase in phrases)
        self._vocab = spacy.blank("xx").vocab
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        self._matcher.add("place", [Doc(self._vocab, words=list(phrase)) for phrase in phrases])

    def __call__(self, words: Sequence[str]) -> dict[int, list[int]]:
        row = tuple(words)
        if self._begins.isdisjoint(pairwise(row)) and self._begins.isdisjoint((word,) for word in row):
            return {}  # most messages name no place: they cost spaCy nothing
        # Words that no name has are all one: spaCy keeps every word that it ever saw.
        doc = Doc(self._vocab, words=[word if word in self._words else "_" for word in words])
        found: dict[int, list[int]] = {}
        for _, start, end in self._matcher(doc):
            found.setdefault(start, []).append(end)
        return {start: sorted(ends, reverse=True) for start, ends in found.items()}


@lru_cache(maxsize=1)
def spacy_spans() -> SpacySpans:
    """Return this process's matcher, built with the first message."""
    return SpacySpans()


def place_entities(text: str, mentions: Sequence[PlaceMention]) -> list[dict[str, Any]]:
    """Return Rasa entities: the unit that is told for certain, and that telling it is all that the message does."""
    found = []
    home = home_of(text, mentions)
    if home is not None and home.unit is not None:
        found += [_entity(COMMUNE_CODE, home.unit.code, home), _entity(COMMUNE_NAME, home.unit.name, home)]
    if mentions and is_only_told(text, mentions):
        found.append(_entity(PLACE_TOLD, mentions[-1].said, mentions[-1]))
    elif mentions and asks_unit(text):
        found.append(_entity(PLACE_ASKED, mentions[-1].said, mentions[-1]))
    return found


def _entity(name: str, value: str, mention: PlaceMention) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": mention.start, "end": mention.end, "extractor": "PlaceMatcher"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PlaceMatcher(MessageComponent):
    """Sets `places`, and the entities of the unit that is told for certain."""

    def understand(self, message: Message, text: str) -> None:
        mentions = find_places(text, spacy_spans())
        message.set(PLACES, [mention.to_json() for mention in mentions], add_to_output=True)
        entities = place_entities(text, mentions)
        if entities:
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
