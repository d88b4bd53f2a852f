"""The index's arrays: texts as postings, examples, vectors, and what is known of each procedure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from knowledge.search.actions import actions_in
from knowledge.search.asked import subject_of
from knowledge.search.corpus import Entry
from knowledge.search.normalise import Lexicon, expand_abbreviations, terms
from knowledge.search.normaliser import Normaliser
from knowledge.search.postings import Postings, Shelf, Weighting
from knowledge.search.vectors import VectorCache
from knowledge.search.word_vectors import WordVectors
from knowledge.text import bigrams, marked_words, words

Array = np.ndarray

_OF_LEVEL = ("cap trung uong", "cap tinh", "cap xa", "cap bo")
_TITLE_NOISE = ("thu tuc", *(f"thuc hien tai {level}" for level in _OF_LEVEL), "bang dich vu cong", *_OF_LEVEL)
_LEVELS = ("commune", "province", "ministry")
_BODY_LENGTH_PENALTY = 0.75
_MOST_OF_LETTERS, _MOST_OF_BODIES = 600, 3000
"""A letter group or word of dossiers counts for so many documents at most, those where it weighs most."""


@dataclass(frozen=True)
class Likeness:
    """A question's vector, shape (384,), of length 1, and its product with those of all titles and examples."""

    vector: Array
    titles: Array
    examples: Array


@dataclass(frozen=True)
class Matrices:
    """`words` … `context`: one document a procedure. `example_…`: one a sample question or everyday name.

    owners: the procedure of each example, ascending, shape (examples,). facts: columns of `FACTS`, a row a procedure.
    actions: shape (procedures, number of actions). title_vectors, example_vectors: unit vectors or no rows, stored
    column by column: their product with one vector then reads in a third of the time (17,500 of them). word_vectors:
    learned from these.
    """

    words: Postings
    pairs: Postings
    letters: Postings
    marked: Postings
    present: Postings
    body: Postings
    body_pairs: Postings
    context: Postings
    example_words: Postings
    example_letters: Postings
    example_marked: Postings
    owners: Array
    facts: Array
    actions: Array
    title_mass: Array
    title_vectors: Array
    example_vectors: Array
    word_vectors: WordVectors | None = None

    def arrays(self) -> dict[str, Array]:
        """Return what `from_arrays` takes."""
        found: dict[str, Array] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, (Postings, WordVectors)):
                found |= value.arrays(field.name)
            elif value is not None:
                half = field.name.endswith("_vectors")
                found[field.name] = value.astype(np.float16) if half else value
        return found

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Matrices:
        """Return the matrices saved as `arrays()`."""
        parts: dict[str, Any] = {}
        for field in fields(cls):
            if field.name == "word_vectors":
                parts[field.name] = WordVectors.from_arrays(arrays, field.name)
            elif f"{field.name}.shape" in arrays:
                parts[field.name] = Postings.from_arrays(arrays, field.name)
            else:
                half = field.name.endswith("_vectors")
                parts[field.name] = arrays[field.name].astype(np.float32, order="F") if half else arrays[field.name]
        return cls(**parts)

    @cached_property
    def shelf(self) -> Shelf:
        """The postings in the order of `ON_SHELF`."""
        return Shelf([getattr(self, name) for name in ON_SHELF])

    @cached_property
    def has_vectors(self) -> bool:
        return len(self.title_vectors) > 0 and len(self.example_vectors) > 0

    @cached_property
    def example_starts(self) -> Array:
        """Where each procedure's examples begin: they stand procedure by procedure."""
        return np.unique(self.owners, return_index=True)[1]

    @cached_property
    def example_owners(self) -> Array:
        """The procedures that have examples, in the order of `example_starts`."""
        return np.unique(self.owners)

    @cached_property
    def question_centre(self) -> Array:
        """Mean of the examples' vectors, shape (384,)."""
        return self.example_vectors.mean(axis=0)

    def likeness(self, vector: Array) -> Likeness:
        """Return how alike a question's vector, shape (384,), is to all titles and examples."""
        return Likeness(vector, self.title_vectors @ vector, self.example_vectors @ vector)

    def likeness_of_words(self, text: str) -> Likeness:
        """Return the same for a text by its word vectors, which must be there."""
        of = self.word_vectors
        assert of is not None  # noqa: S101 - the caller asks first
        along = of.along(text)
        vector = of.centre + of.basis @ along
        length = float(np.linalg.norm(vector)) + 1e-9
        titles, examples = (whole + parts @ along for whole, parts in self._along)
        return Likeness(vector / length, titles / length, examples / length)

    @cached_property
    def _along(self) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Titles and examples along the centre and the directions of the word vectors: half of the reading."""
        of = self.word_vectors
        assert of is not None  # noqa: S101 - only called with them
        both = (self.title_vectors, self.example_vectors)
        titles, examples = ((vectors @ of.centre, np.asfortranarray(vectors @ of.basis)) for vectors in both)
        return titles, examples

    def centred(self, titles: Array, vector: Array) -> Array:
        """Return how alike question and titles are, each without its kind's mean. titles: `title_vectors @ vector`.

        Worked out from that product, since the vectors of 50,000 titles are not to be held or read twice.
        """
        middle, moved = self._title_centre, vector - self.question_centre
        alike: Array = titles - self._title_to_question_centre - middle @ moved
        return alike / (self._title_lengths * (np.linalg.norm(moved) + 1e-9))

    @cached_property
    def _title_centre(self) -> Array:
        return self.title_vectors.mean(axis=0)

    @cached_property
    def _title_to_question_centre(self) -> Array:
        return self.title_vectors @ self.question_centre

    @cached_property
    def _title_lengths(self) -> Array:
        """Length of each title's vector without their mean: that of both, less twice what they share."""
        middle = self._title_centre
        square = np.einsum("ij,ij->i", self.title_vectors, self.title_vectors)
        return np.sqrt(np.maximum(square - 2.0 * (self.title_vectors @ middle) + middle @ middle, 0.0)) + 1e-9


ON_SHELF = (
    "words", "pairs", "body", "body_pairs", "context", "letters", "marked", "present",
    "example_words", "example_letters", "example_marked",
)  # fmt: skip
FACTS = ("commune", "province", "ministry", "citizens", "forces", "embassies", "outside", "current", "length", "twins")


def build_matrices(
    entries: Sequence[Entry], lexicon: Lexicon, normaliser: Normaliser, vectors: VectorCache | None
) -> Matrices:
    """Make the arrays of `entries`."""
    titles = [title_words(entry.row.title, lexicon) for entry in entries]
    bodies = [words(entry.body) for entry in entries]
    texts = [(place, text) for place, entry in enumerate(entries) for text in (*entry.aliases, *entry.questions)]
    owners = np.array([place for place, _ in texts], dtype=np.int64)
    read = [normaliser.read(text) for _, text in texts]
    subjects = [subject_of(question.tokens) for question in read]
    said, marked = [spoken(entry.row.title) for entry in entries], [question.marked for question in read]
    title_vectors, example_vectors = _vectors(vectors, said), _vectors(vectors, marked)
    present = Postings.build((set(title) for title in titles), Weighting.BM25, saturation=0.0, length_penalty=0.0)
    return Matrices(
        words=Postings.build(titles, Weighting.BM25),
        pairs=Postings.build(map(bigrams, titles), Weighting.BM25),
        letters=Postings.build(map(letter_groups, titles), Weighting.COSINE, most_holders=_MOST_OF_LETTERS),
        marked=Postings.build((terms(marked_words(entry.row.title)) for entry in entries), Weighting.COSINE),
        present=present,
        body=_of_bodies(bodies),
        body_pairs=_of_bodies(map(bigrams, bodies)),
        context=Postings.build((words(entry.context) for entry in entries), Weighting.BM25),
        example_words=Postings.build(map(terms, subjects), Weighting.COSINE),
        example_letters=Postings.build(map(letter_groups, subjects), Weighting.COSINE, most_holders=_MOST_OF_LETTERS),
        example_marked=Postings.build((terms(question.marked.split()) for question in read), Weighting.COSINE),
        owners=owners,
        facts=_facts(entries, titles),
        actions=np.array([actions_in(" ".join(title)) for title in titles], dtype=np.float32),
        title_mass=np.array([_mass(title, present) for title in titles], dtype=np.float32),
        title_vectors=title_vectors,
        example_vectors=example_vectors,
        word_vectors=words_of_vectors([*said, *marked], title_vectors, example_vectors),
    )


def _of_bodies(bodies: Iterable[Iterable[str]]) -> Postings:
    return Postings.build(bodies, Weighting.BM25, length_penalty=_BODY_LENGTH_PENALTY, most_holders=_MOST_OF_BODIES)


_LONGEST_KEPT = 24
"""Letters of the longest word whose groups are remembered: a wall of letters is nobody's word."""

_NO_VECTORS = np.zeros((0, 0), dtype=np.float32)


def title_words(title: str, lexicon: Lexicon) -> list[str]:
    """Return the folded words of a title, without the words that all titles of a level share."""
    text = f" {' '.join(expand_abbreviations(title, lexicon))} "
    for noise in _TITLE_NOISE:
        text = text.replace(f" {noise} ", " ")
    return text.split()


def letter_groups(tokens: Iterable[str]) -> list[str]:
    """Return groups of 3 to 5 letters within words, and of 6 across them."""
    tokens = list(tokens)
    groups: list[str] = []
    for token in tokens:
        groups += _within(token) if len(token) <= _LONGEST_KEPT else _within.__wrapped__(token)
    joined = " ".join(tokens)
    groups += [f"_{joined[start : start + 6]}" for start in range(len(joined) - 5)]
    return groups


@lru_cache(maxsize=20_000)
def _within(token: str) -> tuple[str, ...]:
    """People write with some thousand words: each is taken apart once."""
    padded = f" {token} "
    return tuple(padded[at : at + size] for size in (3, 4, 5) for at in range(len(padded) - size + 1))


def _mass(title: Sequence[str], present: Postings) -> float:
    return sum(present.rarity_of(word) for word in set(title)) + 1e-6


def _facts(entries: Sequence[Entry], titles: Sequence[Sequence[str]]) -> Array:
    same: dict[str, int] = {}
    for title in titles:
        same[" ".join(title)] = same.get(" ".join(title), 0) + 1
    rows = [
        (
            *(level in entry.row.authority_levels for level in _LEVELS),
            entry.for_citizens,
            entry.of_forces,
            entry.of_embassies,
            not entry.row.applies_to_city,
            entry.row.current,
            np.log1p(len(title)),
            np.log(same[" ".join(title)]),
        )
        for entry, title in zip(entries, titles, strict=True)
    ]
    return np.array(rows, dtype=np.float32).reshape(len(entries), len(FACTS))


def _vectors(vectors: VectorCache | None, texts: Sequence[str]) -> Array:
    return np.asfortranarray(vectors.vectors(texts)) if vectors else _NO_VECTORS


def words_of_vectors(texts: Sequence[str], titles: Array, examples: Array) -> WordVectors | None:
    """Return the word vectors learned from the titles' and examples' vectors, None where there are none."""
    return WordVectors.learn(texts, np.vstack([titles, examples])) if len(titles) and len(examples) else None


def spoken(title: str) -> str:
    """Return a title as it is encoded: one in capitals reads otherwise to the encoder."""
    return title.lower() if title.isupper() else title
