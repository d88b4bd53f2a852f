"""Parts of place names where they are spelt well: a word like "phường" with a number or a name, or a name alone."""

from __future__ import annotations

from knowledge.places.names import Names, Option
from knowledge.places.parts import Piece, of_level
from knowledge.places.tokens import Token, likeness
from knowledge.places.ways import TIERS, Tier, Ways

_MOST_NUMBER = 28
_LEVELS_OF_NUMBERS = ("ward", "district")
STRICT = ("commune", "rural_district")
"""Their single letters, "x" and "h", stand only before a name of that kind."""


class Reader:
    """Reads one message; every method looks at the tokens from a place on."""

    def __init__(self, tokens: list[Token], names: Names, ways: Ways, spans: dict[int, list[int]]) -> None:
        self.tokens, self.names, self.ways, self._spans = tokens, names, ways, spans
        self._districts: dict[int, Option | None] = {}

    def with_level(self, place: int) -> Piece | None:
        """A word like "phường" and what follows it."""
        for level in self.ways.levels.get(self.tokens[place].plain, ()):
            at = place + len(level.phrase)
            words = self.tokens[place:at]
            if at >= len(self.tokens) or tuple(token.plain for token in words) != level.phrase:
                continue
            piece = self.numbered(level.kind, place, at)
            if piece is None and level.fit(words):  # "phương" and "quân" are other words: only digits count after them
                piece = self.named(level.kind, place, at) or self._otherwise_told(level.kind, place, at)
            if piece is not None:
                return piece
        return None

    def numbered(self, kind: str, place: int, at: int) -> Piece | None:
        """A number in digits."""
        return self._of_number(kind, place, self.tokens[at].number, at + 1)

    def named(self, kind: str, place: int, at: int) -> Piece | None:
        """A name as it is spelt."""
        strictly = len(self.tokens[place].plain) == 1 and kind in STRICT
        for end in self._spans.get(at, ()):
            options, fit = self.names.at(self.tokens[at:end])
            own = of_level(options, kind, strictly)
            far = self.tokens[place].plain == "xa" and fit == 0  # "xa" without its mark may be "far", not a commune
            if own and not far and not self.breaks_within(at, end):
                return Piece(place, end, own, kind, fit)
        return None

    def bare(self, place: int) -> Piece | None:
        """A name without a word before it; it may yet be ordinary words."""
        for end in self._spans.get(place, ()):
            options, fit = self.names.at(self.tokens[place:end])
            city = tuple(option for option in options if option.tier is Tier.CITY)
            if options and fit and not self.breaks_within(place, end):
                return Piece(place, end, city or tuple(options), fit=fit)
        return None

    def initials(self, kind: str, place: int, at: int) -> Piece | None:
        """ "p. bhh", "p. bhh a": the first letters of a ward's name."""
        for size in (2, 1) if Tier.COMMUNE in TIERS[kind] else ():
            options = self.names.by_initials("".join(token.plain for token in self.tokens[at : at + size]))
            if options and at + size <= len(self.tokens):
                return Piece(place, at + size, tuple(options), kind, 1)
        return None

    def district_at(self, place: int) -> Option | None:
        """The former district that is named from `place` on, right after something else."""
        if place >= len(self.tokens):
            return None
        if place not in self._districts:  # asked for from each of the words before it
            piece = self.with_level(place) or self.bare(place)
            self._districts[place] = piece.district if piece else None
        return self._districts[place]

    def breaks_within(self, start: int, end: int) -> bool:
        return any(self.breaks(inner) for inner in range(start + 1, end))

    def breaks(self, at: int) -> bool:
        return at < len(self.tokens) and self.tokens[at].break_before

    def _otherwise_told(self, kind: str, place: int, at: int) -> Piece | None:
        return self._of_number(kind, place, *self._spelt_out(at)) or self.initials(kind, place, at)

    def _of_number(self, kind: str, place: int, number: int | None, end: int) -> Piece | None:
        if number is None or kind not in _LEVELS_OF_NUMBERS or self._is_counting(kind, end):
            return None
        if kind == "district":
            option = self.names.districts_by_number.get(number)
            return Piece(place, end, (option,), kind, number=number) if option else None
        options = tuple(self.names.wards_by_number.get(number, ()))
        return Piece(place, end, options, kind, number=number) if 1 <= number <= _MOST_NUMBER else None

    def _is_counting(self, kind: str, end: int) -> bool:
        """ "phường 3 lần", "phường 7 giờ mở cửa": the number counts something; "phường 12 giờ thuộc …" is now."""
        if end >= len(self.tokens) or self.breaks(end):
            return False
        if self.tokens[end].plain == "gio":
            return kind == "ward" and not self.ways.goes_on.length_at(self.tokens, end + 1)
        lists = (self.ways.counted, self.ways.counted_if_marked)
        return any(phrases.length_at(self.tokens, end) for phrases in lists)

    def _spelt_out(self, at: int) -> tuple[int | None, int]:
        """A number in words; a single word is one only where the clause or the ward's name ends there."""
        for size in (3, 2, 1):
            words = self.tokens[at : at + size]
            value, marked = self.ways.numbers.get(tuple(token.plain for token in words), (None, ()))
            if value is None or len(words) < size:
                continue
            fits = all(likeness(token.marked, word) for token, word in zip(words, marked, strict=True))
            if fits and (size > 1 or self._ends_or_goes_up(at + 1)):
                return value, at + size
        return None, at

    def _ends_or_goes_up(self, at: int) -> bool:
        if at >= len(self.tokens) or self.breaks(at) or self.tokens[at].plain in self.ways.levels:
            return True
        piece = self.bare(at)
        return piece is not None and piece.district is not None
