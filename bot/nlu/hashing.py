"""Features of a message as a row of columns and values: what scikit-learn's HashingVectorizer gives, for one text.

Its `transform` costs a millisecond for a message of ten words, most of it for checking sparse matrices. Columns and
values are the same to the last bit (tests/unit/nlu/test_hashing.py), so models and rows fit each other either way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from knowledge.search.hashing import columns as hashed


@dataclass(frozen=True)
class Row:
    """The columns that a text sets, each once, and their values; as a whole of length 1, or made of such parts."""

    columns: NDArray[np.int32]
    values: NDArray[np.float32]

    def beside(self, other: Row, offset: int, weight: float) -> Row:
        """Return this row and `other` as one, the columns of `other` from `offset` on, its values times `weight`."""
        columns, values = other.columns + np.int32(offset), other.values * np.float32(weight)
        return Row(np.concatenate([self.columns, columns]), np.concatenate([self.values, values]))


class Vectorizer(Protocol):
    """Turns a text into a row; learns nothing."""

    @property
    def width(self) -> int:
        """How many columns there are."""
        ...

    def row(self, text: str) -> Row:
        """Return what `text` sets."""
        ...


def columns(features: Iterable[str], dimensions: int) -> list[int]:
    """Return the column of each of `features`; `dimensions` is a power of two."""
    found: list[int] = hashed(features, dimensions).tolist()
    return found


@lru_cache(maxsize=20_000)
def column_of(concept: str, dimensions: int) -> int:
    """Return the column of a feature of a closed list, such as a concept: each is hashed once."""
    return columns((concept,), dimensions)[0]


def row_of(found: Sequence[int]) -> Row:
    """Return the row of length 1 in which each column counts as often as it stands in `found`."""
    counts = Counter(found)
    values = np.fromiter(counts.values(), np.float64, len(counts))
    length = float(np.sqrt(values @ values)) or 1.0
    return Row(np.fromiter(counts, np.int32, len(counts)), (values / length).astype(np.float32))


def matrix(vectorizer: Vectorizer, texts: Sequence[str]) -> csr_matrix:
    """Return the rows of `texts` as one sparse matrix, to learn from."""
    rows = [vectorizer.row(text) for text in texts]
    ends = np.cumsum([0, *(len(row.columns) for row in rows)])
    if not rows:
        return csr_matrix((0, vectorizer.width), dtype=np.float32)
    data = np.concatenate([row.values for row in rows]), np.concatenate([row.columns for row in rows]), ends
    found = csr_matrix(data, shape=(len(rows), vectorizer.width))
    found.sort_indices()
    return found
