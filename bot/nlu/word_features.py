"""Words, pairs and letter groups of a message: what all linear classifiers read. Worked out once for all of them."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

from bot.nlu.hashing import Row, columns, row_of
from knowledge.search.normalise import expand_abbreviations, load_lexicon
from knowledge.text import bigrams, has_diacritics, marked_words

MAX_TEXT = 500
_SIZES = (3, 4)
_TEXTS_KEPT = 32
"""A message and its clauses, while they are read."""
_LONGEST_KEPT = 24
"""Letters of the longest word whose columns are remembered: a wall of letters is nobody's word."""


def features(text: str) -> list[str]:
    """Return words, pairs and letter groups of `text`, folded, abbreviations written out.

    Words typed with diacritics count as such too: folded alone, "chạy" and "cháy" would be one.
    """
    tokens, marked = _read(text)
    return [*chain.from_iterable(map(_of_token, tokens)), *bigrams(tokens), *chain.from_iterable(map(_marks, marked))]


class WordVectorizer:
    """The `features` of a text, hashed."""

    def __init__(self, dimensions: int) -> None:
        self.width = dimensions

    def row(self, text: str) -> Row:
        """Return the row of `text`."""
        return _row(text, self.width)


@lru_cache(maxsize=_TEXTS_KEPT)
def _row(text: str, dimensions: int) -> Row:
    tokens, marked = _read(text)
    found = columns(bigrams(tokens), dimensions)
    for token in tokens:
        found += (_columns_of_token if len(token) <= _LONGEST_KEPT else _columns_of_token.__wrapped__)(
            token, dimensions
        )
    for word in marked:
        found += (_columns_of_marks if len(word) <= _LONGEST_KEPT else _columns_of_marks.__wrapped__)(word, dimensions)
    return row_of(found)


def _read(text: str) -> tuple[list[str], list[str]]:
    return expand_abbreviations(text[:MAX_TEXT], load_lexicon()), marked_words(text[:MAX_TEXT])


def _of_token(token: str) -> list[str]:
    padded = f"<{token}>"
    return [token, *(f"#{padded[i : i + size]}" for size in _SIZES for i in range(len(padded) - size + 1))]


def _marks(word: str) -> list[str]:
    return [f"^{word}"] if has_diacritics(word) else []


@lru_cache(maxsize=20_000)
def _columns_of_token(token: str, dimensions: int) -> tuple[int, ...]:
    """People write with some thousand words: each is hashed once."""
    return tuple(columns(_of_token(token), dimensions))


@lru_cache(maxsize=20_000)
def _columns_of_marks(word: str, dimensions: int) -> tuple[int, ...]:
    return tuple(columns(_marks(word), dimensions))
