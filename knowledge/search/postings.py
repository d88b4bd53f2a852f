"""Documents as weighted terms, stored term by term: a query adds up the rows of its terms. Arrays only, no pickles."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import chain

import numpy as np
from scipy.sparse._sparsetools import csc_matvecs, csr_row_index

Array = np.ndarray


class Weighting(str, Enum):
    """BM25: how much of the query a document holds. COSINE: how alike the two are, from 0 to 1."""

    BM25 = "bm25"
    COSINE = "cosine"


@dataclass(frozen=True)
class Postings:
    """Terms with the documents that hold them.

    pointers: where each term's rows begin in `holders` and `weights` (one more than terms). holders: the documents
    that hold it. rarity: inverse document frequency of each term. count: number of documents.
    """

    weighting: Weighting
    terms: tuple[str, ...]
    pointers: Array
    holders: Array
    weights: Array
    rarity: Array
    count: int

    @classmethod
    def build(
        cls,
        documents: Iterable[Iterable[str]],
        weighting: Weighting,
        saturation: float = 1.2,
        length_penalty: float = 0.5,
        most_holders: int | None = None,
    ) -> Postings:
        """Count `documents`. saturation, length_penalty: k1 and b of BM25.

        most_holders: of a term that more documents hold, only those where it weighs most are kept. Such a term tells
        little, and what a question costs then hardly grows with the number of documents.
        """
        known: dict[str, int] = {}
        rows, columns, times = array("i"), array("i"), array("i")  # lists would need ten times the memory
        count = 0
        for document in documents:
            for term, number in Counter(document).items():
                rows.append(count)
                columns.append(known.setdefault(term, len(known)))
                times.append(number)
            count += 1
        row, column = np.array(rows, dtype=np.int32), np.array(columns, dtype=np.int64)
        frequency = np.array(times, dtype=np.float32)
        held_by = np.bincount(column, minlength=len(known))
        if weighting is Weighting.BM25:
            rarity = np.log(1.0 + (count - held_by + 0.5) / (held_by + 0.5))
            lengths = np.bincount(row, frequency, minlength=count)
            relative = lengths[row] / max(1e-9, float(lengths.mean()) if count else 1.0)
            damped = frequency + saturation * (1.0 - length_penalty + length_penalty * relative)
            weights = rarity[column] * frequency * (saturation + 1.0) / damped
        else:
            rarity = np.log((1.0 + count) / (1.0 + held_by)) + 1.0
            weights = (1.0 + np.log(frequency)) * rarity[column]
            norms = np.sqrt(np.bincount(row, weights * weights, minlength=count))
            weights = weights / np.maximum(norms[row], 1e-9)
        order = _by_term(column, weights, held_by, most_holders)
        kept = np.bincount(column[order], minlength=len(known))
        return cls(
            weighting,
            tuple(known),
            np.concatenate([[0], np.cumsum(kept)]).astype(np.int32),
            row[order],
            weights[order].astype(np.float32),
            rarity.astype(np.float32),
            count,
        )

    def arrays(self, prefix: str) -> dict[str, Array]:
        """Return what `from_arrays` takes. Terms hold no line break, so they travel as one text."""
        text = "\n".join(self.terms).encode()
        return {
            f"{prefix}.terms": np.frombuffer(text, dtype=np.uint8),
            f"{prefix}.pointers": self.pointers,
            f"{prefix}.holders": self.holders,
            f"{prefix}.weights": self.weights.astype(np.float16),
            f"{prefix}.rarity": self.rarity,
            f"{prefix}.shape": np.array([self.count, self.weighting is Weighting.BM25]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], prefix: str) -> Postings:
        """Return the postings saved under `prefix`."""
        text = arrays[f"{prefix}.terms"].tobytes().decode()
        count, is_bm25 = (int(value) for value in arrays[f"{prefix}.shape"])
        return cls(
            Weighting.BM25 if is_bm25 else Weighting.COSINE,
            tuple(text.split("\n")) if text else (),
            arrays[f"{prefix}.pointers"],
            arrays[f"{prefix}.holders"],
            arrays[f"{prefix}.weights"].astype(np.float32),
            arrays[f"{prefix}.rarity"],
            count,
        )

    @cached_property
    def _places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}

    @cached_property
    def _lengths(self) -> Array:
        """How many documents each term has, of those that are kept."""
        return self.pointers[1:] - self.pointers[:-1]

    @cached_property
    def _rarities(self) -> list[float]:
        """`rarity` as a list: read number by number, an array is far slower."""
        found: list[float] = self.rarity.tolist()
        return found

    @cached_property
    def strange(self) -> float:
        """Rarity of a term that no document holds."""
        return float(self.rarity.max()) if len(self.rarity) else 0.0

    def __contains__(self, term: str) -> bool:
        return term in self._places

    def rarity_of(self, term: str) -> float:
        """Return how much `term` tells; the most where no document holds it."""
        place = self._places.get(term)
        return self.strange if place is None else self._rarities[place]

    def scores(self, query: Iterable[str]) -> Array:
        """Return one score a document, shape (count,)."""
        return self.scores_of((query,))[0]

    def scores_of(self, queries: Sequence[Iterable[str]]) -> Array:
        """Return the scores of several queries, shape (queries, count): what they share is read once."""
        asked = [self._asked(query) for query in queries]
        places = asked[0].keys() if len(asked) == 1 else dict.fromkeys(chain.from_iterable(asked))
        size, width = len(places), len(asked)
        total = np.zeros(self.count * width, dtype=np.float32)
        if places:
            wanted = np.fromiter(places, np.int32, size)
            shares = np.fromiter([one.get(place, 0.0) for place in places for one in asked], np.float32, size * width)
            ends = np.zeros(size + 1, dtype=np.int32)
            self._lengths.take(wanted).cumsum(out=ends[1:])
            holders, weights = np.empty(ends[-1], dtype=np.int32), np.empty(ends[-1], dtype=np.float32)
            # SciPy's own kernels for choosing columns and for columns times rows: a call of each, not one for each term
            csr_row_index(size, wanted, self.pointers, self.holders, self.weights, holders, weights)
            csc_matvecs(self.count, size, width, ends, holders, weights, shares, total)
        return total.reshape(self.count, width).T

    def _asked(self, query: Iterable[str]) -> dict[int, float]:
        """Weight of each term of `query` that some document holds; for a cosine, as a share of the query's length."""
        known = self._places
        if self.weighting is Weighting.BM25:
            return {known[term]: 1.0 for term in query if term in known}
        rarities, strange, square = self._rarities, self.strange, 0.0
        found: dict[int, float] = {}
        for term, number in Counter(query).items():
            place = known.get(term)
            weight = strange if place is None else rarities[place]
            if number > 1:
                weight *= 1.0 + math.log(number)
            square += weight * weight
            if place is not None:
                found[place] = weight
        length = math.sqrt(square)
        return {place: weight / length for place, weight in found.items()}


def _by_term(column: Array, weights: Array, held_by: Array, most: int | None) -> Array:
    """Return the order of entries term by term, without the lightest of terms that more than `most` documents hold."""
    order = np.argsort(column, kind="stable")
    if most is None or not len(order) or held_by.max() <= most:
        return order
    heaviest = np.lexsort((-weights, column))
    starts = np.concatenate([[0], np.cumsum(held_by)[:-1]])
    kept = np.zeros(len(order), dtype=bool)
    kept[heaviest[np.arange(len(order)) - np.repeat(starts, held_by) < most]] = True
    return order[kept[order]]
