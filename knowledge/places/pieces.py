"""Parts of place names in a message: "phường 12", "q. 10", "Gò Vấp", each with what it can mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.places.names import Names, Option, slips_allowed
from knowledge.places.tokens import Token, likeness
from knowledge.places.ways import TIERS, Phrase, Tier, Ways

_MOST_NUMBER, _MOST_WORDS, _LEAST_NEAR_BARE = 28, 4, 7
_LEVELS_OF_NUMBERS = ("ward", "district")


@dataclass(frozen=True)
class Piece:
    """tokens[start:end]. options: what it can mean. level: the kind that was said before the name, "" where none was.

    fit: how well the marks fit (`Names.at`). number: of a ward or district said by number. near: it was misspelt.
    """

    start: int
    end: int
    options: tuple[Option, ...]
    level: str = ""
    fit: int = 2
    number: int | None = None
    near: bool = False

    @property
    def tiers(self) -> frozenset[Tier]:
        return frozenset(option.tier for option in self.options)

    @property
    def is_city(self) -> bool:
        return self.tiers == {Tier.CITY}


class Scanner:
    """Reads the pieces of one message from left to right."""

    def __init__(self, tokens: list[Token], names: Names, ways: Ways, spans: dict[int, list[int]]) -> None:
        self._tokens, self._names, self._ways, self._spans = tokens, names, ways, spans

    def pieces(self) -> list[Piece]:
        """Return all pieces, also names without a word before them that may yet be ordinary words."""
        found: list[Piece] = []
        place = 0
        while place < len(self._tokens):
            piece = self._with_level(place) or self._without_level(place, found)
            if piece is not None:
                found.append(piece)
            place = piece.end if piece else place + 1
        return found

    def _without_level(self, place: int, found: Sequence[Piece]) -> Piece | None:
        bare = self._bare(place)
        if bare is not None and bare.fit:
            return bare
        return self._misspelt_district(place, found) or bare

    def _with_level(self, place: int) -> Piece | None:
        for level in self._ways.levels.get(self._tokens[place].plain, ()):
            at = place + len(level.phrase)
            words = self._tokens[place:at]
            if at >= len(self._tokens) or tuple(token.plain for token in words) != level.phrase:
                continue
            fit = level.fit(words)
            piece = self._numbered(level.kind, place, at, self._digits(at))
            if piece is None and fit:  # "phương" and "quân" are other words: only a number in digits after them counts
                piece = self._named(level.kind, place, at)
            if piece is not None:
                return piece
        return None

    def _numbered(self, kind: str, place: int, at: int, read: tuple[int | None, int]) -> Piece | None:
        number, end = read
        if number is None or kind not in _LEVELS_OF_NUMBERS or self._is_counting(kind, end):
            return None
        if kind == "district":
            option = self._names.districts_by_number.get(number)
            return Piece(place, end, (option,), kind, number=number) if option else None
        options = tuple(self._names.wards_by_number.get(number, ()))
        return Piece(place, end, options, kind, number=number) if 1 <= number <= _MOST_NUMBER else None

    def _is_counting(self, kind: str, end: int) -> bool:
        """ "phường 3 lần", "phường 7 giờ mở cửa": the number counts something; "phường 12 giờ thuộc …" is now."""
        if end >= len(self._tokens) or self._breaks(end):
            return False
        if self._tokens[end].plain == "gio":
            return kind == "ward" and not self._ways.goes_on.length_at(self._tokens, end + 1)
        return bool(self._ways.counted.length_at(self._tokens, end))

    def _digits(self, at: int) -> tuple[int | None, int]:
        return self._tokens[at].number, at + 1

    def _spelt_out(self, at: int) -> tuple[int | None, int]:
        """A number in words; a single word is one only where the clause or the ward's name ends there."""
        for size in (3, 2, 1):
            words = self._tokens[at : at + size]
            value, marked = self._ways.numbers.get(tuple(token.plain for token in words), (None, ()))
            if value is None or len(words) < size:
                continue
            fits = all(likeness(token.marked, word) for token, word in zip(words, marked, strict=True))
            if fits and (size > 1 or self._ends_or_goes_up(at + 1)):
                return value, at + size
        return None, at

    def _ends_or_goes_up(self, at: int) -> bool:
        if at >= len(self._tokens) or self._breaks(at) or self._tokens[at].plain in self._ways.levels:
            return True
        ends = self._spans.get(at, ())
        return any(option.tier is Tier.DISTRICT for end in ends for option in self._names.at(self._tokens[at:end])[0])

    def _breaks(self, at: int) -> bool:
        return at < len(self._tokens) and self._tokens[at].break_before

    def _named(self, kind: str, place: int, at: int) -> Piece | None:
        abbreviated = len(self._tokens[place].plain) == 1
        for end in self._spans.get(at, ()):
            options, fit = self._names.at(self._tokens[at:end])
            own = _of_level(options, kind, strictly=abbreviated and kind in ("commune", "rural_district"))
            if own and not (self._is_far(place) and fit == 0):
                return Piece(place, end, own, kind, fit)
        told = self._numbered(kind, place, at, self._spelt_out(at)) or self._short(kind, place, at)
        if told is not None:
            return told
        return None if abbreviated and kind in ("commune", "rural_district") else self._near(kind, place, at)

    def _short(self, kind: str, place: int, at: int) -> Piece | None:
        """ "p. bhh", "p. bhh a": the first letters of a ward's name."""
        for size in (2, 1) if Tier.COMMUNE in TIERS[kind] else ():
            options = self._names.by_initials("".join(token.plain for token in self._tokens[at : at + size]))
            if options and at + size <= len(self._tokens):
                return Piece(place, at + size, tuple(options), kind, 1)
        return None

    def _is_far(self, place: int) -> bool:
        """ "xa" without its mark may be "far", not a commune."""
        return self._tokens[place].plain == "xa"

    def _near(self, kind: str, place: int, at: int) -> Piece | None:
        if self._tokens[at].plain in self._ways.not_names or self._breaks(at):
            return None
        for size in range(_MOST_WORDS, 0, -1):
            end = at + size
            if end > len(self._tokens) or any(self._breaks(inner) for inner in range(at + 1, end)):
                continue
            for tier in TIERS[kind]:
                phrase = self._near_phrase(at, end, tier)
                if phrase is not None:
                    own = _of_level(self._names.of(phrase), kind)
                    if own:
                        return Piece(place, end, own, kind, 1, near=True)
        return None

    def _near_phrase(self, at: int, end: int, tier: Tier) -> Phrase | None:
        typed = " ".join(token.plain for token in self._tokens[at:end])
        slips = slips_allowed(typed) if tier in (Tier.COMMUNE, Tier.DISTRICT) else 0
        return self._names.near(typed, tier, slips) if slips else None

    def _bare(self, place: int) -> Piece | None:
        for end in self._spans.get(place, ()):
            options, fit = self._names.at(self._tokens[place:end])
            city = tuple(option for option in options if option.tier is Tier.CITY)
            if options and (fit or end - place > 1):
                return Piece(place, end, city or tuple(options), fit=fit)
        return None

    def _misspelt_district(self, place: int, found: Sequence[Piece]) -> Piece | None:
        """Right after a ward, a district's name may be misspelt: "phường 12 bình thạng"."""
        before = found[-1] if found else None
        if before is None or before.end != place or Tier.COMMUNE not in before.tiers or not before.level:
            return None
        for end in (place + 3, place + 2, place + 1):
            if end <= len(self._tokens) and not any(self._breaks(inner) for inner in range(place + 1, end)):
                typed = " ".join(token.plain for token in self._tokens[place:end])
                phrase = self._near_phrase(place, end, Tier.DISTRICT) if len(typed) >= _LEAST_NEAR_BARE - 1 else None
                if phrase is not None:
                    options = [option for option in self._names.of(phrase) if option.tier is Tier.DISTRICT]
                    return Piece(place, end, tuple(options), fit=1, near=True)
        return None


def _of_level(options: Sequence[Option], kind: str, strictly: bool = False) -> tuple[Option, ...]:
    """Keep what has the kind that was said; where nothing has, what is as large ("huyện Dĩ An" was a city)."""
    exact = tuple(option for option in options if option.kind == kind)
    if exact or strictly:
        return exact
    return tuple(option for option in options if option.tier in TIERS[kind])
