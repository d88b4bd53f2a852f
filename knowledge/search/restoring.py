"""Puts diacritics back on Vietnamese typed without them: three-syllable statistics of our own texts, beam search.

Trained from the catalogue's records and our own questions when the index is built. Figures: docs/evaluation.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from unicodedata import normalize

import numpy as np

from knowledge.text import fold

Array = np.ndarray

_SYLLABLE = re.compile(r"[^\W\d_]+|\d+")
_BREAK = re.compile(r"[\n.;:!?()\[\]\"“”|]+")
_MOST_FORMS, _BEAM = 24, 24
_SINGLE, _PAIR, _TRIPLE = 0.02, 0.38, 0.60
_LEAST_TRIPLES = 2
_OFTEN = 15.0
_START = "<s>"


def syllables(text: str) -> list[str]:
    """Return the syllables of `text` in small letters, NFC, numbers too."""
    return _SYLLABLE.findall(normalize("NFC", text.lower()))


@dataclass(frozen=True)
class Restorer:
    """Counts of syllables (`forms`, most frequent first), of pairs and of triples; keys sorted for binary search.

    A pair's key is left * size + right, a triple's (left * size + middle) * size + right, in places of `forms`.
    """

    forms: tuple[str, ...]
    singles: Array
    pair_keys: Array
    pair_counts: Array
    triple_keys: Array
    triple_counts: Array

    @classmethod
    def train(cls, texts: Iterable[tuple[str, int]]) -> Restorer:
        """Count `texts`, each with how many times it counts."""
        known: dict[str, int] = {_START: 0}
        places: list[int] = []
        weights: list[int] = []
        for text, weight in texts:
            for sentence in _BREAK.split(text):
                found = syllables(sentence)
                if found:
                    places += chain((0, 0), (known.setdefault(form, len(known)) for form in found))
                    weights += [weight] * (len(found) + 2)
        return cls._counted(list(known), np.array(places, dtype=np.int64), np.array(weights, dtype=np.float64))

    @classmethod
    def _counted(cls, forms: list[str], places: Array, weights: Array) -> Restorer:
        size = len(forms)
        singles = np.bincount(places, weights, minlength=size)
        order = np.argsort(-singles, kind="stable")
        rank = np.empty(size, dtype=np.int64)
        rank[order] = np.arange(size)
        ranked = rank[places] if len(places) else places
        begins = places == 0
        pairs = ranked[:-1] * size + ranked[1:]
        pair_keys, pair_counts = _summed(pairs[~begins[1:]], weights[1:][~begins[1:]], 1)
        triples = (ranked[:-2] * size + ranked[1:-1]) * size + ranked[2:]
        inside = ~begins[2:]
        triple_keys, triple_counts = _summed(triples[inside], weights[2:][inside], _LEAST_TRIPLES)
        names = tuple(forms[place] for place in order)
        return cls(names, singles[order].astype(np.float32), pair_keys, pair_counts, triple_keys, triple_counts)

    def arrays(self) -> dict[str, Array]:
        """Return what `from_arrays` takes: numbers and one array of text, for an npz file."""
        return {
            "forms": np.array(self.forms),
            "singles": self.singles,
            "pair_keys": self.pair_keys,
            "pair_counts": self.pair_counts,
            "triple_keys": self.triple_keys,
            "triple_counts": self.triple_counts,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Restorer:
        """Return a restorer from `arrays()`."""
        parts = {name: arrays[name] for name in cls.__dataclass_fields__ if name != "forms"}
        return cls(forms=tuple(arrays["forms"].tolist()), **parts)

    @cached_property
    def _candidates(self) -> dict[str, Array]:
        """Folded syllable → places of its forms, most frequent first."""
        found: dict[str, list[int]] = {}
        for place, form in enumerate(self.forms):
            if form != _START:
                found.setdefault(fold(form), []).append(place)
        return {folded: np.array(places[:_MOST_FORMS]) for folded, places in found.items()}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {form: place for place, form in enumerate(self.forms)}

    def restore(self, text: str) -> str:
        """Return the syllables of `text` with their likeliest diacritics, joined by blanks.

        A syllable that carries marks stays as typed, if our texts know it so; so does one that they do not hold.
        """
        typed = syllables(text)
        if not len(self.singles):
            return " ".join(typed)
        return " ".join(self._best(typed))

    def knows(self, folded: str) -> bool:
        """Say whether some text holds the syllable with any marks."""
        return folded in self._candidates

    def frequency(self, folded: str) -> float:
        """Return how often the syllable stands in the texts, with any marks."""
        places = self._candidates.get(folded)
        return float(self.singles[places].sum()) if places is not None else 0.0

    @cached_property
    def common_syllables(self) -> tuple[str, ...]:
        """Folded syllables that stand often enough to correct a slip to, most frequent first."""
        often = {folded: self.frequency(folded) for folded in self._candidates if folded.isalpha()}
        return tuple(sorted((item for item in often if often[item] >= _OFTEN), key=lambda item: -often[item]))

    def fit(self, text: str) -> float:
        """Return how likely `text` is: the mean logarithm of a syllable's odds, at its likeliest diacritics."""
        typed = syllables(text)
        return self._walk(typed)[1] / len(typed) if typed and len(self.singles) else 0.0

    def _best(self, typed: list[str]) -> list[str]:
        return self._walk(typed, scored=False)[0]

    @cached_property
    def _padded(self) -> tuple[Array, float]:
        """Counts of the syllables and of one that no text holds; all of them together."""
        return np.append(self.singles, 0.1), max(1.0, float(self.singles.sum()))

    def _walk(self, typed: list[str], scored: bool = True) -> tuple[list[str], float]:
        """Return the likeliest forms of `typed` and the logarithm of their odds; where not `scored`, only the forms.

        A syllable with marks can mostly be one form only. Behind two of these all ways end alike: unless the odds are
        asked for, nothing is counted from there on until the next in doubt, since it would be the same for each.
        """
        start = np.array([self._places[_START]])
        ways = _Ways(np.zeros(1), start, start)
        trail: list[tuple[Array | None, Array]] = []
        for syllable in typed:
            options, origin = self._options(syllable), None
            if len(options) == 1 and ways.end_alike and not scored:
                ways = _Ways(ways.scores, ways.newer, options)
            else:
                ways, origin = self._step(ways, options)
            trail.append((origin, ways.newer))
        return list(map(self._form, _walked_back(trail), typed)), float(ways.scores[0])

    def _step(self, ways: _Ways, options: Array) -> tuple[_Ways, Array]:
        """Return the likeliest ways on through one of `options`, and which of `ways` each comes from."""
        total = (ways.scores[:, None] + self._log_odds(ways, options)).ravel()
        best = (-total).argsort()[:_BEAM]
        origin, chosen = np.divmod(best, len(options))
        older = ways.newer if len(ways.newer) == 1 else ways.newer[origin]
        return _Ways(total[best], older, options if len(options) == 1 else options[chosen]), origin

    @cached_property
    def _place_alone(self) -> Array:
        """Each place by itself, shape (forms + 1, 1)."""
        return np.arange(len(self.forms) + 1)[:, None]

    def _options(self, syllable: str) -> Array:
        """Places of the forms that `syllable` may stand for; one place past the end when there is none."""
        folded = fold(syllable)
        if folded != syllable and syllable in self._places:
            return self._place_alone[self._places[syllable]]
        return self._candidates.get(folded, self._place_alone[-1])  # marks that no text of ours has: a slip

    def _form(self, place: int, syllable: str) -> str:
        return self.forms[place] if place < len(self.forms) else syllable

    def _log_odds(self, ways: _Ways, options: Array) -> Array:
        """Logarithm of the interpolated probability of each option (columns) after each way so far (rows)."""
        size = len(self.forms)
        singles, total = self._padded
        single = (singles[options] + 0.1) / total
        pair = _looked_up(self.pair_keys, self.pair_counts, ways.newer[:, None] * size + options)
        after = np.maximum(singles[ways.newer], 1.0)[:, None]
        before = ways.older * size + ways.newer
        triple = _looked_up(self.triple_keys, self.triple_counts, before[:, None] * size + options)
        together = np.maximum(_looked_up(self.pair_keys, self.pair_counts, before), 1.0)[:, None]
        odds: Array = np.log(_SINGLE * single + _PAIR * pair / after + _TRIPLE * triple / together + 1e-12)
        return odds


@dataclass(frozen=True)
class _Ways:
    """The likeliest ways so far, best first: scores, and their last two syllables, each once where all share it."""

    scores: Array
    older: Array
    newer: Array

    @property
    def end_alike(self) -> bool:
        return len(self.older) == len(self.newer) == 1


def _walked_back(trail: list[tuple[Array | None, Array]]) -> list[int]:
    """Return the best way. trail: where each way comes from, None where from the same, and the place of its form."""
    place, forms = 0, []
    for origin, newer in reversed(trail):
        forms.append(newer.item(place if len(newer) > 1 else 0))
        place = place if origin is None else origin.item(place)
    return forms[::-1]


def _summed(keys: Array, weights: Array, least: int) -> tuple[Array, Array]:
    unique, inverse = np.unique(keys, return_inverse=True)
    counts = np.bincount(inverse, weights, minlength=len(unique)).astype(np.float32)
    kept = counts >= least
    return unique[kept], counts[kept]


def _looked_up(keys: Array, counts: Array, wanted: Array) -> Array:
    """Counts of `wanted` keys, 0 where unknown."""
    if not len(keys):
        return np.zeros(wanted.shape, dtype=np.float32)
    place = keys.searchsorted(wanted)
    np.minimum(place, len(keys) - 1, out=place)
    found: Array = counts.take(place) * (keys.take(place) == wanted)
    return found
