"""Search over all procedures: folded words and pairs, character n-grams, everyday names and sample questions.

Each signal gives one number a procedure; a weighted sum orders them. All matrices are small (a few MB), a
query costs a few milliseconds. Figures behind the choice of signals: docs/adr/0003-lexical-search-first.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.search.char_grams import CharGrams
from knowledge.search.normalise import Lexicon, added_words, content_words, expand_abbreviations, load_lexicon, terms
from knowledge.store import SearchRow
from knowledge.text import has_diacritics, marked_words

Vector = np.ndarray

_LONG_TITLE = 70
_TITLE_NOISE = ("thu tuc", "thuc hien tai cap", "bang dich vu cong", "cap trung uong", "cap tinh", "cap xa")


@dataclass(frozen=True)
class Weights:
    """Weight of each signal in the score. Chosen on tuning questions that are never training data."""

    word: float = 0.62
    marked: float = 0.44
    char: float = 0.44
    coverage: float = 0.24
    precision: float = 0.02
    example_word: float = 0.26
    example_marked: float = 0.1
    example_char: float = 0.26
    curated: float = 0.02
    commune: float = 0.01
    outside_city: float = -0.70


@dataclass(frozen=True)
class Hit:
    """One procedure found.

    score: orders; above 1 is near-certain, `deciding.Thresholds` says what lies below.
    name: its best everyday name where the title is long.
    """

    code: str
    title: str
    score: float
    name: str = ""


class ProcedureIndex:
    """Ranks procedures for a question. Build once for a catalogue revision; safe to share between threads."""

    def __init__(
        self, rows: Iterable[SearchRow], lexicon: Lexicon | None = None, weights: Weights | None = None
    ) -> None:
        self.rows = list(rows)
        self._lexicon = lexicon or load_lexicon()
        self._weights = weights or Weights()
        self._position = {row.code: place for place, row in enumerate(self.rows)}
        self._last_marks: tuple[str, tuple[Vector, Vector]] = ("", (np.zeros(0), np.zeros(0)))
        self._fit()

    def _fit(self) -> None:
        titles = [self._title_words(row.title) for row in self.rows]
        examples, owners, typed = [], [], []
        for place, row in enumerate(self.rows):
            for text in (*row.aliases, *row.sample_questions):
                tokens = expand_abbreviations(text, self._lexicon)
                examples.append(content_words(tokens))
                owners.append(place)
                typed.append(text)
        self._owners = np.array(owners, dtype=np.int64)
        documents = titles + examples
        self._word = TfidfVectorizer(analyzer=terms, sublinear_tf=True, dtype=np.float32)
        self._unigram = TfidfVectorizer(analyzer=set, dtype=np.float32, norm=None, use_idf=True)
        self._char = CharGrams()
        self._marked = TfidfVectorizer(analyzer=_marked_terms, sublinear_tf=True, dtype=np.float32)
        if not documents:
            return
        word, char = self._word.fit_transform(documents), self._char.fit_transform(documents)
        marked = self._marked.fit_transform([row.title for row in self.rows] + typed)
        unigram: csr_matrix = self._unigram.fit_transform(documents)
        count = len(titles)
        self._word_titles, self._word_examples = word[:count].T.tocsr(), word[count:].T.tocsr()
        self._char_titles, self._char_examples = char[:count].T.tocsr(), char[count:].T.tocsr()
        self._marked_titles, self._marked_examples = marked[:count].T.tocsr(), marked[count:].T.tocsr()
        self._strange_weight = float(self._unigram.idf_.max())
        self._title_mass = np.asarray(unigram[:count].sum(axis=1)).ravel() + 1e-6
        present = unigram[:count].copy()
        present.data[:] = 1.0
        self._title_terms = present.T.tocsr()
        self._prior = self._priors()

    def _title_words(self, title: str) -> list[str]:
        text = f" {' '.join(expand_abbreviations(title, self._lexicon))} "
        for noise in _TITLE_NOISE:
            text = text.replace(f" {noise} ", " ")
        return text.split()

    def _priors(self) -> Vector:
        weights = self._weights
        return np.array(
            [
                weights.curated * row.curated
                + weights.commune * ("commune" in row.authority_levels)
                + weights.outside_city * (not row.applies_to_city)
                for row in self.rows
            ],
            dtype=np.float32,
        )

    def search(self, text: str, limit: int = 10, typed: str = "", phrases: bool = True) -> list[Hit]:
        """Return up to `limit` procedures for `text`, best first; empty when no word is known.

        typed: the message as typed, where `text` is a folded part of it; its diacritics count.
        phrases: whether everyday phrases in `typed` bring in the official words they stand for.
        """
        scores = self.scores(text, typed or text, phrases)
        if scores is None:
            return []
        order = np.argsort(-scores, kind="stable")[:limit]
        return [self._hit(self.rows[i], float(scores[i])) for i in order if scores[i] > 0.05]

    def _hit(self, row: SearchRow, score: float) -> Hit:
        short = row.aliases[0] if row.aliases and len(row.title) > _LONG_TITLE else ""
        return Hit(row.code, row.title, score, short[:1].upper() + short[1:])

    def scores(self, text: str, typed: str, phrases: bool = True) -> Vector | None:
        """Return one score a row of the index, or None when there is nothing to search with."""
        tokens = expand_abbreviations(text, self._lexicon)[:120]
        if not self.rows or not tokens:
            return None
        kept = content_words(tokens)
        added = added_words(expand_abbreviations(typed, self._lexicon)[:120], self._lexicon) if phrases else []
        marks = self._marks(typed) if has_diacritics(typed) else None
        plain = self._signals(kept, marks)
        if not added:
            return plain
        return np.maximum(plain, 0.97 * self._signals(kept + added, marks))

    def _marks(self, typed: str) -> tuple[Vector, Vector]:
        """Likeness with diacritics, to titles and to examples: tells "cười" from "cưới"."""
        known, marks = self._last_marks
        if known != typed:
            query = self._marked.transform([typed[:600]])
            marks = _dense(query @ self._marked_titles), _dense(query @ self._marked_examples)
            self._last_marks = typed, marks  # one message is searched twice, in parts and whole
        return marks

    def _signals(self, tokens: list[str], marks: tuple[Vector, Vector] | None) -> Vector:
        weights = self._weights
        word, char = self._word.transform([tokens]), self._char.transform([tokens])
        unigram = self._unigram.transform([tokens])
        shared = np.asarray((unigram @ self._title_terms).todense()).ravel()
        # Words that no title or name holds say that something else is meant: they count with the highest weight.
        strange = sum(not self.knows(token) for token in set(tokens)) * self._strange_weight
        asked = float(unigram.sum()) + strange + 1e-6
        coverage, precision = shared / asked, np.minimum(1.0, shared / self._title_mass)
        word = word * (1.0 - strange / asked) ** 0.5
        word_titles, word_examples = _dense(word @ self._word_titles), _dense(word @ self._word_examples)
        marked_titles, marked_examples = marks or (word_titles, word_examples)
        score = (
            weights.word * word_titles
            + weights.marked * marked_titles
            + weights.char * _dense(char @ self._char_titles)
            + weights.coverage * coverage
            + weights.precision * precision
            + self._prior
        )
        if len(self._owners):
            likeness = (
                weights.example_word * word_examples
                + weights.example_marked * marked_examples
                + weights.example_char * _dense(char @ self._char_examples)
            )
            best = np.zeros(len(self.rows), dtype=np.float32)
            np.maximum.at(best, self._owners, likeness)
            score = score + best
        return score

    def knows(self, token: str) -> bool:
        """Say whether the folded word stands in any title, name or sample question."""
        return token in getattr(self._word, "vocabulary_", {})

    def hit_of(self, code: str, score: float) -> Hit:
        """Return `code`, which must be in the index, as a hit."""
        return self._hit(self.rows[self._position[code]], score)


def _dense(row: csr_matrix) -> Vector:
    return np.asarray(row.todense()).ravel()


def _marked_terms(text: str) -> list[str]:
    return terms(marked_words(text))
