"""Numbers that say how well each procedure fits a question: one row a candidate, one named column a signal.

Candidates are chosen by a fixed mix of the cheap signals; the ranker (`ranking.py`) orders them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from knowledge.search.actions import action_names, actions_in
from knowledge.search.asked import subject_of
from knowledge.search.matrices import FACTS, ON_SHELF, Likeness, Matrices, letter_groups
from knowledge.search.normalise import Lexicon, added_words, terms
from knowledge.search.normaliser import MAX_WORDS, Question
from knowledge.text import bigrams

Array = np.ndarray

_RELATIVE = (
    "words",
    "words_subject",
    "words_added",
    "pairs",
    "pairs_subject",
    "pairs_added",
    "body",
    "body_pairs",
    "context",
)
_PLAIN = (
    *_RELATIVE, "letters", "letters_added", "marked", "held", "held_added", "named", "named_added", "alike",
    "example_words", "example_letters", "example_marked", "example", "example_vote",
)  # fmt: skip
_VECTOR = (
    "vector",
    "vector_centred",
    "vector_learned",
    "vector_rank",
    "vector_example",
    "vector_nearest",
    "vector_vote",
)
_FROM_SHELF, _OF_EXAMPLES = 14, 3
"""Rows that the postings of procedures, and those of examples, give for a question."""
_PLACES: Mapping[str, int] = {name: place for place, name in enumerate(_PLAIN)}
_CANDIDATES, _MORE, _VECTOR_MORE = 40, 6, 12
_VOTERS, _VOTE_SHARPNESS, _VECTOR_SHARPNESS = 12, 12.0, 30.0
_LEAST_LIKE = 0.75
_FIRST_PASS = {
    "words_added": 0.6, "pairs_added": 0.3, "letters_added": 0.44, "letters": 0.3, "marked": 0.3, "held_added": 0.24,
    "example_words": 0.4, "example_letters": 0.4, "example_marked": 0.2, "body": 0.2, "example_vote": 0.3,
}  # fmt: skip
_FIRST_NAMES = [_PLACES[name] for name in _FIRST_PASS]
_FIRST_WEIGHTS = np.array([*_FIRST_PASS.values()], dtype=np.float32)[:, None]
_ALSO = [_PLACES[name] for name in ("example", "body", "words", "pairs")]
"""Signals of which the procedures that reach furthest are ranked too, whatever the mix makes of them."""
_OUTSIDE_LOSS = 0.7
_RANKED, _BLOCK = 500, 32


@lru_cache(maxsize=1)
def signal_names() -> tuple[str, ...]:
    """Return the names of the columns."""
    actions = action_names()
    asked = tuple(f"asked_{name}" for name in actions)
    unasked = tuple(f"unasked_{name}" for name in actions)
    return (*_PLAIN, *FACTS, *asked, *unasked, *_VECTOR)


@dataclass(frozen=True)
class Asking:
    """The words of a question as search uses them: all, what is left without the question's own, and added ones."""

    tokens: list[str]
    subject: list[str]
    added: list[str]
    marked: list[str]

    @classmethod
    def of(cls, question: Question, lexicon: Lexicon) -> Asking:
        tokens = question.tokens[:MAX_WORDS]
        return cls(tokens, subject_of(tokens), added_words(tokens, lexicon), question.marked.split()[:MAX_WORDS])


class Signals:
    """All procedures' signals for one question; `without` leaves examples out (to train without telling the answer).

    The plain ones stand in one table, shape (signals, procedures): a step is one call for all, which counts, since a
    call of NumPy takes longer than its work on some hundred procedures.
    """

    def __init__(self, matrices: Matrices, asking: Asking, without: Array | None = None) -> None:
        self._matrices = matrices
        self._asking = asking
        self._without = without
        self._plain = np.zeros((len(_PLAIN), matrices.words.count), dtype=np.float32)
        self._of_vectors: dict[str, Array] = {}
        scores = matrices.shelf.scores_of(self._queries())
        of_titles = _FROM_SHELF * matrices.words.count
        self._set_words(scores[:of_titles].reshape(_FROM_SHELF, matrices.words.count))
        self._set_examples(scores[of_titles:].reshape(_OF_EXAMPLES, len(matrices.owners)))
        relative = self._plain[: len(_RELATIVE)]
        most = relative.max(axis=1, keepdims=True, initial=0.0)
        np.divide(relative, most, out=relative, where=most > 0)
        self._first = self._first_pass()

    def _queries(self) -> list[tuple[int, list[Iterable[str]]]]:
        """What is asked of each of the postings: a row of `_PLAIN` for each, the first ones in its order."""
        asking = self._asking
        everything, subject, added, marked = asking.tokens, asking.subject, asking.added, terms(asking.marked)
        more = subject + added
        queries: dict[str, list[Iterable[str]]] = {
            "words": [everything, subject, more],
            "pairs": [bigrams(everything), bigrams(subject), bigrams(added)],
            "body": [everything],
            "body_pairs": [bigrams(everything)],
            "context": [everything],
            "letters": [letter_groups(everything), letter_groups(more)],
            "marked": [marked],
            "present": [set(everything), set(more)],
            "example_words": [terms(subject)],
            "example_letters": [letter_groups(subject)],
            "example_marked": [marked],
        }
        return [(place, queries[name]) for place, name in enumerate(ON_SHELF)]

    def _set_words(self, scores: Array) -> None:
        """Set the signals of words, most of them as they are."""
        plain, mass = self._plain, self._matrices.title_mass
        plain[:_FROM_SHELF] = scores
        plain[_PLACES["pairs_added"]] += plain[_PLACES["pairs_subject"]]
        held, held_added = scores[-2:]
        asked = self._rarity(self._asking.tokens)
        asked_added = self._rarity(self._asking.subject + self._asking.added)
        plain[_PLACES["held"]] = held / asked
        plain[_PLACES["held_added"]] = held_added / asked_added
        plain[_PLACES["named"]] = held / mass
        plain[_PLACES["named_added"]] = held_added / mass
        plain[_PLACES["alike"]] = held_added / (asked_added + mass - held_added)

    def _rarity(self, tokens: Iterable[str]) -> float:
        return sum(self._matrices.present.rarity_of(token) for token in set(tokens)) + 1e-6

    def _set_examples(self, found: Array) -> None:
        """Set the signals of sample questions and names: for each procedure that of its best."""
        of = self._matrices
        if not len(of.owners):
            return
        scores = np.empty((_OF_EXAMPLES + 1, len(of.owners)), dtype=np.float32)
        scores[:_OF_EXAMPLES] = found
        if self._without is not None:
            scores[:3, self._without] = 0.0
        scores[3] = (scores[0] + scores[1] + scores[2]) / 3.0
        first = _PLACES["example_words"]
        self._plain[first : first + 4, of.example_owners] = np.maximum.reduceat(scores, of.example_starts, axis=1)
        self._plain[_PLACES["example_vote"]] = self._votes(scores[3], _VOTE_SHARPNESS)

    def _best(self, scores: Array, least: float) -> Array:
        """Return each procedure's best example."""
        of = self._matrices
        best = np.full(of.words.count, least, dtype=np.float32)
        if len(scores):
            best[of.example_owners] = np.maximum(np.maximum.reduceat(scores, of.example_starts), least)
        return best

    def _votes(self, scores: Array, sharpness: float) -> Array:
        """Return each procedure's share among the nearest examples."""
        count = self._matrices.words.count
        nearest = _top(scores, _VOTERS)
        likeness = scores[nearest]
        most = likeness.max(initial=0.0)
        if most <= 0.0:
            return np.zeros(count, dtype=np.float32)
        weights = np.exp((likeness - most) * sharpness)
        return np.bincount(self._matrices.owners[nearest], weights, minlength=count) / weights.sum()

    @cached_property
    def _outside(self) -> Array:
        return self._matrices.facts[:, FACTS.index("outside")]

    @cached_property
    def _actions(self) -> Array:
        return actions_in(" ".join([*self._asking.tokens, "|", *self._asking.added]))

    def _first_pass(self) -> Array:
        mixed = (_FIRST_WEIGHTS * self._plain[_FIRST_NAMES]).sum(axis=0)
        first: Array = mixed - _OUTSIDE_LOSS * self._outside
        return first

    def candidates(self) -> Array:
        """Return the places of the procedures worth ranking."""
        loss = 0.5 * self._outside
        chosen = [_top(self._first, _CANDIDATES), *(_top(self._plain[place] - loss, _MORE) for place in _ALSO)]
        if self._of_vectors:
            chosen.append(_top(self._of_vectors["vector"] - loss, _VECTOR_MORE))
            chosen.append(_top(self._of_vectors["vector_nearest"], _VECTOR_MORE))
        is_chosen = np.zeros(len(self._first), dtype=bool)
        for places in chosen:
            is_chosen[places] = True
        return is_chosen.nonzero()[0]

    def add(self, likeness: Likeness) -> None:
        """Add the signals of the question's vector, or put them in place of those of another one."""
        self._of_vectors = self._of_vector(likeness)

    def _of_vector(self, likeness: Likeness) -> dict[str, Array]:
        title, examples = likeness.titles, likeness.examples
        centred = self._matrices.centred(title, likeness.vector)
        if self._without is not None:
            examples[self._without] = -1.0
        example = self._best(examples, _LEAST_LIKE)
        return {
            "vector": (title - title.max()) * 10.0,
            "vector_centred": (centred - centred.max()) * 3.0,
            "vector_rank": 1.0 / (1.0 + _ranks(title - 0.05 * self._outside)),
            "vector_example": (example - 0.85) * 10.0,
            "vector_nearest": (example - example.max()) * 10.0,
            "vector_vote": self._votes(examples, _VECTOR_SHARPNESS),
        }

    def rows(self, places: Array) -> Array:
        """Return the signals of the procedures at `places`: shape (places, signals), in the order of `signal_names`."""
        of = self._matrices
        named = of.actions[places]
        asked = named * self._actions
        rows = np.zeros((len(places), len(signal_names())), dtype=np.float32)
        end = 0
        for part in (self._plain[:, places].T, of.facts[places], asked, named - asked):
            rows[:, end : end + part.shape[1]] = part
            end += part.shape[1]
        for place, name in enumerate(_VECTOR, end):
            if name in self._of_vectors:
                rows[:, place] = self._of_vectors[name][places]
        return rows


def _ranks(scores: Array) -> Array:
    """Return each score's rank, 0 for the highest; those below the first `_RANKED` share one."""
    top = np.sort(scores[_top(scores, _RANKED)])
    ranks: Array = (len(top) - np.searchsorted(top, scores, side="right")).astype(np.float32)
    return ranks


def _top(scores: Array, count: int) -> Array:
    """Return the places of the `count` highest scores, in no order.

    All of them reach the `count`-th highest maximum of a block, and hardly another does: a large catalogue is read
    once instead of being sorted.
    """
    if len(scores) <= count:
        return np.arange(len(scores))
    if len(scores) <= count * _BLOCK:
        return (-scores).argpartition(count - 1)[:count]
    highest = np.maximum.reduceat(scores, _block_starts(len(scores)))
    highest.partition(-count)
    places = (scores >= highest[-count]).nonzero()[0]
    if len(places) <= count:
        return places
    return places[(-scores[places]).argpartition(count - 1)[:count]]


@lru_cache(maxsize=8)
def _block_starts(length: int) -> Array:
    return np.arange(0, length, _BLOCK)
