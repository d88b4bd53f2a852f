"""The index's arrays: texts as postings, examples, vectors, and what is known of each procedure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from knowledge.search.actions import actions_in
from knowledge.search.asked import subject_of
from knowledge.search.corpus import Entry
from knowledge.search.normalise import Lexicon, expand_abbreviations, terms
from knowledge.search.normaliser import Normaliser
from knowledge.search.postings import Postings, Weighting
from knowledge.search.vectors import VectorCache
from knowledge.text import bigrams, marked_words, words

Array = np.ndarray

_OF_LEVEL = ("cap trung uong", "cap tinh", "cap xa", "cap bo")
_TITLE_NOISE = ("thu tuc", *(f"thuc hien tai {level}" for level in _OF_LEVEL), "bang dich vu cong", *_OF_LEVEL)
_LEVELS = ("commune", "province", "ministry")
_BODY_LENGTH_PENALTY = 0.75


@dataclass(frozen=True)
class Matrices:
    """`words` … `context`: one document a procedure. `example_…`: one a sample question or everyday name.

    owners: the procedure of each example, ascending, shape (examples,). facts: columns of `FACTS`, a row a procedure.
    actions: shape (procedures, number of actions). title_vectors, example_vectors: unit vectors or no rows.
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

    def arrays(self) -> dict[str, Array]:
        """Return what `from_arrays` takes."""
        found: dict[str, Array] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Postings):
                found |= value.arrays(field.name)
            else:
                half = field.name.endswith("_vectors")
                found[field.name] = value.astype(np.float16) if half else value
        return found

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Matrices:
        """Return the matrices saved as `arrays()`."""
        parts: dict[str, Any] = {}
        for field in fields(cls):
            if f"{field.name}.shape" in arrays:
                parts[field.name] = Postings.from_arrays(arrays, field.name)
            else:
                half = field.name.endswith("_vectors")
                parts[field.name] = arrays[field.name].astype(np.float32) if half else arrays[field.name]
        return cls(**parts)

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

    @cached_property
    def centred_titles(self) -> Array:
        """The titles' vectors without their mean, of length 1 again."""
        moved = self.title_vectors - self.title_vectors.mean(axis=0)
        return moved / (np.linalg.norm(moved, axis=1, keepdims=True) + 1e-9)


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
    present = Postings.build((set(title) for title in titles), Weighting.BM25, saturation=0.0, length_penalty=0.0)
    return Matrices(
        words=Postings.build(titles, Weighting.BM25),
        pairs=Postings.build(map(bigrams, titles), Weighting.BM25),
        letters=Postings.build(map(letter_groups, titles), Weighting.COSINE),
        marked=Postings.build((terms(marked_words(entry.row.title)) for entry in entries), Weighting.COSINE),
        present=present,
        body=Postings.build(bodies, Weighting.BM25, length_penalty=_BODY_LENGTH_PENALTY),
        body_pairs=Postings.build(map(bigrams, bodies), Weighting.BM25, length_penalty=_BODY_LENGTH_PENALTY),
        context=Postings.build((words(entry.context) for entry in entries), Weighting.BM25),
        example_words=Postings.build(map(terms, subjects), Weighting.COSINE),
        example_letters=Postings.build(map(letter_groups, subjects), Weighting.COSINE),
        example_marked=Postings.build((terms(question.marked.split()) for question in read), Weighting.COSINE),
        owners=owners,
        facts=_facts(entries, titles),
        actions=np.array([actions_in(" ".join(title)) for title in titles], dtype=np.float32),
        title_mass=np.array([_mass(title, present) for title in titles], dtype=np.float32),
        title_vectors=_vectors(vectors, [_spoken(entry.row.title) for entry in entries]),
        example_vectors=_vectors(vectors, [question.marked for question in read]),
    )


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
    groups = []
    for token in tokens:
        padded = f" {token} "
        for size in (3, 4, 5):
            groups += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    joined = " ".join(tokens)
    groups += [f"_{joined[start : start + 6]}" for start in range(len(joined) - 5)]
    return groups


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
    return vectors.vectors(texts) if vectors else _NO_VECTORS


def _spoken(title: str) -> str:
    return title.lower() if title.isupper() else title
