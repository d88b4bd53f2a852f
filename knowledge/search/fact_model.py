"""Which facts a message asks for, learned from our own labelled messages (`content/fact_questions*.yml`).

One logistic regression a fact over the features of `fact_features.py`, learned when the index is made and kept with it
as numbers. Several facts at once are usual, none too. Learning from messages with slips of the finger as well was
tried: two to four points better on such messages, five worse on long ones without (docs/evaluation.md).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.curated import read_yaml
from knowledge.facts import Fact
from knowledge.search.fact_features import fact_features
from knowledge.search.hashing import columns, counted
from knowledge.search.normaliser import Normaliser, Question
from knowledge.settings import CONTENT_DIR

Array = np.ndarray
FACT_QUESTIONS = "fact_questions*.yml"

_DIMENSIONS, _STRENGTH = 2**16, 60.0
_SURE, _NAMED = 0.45, 0.10


FactQuestion = tuple[str, frozenset[Fact]]
"""A message and the facts it asks for."""


def read_fact_questions(folder: Path = CONTENT_DIR) -> list[FactQuestion]:
    """Return our labelled messages."""
    return [
        (str(text), frozenset(Fact(label) for label in entry["facts"]))
        for path in sorted(folder.glob(FACT_QUESTIONS))
        for entry in read_yaml(path)
        for text in entry["texts"]
    ]


@dataclass(frozen=True)
class FactModel:
    """weights: shape (facts, features); bias: shape (facts,); labels: names of the facts."""

    labels: tuple[str, ...]
    weights: Array
    bias: Array

    @classmethod
    def learn(cls, normaliser: Normaliser, labelled: Sequence[FactQuestion]) -> FactModel:
        """Learn from labelled messages; an empty list gives a model that finds nothing."""
        return cls.fit([(normaliser.read(text), facts) for text, facts in labelled])

    @classmethod
    def fit(cls, labelled: Sequence[tuple[Question, frozenset[Fact]]]) -> FactModel:
        """Learn from messages that were read."""
        labels = sorted({fact.value for _, facts in labelled for fact in facts})
        if not labels:
            return cls((), np.zeros((0, _DIMENSIONS), dtype=np.float32), np.zeros(0, dtype=np.float32))
        table = _vectorizer().transform([question for question, _ in labelled])
        pairs = [_regression(table, [Fact(label) in facts for _, facts in labelled]) for label in labels]
        weights, bias = zip(*pairs, strict=True)
        return cls(tuple(labels), np.array(weights, dtype=np.float32), np.array(bias, dtype=np.float32))

    def arrays(self) -> dict[str, Array]:
        """Return what `from_arrays` takes."""
        return {"labels": np.array(self.labels), "weights": self.weights.astype(np.float16), "bias": self.bias}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> FactModel:
        """Return the model saved as `arrays()`."""
        # Feature by feature in memory: a message reads the weights of its own features only.
        weights = arrays["weights"].astype(np.float32, order="F")
        return cls(tuple(arrays["labels"].tolist()), weights, arrays["bias"])

    @cached_property
    def _facts(self) -> tuple[Fact, ...]:
        return tuple(map(Fact, self.labels))

    def facts(self, question: Question, named: Sequence[Fact] = ()) -> tuple[Fact, ...]:
        """Return the facts that `question` likely asks for, the likeliest first; of `named` ones, less is enough."""
        if not self.labels or not question.tokens:
            return ()
        places, values = counted(columns(fact_features(question), _DIMENSIONS))
        scores = values @ self.weights.T.take(places, axis=0) + self.bias
        chances = (1.0 / (1.0 + np.exp(-scores))).tolist()
        likely = [
            (chance, fact)
            for chance, fact in zip(chances, self._facts, strict=True)
            if chance >= (_NAMED if fact in named else _SURE)
        ]
        return tuple(fact for _, fact in sorted(likely, key=lambda one: -one[0]))


def _regression(table: Any, truth: Sequence[bool]) -> tuple[Array, float]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    # The dual solver: as good, and five times as fast as the usual one on rows this sparse.
    model = LogisticRegression(
        C=_STRENGTH, solver="liblinear", dual=True, max_iter=60, tol=1e-2, intercept_scaling=3.0, random_state=0,
        class_weight={True: 1.5, False: 1.0},
    )  # fmt: skip
    with warnings.catch_warnings():  # stopped early on purpose: later rounds change nothing that is measured
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(table, truth)
    return model.coef_[0], float(model.intercept_[0])


@lru_cache(maxsize=1)
def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(analyzer=fact_features, n_features=_DIMENSIONS, alternate_sign=False, dtype=np.float32)
