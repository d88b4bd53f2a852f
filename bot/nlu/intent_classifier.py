"""A linear intent classifier over folded words and letters: trains in seconds, answers in a fraction of a millisecond.

Why not DIET: docs/adr/0002-linear-intent-classifier.md. The model is two arrays and a list of names, no pickles.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from bot.model_sources import fingerprint
from bot.nlu.hashing import Vectorizer, matrix
from bot.nlu.noise import noisy_variants
from bot.nlu.softmax import Problem, fit
from bot.nlu.word_features import WordVectorizer
from bot.ops.screening.introductions import without_introduction
from knowledge.settings import ROOT

_ROUNDS, _TOLERANCE = 60, 5e-3
_DIGIT = re.compile(r"\d")
_LONGEST_PHRASE = 60
"""Characters of an example that many people may well type alike."""


def as_phrase(text: str) -> str:
    """Return `text` as phrases are compared: small letters, one blank between words, without marks at its end."""
    return " ".join(text.casefold().split()).rstrip(" .,!?…")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """Multinomial logistic regression; `intent` and `intent_ranking` as any Rasa classifier."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 12.0, "ranking_length": 5, "dimensions": 2**15, "random_seed": 42, "class_weight": "balanced"}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self.config, self._storage, self._resource = config, storage, resource
        self._labels: list[str] = []
        self._weights = np.zeros((0, 0), dtype=np.float32)  # features x labels: a message reads its own rows only
        self._bias = np.zeros(0, dtype=np.float32)
        self._vectorizer = self.vectorizer(config["dimensions"])
        self.phrases: frozenset[str] = frozenset()
        """Short examples without a digit, `as_phrase`: what anybody says, so that nobody's own words are among them."""

    def is_phrase(self, text: str) -> bool:
        """Whether `text` is one of the phrases, but for capitals, blanks and marks at its end."""
        return as_phrase(text) in self.phrases

    @staticmethod
    def vectorizer(dimensions: int) -> Vectorizer:
        """Return what turns texts into rows of numbers; learns nothing itself."""
        return WordVectorizer(dimensions)

    def variants(self, text: str) -> list[str]:
        """Return the ways of typing `text` that are learned from."""
        return noisy_variants(text, self.config["random_seed"])

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """What Rasa's cache of trained components cannot see: the features, and lines learned from other files."""
        return fingerprint(ROOT)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the intent examples and on noisy variants of them, made here and not stored."""
        examples = [(example.get(TEXT) or "", str(example.get(INTENT))) for example in training_data.intent_examples]
        phrases = (as_phrase(text) for text, _ in examples if len(text) <= _LONGEST_PHRASE)
        self.phrases = frozenset(phrase for phrase in phrases if not _DIGIT.search(phrase))
        if self.learn(examples):
            self._persist()
        return self._resource

    def learn(self, examples: Sequence[tuple[str, str]]) -> bool:
        """Fit on pairs of text and intent; False, and nothing learned, where they name fewer than two intents."""
        pairs = [(variant, intent) for text, intent in examples for variant in self.variants(text)]
        if len({intent for _, intent in pairs}) < 2:
            return False
        rows = matrix(self._vectorizer, [text for text, _ in pairs])
        labels, classes = np.unique([intent for _, intent in pairs], return_inverse=True)
        self._labels = labels.tolist()
        self._weights, self._bias = self._fit(rows, classes)
        return True

    def _fit(self, rows: csr_matrix, classes: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return weights (columns x classes) and bias; stopped early: later rounds change nothing that is measured."""
        if classes.max() == 1:
            return self._fit_two(rows, classes)
        importance = np.ones(len(classes))
        if self.config["class_weight"] == "balanced":
            counts = np.bincount(classes)
            importance = (len(classes) / (len(counts) * counts))[classes]
        problem = Problem(rows.astype(np.float64), classes, importance, 1 / self.config["C"])
        weights, bias = fit(problem, _ROUNDS, _TOLERANCE)
        return weights.astype(np.float32), bias.astype(np.float32)

    def _fit_two(self, rows: csr_matrix, classes: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Fit one line between two classes; the first has weights of zero."""
        options = {"max_iter": _ROUNDS, "tol": _TOLERANCE, "class_weight": self.config["class_weight"]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = LogisticRegression(C=self.config["C"], **options).fit(rows, classes)
        weights, bias = model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
        return np.vstack([np.zeros_like(weights), weights]).T.copy(), np.append(np.zeros_like(bias), bias)

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / "weights.npz", weights=self._weights, bias=self._bias)
            (folder / "labels.json").write_text(json.dumps(self._labels), "utf-8")
            (folder / "phrases.json").write_text(json.dumps(sorted(self.phrases)), "utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            with np.load(folder / "weights.npz") as arrays:
                component._weights, component._bias = arrays["weights"], arrays["bias"]
            component._labels = json.loads((folder / "labels.json").read_text("utf-8"))
            component.phrases = frozenset(json.loads((folder / "phrases.json").read_text("utf-8")))
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = self.rank(without_introduction(message.get(TEXT) or ""))
            if ranking:
                message.set("intent", dict(ranking[0]), add_to_output=True)
                message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def rank(self, text: str) -> list[dict[str, Any]]:
        """Return intents with probability, best first; empty before training."""
        if not self._labels:
            return []
        row = self._vectorizer.row(text)
        scores = row.values @ self._weights.take(row.columns, axis=0) + self._bias
        odds = np.exp(scores - scores.max())
        odds /= odds.sum()
        order = (-odds).argsort()[: self.config["ranking_length"]]
        best = zip(order.tolist(), odds[order].tolist(), strict=True)
        return [{"name": self._labels[place], "confidence": confidence} for place, confidence in best]

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are: no component learns from their rankings, and they are eleven thousand."""
        return training_data
