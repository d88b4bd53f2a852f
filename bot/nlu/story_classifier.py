"""Does a message tell how an office, a rule or the portal treated somebody, where nobody says "phản ánh".

One linear model of two classes: such stories against everything else that people ask. `story_of` weighs it against
the link and the facts asked. docs/petition-conversation.md.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.arbiter import ASK_PROCEDURE, FALLBACK
from bot.nlu.hashing import Row, Vectorizer, columns, row_of
from bot.nlu.intent_classifier import LinearIntentClassifier
from bot.nlu.petition_kind import CONCEPTS_FILE as KIND_CONCEPTS_FILE
from bot.nlu.petition_kind import learned_from as learned_kinds
from bot.nlu.story_words import STORY
from bot.nlu.word_features import MAX_TEXT, WordVectorizer
from knowledge.plain_yaml import plain_yaml
from knowledge.search.normalise import expand_abbreviations, load_lexicon
from knowledge.search.samples import load_samples
from knowledge.settings import CONTENT_DIR
from knowledge.text import fold, words

LODGE = "lodge_petition"
STORIES_FILE = Path(__file__).with_name("office_stories.yml")
CONCEPTS_FILE = Path(__file__).with_name("story_concepts.yml")
_TOLD, _OTHER = "told", "other"
_LEFT_OUT = frozenset({LODGE, "report_trouble", "file_complaint", "insult", "tell_stuck", "tell_not_solved"})
"""Intents whose examples are no counter-examples: they tell the same, or share all of its words."""
_MAY_BE_A_STORY = frozenset({ASK_PROCEDURE, FALLBACK, "out_of_scope"})
_NEEDED, _NEEDED_CLEAR, _NEEDED_ASKED = 0.20, 0.30, 0.40
"""By what they find and what they cost on ordinary questions: docs/petition-conversation.md, figures."""
_CONCEPT_DIMENSIONS, _CONCEPT_WEIGHT, _LONGEST = 2**13, 0.4, 5
_WORDS_A_STEP, _MOST_STEPS = 5, 6


class Story(str, Enum):
    OFFERED = "offered"
    """Asked whether it is to be lodged."""
    BESIDE = "beside"
    """The question is answered, and the petition offered beside it."""


def story_of(told: float, intent: str, link: Mapping[str, Any], facts: Sequence[str]) -> Story | None:
    """Return what a message of that likelihood leads to; None where it stays what it is."""
    if intent not in _MAY_BE_A_STORY:
        return None
    clear, near = link.get("certainty") == "clear", link.get("certainty") in ("clear", "close")
    if told < (_NEEDED_ASKED if facts else _NEEDED_CLEAR if clear else _NEEDED):
        return None
    return Story.BESIDE if facts or near else Story.OFFERED


@lru_cache(maxsize=1)
def _concepts() -> Mapping[str, frozenset[str]]:
    """Concepts by their phrases, folded."""
    found: dict[str, set[str]] = {}
    own = plain_yaml(CONCEPTS_FILE.read_text("utf-8"))
    kinds = plain_yaml(KIND_CONCEPTS_FILE.read_text("utf-8"))
    for name, listed in [*own.items(), *((name, of) for name, of in kinds.items() if name.startswith("of_"))]:
        for phrase in listed.split(","):
            found.setdefault(" ".join(words(phrase)), set()).add(name)
    return {phrase: frozenset(names) for phrase, names in found.items()}


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    return frozenset(phrase.partition(" ")[0] for phrase in _concepts())


def story_features(text: str) -> list[str]:
    """Return the concepts of `text` and their pairs, about how long it is, and how it ends."""
    tokens = expand_abbreviations(text[:MAX_TEXT], load_lexicon())
    known, firsts = _concepts(), _first_words()
    found: set[str] = set()
    for start in (place for place, token in enumerate(tokens) if token in firsts):
        for end in range(start + 1, min(start + _LONGEST, len(tokens)) + 1):
            found |= known.get(" ".join(tokens[start:end]), frozenset())
    named = sorted(found)
    length = min(len(tokens) // _WORDS_A_STEP, _MOST_STEPS)
    ends = [f"end:{tokens[-1]}"] if tokens else []
    asks = ["question mark"] if "?" in text else []
    return [*named, *("+".join(pair) for pair in combinations(named, 2)), f"length:{length}", *ends, *asks]


class StoryVectorizer:
    """Words and letters as the intent classifier reads them, and beside them the concepts."""

    def __init__(self, dimensions: int) -> None:
        self._words = WordVectorizer(dimensions)
        self.width = dimensions + _CONCEPT_DIMENSIONS

    def row(self, text: str) -> Row:
        """Return the row of `text`."""
        concepts = row_of(columns(story_features(text), _CONCEPT_DIMENSIONS))
        return self._words.row(text).beside(concepts, self._words.width, _CONCEPT_WEIGHT)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class StoryClassifier(LinearIntentClassifier):
    """Sets `story`; what follows from it is the arbiter's business."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        own = {"C": 10.0, "ranking_length": 2, "class_weight": None, "ordinary_questions": 3000}
        return LinearIntentClassifier.get_default_config() | own

    @staticmethod
    def vectorizer(dimensions: int) -> Vectorizer:
        return StoryVectorizer(dimensions)

    def variants(self, text: str) -> list[str]:
        return list(dict.fromkeys((text, fold(text))))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on stories and on all else: the other intents, questions on facts, sample questions of procedures."""
        named = [(example.get(TEXT) or "", str(example.get(INTENT))) for example in training_data.intent_examples]
        told = [text for text, intent in named if intent == LODGE] + [text for text, _ in learned_kinds()]
        other = [text for text, intent in named if intent not in _LEFT_OUT] + _questions_on_facts()
        chance = random.Random(self.config["random_seed"])  # noqa: S311 - not for secrets
        questions = sorted({text for said in load_samples().values() for text in said.questions})
        other += chance.sample(questions, min(len(questions), self.config["ordinary_questions"]))
        own = load_stories()
        examples = [(text, _TOLD) for text in [*told, *own[_TOLD]]]
        if self.learn([*examples, *((text, _OTHER) for text in [*other, *own["ordinary"]])]):
            self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            if text and not text.startswith("/"):
                message.set(STORY, self.told_in(text), add_to_output=True)
        return messages

    def told_in(self, text: str) -> float:
        """Return how likely `text` is such a story."""
        return next((entry["confidence"] for entry in self.rank(text) if entry["name"] == _TOLD), 0.0)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data


def load_stories() -> dict[str, list[str]]:
    """Return the lines of office_stories.yml: `told`, and `ordinary`, which only sound so."""
    data = plain_yaml(STORIES_FILE.read_text("utf-8"))
    return {name: [line.strip() for line in listed.splitlines() if line.strip()] for name, listed in data.items()}


def _questions_on_facts() -> list[str]:
    files = sorted(CONTENT_DIR.glob("fact_questions*.yml"))
    return [str(text) for file in files for group in plain_yaml(file.read_text("utf-8")) for text in group["texts"]]
