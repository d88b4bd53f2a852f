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


class CharGrams:
    """Texts as vectors of their letter groups, within words and across them.

    Titles share few words: the groups within each are counted once a word, not once a text, which is most of the work.
    """

    def __init__(self) -> None:
        self._words = CountVectorizer(analyzer=list, dtype=np.float32)
        self._within = CountVectorizer(analyzer=_grams_of_all, dtype=np.float32)
        self._across = CountVectorizer(analyzer=_grams_across, dtype=np.float32)
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


def _grams_across(tokens: _Tokens) -> list[str]:
    joined = " ".join(tokens)
    return [joined[i : i + _ACROSS] for i in range(len(joined) - _ACROSS + 1)] or [joined]
