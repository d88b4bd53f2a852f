"""Second thoughts on what the ranker found: does the question name several matters, or none of the city's offices?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from knowledge.errors import CatalogueError
from knowledge.search import ambiguity, strangeness
from knowledge.search.absent_names import AbsentNames
from knowledge.search.ambiguity import Names
from knowledge.search.asked import facts_in
from knowledge.search.bare_names import BareNames, open_names, own_names
from knowledge.search.deciding import Thresholds
from knowledge.search.found import Hit, Ranked
from knowledge.search.life import load_life
from knowledge.search.normalise import load_lexicon, subject_words
from knowledge.search.normaliser import Question
from knowledge.search.postings import Postings
from knowledge.search.ranking import Scale
from knowledge.search.samples import load_samples
from knowledge.search.strangeness import OutsideList, load_outside
from knowledge.search_rows import SearchRow
from knowledge.settings import CONTENT_DIR

DECIDING_PATH = CONTENT_DIR / "deciding.json"
CONSIDERED = 12
"""Hits that are held against the question."""
_LONGEST_NAME = 9
"""A question of more words that can name a matter is no bare name: it costs nothing to leave it alone."""
_SURE_TO_ANSWER = Thresholds().answer
"""Below, the first is not answered at once, whatever `several` is: it is not worked out (`deciding.decide`)."""
_BARE_INSIDE, _LEAST_CHOICES = 0.95, 2
_NAMED_SURE = 0.9
_ABSENT = 0.5
"""How sure at most, and how likely inside, where a procedure is named that is not here: the nearest are named only."""


class DecidingInvalidError(CatalogueError):
    """The numbers of deciding cannot be read."""

    code = "DECIDING_INVALID"


@dataclass(frozen=True)
class Scales:
    """several: that a question names several matters alike. inside: that it is about a published procedure."""

    several: Scale
    inside: Scale


@lru_cache(maxsize=2)
def load_scales(path: Path = DECIDING_PATH) -> Scales:
    """Read the numbers; raise `DecidingInvalidError`."""
    try:
        data = json.loads(path.read_text("utf-8"))
        return Scales(Scale(**data["several"]), Scale(**data["inside"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DecidingInvalidError(f"{path}: {error}") from error


def asked_words(question: Question) -> list[str]:
    """Return the words of a question that can name a matter."""
    return subject_words(facts_in(question.tokens).rest.split())


class Doubts:
    """Weighs what was found for a question. knows: whether a word stands anywhere; hit_of: a code as a hit."""

    def __init__(
        self,
        rows: Sequence[SearchRow],
        present: Postings,
        knows: Callable[[str], bool],
        hit_of: Callable[[str, float], Hit],
        scales: Scales | None = None,
    ) -> None:
        self._names = Names(rows, present)
        self._codes = frozenset(row.code for row in rows)
        self._knows, self._hit_of = knows, hit_of
        self._bare = BareNames(open_names(load_life()))
        self._own = BareNames(own_names(rows))
        self._outside = OutsideList(load_outside())
        self._absent = AbsentNames(rows, load_samples(), load_lexicon(), load_life())
        self._scales = scales or load_scales()

    def weigh(self, question: Question, ranked: Ranked) -> Ranked:
        """Return `ranked` with the two doubts; led by the choices of a bare name where the question is one."""
        asked = asked_words(question)
        bare = [code for code in self._bare.codes_for(question) if code in self._codes]
        if len(bare) >= _LEAST_CHOICES:
            return self._led_by(bare, ranked)
        for owner in self._own.codes_for(question):
            return self._named(owner, ranked)
        if self._absent.named_in(question):
            return replace(ranked, inside=min(ranked.inside, _ABSENT), sure=min(ranked.sure, _ABSENT))
        if not ranked.hits or not asked:
            return ranked
        inside = self._scales.inside.probability(self._strange(question, asked, ranked))
        several = 0.0
        if len(asked) <= _LONGEST_NAME and ranked.sure >= _SURE_TO_ANSWER:
            several = self._scales.several.probability(self._several(question, asked, ranked))
        return replace(ranked, inside=inside, several=several)

    def several_features(self, question: Question, ranked: Ranked) -> Mapping[str, float]:
        """Return what the scale `several` is about; `ranked` has at least one hit."""
        return self._several(question, asked_words(question), ranked)

    def _several(self, question: Question, asked: Sequence[str], ranked: Ranked) -> Mapping[str, float]:
        return ambiguity.features(self._names, question.tokens, asked, ranked.hits, ranked.sure)

    def strange_features(self, question: Question, ranked: Ranked) -> Mapping[str, float]:
        """Return what the scale `inside` is about."""
        return self._strange(question, asked_words(question), ranked)

    def _strange(self, question: Question, asked: Sequence[str], ranked: Ranked) -> Mapping[str, float]:
        listed = sum(1 for _ in self._outside.met(question))
        unheard = sum(not self._knows(word) for word in asked)
        return strangeness.features(self._names, listed, asked, unheard, ranked)

    def _named(self, code: str, ranked: Ranked) -> Ranked:
        """Put the one whose name was said first."""
        others = tuple(replace(hit, score=hit.score * _BEHIND) for hit in ranked.hits if hit.code != code)
        sure, inside = max(ranked.sure, _NAMED_SURE), max(ranked.inside, _BARE_INSIDE)
        return replace(ranked, hits=(self._hit_of(code, 1.0), *others), sure=sure, inside=inside, several=0.0)

    def _led_by(self, codes: Sequence[str], ranked: Ranked) -> Ranked:
        """Put the choices first, alike; the rest far behind, so that nothing else is offered beside them."""
        leading = tuple(self._hit_of(code, 1.0 / len(codes)) for code in codes)
        others = tuple(replace(hit, score=hit.score * _BEHIND) for hit in ranked.hits if hit.code not in codes)
        return replace(ranked, hits=leading + others, inside=max(ranked.inside, _BARE_INSIDE), several=1.0, bare=True)


_BEHIND = 0.01
