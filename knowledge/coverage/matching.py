"""The catalogue's names, and which of them an entry's name is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.coverage import comparing
from knowledge.coverage.comparing import Acts, Difference
from knowledge.coverage.models import CoverageClass
from knowledge.coverage.names import Name, name_of, segments

REVIEW_FROM = 79.0
"""Likeness from which a name is worth a person's look (docs/coverage.md says how it was measured)."""
_LOOKED_AT = 12
_TIE = 1.0
_OWN_LEVEL = 5.0
_EXCHANGE = 4.0
"""Likeness lost for each word that stands against another one."""
_ORDER = [CoverageClass.EXACT, CoverageClass.HIGH, CoverageClass.REVIEW, CoverageClass.MISSING]


@dataclass(frozen=True)
class Candidate:
    """A current procedure of the catalogue under one of its titles."""

    code: str
    title: str
    ward: bool

    @cached_property
    def name(self) -> Name:
        return name_of(self.title)


@dataclass(frozen=True)
class Match:
    """A candidate for an entry's name, how sure, and why not surer."""

    candidate: Candidate
    result: CoverageClass
    score: float
    why: str = ""


class NameIndex:
    """Finds the procedure that a name means. `ward`: the names are of a ward's own list."""

    def __init__(self, candidates: Iterable[Candidate], ward: bool = False) -> None:
        self._candidates = list(candidates)
        self._ward = ward
        self._plain = [candidate.name.plain for candidate in self._candidates]
        counted = Counter(word for candidate in self._candidates for word in set(candidate.name.folded))
        total = len(self._candidates) + 1
        self._weights: Mapping[str, float] = {word: math.log(total / count) for word, count in counted.items()}
        postings: dict[str, list[int]] = {}
        for place, candidate in enumerate(self._candidates):
            for word in set(candidate.name.folded):
                postings.setdefault(word, []).append(place)
        self._postings = {word: np.array(places) for word, places in postings.items()}
        weighed = [sum(self._weights[word] for word in set(item.name.folded)) for item in self._candidates]
        self._totals = np.maximum(np.array(weighed), 1.0)
        self._words = frozenset(word for candidate in self._candidates for word in candidate.name.words)

    def find(self, text: str, without: frozenset[str] = frozenset()) -> Match | None:
        """Return the best match for a name, leaving out the codes `without`; None where nothing is near at all."""
        listed = name_of(text)
        if not listed.words:
            return None
        parts = segments(text)
        matches = [
            self._cut(listed, candidate) for candidate in self._candidates if parts and self._fits(parts, candidate)
        ]
        matches = matches or [self.compare(listed, candidate) for candidate in self._near(listed)]
        matches = [match for match in matches if match.candidate.code not in without]
        if not matches:
            return None
        return self._only(listed, sorted(matches, key=self._rank))

    def _rank(self, match: Match) -> tuple[int, float, str]:
        """The surest first, then the likest; a ward's list rather means what a ward receives."""
        score = match.score + (_OWN_LEVEL if self._ward and match.candidate.ward else 0.0)
        return _ORDER.index(match.result), -score, match.candidate.code

    def compare(self, listed: Name, candidate: Candidate) -> Match:
        """Say how sure it is that `listed` is the candidate's name."""
        titled = candidate.name
        found = comparing.differences(listed, titled, self._words)
        near = comparing.likeness(listed, titled, self._weights) - _EXCHANGE * comparing.exchanged(found)
        score = round(max(near, 0.0), 1)
        if comparing.levels_conflict(listed, titled, self._ward):
            return Match(candidate, CoverageClass.MISSING, score, f"of another level: {titled.level}")
        acts = comparing.compare_acts(listed, titled)
        if acts is Acts.SIBLINGS:
            return Match(candidate, CoverageClass.MISSING, score, _acts_text(listed, titled))
        result, why = self._judged(listed, titled, found)
        if result is CoverageClass.REVIEW and acts is Acts.MORE_IN_TITLE:
            why = f"the title says more: {_sorted(titled.acts - listed.acts)}; {why}"
        if result is CoverageClass.REVIEW and score < REVIEW_FROM:
            held = comparing.contained(listed, titled, self._weights)
            result = result if held else CoverageClass.MISSING
            why = f"all words of one name stand in the other; {why}" if held else why
        return self._of_ward(Match(candidate, result, score, why))

    def _of_ward(self, match: Match) -> Match:
        """A ward's list is not sure of a record that no ward receives, however alike the names."""
        if self._ward and not match.candidate.ward and match.result in (CoverageClass.EXACT, CoverageClass.HIGH):
            return replace(match, result=CoverageClass.REVIEW, why="the record is none that a ward receives")
        return match

    @staticmethod
    def _judged(listed: Name, titled: Name, found: list[Difference]) -> tuple[CoverageClass, str]:
        if listed.words == titled.words:
            return CoverageClass.EXACT, ""
        if not found:
            return CoverageClass.HIGH, "only empty words, diacritics or misread letters differ"
        if comparing.is_district_only(found):
            return CoverageClass.HIGH, "the list says district, which the commune has taken over"
        if comparing.is_reordered(listed, titled):
            return CoverageClass.HIGH, "the same words in another order"
        return CoverageClass.REVIEW, _differences_text(found)

    def _fits(self, parts: list[Name], candidate: Candidate) -> bool:
        right_level = not comparing.levels_conflict(parts[-1], candidate.name, self._ward)
        return right_level and comparing.fits(parts, candidate.name)

    def _cut(self, listed: Name, candidate: Candidate) -> Match:
        score = round(comparing.likeness(listed, candidate.name, self._weights), 1)
        return self._of_ward(
            Match(candidate, CoverageClass.HIGH, score, "cut short; only this title goes on from there")
        )

    def _near(self, listed: Name) -> list[Candidate]:
        """The candidates worth comparing: alike by letters, or by shared words, or one holding the other."""
        found = process.extract(listed.plain, self._plain, scorer=fuzz.ratio, limit=_LOOKED_AT)
        places = dict.fromkeys(place for _, _, place in found)
        for shares in self._shared_words(listed):
            places |= dict.fromkeys(int(place) for place in np.argsort(-shares, kind="stable")[:_LOOKED_AT])
        return [self._candidates[place] for place in places]

    def _shared_words(self, listed: Name) -> tuple[np.ndarray, np.ndarray]:
        """For each candidate the weight of shared words, as a share of both names', and of the lighter name's."""
        words = set(listed.folded)
        own = sum(self._weights.get(word, 0.0) for word in words) or 1.0
        shared = np.zeros(len(self._candidates))
        for word in words & self._postings.keys():
            shared[self._postings[word]] += self._weights[word]
        return 2 * shared / (self._totals + own), shared / np.minimum(self._totals, own)

    def _only(self, listed: Name, ranked: list[Match]) -> Match:
        """The best match; where several procedures are as good, a person has to choose."""
        best = ranked[0]
        if best.result not in (CoverageClass.EXACT, CoverageClass.HIGH):
            return best
        rivals = [
            item for item in ranked[1:] if item.result is best.result and item.candidate.code != best.candidate.code
        ]
        if best.result is CoverageClass.HIGH and "cut short" not in best.why:
            rivals = [item for item in rivals if item.score >= best.score - _TIE]
        level = best.candidate.name.level
        if not rivals and best.result is CoverageClass.EXACT and level and not listed.level and not self._ward:
            return replace(best, result=CoverageClass.REVIEW, why=f"the title adds its level: {level}")
        if not rivals:
            return best
        codes = ", ".join(dict.fromkeys(item.candidate.code for item in (best, *rivals)))
        return Match(best.candidate, CoverageClass.REVIEW, best.score, f"several procedures have this name: {codes}")


def _acts_text(listed: Name, titled: Name) -> str:
    return f"a sibling: the list says {_sorted(listed.acts)}, the title {_sorted(titled.acts)}"


def _sorted(acts: frozenset[str]) -> str:
    return ", ".join(sorted(acts)) or "nothing of that"


def _differences_text(found: list[Difference]) -> str:
    said = [f"«{' '.join(item.listed)}» / «{' '.join(item.titled)}»" for item in found[:4]]
    return "differs (list / title): " + "; ".join(said) + ("; …" if len(found) > 4 else "")
