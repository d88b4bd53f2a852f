"""Letter groups of folded texts, weighed: words that share most of their letters are alike although typed otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

_SIZES = (3, 4, 5)
_ACROSS = 6
_Tokens = Sequence[str]
_Counted = tuple[np.ndarray, np.ndarray]
"""Rows and keys: which text, and what stands in it there."""


class CharGrams:
    """Texts as vectors of their letter groups, within words and across them.

    Titles share few words: the groups within each are counted once a word, not once a text, which is most of the work.
    """

    def __init__(self) -> None:
        self._words = CountVectorizer(analyzer=list, dtype=np.float32)
        self._within = CountVectorizer(analyzer=_grams_of_all, dtype=np.float32)
        self._across = _Windows()
        self._weights = TfidfTransformer(sublinear_tf=True)

    def fit_transform(self, texts: Sequence[_Tokens]) -> csr_matrix:
        """Learn the groups of `texts`; return one row a text."""
        words = self._words.fit_transform(texts)
        known = sorted(self._words.vocabulary_, key=self._words.vocabulary_.__getitem__)
        within = words @ self._within.fit_transform([[word] for word in known])
        counts = hstack([within, self._across.fit_transform(texts)], format="csr", dtype=np.float32)
        return self._weights.fit_transform(counts)

    def transform(self, texts: Sequence[_Tokens]) -> csr_matrix:
        """Return one row a text; groups that were not learnt do not count."""
        counts = hstack([self._within.transform(texts), self._across.transform(texts)], format="csr", dtype=np.float32)
        return self._weights.transform(counts)


def _grams_of_all(tokens: _Tokens) -> list[str]:
    return list(chain.from_iterable(_grams_of(token) for token in tokens))


def _grams_of(token: str) -> list[str]:
    padded = f" {token} "
    return [padded[i : i + size] for size in _SIZES for i in range(len(padded) - size + 1)]


class _Windows:
    """Counts every run of `_ACROSS` bytes of a text as one number: of a text without diacritics, its letters."""

    def __init__(self) -> None:
        self._known = np.zeros(0, dtype=np.uint64)

    def fit_transform(self, texts: Sequence[_Tokens]) -> csr_matrix:
        rows, keys = _windows(texts)
        self._known, columns = np.unique(keys, return_inverse=True)
        return self._counts(rows, columns, len(texts))

    def transform(self, texts: Sequence[_Tokens]) -> csr_matrix:
        rows, keys = _windows(texts)
        places = np.searchsorted(self._known, keys)
        found = np.isin(keys, self._known)
        return self._counts(rows[found], places[found], len(texts))

    def _counts(self, rows: np.ndarray, columns: np.ndarray, count: int) -> csr_matrix:
        ones = np.ones(len(rows), dtype=np.float32)
        return csr_matrix((ones, (rows, columns)), shape=(count, len(self._known)))  # adds up what stands twice


def _windows(texts: Sequence[_Tokens]) -> _Counted:
    packed = [" ".join(tokens).encode("utf-8") for tokens in texts]
    content = np.frombuffer(b"".join(packed), dtype=np.uint8).astype(np.uint64)
    lengths = np.array([len(text) for text in packed], dtype=np.int64)
    rows = np.repeat(np.arange(len(packed)), lengths)
    starts = np.flatnonzero(np.arange(len(content)) + _ACROSS <= np.cumsum(lengths)[rows])
    keys = np.zeros(len(starts), dtype=np.uint64)
    for place in range(_ACROSS):
        keys = keys * np.uint64(256) + content[starts + place]
    return rows[starts], keys
