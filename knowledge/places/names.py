"""All names of places, found in a row of words: as they are, by their initials, or by distance where misspelt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.places.loading import load_places
from knowledge.places.models import FormerDistrict, FormerWard, Places, Sense, SenseKind, Unit
from knowledge.places.tokens import Token, likeness
from knowledge.places.ways import TIERS, Phrase, Tier, keys, load_ways
from knowledge.search.keyboard import is_syllable

_FORMER_KINDS = (
    ("Phường ", "ward"),
    ("Xã ", "commune"),
    ("Thị trấn ", "township"),
    ("Quận ", "district"),
    ("Huyện ", "rural_district"),
    ("Thành phố ", "city"),
    ("Tỉnh ", "province"),
)
Spans = Callable[[Sequence[str]], dict[int, list[int]]]
"""Finds names in folded words: where they start → where they end, the longest first."""
_LEAST_INITIALS, _LEAST_STUCK, _SHORTEST_NEAR, _LONG = 3, 5, 5, 9


@dataclass(frozen=True)
class Option:
    """One thing that a name can be. kind: as in ways.yml. wards: codes of the former wards that it was, or was made of.

    marked: its name's words with diacritics. short: an abbreviation, which counts only beside a word like "quận".
    earlier: a district that was gone before 2025.
    """

    sense: Sense
    tier: Tier
    kind: str
    wards: frozenset[str] = frozenset()
    marked: Phrase = ()
    short: bool = False
    earlier: bool = False

    def lies_in(self, outer: Option) -> bool:
        """Say whether this is a part of `outer` (a former district or province, a place outside), or its successor."""
        if outer.tier in (Tier.COMMUNE, Tier.CITY) or self.tier in (Tier.PROVINCE, Tier.CITY):
            return False
        if outer.sense.kind is SenseKind.OUTSIDE:
            return True
        if self.tier is outer.tier:
            return False
        if self.sense.kind is SenseKind.UNIT:
            return set(self.sense.codes) <= set(outer.sense.codes)
        return self.wards <= outer.wards and bool(self.wards)


class Names:
    """Names → what they can mean."""

    def __init__(self, places: Places, city: Iterable[str]) -> None:
        self._options: dict[Phrase, list[Option]] = {}
        self.wards_by_number: dict[int, list[Option]] = {}
        self.districts_by_number: dict[int, Option] = {}
        for name, option in _all(places, city):
            self._add(name, option)
        self._add_stuck()
        self._by_first: dict[str, list[Phrase]] = {}
        for phrase in sorted(self._options, key=len, reverse=True):
            self._by_first.setdefault(phrase[0], []).append(phrase)
        self._joined = {
            tier: {" ".join(phrase): phrase for phrase, options in self._options.items() if _is_spelt(options, tier)}
            for tier in (Tier.COMMUNE, Tier.DISTRICT)
        }
        self._inside: dict[str, dict[str, Phrase]] = {}
        self._initials = self._by_initials()

    @property
    def phrases(self) -> Iterable[Phrase]:
        """All names, folded."""
        return self._options.keys()

    def spans(self, words: Sequence[str]) -> dict[int, list[int]]:
        """Return where names start in folded words → where they end, the longest first."""
        found: dict[int, list[int]] = {}
        for place, word in enumerate(words):
            for phrase in self._by_first.get(word, ()):
                if tuple(words[place : place + len(phrase)]) == phrase:
                    found.setdefault(place, []).append(place + len(phrase))
        return found

    def at(self, tokens: Sequence[Token]) -> tuple[list[Option], int]:
        """Return what exactly these words can mean, and how well they fit: 2 as written, 1 marks missing, 0 others.

        Where the marks fit one name better than its namesakes, only that one is meant.
        """
        options = self._options.get(tuple(token.plain for token in tokens), [])
        fits = [min(map(likeness, (t.marked for t in tokens), option.marked), default=0) for option in options]
        best = max(fits, default=0)
        return [option for option, fit in zip(options, fits, strict=True) if fit == best], best

    def of(self, phrase: Phrase) -> list[Option]:
        """Return what a phrase can mean, whatever its marks."""
        return self._options.get(phrase, [])

    def by_initials(self, word: str) -> list[Option]:
        """Return the wards of three words or more whose first letters are `word`: "bhh" is Bình Hưng Hòa."""
        return self._initials.get(word, [])

    def near(self, typed: str, tier: Tier, slips: int, within: Option | None = None) -> Phrase | None:
        """Return the one name of `tier` that is at most `slips` slips from `typed`; None where several are as near.

        within: look only at what lies there.
        """
        names = self._joined[tier] if within is None else self._joined_in(within)
        close = process.extract(typed, names.keys(), scorer=OSA.distance, score_cutoff=slips, limit=2, processor=None)
        if not close or (len(close) > 1 and close[0][1] == close[1][1]):
            return None
        return names[close[0][0]]

    def _joined_in(self, outer: Option) -> dict[str, Phrase]:
        """Return the names of wards and units in a former district, made when first asked for."""
        name = outer.sense.name
        if name not in self._inside:
            self._inside[name] = {
                joined: phrase
                for joined, phrase in self._joined[Tier.COMMUNE].items()
                if any(option.lies_in(outer) for option in self._options[phrase])
            }
        return self._inside[name]

    def _add(self, name: str, option: Option) -> None:
        phrase, marked = keys(name), tuple(name.lower().split())
        named = replace(option, marked=marked)
        row = self._options.setdefault(phrase, [])
        if named not in row:
            row.append(named)

    def _add_stuck(self) -> None:
        """ "govap" is "gò vấp": names written as one word, where the word is no other name."""
        for phrase, options in list(self._options.items()):
            word = "".join(phrase)
            if len(phrase) > 1 and len(word) >= _LEAST_STUCK and (word,) not in self._options:
                self._options[(word,)] = [replace(option, marked=("".join(option.marked),)) for option in options]

    def _by_initials(self) -> dict[str, list[Option]]:
        found: dict[str, list[Option]] = {}
        for phrase, options in self._options.items():
            if len(phrase) >= _LEAST_INITIALS:
                own = [option for option in options if option.tier is Tier.COMMUNE]
                if own:
                    found.setdefault("".join(word[0] for word in phrase), []).extend(own)
        return found


def slips_allowed(typed: str) -> int:
    """Return how many slips a name as long as `typed` may have: two only where a word of it is none."""
    if len(typed) < _SHORTEST_NEAR:
        return 0
    return 1 if len(typed) <= _LONG or all(map(is_syllable, typed.split())) else 2


def _is_spelt(options: Iterable[Option], tier: Tier) -> bool:
    return any(option.tier is tier and not option.short and len(option.marked) > 1 for option in options)


def _all(places: Places, city: Iterable[str]) -> Iterator[tuple[str, Option]]:
    for one in places.units:
        yield one.bare_name, _of_unit(one)
    for ward in places.former_wards:
        option = _of_ward(ward)
        yield from ((name, option) for name in (_bare(ward.name)[0], *ward.say) if not name.isdecimal())
    for district in (*places.former_districts, *places.former_provinces):
        name, option = _bare(district.name)[0], _of_district(district)
        if not name.isdecimal():
            yield name.replace(" - ", " "), option
        for say in district.say:
            yield say, replace(option, short=_is_short(say))
    for place in places.outside:
        for name in (place.name, *place.say):
            yield name, Option(Sense(SenseKind.OUTSIDE, place.name), Tier.PROVINCE, "province")
    for name in city:
        yield name, Option(Sense(SenseKind.OUTSIDE, ""), Tier.CITY, "city")


def _is_short(say: str) -> bool:
    """ "gv" and "t bình" are names only beside a word like "quận" or a ward."""
    return len(say.replace(" ", "")) <= _LEAST_INITIALS or any(len(word) == 1 for word in say.split())


def _of_unit(one: Unit) -> Option:
    return Option(Sense(SenseKind.UNIT, one.name, (one.code,)), Tier.COMMUNE, one.kind.value)


def _of_ward(ward: FormerWard) -> Option:
    kind = _bare(ward.name)[1]
    tier = Tier.COMMUNE if Tier.COMMUNE in TIERS[kind] else Tier.DISTRICT
    return Option(Sense(SenseKind.FORMER_WARD, ward.full_name, ward.now), tier, kind, frozenset((ward.code,)))


def _of_district(one: FormerDistrict) -> Option:
    is_province = one.name == one.province
    kind = SenseKind.FORMER_PROVINCE if is_province else SenseKind.FORMER_DISTRICT
    tier = Tier.PROVINCE if is_province else Tier.DISTRICT
    return Option(Sense(kind, one.name, one.now), tier, _bare(one.name)[1], frozenset(one.wards), earlier=one.earlier)


def _bare(name: str) -> tuple[str, str]:
    """Return a former name without its kind, and the kind."""
    return next((name[len(start) :], kind) for start, kind in _FORMER_KINDS if name.startswith(start))


@lru_cache(maxsize=1)
def load_names() -> Names:
    """Return the names of all places, built once (some tenths of a second)."""
    places = load_places()
    names = Names(places, load_ways().city)
    for ward in places.former_wards:
        bare = _bare(ward.name)[0]
        if bare.isdecimal():
            names.wards_by_number.setdefault(int(bare), []).append(_of_ward(ward))
    for district in places.former_districts:
        bare = _bare(district.name)[0]
        if bare.isdecimal():
            names.districts_by_number[int(bare)] = _of_district(district)
    return names
