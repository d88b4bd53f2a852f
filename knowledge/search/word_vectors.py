"""A vector for every word and pair of words, such that their sum comes near the sentence vector of a text.

Learned when the index is made, from the sentence vectors that it makes anyway; a question's sum then costs a fraction
of a millisecond where its sentence vector costs 20 to 60.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

from knowledge.text import bigrams, fold

Array = np.ndarray

_DIRECTIONS, _LEAST_TEXTS, _SHRINK, _ROUNDS = 192, 3, 0.5, 25
"""Directions kept hold nine tenths of what tells vectors apart; with 128 a point less was found."""


@dataclass(frozen=True)
class WordVectors:
    """terms: words and pairs, with marks and folded. rarity: shape (terms,). rows: their vectors, shape (terms,
    directions). basis: the directions, shape (384, directions). centre: mean of all texts' vectors, shape (384,).
    """

    terms: tuple[str, ...]
    rarity: Array
    rows: Array
    basis: Array
    centre: Array

    @classmethod
    def learn(cls, texts: Sequence[str], vectors: Array) -> WordVectors | None:
        """Return the word vectors of `texts` with these sentence vectors, or None where they are too few to tell."""
        found = [_terms(text) for text in texts]
        holders = Counter(term for one in found for term in one)
        terms = tuple(term for term, number in holders.items() if number >= _LEAST_TEXTS)
        if not terms:
            return None
        rarity = np.log(len(texts) / np.array([holders[term] for term in terms])).astype(np.float32)
        centre = vectors.mean(axis=0)
        moved = vectors - centre
        basis = np.linalg.eigh(moved.T @ moved)[1][:, ::-1][:, :_DIRECTIONS].astype(np.float32)
        empty = cls(terms, rarity, np.zeros((0, 0), dtype=np.float16), basis, centre.astype(np.float32))
        weights = empty._weights(found)
        return cls(terms, rarity, _solved(weights, moved @ basis).astype(np.float16), basis, empty.centre)

    def along(self, text: str) -> Array:
        """Return the sum for `text` along the directions, shape (directions,)."""
        places, weights = self._weighted(_terms(text))
        total: Array = weights @ self.rows[places].astype(np.float32)
        return total

    def _weights(self, found: Sequence[Iterable[str]]) -> csr_matrix:
        pieces = [self._weighted(one) for one in found]
        ends = np.cumsum([0, *(len(places) for places, _ in pieces)])
        columns, values = (np.concatenate(part) for part in zip(*pieces, strict=True))
        return csr_matrix((values, columns, ends), shape=(len(pieces), len(self.terms)))

    def _weighted(self, found: Iterable[str]) -> tuple[Array, Array]:
        """Places and weights of the terms that are known; the weights' vector is of length 1."""
        known = self._places
        places = np.array([known[term] for term in found if term in known], dtype=np.int32)
        weights = self.rarity[places]
        return places, weights / (np.sqrt(weights @ weights) + np.float32(1e-9))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}

    def arrays(self, prefix: str) -> dict[str, Array]:
        """Return what `from_arrays` takes. Terms hold no line break, so they travel as one text."""
        numbers = {f"{prefix}.{name}": getattr(self, name) for name in ("rarity", "rows", "basis", "centre")}
        return numbers | {f"{prefix}.terms": np.frombuffer("\n".join(self.terms).encode(), dtype=np.uint8)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], prefix: str) -> WordVectors | None:
        """Return the word vectors saved under `prefix`, None where there are none."""
        if f"{prefix}.terms" not in arrays:
            return None
        parts = {name: arrays[f"{prefix}.{name}"] for name in ("rarity", "rows", "basis", "centre")}
        return cls(tuple(arrays[f"{prefix}.terms"].tobytes().decode().split("\n")), **parts)


def _terms(text: str) -> list[str]:
    """Words and pairs as written and folded, each once: marks may be missing or restored wrongly."""
    marked = text.lower().split()
    folded = [fold(word) for word in marked]
    plain = (*(f"_{word}" for word in folded), *(f"_{pair}" for pair in bigrams(folded)))
    return list(dict.fromkeys((*marked, *bigrams(marked), *plain)))


def _solved(weights: csr_matrix, wanted: Array) -> Array:
    """Ridge regression by conjugate gradients, each direction for itself: shape (terms, directions)."""
    back = weights.T.tocsr()
    rest = back @ wanted
    found, step, square = np.zeros_like(rest), rest.copy(), (rest * rest).sum(axis=0)
    for _ in range(_ROUNDS):
        bent = back @ (weights @ step) + _SHRINK * step
        length = square / np.maximum((step * bent).sum(axis=0), 1e-12)
        found += length * step
        rest -= length * bent
        left = (rest * rest).sum(axis=0)
        step = rest + left / np.maximum(square, 1e-20) * step
        square = left
    return found
