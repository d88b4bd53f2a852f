"""Documents as weighted terms, stored term by term: a query adds up the rows of its terms. Arrays only, no pickles."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import accumulate, chain, pairwise, repeat
from operator import mul

import numpy as np
from scipy.sparse._sparsetools import csc_matvec, csr_row_index

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

    def share(self, holders: Array, weights: Array) -> None:
        """Take the same numbers from another array from now on, so that they are not kept twice."""
        object.__setattr__(self, "holders", holders)
        object.__setattr__(self, "weights", weights)

    @cached_property
    def _rarities(self) -> array[float]:
        """`rarity` to be read number by number, which NumPy is slow at; last that of a term no document holds."""
        return array("d", [*self.rarity.tolist(), self.strange])

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
        return self._alone.scores_of(((0, (query,)),))

    def scores_of(self, queries: Sequence[Iterable[str]]) -> Array:
        """Return the scores of several queries, shape (queries, count)."""
        return self._alone.scores_of(((0, queries),)).reshape(len(queries), self.count)

    @cached_property
    def _alone(self) -> Shelf:
        return Shelf((self,))

    def asked(self, query: Iterable[str]) -> dict[int, float]:
        """Return the weight of each term of `query` that some document holds; for a cosine, as a share of the query's
        length. Maps and not loops: a question has six hundred terms.
        """
        known = self._places
        if self.weighting is Weighting.BM25:
            found = dict.fromkeys(map(known.get, query, _UNKNOWN), 1.0)
        else:
            listed = list(query)
            counts: Mapping[str, int] = dict.fromkeys(listed, 1)
            many = len(counts) != len(listed)
            counts = Counter(listed) if many else counts
            places = list(map(known.get, counts, _UNKNOWN))
            weights = list(map(self._rarities.__getitem__, places))
            if many:
                weights = [
                    weight if number == 1 else weight * (1.0 + math.log(number))
                    for weight, number in zip(weights, counts.values(), strict=True)
                ]
            length = math.sqrt(sum(map(mul, weights, weights))) or 1.0
            found = dict(zip(places, [weight / length for weight in weights], strict=True))
        found.pop(-1, None)
        return found


_UNKNOWN = repeat(-1)
"""The place of a term that no document holds."""


class Shelf:
    """Several postings in one row: what a question asks of all of them is read by one call of each kernel.

    A call takes longer than its work on some hundred documents, and a question has fifteen queries.
    """

    def __init__(self, postings: Sequence[Postings]) -> None:
        self._postings = tuple(postings)
        self._first_terms = _begins(len(one.terms) for one in postings)
        begins = _begins(len(one.holders) for one in postings)
        pointers = [one.pointers[:-1] + begin for one, begin in zip(postings, begins, strict=False)]
        self._pointers = np.concatenate([*pointers, begins[-1:]]).astype(np.int32)
        self._lengths = np.diff(self._pointers)
        self._holders = _joined([one.holders for one in postings])
        self._weights = _joined([one.weights for one in postings])
        for one, (begin, end) in zip(postings, pairwise(begins), strict=True):
            one.share(self._holders[begin:end], self._weights[begin:end])

    def scores_of(self, wanted: Sequence[tuple[int, Sequence[Iterable[str]]]]) -> Array:
        """Return the scores of all queries one after the other, each a number a document of its postings.

        wanted: postings by their place on the shelf, and the queries to each. What several queries to the same share
        is added up in the order in which the first of them has it.
        """
        terms: list[int] = []
        shares: list[float] = []
        ends, starts, offsets, length = [0], [], [], 0
        for place, queries in wanted:
            one = self._postings[place]
            for asked in _in_one_order([one.asked(query) for query in queries]):
                terms += asked
                shares += asked.values()
                ends.append(len(terms))
                starts.append(self._first_terms[place])
                offsets.append(length)
                length += one.count
        total, size = np.zeros(length, dtype=np.float32), len(terms)
        if size:
            bounds = np.array(ends)
            columns = np.array(terms, dtype=np.int32) + np.repeat(np.array(starts, dtype=np.int32), np.diff(bounds))
            pointers = np.zeros(size + 1, dtype=np.int32)
            self._lengths.take(columns).cumsum(out=pointers[1:])
            rows, weights = np.empty(pointers[-1], dtype=np.int32), np.empty(pointers[-1], dtype=np.float32)
            # SciPy's own kernels for choosing columns and for columns times rows: a call of each, not one for each term
            csr_row_index(size, columns, self._pointers, self._holders, self._weights, rows, weights)
            for begin, (start, end) in zip(offsets, pairwise(pointers[bounds].tolist()), strict=True):
                rows[start:end] += begin
            csc_matvec(length, size, pointers, rows, weights, np.array(shares, dtype=np.float32), total)
        return total


def _begins(lengths: Iterable[int]) -> list[int]:
    """Where each of some things of these lengths begins, laid side by side, and where the last one ends."""
    return [0, *accumulate(lengths)]


def _joined(arrays: Sequence[Array]) -> Array:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _in_one_order(asked: Sequence[dict[int, float]]) -> Sequence[dict[int, float]]:
    """The same queries, their terms in the order of all of them: sums of the same then agree to the last bit."""
    if len(asked) == 1:
        return asked
    order = dict.fromkeys(chain.from_iterable(asked))
    first, *others = asked
    return [first, *({term: one[term] for term in filter(one.__contains__, order)} for one in others)]


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
