"""What the danger model reads of a message: words, letters, and the concepts that a telling is made of.

A word that no example holds still counts by its concept (danger_concepts.yml), alone and in pairs with the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from bot.nlu.hashing import Row, column_of, row_of
from bot.nlu.word_features import MAX_TEXT, WordVectorizer
from bot.ops.screening.clauses import normal, typed_with_marks
from knowledge.plain_yaml import plain_yaml
from knowledge.text import fold, typed_words

CONCEPTS_FILE = Path(__file__).resolve().parent / "danger_concepts.yml"
_LONGEST = 4
"""Words of the longest phrase."""

_CONCEPT_DIMENSIONS = 2**12
_CONCEPT_WEIGHT = 0.4
"""Of 0, 0.4 and 0.8 the one that found most of batches 3 and 4 of the blind lines (docs/safety.md)."""

Phrases = Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=2)
def load_concepts(marks: bool) -> Phrases:
    """Read the concepts of every phrase, once; `marks`: as written, else folded and without those that then mislead."""
    found: dict[str, list[str]] = {}
    concepts = plain_yaml(CONCEPTS_FILE.read_text("utf-8"))
    ambiguous = set(_listed(concepts.pop("only_with_marks")))
    for name, listed in concepts.items():
        for phrase in _listed(listed):
            if marks or phrase not in ambiguous:
                found.setdefault(phrase if marks else fold(phrase), []).append(name)
    return {phrase: tuple(dict.fromkeys(names)) for phrase, names in found.items()}


def _listed(phrases: str) -> list[str]:
    return [" ".join(part.split()) for part in phrases.split(",")]


def concepts_in(text: str) -> set[str]:
    """Return the concepts that `text` names."""
    told = normal(text[:MAX_TEXT])
    marks = typed_with_marks(told)
    words = typed_words(told if marks else fold(told))
    known = load_concepts(marks)
    return {name for phrase in _phrases(words) for name in known.get(phrase, ())}


def _phrases(words: list[str]) -> Iterator[str]:
    for size in range(1, _LONGEST + 1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])


def concept_features(text: str) -> list[str]:
    """Return the concepts of `text` and their pairs."""
    found = sorted(concepts_in(text))
    return [*found, *("+".join(pair) for pair in combinations(found, 2))]


class DangerVectorizer:
    """Words and letters as the intent classifier reads them, and beside them the concepts."""

    def __init__(self, dimensions: int) -> None:
        self._words = WordVectorizer(dimensions)
        self.width = dimensions + _CONCEPT_DIMENSIONS

    def row(self, text: str) -> Row:
        """Return the row of `text`."""
        concepts = row_of([column_of(concept, _CONCEPT_DIMENSIONS) for concept in concept_features(text)])
        return self._words.row(text).beside(concepts, self._words.width, _CONCEPT_WEIGHT)
