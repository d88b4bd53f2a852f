"""Finds procedures for a question: words and their vectors first, a sentence vector only where those leave a doubt.

Built from the catalogue and our sample questions, kept as arrays (`index_files.py`), shared between threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from knowledge.facts import Fact
from knowledge.search.asides import without_asides
from knowledge.search.asked import Asked, facts_in
from knowledge.search.corpus import Entry
from knowledge.search.doubts import CONSIDERED, Doubts
from knowledge.search.fact_model import FactModel, FactQuestion, read_fact_questions
from knowledge.search.found import NOTHING, Hit, Ranked
from knowledge.search.initials import Initials
from knowledge.search.matrices import Matrices, build_matrices, title_words
from knowledge.search.normalise import Lexicon, load_lexicon
from knowledge.search.normaliser import Normaliser, Question
from knowledge.search.ranking import Ranker, confidence_features, load_ranker, named_outright
from knowledge.search.restoring import Restorer
from knowledge.search.signals import Asking, Signals
from knowledge.search.vectors import SentenceEncoder, VectorCache
from knowledge.search_rows import SearchRow

Array = np.ndarray

_LONG_TITLE = 70
SURE_WITHOUT_VECTORS = 0.6
"""From this probability on the words decide, with their vectors: a sentence vector costs more than all the rest."""
LONGEST_FOR_VECTORS = 24
"""A message of more words has words enough: its sentence vector costs the most and was seen to bring nothing."""


_VECTORS_KEPT = 4096
"""Questions whose sentence vector is kept: 6 MB."""
_NAMED_OUTRIGHT = 0.9
_ASKED_MOST = 1.0
"""Logarithm of how much likelier a procedure is for being one of those that people ask for most, which are curated.

Chosen on our sets; the samples that the ranker learns from cannot tell it, since they are written for each alike.
"""


@dataclass(frozen=True)
class _Ordered:
    """Candidates as one kind of network orders them, best first, what tells how sure the first is, and how sure."""

    kind: str
    places: Array
    chances: Array
    features: Mapping[str, float]
    sure: float


class ProcedureIndex:
    """Ranks procedures for a question."""

    def __init__(
        self,
        rows: Sequence[SearchRow],
        matrices: Matrices,
        restorer: Restorer,
        encoder: SentenceEncoder | None = None,
        ranker: Ranker | None = None,
        lexicon: Lexicon | None = None,
        fact_model: FactModel | None = None,
    ) -> None:
        self.rows = list(rows)
        self.matrices = matrices
        self.restorer = restorer
        self.lexicon = lexicon or load_lexicon()
        self._ranker = ranker or load_ranker()
        self._encoder = encoder if matrices.has_vectors and "with_vectors" in self._ranker.networks else None
        self._vector_of = lru_cache(maxsize=_VECTORS_KEPT)(self._encoded)  # "cảm ơn" is said all day
        self._knows_word_vectors = matrices.word_vectors is not None and "with_word_vectors" in self._ranker.networks
        self.fact_model = fact_model
        self.normaliser = Normaliser(self.lexicon, restorer, Initials(row.title for row in self.rows))
        self._read = lru_cache(maxsize=8)(self.normaliser.read)  # a message is read for several purposes
        self._names = [_short_name(row) for row in self.rows]
        self._bare_titles = _numbered(" ".join(title_words(row.title, self.lexicon)) for row in self.rows)
        self._places = {row.code: place for place, row in enumerate(self.rows)}
        self._curated = np.array([row.curated for row in self.rows], dtype=bool)
        self._asked_most = _ASKED_MOST * self._curated.astype(np.float32)
        self.doubts = Doubts(self.rows, matrices.present, self.knows, self.hit_of)
        self.vectors: Mapping[str, Array] = {}
        """After `build`: vectors by digest of text, for the next one."""

    @classmethod
    def build(
        cls,
        entries: Iterable[Entry],
        encoder: SentenceEncoder | None = None,
        known_vectors: Mapping[str, Array] | None = None,
        ranker: Ranker | None = None,
        lexicon: Lexicon | None = None,
        fact_questions: Sequence[FactQuestion] | None = None,
    ) -> ProcedureIndex:
        """Make the index of `entries`. fact_questions: labelled messages, all of ours unless given."""
        listed, lexicon = list(entries), lexicon or load_lexicon()
        restorer = Restorer.train(_training_texts(listed))
        cache = VectorCache(encoder, known_vectors) if encoder else None
        normaliser = Normaliser(lexicon, restorer)
        matrices = build_matrices(listed, lexicon, normaliser, cache)
        fact_model = FactModel.learn(normaliser, read_fact_questions() if fact_questions is None else fact_questions)
        index = cls([_named(entry) for entry in listed], matrices, restorer, encoder, ranker, lexicon, fact_model)
        index.vectors = cache.used() if cache else {}
        return index

    def facts(self, question: Question) -> Asked:
        """Return which facts a question asks for: learned from our messages, in the order of the lexicon's phrases."""
        asked = facts_in(question.tokens)
        if self.fact_model is None or not self.fact_model.labels or asked.facts == (Fact.OVERVIEW,):
            return asked
        learned = self.fact_model.facts(question, asked.facts)
        first = tuple(fact for fact in asked.facts if fact in learned)
        return replace(asked, facts=first + tuple(fact for fact in learned if fact not in first))

    def read(self, text: str) -> Question:
        """Return `text` as read: words, likely diacritics."""
        return self._read(text)

    def read_matter(self, text: str) -> Question:
        """Return `text` as read, without what it says by the way: which procedure is meant does not depend on it."""
        return self.read(without_asides(text))

    def search(self, text: str, limit: int = 10) -> Ranked:
        """Return up to `limit` procedures for `text`."""
        return self.rank(self.read_matter(text), limit)

    def rank(self, question: Question, limit: int = 10) -> Ranked:
        """Return up to `limit` procedures for a question that was read."""
        ranked = self.doubts.weigh(question, self.ranked_only(question, max(limit, CONSIDERED)))
        return replace(ranked, hits=ranked.hits[:limit]) if ranked.hits else NOTHING

    def ranked_only(self, question: Question, limit: int, without: Array | None = None) -> Ranked:
        """Return what the ranker says. without: places of examples to leave out, to learn from them."""
        asking = Asking.of(question, self.lexicon)
        if not self.rows or not asking.tokens:
            return NOTHING
        signals, kind = Signals(self.matrices, asking, without), "without_vectors"
        if self._knows_word_vectors:
            signals.add(self.matrices.likeness_of_words(question.marked))
            kind = "with_word_vectors"
        found = self._ordered(signals, asking, kind)
        long = len(asking.tokens) > LONGEST_FOR_VECTORS
        if self._encoder is not None and not long and found.sure < SURE_WITHOUT_VECTORS:
            signals.add(self.matrices.likeness(self._vector_of(question.marked)))
            found = self._ordered(signals, asking, "with_vectors")
        hits = tuple(map(self._hit, found.places[:limit].tolist(), found.chances[:limit].tolist()))
        inside = self._ranker.inside[found.kind].probability(found.features)
        return Ranked(hits, found.sure, inside, found.kind == "with_vectors")

    def _encoded(self, marked: str) -> Array:
        assert self._encoder is not None  # noqa: S101 - only asked with one
        vector = self._encoder.encode(marked)
        vector.setflags(write=False)
        return vector

    def _ordered(self, signals: Signals, asking: Asking, kind: str) -> _Ordered:
        places = signals.candidates()
        rows = signals.rows(places)
        scores = self._ranker.scores(rows, kind) + self._asked_most[places]
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        order, same = self._led_by_ours((-chances).argsort(kind="stable"), places)
        places, chances, rows = places[order], chances[order], rows[order]
        features = confidence_features(rows, chances, same, len(asking.subject))
        sure = self._ranker.sure[kind].probability(features)
        if named_outright(rows, same):
            sure = max(sure, _NAMED_OUTRIGHT)
        return _Ordered(kind, places, chances, features, sure)

    def _led_by_ours(self, order: Array, places: Array) -> tuple[Array, Array]:
        """Put our own record before the portal's twins of other levels; they would be answered the same.

        Return the order, and which bear the same title as the first, but for level.
        """
        best = order[:_COMPARED]
        same = np.zeros(len(order), dtype=bool)
        same[: len(best)] = self._bare_titles[places[best]] == self._bare_titles[places[order[0]]]
        first = int((self._curated[places[best]] & same[: len(best)]).argmax())  # 0 where there is none
        if first == 0:
            return order, same
        # Who is put first bears the same title: which of the others do is moved with them
        moved = [first, *range(first), *range(first + 1, len(order))]
        return order[moved], same[moved]

    def _hit(self, place: int, score: float) -> Hit:
        row = self.rows[place]
        return Hit(row.code, row.title, score, self._names[place])

    def knows(self, token: str) -> bool:
        """Say whether the folded word stands in any title, name or sample question."""
        return token in self.matrices.words or token in self.matrices.example_words

    def is_curated(self, code: str) -> bool:
        """Say whether `code`, which must be in the index, is one of those that people ask for most."""
        return self.rows[self._places[code]].curated

    def hit_of(self, code: str, score: float) -> Hit:
        """Return `code`, which must be in the index, as a hit."""
        return self._hit(self._places[code], score)

    def __contains__(self, code: str) -> bool:
        return code in self._places

    def to_json(self) -> list[dict[str, Any]]:
        """Return the rows as JSON values, for the index's file."""
        return [asdict(row) for row in self.rows]


__all__ = ["NOTHING", "SURE_WITHOUT_VECTORS", "Hit", "ProcedureIndex", "Ranked"]

_COMPARED = 10
_WEIGHT_OF_QUESTIONS, _WEIGHT_OF_TITLES = 10, 2


def _numbered(texts: Iterable[str]) -> Array:
    """Return a number for each of `texts`, the same for the same."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(text, len(known)) for text in texts], dtype=np.int64)


def _short_name(row: SearchRow) -> str:
    """The everyday name of a procedure whose title is long."""
    short = row.aliases[0] if row.aliases and len(row.title) > _LONG_TITLE else ""
    return short[:1].upper() + short[1:]


def _named(entry: Entry) -> SearchRow:
    """The row with its everyday names; questions are in the arrays."""
    row = entry.row
    return SearchRow(
        row.code, row.title, row.curated, row.applies_to_city, entry.aliases, (), row.sector, row.authority_levels,
        row.current, row.ward_receives,
    )  # fmt: skip


def _training_texts(entries: Sequence[Entry]) -> Iterable[tuple[str, int]]:
    """What diacritics are learned from: records once, titles twice, what people say ten times."""
    for entry in entries:
        yield entry.row.title, _WEIGHT_OF_TITLES
        yield entry.body, 1
        for said in (*entry.aliases, *entry.questions):
            yield said, _WEIGHT_OF_QUESTIONS
