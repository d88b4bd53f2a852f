"""Learns the ranker's numbers from our own sample questions: `python -m knowledge fit`.

Each sample is asked without itself among the examples, a quarter of them without any example of its procedure (as for
the thousands that have none); sentences made from titles and dossiers stand for the long tail. A listwise loss with
signs held (a likeness never counts against) keeps the few thousand questions from teaching nonsense.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from knowledge.search.index import ProcedureIndex
from knowledge.search.ranking import KINDS, confidence_features
from knowledge.search.signals import Asking, Signals, cheap_columns, signal_names
from knowledge.search.vectors import SentenceEncoder

Array = np.ndarray

_SAMPLES, _MADE, _SEED = 4000, 1800, 7
_LEAST_WORDS, _ALONE_EVERY = 4, 4
_WEIGHT_OF_MADE, _SHRINK = 0.7, 0.005
_FREE = {"commune", "province", "ministry", "citizens", "forces", "embassies", "outside", "current", "length", "twins"}


@dataclass(frozen=True)
class Asked:
    """A labelled question: `codes` that are right, `without`: examples that must not be seen, `weight` in learning."""

    text: str
    codes: frozenset[str]
    without: Array
    weight: float = 1.0


@dataclass(frozen=True)
class Case:
    """Signals of one question's candidates, which of them are right, and what tells how sure to be."""

    rows: Array
    right: Array
    weight: float
    subject: int
    same: list[str]


def sampled(index: ProcedureIndex, texts: Sequence[str], count: int = _SAMPLES) -> Iterator[Asked]:
    """Yield our sample questions, `texts` in the order of the index's examples."""
    chance = random.Random(_SEED)  # noqa: S311 - not for secrets
    owners = index.matrices.owners
    places = [place for place, text in enumerate(texts) if len(text.split()) >= _LEAST_WORDS]
    chance.shuffle(places)
    for number, place in enumerate(places[:count]):
        alone = number % _ALONE_EVERY == 0
        without = np.flatnonzero(owners == owners[place]) if alone else np.array([place])
        yield Asked(texts[place], frozenset({index.rows[owners[place]].code}), without)


def cases(index: ProcedureIndex, asked: Sequence[Asked], encoder: SentenceEncoder | None) -> Iterator[Case]:
    """Yield the signals of each question, with vectors where there is an encoder."""
    for item in asked:
        question = index.read(item.text)
        asking = Asking.of(question, index.lexicon)
        signals = Signals(index.matrices, asking, item.without)
        if encoder is not None:
            signals.add_vector(encoder.encode(question.marked))
        places = signals.candidates()
        codes = [index.rows[place].code for place in places]
        right = np.array([code in item.codes for code in codes])
        titles = [index.rows[place].title for place in places]
        yield Case(signals.rows(places), right, item.weight, len(asking.subject), titles)


def learn_weights(found: Sequence[Case], with_vectors: bool) -> Array:
    """Return one weight a signal."""
    usable = [case for case in found if case.right.any() and not case.right.all()]
    rows = np.vstack([case.rows for case in usable])
    if not with_vectors:
        rows = rows * cheap_columns()
    scale = rows.std(axis=0) + 1e-3
    lengths = np.array([len(case.rows) for case in usable])
    result = minimize(
        _loss,
        np.zeros(rows.shape[1]),
        args=(
            rows / scale,
            np.concatenate([case.right for case in usable]).astype(np.float32),
            np.concatenate([[0], np.cumsum(lengths)[:-1]]),
            np.repeat(np.arange(len(lengths)), lengths),
            np.array([case.weight for case in usable], dtype=np.float32),
        ),
        jac=True,
        method="L-BFGS-B",
        bounds=[_bounds(name) for name in signal_names()],
        options={"maxiter": 300},
    )
    weights: Array = result.x / scale
    return weights


def _bounds(name: str) -> tuple[float | None, float | None]:
    """A likeness may only help, an action that nobody asked for only harm."""
    if name in _FREE:
        return None, None
    return (None, 0.0) if name.startswith("unasked_") else (0.0, None)


def _loss(weights: Array, rows: Array, right: Array, starts: Array, owner: Array, share: Array) -> tuple[float, Array]:
    """Mean negative logarithm of the right candidates' chance, and its gradient."""
    scores = rows @ weights.astype(np.float32)
    raised = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
    total, hit = np.add.reduceat(raised, starts), np.add.reduceat(raised * right, starts)
    loss = float((share * (np.log(total) - np.log(hit + 1e-12))).sum() / share.sum())
    slope = raised / total[owner] - raised * right / np.maximum(hit, 1e-12)[owner]
    gradient = rows.T @ (slope * share[owner]) / share.sum()
    return loss + _SHRINK * float(weights @ weights), (gradient + 2 * _SHRINK * weights).astype(float)


def scale_of(features: Sequence[Mapping[str, float]], truth: Sequence[bool]) -> dict[str, Any]:
    """Return a logistic scale as JSON values."""
    names = list(features[0])
    table = np.array([[item[name] for name in names] for item in features])
    spread = table.std(axis=0) + 1e-6
    model = LogisticRegression(C=1.0, max_iter=1000).fit(table / spread, np.array(truth))
    weights = {name: round(float(weight), 5) for name, weight in zip(names, model.coef_[0] / spread, strict=True)}
    return {"weights": weights, "bias": round(float(model.intercept_[0]), 5)}


def features_of(case: Case, weights: Array) -> tuple[dict[str, float], bool]:
    """Return what tells how sure the first candidate is, and whether it is right."""
    scores = case.rows @ weights
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    order = np.argsort(-chances, kind="stable")
    same = np.array([case.same[place] == case.same[order[0]] for place in order])
    return confidence_features(case.rows[order], chances[order], same, case.subject), bool(case.right[order[0]])


def fit(
    index: ProcedureIndex,
    texts: Sequence[str],
    made: Sequence[Asked],
    outside: Sequence[str],
    encoder: SentenceEncoder | None,
) -> dict[str, Any]:
    """Return the ranker's numbers as JSON values. outside: our utterances that are about no procedure."""
    samples = list(cases(index, list(sampled(index, texts)), encoder))
    long_tail = list(cases(index, made, encoder))
    none = np.zeros(0, dtype=np.int64)
    beside = list(cases(index, [Asked(text, frozenset(), none) for text in outside], encoder))
    found: dict[str, Any] = {}
    for kind in KINDS:
        if kind == "with_vectors" and encoder is None:
            continue
        weights = learn_weights(samples + long_tail, kind == "with_vectors")
        told = [features_of(case, weights) for case in samples + long_tail[: len(long_tail) // 3]]
        strange = [features_of(case, weights)[0] for case in beside if len(case.rows)]
        named = zip(signal_names(), weights, strict=True)
        found[kind] = {
            "weights": {name: round(float(weight), 5) for name, weight in named},
            "sure": scale_of([item for item, _ in told], [right for _, right in told]),
            "inside": scale_of([item for item, _ in told] + strange, [True] * len(told) + [False] * len(strange)),
        }
    return found
