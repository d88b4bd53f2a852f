"""Learns the ranker's numbers from our own sample questions: `python -m knowledge fit`.

Each sample is asked without itself among the examples, a quarter of them without any example of its procedure (as for
the thousands that have none); sentences made from titles and dossiers stand for the long tail.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from knowledge.search.corpus import entries
from knowledge.search.index import LONGEST_FOR_VECTORS, ProcedureIndex
from knowledge.search.labelled import Asked
from knowledge.search.life import examples, load_life
from knowledge.search.long_tail import made_questions, shared_words
from knowledge.search.matrices import Matrices, spoken, words_of_vectors
from knowledge.search.ranking import KINDS, Network, Ranker, confidence_features, inputs
from knowledge.search.samples import load_samples
from knowledge.search.signals import Asking, Signals, signal_names
from knowledge.search.vectors import SentenceEncoder, VectorCache
from knowledge.store import CatalogueStore

Array = np.ndarray

_SAMPLES, _MADE, _SHARED, _SEED = 5000, 2400, 700, 7
_LEAST_WORDS, _ALONE_EVERY = 3, 4
_UNITS, _SHRINK, _ROUNDS = 12, 0.012, 200
_LONG_TAIL_SHARE = 3
_FOLDS = 4


@dataclass(frozen=True)
class Case:
    """Signals of one question's candidates, which are right, their titles; subject: words that name the matter."""

    rows: Array
    right: Array
    weight: float
    subject: int
    titles: list[str]


def sampled(index: ProcedureIndex, texts: Sequence[str], count: int = _SAMPLES) -> Iterator[Asked]:
    """Yield our sample questions, `texts` in the order of the index's examples."""
    chance = random.Random(_SEED)  # noqa: S311 - not for secrets
    owners = index.matrices.owners
    places = [place for place, text in enumerate(texts) if len(text.split()) >= _LEAST_WORDS]
    chance.shuffle(places)
    for number, place in enumerate(places[:count]):
        alone = number % _ALONE_EVERY == 0
        others = np.flatnonzero(owners == owners[place]) if alone else owners[:0]
        without = np.concatenate([[place], others]).astype(np.int64)  # itself first: `cases` chooses its fold by it
        yield Asked(texts[place], frozenset({index.rows[owners[place]].code}), without)


def cases(
    index: ProcedureIndex, asked: Sequence[Asked], cache: VectorCache | None, folds: Sequence[Matrices] = ()
) -> Iterator[dict[str, Case]]:
    """Yield the signals of each question, by kind of ranker: those with vectors where there is a cache, of
    messages that search encodes too.

    folds: the index's matrices with word vectors that were learned without each share of the examples (`unseen`).
    """
    for item in asked:
        question = index.read(item.text)
        asking = Asking.of(question, index.lexicon)
        signals = Signals(index.matrices, asking, item.without)
        found = {"without_vectors": _case(index, item, asking, signals)}
        if folds:
            seen_by_none = folds[int(item.without[0]) % len(folds)] if len(item.without) else index.matrices
            signals.add(seen_by_none.likeness_of_words(question.marked))
            found["with_word_vectors"] = _case(index, item, asking, signals)
        if cache is not None and len(asking.tokens) <= LONGEST_FOR_VECTORS:
            signals.add(index.matrices.likeness(cache.vectors([question.marked])[0]))
            found["with_vectors"] = _case(index, item, asking, signals)
        yield found


def _case(index: ProcedureIndex, item: Asked, asking: Asking, signals: Signals) -> Case:
    places = signals.candidates()
    right = np.array([index.rows[place].code in item.codes for place in places])
    titles = [index.rows[place].title for place in places]
    return Case(signals.rows(places), right, item.weight, len(asking.subject), titles)


def unseen(matrices: Matrices, texts: Sequence[str]) -> list[Matrices]:
    """Return the matrices `_FOLDS` times, each with word vectors that have not seen every so-manieth example.

    A sample that taught the word vectors itself would have the ranker trust them more than they deserve. texts: the
    titles and examples as they were encoded.
    """
    if matrices.word_vectors is None:
        return []
    titles, found = len(matrices.title_vectors), []
    for fold in range(_FOLDS):
        kept = np.arange(len(texts) - titles) % _FOLDS != fold
        left = [*texts[:titles], *(text for text, keep in zip(texts[titles:], kept, strict=True) if keep)]
        learned = words_of_vectors(left, matrices.title_vectors, matrices.example_vectors[kept])
        found.append(replace(matrices, word_vectors=learned))
    return found


def learn_network(found: Sequence[Case]) -> Network:
    """Return the network that gives the right candidates the best chance."""
    usable = [case for case in found if case.right.any() and not case.right.all()]
    rows = np.vstack([inputs(case.rows) for case in usable])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    lengths = np.array([len(case.rows) for case in usable])
    learner = _Learner(
        rows=((rows - mean) / scale).astype(np.float32),
        right=np.concatenate([case.right for case in usable]).astype(np.float32),
        starts=np.concatenate([[0], np.cumsum(lengths)[:-1]]),
        owner=np.repeat(np.arange(len(lengths)), lengths),
        share=np.array([case.weight for case in usable], dtype=np.float32),
    )
    return learner.learn(mean, scale)


@dataclass(frozen=True)
class _Learner:
    """Candidates of all questions, one below the other. starts: a question's first row; owner: a row's question."""

    rows: Array
    right: Array
    starts: Array
    owner: Array
    share: Array

    def learn(self, mean: Array, scale: Array) -> Network:
        width = self.rows.shape[1]
        chance = np.random.default_rng(_SEED)
        begin = np.concatenate([np.zeros(width), chance.normal(0, 0.1, width * _UNITS), np.zeros(2 * _UNITS)])
        options = {"maxiter": _ROUNDS}
        result = minimize(self._loss, begin, jac=True, method="L-BFGS-B", options=options)
        return Network(mean, scale, *self._parts(result.x))

    def _parts(self, numbers: Array) -> tuple[Array, Array, Array, Array]:
        width = self.rows.shape[1]
        linear, hidden, shift, output = np.split(numbers, [width, width * (1 + _UNITS), width * (1 + _UNITS) + _UNITS])
        return linear, hidden.reshape(width, _UNITS), shift, output

    def _loss(self, numbers: Array) -> tuple[float, Array]:
        """Mean negative logarithm of the right candidates' chance, and its gradient."""
        linear, hidden, shift, output = self._parts(numbers.astype(np.float32))
        units = np.tanh(self.rows @ hidden + shift)
        scores = self.rows @ linear + units @ output
        raised = np.exp(scores - np.maximum.reduceat(scores, self.starts)[self.owner])
        total, hit = np.add.reduceat(raised, self.starts), np.add.reduceat(raised * self.right, self.starts)
        whole = self.share.sum()
        loss = float((self.share * (np.log(total) - np.log(hit + 1e-12))).sum() / whole)
        slope = raised / total[self.owner] - raised * self.right / np.maximum(hit, 1e-12)[self.owner]
        slope = slope * self.share[self.owner] / whole
        inner = np.outer(slope, output) * (1.0 - units * units)
        parts = (self.rows.T @ slope, (self.rows.T @ inner).ravel(), inner.sum(axis=0), units.T @ slope)
        gradient = np.concatenate(parts) + 2 * _SHRINK * numbers
        return loss + _SHRINK * float(numbers @ numbers), gradient.astype(float)


def scale_of(features: Sequence[Mapping[str, float]], truth: Sequence[bool]) -> dict[str, Any]:
    """Return a logistic scale as JSON values; a flat one where all or none are true (a very small catalogue)."""
    names = list(features[0])
    if len(set(truth)) == 1:
        odds = (sum(truth) + 0.5) / (len(truth) - sum(truth) + 0.5)
        return {"weights": dict.fromkeys(names, 0.0), "bias": round(math.log(odds), 5)}
    table = np.array([[item[name] for name in names] for item in features])
    spread = table.std(axis=0) + 1e-6
    model = LogisticRegression(C=1.0, max_iter=1000).fit(table / spread, np.array(truth))
    weights = {name: round(float(weight), 5) for name, weight in zip(names, model.coef_[0] / spread, strict=True)}
    return {"weights": weights, "bias": round(float(model.intercept_[0]), 5)}


def features_of(case: Case, network: Network) -> tuple[dict[str, float], bool]:
    """Return what tells how sure the first candidate is, and whether it is right."""
    scores = network.scores(inputs(case.rows))
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    order = np.argsort(-chances, kind="stable")
    same = np.array([case.titles[place] == case.titles[order[0]] for place in order])
    return confidence_features(case.rows[order], chances[order], same, case.subject), bool(case.right[order[0]])


def fit(samples: ByKind, long_tail: ByKind, shared: ByKind, beside: ByKind) -> dict[str, Any]:
    """Return the ranker's numbers as JSON values, for each kind that the cases have.

    shared: words that several titles share, so that no first candidate can be sure. beside: about no procedure.
    """
    found: dict[str, Any] = {"signals": list(signal_names())}
    for kind in [kind for kind in KINDS if any(kind in case for case in samples)]:
        near, far = ([case[kind] for case in group if kind in case] for group in (samples, long_tail))
        network = learn_network([*near, *far])
        told = [features_of(case, network) for case in [*near, *far[::_LONG_TAIL_SHARE]]]
        doubtful, strange = (
            [features_of(case[kind], network)[0] for case in group if kind in case and len(case[kind].rows)]
            for group in (shared, beside)
        )
        features = [item for item, _ in told]
        found[kind] = {
            "network": {name: _rounded(getattr(network, name)) for name in network.__dataclass_fields__},
            "sure": scale_of(features + doubtful, [right for _, right in told] + [False] * len(doubtful)),
            "inside": scale_of(features + strange, [True] * len(features) + [False] * len(strange)),
        }
    return found


ByKind = Sequence[Mapping[str, Case]]
"""Signals of questions by kind of ranker."""


def _rounded(values: Array) -> Any:
    return np.round(values.astype(float), 4).tolist()


def fit_over(
    store: CatalogueStore,
    encoder: SentenceEncoder | None,
    beside: Sequence[str],
    known: Mapping[str, Array] | None = None,
) -> dict[str, Any]:
    """Learn over a catalogue; without an encoder, only the numbers for search without vectors.

    known: vectors by digest of text, as `index_files.known_vectors` reads them.
    """
    records = {record.code: record for record in store.merged()}
    listed = list(entries(store.search_rows(), records, load_samples(), examples(load_life())))
    index = ProcedureIndex.build(listed, encoder, known, ranker=_UNTAUGHT)
    texts = [text for entry in listed for text in (*entry.aliases, *entry.questions)]
    as_encoded = [*(spoken(entry.row.title) for entry in listed), *(index.read(text).marked for text in texts)]
    nothing = np.zeros(0, dtype=np.int64)
    strange = [Asked(text, frozenset(), nothing) for text in beside if text.strip()]
    groups = (list(sampled(index, texts)), list(made_questions(listed, _MADE)), list(shared_words(listed, _SHARED)))
    folds = unseen(index.matrices, as_encoded)
    cache = VectorCache(encoder, index.vectors) if encoder else None
    return fit(*(list(cases(index, group, cache, folds)) for group in (*groups, strange)))


_UNTAUGHT = Ranker({}, {}, {})
