"""Is somebody in danger, accused, or telling of a dispute or a pothole: a second classifier beside the one of intents.

It weighs six kinds of danger and five other matters against everything else that people ask, the questions on
procedures among it (samples of the catalogue), so that its bars can be set by how often an ordinary question may be
taken for one of them. docs/safety.md.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.arbiter import MATTERS, SAFETY
from bot.nlu.danger_features import DangerVectorizer
from bot.nlu.hashing import Vectorizer
from bot.nlu.intent_classifier import LinearIntentClassifier
from bot.ops.screening.clauses import clauses
from bot.ops.screening.introductions import without_introduction
from knowledge.search.samples import load_samples
from knowledge.text import fold

DANGER = "danger"
"""Key of a message: {"intent", "whole", "clause", "matter", "told"}: the likeliest kind of danger, and how sure by all
of it and by one clause that there is any; the likeliest other matter, and how sure."""
OTHER = "other"
_LEAST_WORDS = 5
"""A shorter clause says too little by itself."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DangerClassifier(LinearIntentClassifier):
    """Sets `danger`; the intent is the arbiter's business."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return LinearIntentClassifier.get_default_config() | {
            "C": 10.0,
            "ranking_length": len(SAFETY | MATTERS) + 1,
            "class_weight": None,
            "ordinary_questions": 3000,
        }

    @staticmethod
    def vectorizer(dimensions: int) -> Vectorizer:
        return DangerVectorizer(dimensions)

    def variants(self, text: str) -> list[str]:
        return list(dict.fromkeys((text, fold(text))))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the intent examples, all that is no danger as one, and on sample questions of procedures."""
        named = [(example.get(TEXT) or "", str(example.get(INTENT))) for example in training_data.intent_examples]
        examples = [(text, intent if intent in SAFETY | MATTERS else OTHER) for text, intent in named]
        chance = random.Random(self.config["random_seed"])  # noqa: S311 - not for secrets
        questions = sorted({text for said in load_samples().values() for text in said.questions})
        chosen = chance.sample(questions, min(len(questions), self.config["ordinary_questions"]))
        if self.learn([*examples, *((text, OTHER) for text in chosen)]):
            self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            if text and not text.startswith("/"):
                message.set(DANGER, self.danger_in(without_introduction(text)), add_to_output=True)
        return messages

    def danger_in(self, text: str) -> dict[str, Any]:
        """Return the likeliest kind of danger in `text`, and how likely it is that there is any."""
        ranking = self.rank(text)
        intent, whole = _likeliest(ranking)
        parts = [part for part in clauses(text) if len(part.split()) >= _LEAST_WORDS and part != text]
        named, clause = max(
            (_likeliest(self.rank(part)) for part in parts), key=lambda found: found[1], default=(intent, whole)
        )
        matter = next((entry for entry in ranking if entry["name"] in MATTERS), {"name": "", "confidence": 0.0})
        found = {"intent": intent if whole >= clause else named, "whole": whole, "clause": clause}
        return {**found, "matter": matter["name"], "told": matter["confidence"]}

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data


def _likeliest(ranking: Sequence[Mapping[str, Any]]) -> tuple[str, float]:
    """The likeliest kind of danger, and how likely it is that there is any of them."""
    kinds = [entry for entry in ranking if entry["name"] in SAFETY]
    return (str(kinds[0]["name"]), sum(entry["confidence"] for entry in kinds)) if kinds else ("", 0.0)
