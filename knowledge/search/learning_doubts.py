"""Learns the numbers of the doubts (`content/deciding.json`): `python -m tools.fit_deciding`.

From messages written for it (`ambiguity_questions.yml`, `outside_questions.yml`), our sample questions, each asked
without itself among the examples, runs of words that several titles share, and utterances about no procedure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from knowledge.curated import read_yaml
from knowledge.search.corpus import Entry
from knowledge.search.doubts import CONSIDERED
from knowledge.search.fitting import sampled
from knowledge.search.found import Ranked
from knowledge.search.index import ProcedureIndex
from knowledge.search.long_tail import made_questions, shared_words
from knowledge.search.normaliser import Question
from knowledge.settings import CONTENT_DIR

AMBIGUITY_QUESTIONS = CONTENT_DIR / "ambiguity_questions.yml"
OUTSIDE_QUESTIONS = CONTENT_DIR / "outside_questions.yml"

_SAMPLES, _SHARED, _MADE = 1500, 400, 400
_OURS, _SAMPLE, _SHARED_RUN, _MADE_ONE, _BESIDE = 1.0, 0.2, 0.1, 0.2, 0.5
"""How much a line counts: one written for the purpose, a sample, a run of shared words, one made from a title, …"""
_STRENGTH = 0.3
"""Inverse of the penalty on large weights; chosen by five-fold cross-validation on our own lines."""

Features = Mapping[str, float]


@dataclass(frozen=True)
class Example:
    """Features of a message, whether what the scale tells is true of it, and how much it counts."""

    features: Features
    is_true: bool
    weight: float = 1.0


def read_questions(path: Path, *groups: str) -> tuple[list[str], ...]:
    """Return the messages of each of `groups` in a file of `CONTENT_DIR`."""
    data = read_yaml(path)
    return tuple([str(text) for text in data[group]] for group in groups)


def scale_from(examples: Sequence[Example]) -> dict[str, Any]:
    """Return a logistic scale as JSON values."""
    names = list(examples[0].features)
    table = np.array([[item.features[name] for name in names] for item in examples])
    spread = table.std(axis=0) + 1e-6
    truth, weights = [item.is_true for item in examples], [item.weight for item in examples]
    model = LogisticRegression(C=_STRENGTH, max_iter=3000).fit(table / spread, truth, sample_weight=weights)
    found = {name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0] / spread, strict=True)}
    return {"weights": found, "bias": round(float(model.intercept_[0]), 4)}


class Lessons:
    """The messages to learn from, asked of an index. entries: those that the index was built from, in its order."""

    def __init__(self, index: ProcedureIndex, entries: Sequence[Entry], beside: Sequence[str]) -> None:
        self._index = index
        self._several, self._one = read_questions(AMBIGUITY_QUESTIONS, "several", "one")
        self._strange, self._inside = read_questions(OUTSIDE_QUESTIONS, "outside", "inside")
        texts = [text for entry in entries for text in (*entry.aliases, *entry.questions)]
        self._samples = list(self._found_samples(texts))
        self._shared = [item.text for item in shared_words(entries, _SHARED)]
        self._made = [item.text for item in made_questions(entries, _MADE)]
        self._beside = beside

    def _found_samples(self, texts: Sequence[str]) -> Iterator[tuple[Question, Ranked]]:
        """Samples that are found without themselves: one that is not may well be worth a question back."""
        for item in sampled(self._index, texts, _SAMPLES):
            question = self._index.read(item.text)
            ranked = self._index.ranked_only(question, CONSIDERED, item.without)
            if ranked.hits and ranked.hits[0].code in item.codes:
                yield question, ranked

    def _asked(self, texts: Iterable[str]) -> Iterator[tuple[Question, Ranked]]:
        for text in texts:
            question = self._index.read(text)
            ranked = self._index.ranked_only(question, CONSIDERED)
            if ranked.hits:
                yield question, ranked

    def of_several(self) -> list[Example]:
        """Return examples for the scale `several`."""
        told = self._index.doubts.several_features
        groups = (
            (self._asked(self._several), True, _OURS),
            (self._asked(self._one), False, _OURS),
            (iter(self._samples), False, _SAMPLE),
            (self._asked(self._shared), True, _SHARED_RUN),
        )
        return [Example(told(*found), is_true, weight) for group, is_true, weight in groups for found in group]

    def of_inside(self) -> list[Example]:
        """Return examples for the scale `inside`."""
        told = self._index.doubts.strange_features
        groups = (
            (self._asked(self._inside), True, _OURS),
            (self._asked([*self._several, *self._one]), True, _SAMPLE),
            (iter(self._samples), True, _SAMPLE),
            (self._asked(self._made), True, _MADE_ONE),
            (self._asked(self._strange), False, _OURS),
            (self._asked(self._beside), False, _BESIDE),
        )
        return [Example(told(*found), is_true, weight) for group, is_true, weight in groups for found in group]
