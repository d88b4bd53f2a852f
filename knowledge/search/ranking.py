"""The ranker: a small network over the signals, learned from our own questions, and how sure it may be of its first.

The numbers are `knowledge/content/ranker.json`, written by `python -m knowledge fit` (`fitting.py`); no pickles.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.errors import CatalogueError
from knowledge.search.signals import signal_names
from knowledge.settings import CONTENT_DIR

Array = np.ndarray
RANKER_PATH = CONTENT_DIR / "ranker.json"


class RankerInvalidError(CatalogueError):
    """The ranker's file does not fit this version of the signals."""

    code = "RANKER_INVALID"


@dataclass(frozen=True)
class Scale:
    """A logistic scale: named features → probability."""

    weights: Mapping[str, float]
    bias: float

    def probability(self, features: Mapping[str, float]) -> float:
        total = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True)
class Network:
    """One hidden layer beside a linear part. mean, scale, linear: shape (inputs,); hidden: (inputs, units)."""

    mean: Array
    scale: Array
    linear: Array
    hidden: Array
    shift: Array
    output: Array

    def scores(self, rows: Array) -> Array:
        """Return a score a row of `inputs`; softmax over a question's rows is the chance of each."""
        moved = (rows - self.mean) / self.scale
        scores: Array = moved @ self.linear + np.tanh(moved @ self.hidden + self.shift) @ self.output
        return scores


def inputs(rows: Array) -> Array:
    """Return the candidates' signals and, in each row alike, how near the nearest of them all comes."""
    names = _places_of()
    found = np.empty((rows.shape[0], rows.shape[1] + len(_NEAREST)), dtype=np.float32)
    found[:, : rows.shape[1]] = rows
    found[:, rows.shape[1] :] = rows[:, [names[name] for name in _NEAREST]].max(axis=0)
    return found


_NEAREST = ("example", "vector_example", "held_added")


@dataclass(frozen=True)
class Ranker:
    """Networks for all `KINDS`, or for words alone where no encoder was at hand when it learned.

    sure: that the first is right. inside: that some procedure is meant.
    """

    networks: Mapping[str, Network]
    sure: Mapping[str, Scale]
    inside: Mapping[str, Scale]

    def scores(self, rows: Array, kind: str) -> Array:
        """Return a score a row."""
        return self.networks[kind].scores(inputs(rows))


_HOLDS, _RIVALS = 0.9, 0.1
"""From here a title holds the question's words; from this share of the first's chance on, another is a rival."""
KINDS = ("with_vectors", "with_word_vectors", "without_vectors")
_MAY_LACK = ("with_vectors", "with_word_vectors")
"""Learned without an encoder."""


@lru_cache(maxsize=2)
def load_ranker(path: Path = RANKER_PATH) -> Ranker:
    """Read the ranker; raise `RankerInvalidError` where it is of other signals than these."""
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["signals"] != list(signal_names()):
            raise RankerInvalidError(f"{path} was learned from other signals: run `python -m knowledge fit`")
        kinds = [kind for kind in KINDS if kind in data or kind not in _MAY_LACK]
        return Ranker(
            {kind: _network(data[kind]["network"]) for kind in kinds},
            {kind: Scale(**data[kind]["sure"]) for kind in kinds},
            {kind: Scale(**data[kind]["inside"]) for kind in kinds},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RankerInvalidError(f"{path}: {error}") from error


def _network(data: Mapping[str, Any]) -> Network:
    return Network(**{name: np.array(values, dtype=np.float32) for name, values in data.items()})


def confidence_features(rows: Array, chances: Array, same: Array, words: int) -> dict[str, float]:
    """Return what tells how sure the first candidate is.

    rows, chances: signals and chances, best first. same: which candidates bear the first's title (another level's
    twin is no rival). words: how many words of the question name its matter.
    """
    names = _places_of()
    others = chances[~same]
    chance = float(chances[same].sum())
    rival = float(others[0]) if len(others) else 0.0
    first, most = rows[0], rows.max(axis=0)
    return {
        "chance": chance,
        "log_chance": math.log(chance + 1e-6),
        "lead": math.log((chance + 1e-6) / (rival + 1e-6)),
        "example": float(most[names["example"]]),
        "first_example": float(first[names["example"]]),
        "vector_example": float(most[names["vector_example"]]),
        "first_vector_example": float(first[names["vector_example"]]),
        "held": float(most[names["held_added"]]),
        "first_held": float(first[names["held_added"]]),
        "letters": float(most[names["letters_added"]]),
        "marked": float(most[names["marked"]]),
        "words": math.log1p(words),
        "first_named": float(first[names["named_added"]]),
        "holders": math.log(float((rows[:, names["held_added"]] >= _HOLDS).sum()) + 1.0),
        "rivals": math.log(float((others >= chance * _RIVALS).sum()) + 1.0),
    }


def named_outright(rows: Array, same: Array) -> bool:
    """Say whether the question's words are those of a name or sample question of the first, and of no rival's."""
    words = rows[:, _places_of()["example_words"]]
    return bool(words[0] >= _OUTRIGHT and (words[~same] < _OUTRIGHT).all())


_OUTRIGHT = 0.97


@lru_cache(maxsize=1)
def _places_of() -> dict[str, int]:
    return {name: place for place, name in enumerate(signal_names())}
