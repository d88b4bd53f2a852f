"""What no rule of bottlenecks.yml foresaw: a small linear model over the examples, learned when it is first needed.

Softmax regression by plain gradient descent: some hundred examples take a fraction of a second, the same every time,
and no file of weights has to be kept in step with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_ROUNDS, _STEP, _DECAY = 400, 8.0, 4e-4


@dataclass(frozen=True)
class Learned:
    """Weights of each feature for each code; features that no example has say nothing."""

    codes: tuple[str, ...]
    places: Mapping[str, int]
    rarity: Array
    weights: Array

    def likeliest(self, features: Sequence[str]) -> tuple[str, float]:
        """Return the likeliest code and its probability."""
        scores = self._row(features) @ self.weights
        chances = np.exp(scores - scores.max())
        best = int(chances.argmax())
        return self.codes[best], float(chances[best] / chances.sum())

    def _row(self, features: Sequence[str]) -> Array:
        return _row(features, self.places, self.rarity)


def learn(examples: Mapping[str, Sequence[str]], features: Callable[[str], list[str]]) -> Learned:
    """Learn from texts by code. Each code weighs the same, however many examples it has."""
    codes = tuple(examples)
    texts = [(features(text), number) for number, code in enumerate(codes) for text in examples[code]]
    places = {feature: place for place, feature in enumerate(sorted({one for found, _ in texts for one in found}))}
    counts = np.zeros(len(places))
    for found, _ in texts:
        counts[[places[one] for one in set(found)]] += 1
    rarity = np.log((1 + len(texts)) / (1 + counts)) + 1
    rows = np.array([_row(found, places, rarity) for found, _ in texts])
    wanted = np.eye(len(codes))[[number for _, number in texts]]
    share = (1 / wanted.sum(axis=0) / len(codes))[[number for _, number in texts]]
    return Learned(codes, places, rarity, _descend(rows, wanted, share))


def _descend(rows: Array, wanted: Array, share: Array) -> Array:
    weights = np.zeros((rows.shape[1], wanted.shape[1]))
    for _ in range(_ROUNDS):
        scores = rows @ weights
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        weights -= _STEP * (rows.T @ ((chances - wanted) * share[:, None]) + _DECAY * weights)
    return weights


def _row(features: Sequence[str], places: Mapping[str, int], rarity: Array) -> Array:
    """Rare features weigh more; every message has length 1, and one without known features is all zeros but a 1."""
    row = np.zeros(len(places))
    known = [places[one] for one in set(features) if one in places]
    row[known] = rarity[known]
    length = float(np.linalg.norm(row))
    return row / length if length else row
