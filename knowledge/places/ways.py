"""How people name places (knowledge/content/places/ways.yml): words before and around a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.curated import read_yaml
from knowledge.places.loading import PLACES_DIR
from knowledge.places.tokens import Token, likeness, plain
from knowledge.text import fold


class Tier(str, Enum):
    """How large a place is. CITY: the city itself, which narrows nothing down."""

    COMMUNE = "commune"
    DISTRICT = "district"
    PROVINCE = "province"
    CITY = "city"


TIERS = {
    "ward": (Tier.COMMUNE,),
    "commune": (Tier.COMMUNE,),
    "township": (Tier.COMMUNE,),
    "special_zone": (Tier.COMMUNE,),
    "district": (Tier.DISTRICT,),
    "rural_district": (Tier.DISTRICT,),
    "city": (Tier.DISTRICT, Tier.PROVINCE, Tier.CITY),
    "province": (Tier.PROVINCE,),
}

Phrase = tuple[str, ...]


def keys(text: str) -> Phrase:
    """Return the words of a phrase as tokens are compared."""
    return tuple(plain(word) for word in fold(text).split())


class Phrases:
    """A set of phrases; says how many tokens one of them takes at a place.

    least: 1 with diacritics or without, 2 only with them; never with other ones.
    """

    def __init__(self, texts: Iterable[str], least: int = 1) -> None:
        self._least = least
        self._marked: dict[Phrase, list[Phrase]] = {}
        for text in texts:
            self._marked.setdefault(keys(text), []).append(tuple(text.lower().split()))
        self._longest = max(map(len, self._marked), default=0)

    def length_at(self, tokens: list[Token], place: int) -> int:
        """Return the tokens that the longest phrase starting at `place` takes, 0 where there is none."""
        return next((size for size in range(self._longest, 0, -1) if self._fits(tokens, place, place + size)), 0)

    def length_before(self, tokens: list[Token], place: int) -> int:
        """The same of the longest phrase that ends right before `place`."""
        return next((size for size in range(self._longest, 0, -1) if self._fits(tokens, place - size, place)), 0)

    def _fits(self, tokens: list[Token], start: int, end: int) -> bool:
        if start < 0 or end > len(tokens):
            return False
        marked = self._marked.get(tuple(token.plain for token in tokens[start:end]), [])
        return any(self._is_spelt(tokens[start:end], form) for form in marked)

    def _is_spelt(self, tokens: list[Token], form: Phrase) -> bool:
        return all(likeness(token.marked, word) >= self._least for token, word in zip(tokens, form, strict=True))


@dataclass(frozen=True)
class Level:
    """A word like "phường" before a name: its kind, its folded words, and all ways to write them with diacritics."""

    kind: str
    phrase: Phrase
    marked: tuple[Phrase, ...]

    def fit(self, tokens: list[Token]) -> int:
        """Return 2 for its diacritics, 1 for none at all, 0 for others: "phương" and "quân" are other words."""
        fits = [
            min(likeness(token.marked, word) for token, word in zip(tokens, form, strict=True)) for form in self.marked
        ]
        bare = all(fold(token.marked) == token.marked for token in tokens)
        return 2 if max(fits) > 1 else int(bare)


@dataclass(frozen=True)
class Ways:
    levels: dict[str, tuple[Level, ...]]
    """First folded word → the words that can stand before a name, longest first."""
    numbers: dict[Phrase, tuple[int, Phrase]]
    """Folded words of a number → its value, and its words with diacritics."""
    city: tuple[str, ...]
    counted: Phrases
    counted_if_marked: Phrases
    where: Phrases
    offices: Phrases
    where_if_marked: Phrases
    home: Phrases
    not_where: Phrases
    goes_on: Phrases
    former: Phrases
    today: Phrases
    between: Phrases
    small: Phrases
    detail: Phrases
    denied: Phrases
    asks_unit: Phrases
    not_names: frozenset[str]
    not_levels: frozenset[str]
    only_with_where: frozenset[Phrase]
    plain_only_with_where: frozenset[Phrase]


_LISTS = (
    "counted",
    "where",
    "offices",
    "home",
    "not_where",
    "goes_on",
    "former",
    "today",
    "between",
    "small",
    "detail",
    "denied",
    "asks_unit",
)


@lru_cache(maxsize=2)
def load_ways(path: Path = PLACES_DIR / "ways.yml") -> Ways:
    """Read the file once."""
    data: dict[str, Any] = read_yaml(path)
    phrases = {name: Phrases(map(str, data[name])) for name in _LISTS}
    return Ways(
        levels=_levels(data["levels"]),
        numbers={
            keys(str(text)): (int(value), tuple(str(text).split()))
            for value, texts in data["numbers"].items()
            for text in texts
        },
        city=tuple(map(str, data["city"])),
        not_levels=frozenset(map(str, data["not_levels"])),
        not_names=frozenset(form for text in data["not_names"] for form in (str(text), fold(str(text)))),
        only_with_where=frozenset(map(keys, data["only_with_where"])),
        plain_only_with_where=frozenset(map(keys, data["plain_only_with_where"])),
        counted_if_marked=Phrases(map(str, data["counted_if_marked"]), least=2),
        where_if_marked=Phrases(map(str, data["where_if_marked"]), least=2),
        **phrases,
    )


def _levels(data: dict[str, list[str]]) -> dict[str, tuple[Level, ...]]:
    found: dict[tuple[str, Phrase], list[Phrase]] = {}
    for kind, texts in data.items():
        for text in texts:
            found.setdefault((kind, keys(text)), []).append(tuple(text.split()))
    by_first: dict[str, list[Level]] = {}
    for (kind, phrase), marked in found.items():
        by_first.setdefault(phrase[0], []).append(Level(kind, phrase, tuple(marked)))
    return {first: tuple(sorted(levels, key=lambda one: -len(one.phrase))) for first, levels in by_first.items()}
