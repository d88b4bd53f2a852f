"""Whether a question names one matter or several alike: a short name that many procedures share, and no more.

The ranker puts the commonest first and is sure of it; here the question is held against all that came near: whether
it says anything on the point that tells them apart. Numbers: `content/deciding.json`, written by
`python -m tools.fit_deciding` from `content/ambiguity_questions.yml` and our sample questions.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from knowledge.search.actions import acts_named
from knowledge.search.found import Hit
from knowledge.search.matrices import title_words
from knowledge.search.matters import matter_of
from knowledge.search.normalise import load_lexicon
from knowledge.search.postings import Postings
from knowledge.search_rows import SearchRow
from knowledge.text import fold

_ENTERING = frozenset({"register", "issue"})
_CIRCUMSTANCES = frozenset(
    "organisation person bank customs project trade forces embassy border foreign mobile".split()  # noqa: SIM905
)
"""Of lexicon/actions.yml: what is done to begin with, and for whom or where rather than what."""
_OFFICE_WORDS = frozenset(
    "dang ky cap giay phep phieu the khai bao thuc hien giai quyet lam thu tuc ho so xin de nghi".split()  # noqa: SIM905
)
"""Words of titles and questions that name no matter: "Đăng ký khai sinh" is all of "khai sinh"."""
_HOLDS, _ALL = 0.05, 0.95
_LEAST = 1e-4
_RIVALS = 6
"""So many of those about something else are asked how like a name of theirs the question is."""


@dataclass(frozen=True)
class Name:
    """What a procedure is called. words: folded; mass: what they weigh; telling: those that are not the offices'.

    unsaid: what `telling` weighs, as a share of `mass`: of a question that shares no word with the name.
    """

    words: frozenset[str]
    mass: float
    telling: frozenset[str]
    unsaid: float


@dataclass(frozen=True)
class Nearness:
    """How near a question comes to a procedure, over its title and names.

    held: the most of the question's words that one of them holds, by weight. alike: how nearly the question is one of
    them, 1 where it is. unsaid: the least share of one that the question leaves unsaid; 0 where all but the office's
    words are said.
    """

    held: float
    alike: float
    unsaid: float


class Names:
    """What every procedure is called, as sets of folded words, and how rare the words are."""

    def __init__(self, rows: Sequence[SearchRow], present: Postings) -> None:
        self._rows = {row.code: row for row in rows}
        self._present = present
        self._of_city = np.array([row.applies_to_city for row in rows], dtype=bool)
        self._named = np.array([bool(row.aliases) for row in rows], dtype=bool)
        self._rarity: dict[str, float] = {}
        self._of: dict[str, tuple[Name, ...]] = {}

    def weight(self, words: Iterable[str]) -> float:
        """Return how much `words` tell together."""
        known, present = self._rarity, self._present
        total = 0.0
        for word in words:
            rarity = known.get(word)
            if rarity is None:
                rarity = present.rarity_of(word)
                if word in present:  # what people say besides has no end
                    known[word] = rarity
            total += rarity
        return total

    def strange(self, asked: Collection[str]) -> float:
        """Return the weight of the words that stand in no title, as a share of that of all."""
        unknown = [word for word in asked if word not in self._present]
        return self.weight(unknown) / (self.weight(asked) + 1e-6)

    def of(self, code: str) -> tuple[Name, ...]:
        """Return the title and the names of a procedure."""
        names = self._of.get(code)
        if names is None:
            row = self._rows[code]
            names = tuple(map(self._called, (_title(row.title), *map(_name, row.aliases))))
            self._of[code] = names
        return names

    def _called(self, words: frozenset[str]) -> Name:
        mass, telling = self.weight(words), words - _OFFICE_WORDS
        return Name(words, mass, telling, self.weight(telling) / (mass + 1e-6))

    def held(self, said: frozenset[str], code: str) -> float:
        """Return the most of the words `said` that the title or a name of the procedure holds, by weight."""
        shared = {said & name.words for name in self.of(code)}  # many names share the same words with a question
        return max(map(self.weight, shared))

    def nearness(self, said: frozenset[str], mass: float, code: str) -> Nearness:
        """Return how near a question comes to a procedure. said: its words; mass: what they weigh."""
        most, alike, unsaid = 0.0, 0.0, math.inf
        weights: dict[frozenset[str], float] = {}  # many names share the same words with a question
        for name in self.of(code):
            shared = said & name.words
            if not shared:
                unsaid = min(unsaid, name.unsaid)
                continue
            held = weights.get(shared)
            if held is None:
                held = weights[shared] = self.weight(shared)
            most = max(most, held)
            alike = max(alike, held / (mass + name.mass - held + 1e-6))
            if unsaid:
                unsaid = min(unsaid, self.weight(name.telling - said) / (name.mass + 1e-6))
        return Nearness(most, alike, unsaid)

    def holding(self, asked: Collection[str]) -> tuple[int, int]:
        """Return how many titles of the city hold all of `asked`, and how many of them people have a name for."""
        most = self.weight(asked)
        if not most:
            return 0, 0
        holds = (self._present.scores(set(asked)) >= most * _ALL) & self._of_city
        return int(holds.sum()), int((holds & self._named).sum())


@lru_cache(maxsize=20_000)
def _title(title: str) -> frozenset[str]:
    return frozenset(title_words(title, load_lexicon()))


@lru_cache(maxsize=50_000)
def _name(name: str) -> frozenset[str]:
    return frozenset(fold(name).split())


def features(
    names: Names, tokens: Sequence[str], asked: Collection[str], hits: Sequence[Hit], sure: float
) -> dict[str, float]:
    """Return what tells one matter from several.

    tokens: all words of the question; asked: those that can name a matter. hits: best first, at least one.
    """
    first, rivals = _by_matter(hits)
    said = frozenset(asked)
    mass = names.weight(said)
    near = [names.nearness(said, mass, hit.code) for hit in first]
    rival = [names.nearness(said, mass, hit.code) for hit in rivals]
    first_held = max(one.held for one in near) / (mass + 1e-6)
    level = [hit for hit, one in zip(rivals, rival, strict=True) if one.held / (mass + 1e-6) >= first_held - _HOLDS]
    chance, next_chance = sum(hit.score for hit in first), rivals[0].score if rivals else 0.0
    acts = acts_named(" ".join(tokens))
    holders, named_holders = names.holding(said)
    return {
        "words": math.log1p(len(said)),
        "one_word": float(len(said) <= 1),
        "two_words": float(len(said) == 2),
        "tokens": math.log1p(len(tokens)),
        "acting": float(bool(acts - _ENTERING - _CIRCUMSTANCES)),
        "entering": float(bool(acts & _ENTERING)),
        "circumstances": float(bool(acts & _CIRCUMSTANCES)),
        "first_held": first_held,
        "first_alike": max(one.alike for one in near),
        "rival_alike": max((one.alike for one in rival[:_RIVALS]), default=0.0),
        "first_unsaid": min(one.unsaid for one in near),
        "rival_unsaid": min((one.unsaid for one in rival[:_RIVALS]), default=1.0),
        "rivals": math.log1p(len({matter_of(hit.title) for hit in level})),
        "rivals_chance": sum(hit.score for hit in level),
        "chance": chance,
        "lead": math.log((chance + _LEAST) / (next_chance + _LEAST)),
        "spread": _spread(hits),
        "sure": math.log((sure + _LEAST) / (1.0 - sure + _LEAST)),
        "holders": math.log1p(holders),
        "named_holders": math.log1p(named_holders),
    }


def _by_matter(hits: Sequence[Hit]) -> tuple[list[Hit], list[Hit]]:
    """The first with its twins, and those about something else."""
    matter = matter_of(hits[0].title)
    first = [hit for hit in hits if matter_of(hit.title) == matter]
    return first, [hit for hit in hits if matter_of(hit.title) != matter]


def _spread(hits: Sequence[Hit]) -> float:
    """Entropy of the chances over matters."""
    by_matter: dict[str, float] = {}
    for hit in hits:
        by_matter[matter_of(hit.title)] = by_matter.get(matter_of(hit.title), 0.0) + hit.score
    total = sum(by_matter.values()) + 1e-9
    return -sum(share / total * math.log(share / total + 1e-9) for share in by_matter.values())
