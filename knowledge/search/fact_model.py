"""Which facts a message asks for, learned from our own labelled messages (`content/fact_questions*.yml`).

One logistic regression a fact over words, groups of words and letters, and the phrases of the lexicon; learned when the
index is made, kept with it as numbers. Several facts at once are usual, none at all too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.curated import read_yaml
from knowledge.facts import Fact
from knowledge.search.asked import phrase_labels
from knowledge.search.normaliser import Normaliser, Question
from knowledge.settings import CONTENT_DIR
from knowledge.text import bigrams

Array = np.ndarray
FACT_QUESTIONS = "fact_questions*.yml"

_DIMENSIONS, _STRENGTH = 2**14, 60.0
_SURE, _NAMED = 0.35, 0.10
_MOST_TOKENS = 60


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
        from sklearn.linear_model import LogisticRegression

        labels = sorted({fact.value for _, facts in labelled for fact in facts})
        if not labels:
            return cls((), np.zeros((0, _DIMENSIONS), dtype=np.float32), np.zeros(0, dtype=np.float32))
        table = _vectorizer().transform([normaliser.read(text) for text, _ in labelled])
        weights, bias = [], []
        for label in labels:
            truth = [Fact(label) in facts for _, facts in labelled]
            model = LogisticRegression(C=_STRENGTH, max_iter=200, class_weight={True: 1.5, False: 1.0})
            model.fit(table, truth)
            weights.append(model.coef_[0])
            bias.append(model.intercept_[0])
        return cls(tuple(labels), np.array(weights, dtype=np.float32), np.array(bias, dtype=np.float32))

    def arrays(self) -> dict[str, Array]:
        """Return what `from_arrays` takes."""
        return {"labels": np.array(self.labels), "weights": self.weights.astype(np.float16), "bias": self.bias}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> FactModel:
        """Return the model saved as `arrays()`."""
        return cls(tuple(arrays["labels"].tolist()), arrays["weights"].astype(np.float32), arrays["bias"])

    def facts(self, question: Question, named: Sequence[Fact] = ()) -> tuple[Fact, ...]:
        """Return the facts that `question` likely asks for, the likeliest first; of `named` ones, less is enough."""
        if not self.labels or not question.tokens:
            return ()
        row = _vectorizer().transform([question])
        chances = 1.0 / (1.0 + np.exp(-(row @ self.weights.T).ravel() - self.bias))
        enough = [_NAMED if Fact(label) in named else _SURE for label in self.labels]
        return tuple(Fact(self.labels[place]) for place in np.argsort(-chances) if chances[place] >= enough[place])


def fact_features(question: Question) -> Iterator[str]:
    """Yield words, pairs and triples of words, letter groups, and the lexicon's phrases in the message."""
    tokens = question.tokens[:_MOST_TOKENS]
    edged = ["<", *tokens, ">"]
    yield from tokens
    yield from bigrams(edged)
    yield from (" ".join(edged[place : place + 3]) for place in range(len(edged) - 2))
    yield from (f"^{word}" for word in question.marked.split()[:_MOST_TOKENS])
    for token in tokens:
        padded = f"<{token}>"
        yield from (f"#{padded[place : place + 3]}" for place in range(len(padded) - 2))
    for label in phrase_labels(tokens):
        yield from (f"={label}",) * 3


@lru_cache(maxsize=1)
def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(analyzer=fact_features, n_features=_DIMENSIONS, alternate_sign=False, dtype=np.float32)
