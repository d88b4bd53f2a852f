"""Parts of place names where they are misspelt: read only as far as what stands around them leaves no doubt."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

from knowledge.places.names import Option, slips_allowed
from knowledge.places.parts import Piece, of_level
from knowledge.places.reading import STRICT, Reader
from knowledge.places.ways import TIERS, Tier
from knowledge.search.keyboard import is_syllable
from knowledge.text import fold

_MOST_WORDS, _LEAST_NEAR = 4, 6
_NEAR_LEVELS = {"phuong": "ward", "quan": "district", "huyen": "rural_district"}
_LEAST_LEVEL = 3


class Guesser:
    """Guesses at what a `Reader` could not read."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._tokens, self._names, self._ways = reader.tokens, reader.names, reader.ways

    def name_after_level(self, place: int, before: Option | None) -> Piece | None:
        """ "phường Thạh Lộc": a name of this kind that is a slip away. before: the district said right before."""
        for level in self._ways.levels.get(self._tokens[place].plain, ()):
            at = place + len(level.phrase)
            words = self._tokens[place:at]
            if tuple(token.plain for token in words) == level.phrase and level.fit(words):
                piece = self._near(level.kind, place, at, before)
                if piece is not None:
                    return piece
        return None

    def goes_on_unread(self, piece: Piece) -> bool:
        """ "phường An Phú Đôg": after the name stands a word that is none, perhaps the end of a longer name."""
        after = piece.end
        if after >= len(self._tokens) or self._reader.breaks(after) or not piece.level or piece.number is not None:
            return False
        word = self._tokens[after]
        is_word = is_syllable(word.plain) or word.plain in self._ways.levels or _near_level(word.plain)
        return word.number is None and not is_word

    def level_itself(self, place: int, before: Option | None) -> Piece | None:
        """ "phườgn 12 quận 10", "qun Bình Tân": the word before the name is misspelt, the name is not."""
        token = self._tokens[place]
        kind = _near_level(token.plain)
        if not kind or token.marked in self._ways.not_levels or place + 1 >= len(self._tokens):
            return None
        piece = self._reader.numbered(kind, place, place + 1)
        if piece is not None:
            return piece if before or self._is_beside(piece, kind) else None
        return self._reader.named(kind, place, place + 1)

    def ward_before_district(self, place: int) -> Piece | None:
        """ "bhh b bình tân", "phước hệip củ chi": a ward without a word before it, its district right after it."""
        short = self._reader.initials("ward", place, place)
        if short is not None and self._lies_in(short, self._reader.district_at(short.end)):
            return short
        for size in range(_MOST_WORDS, 1, -1):
            end = place + size
            district = self._reader.district_at(end)
            if district is None or self._reader.breaks_within(place, end):
                continue
            typed = self._typed(place, end)
            enough = len(typed) >= _LEAST_NEAR
            phrase = self._names.near(typed, Tier.COMMUNE, slips_allowed(typed), district) if enough else None
            if phrase is not None:
                return Piece(place, end, of_level(self._names.of(phrase), "ward"), "ward", 1)
        return None

    def district_after_ward(self, place: int, ward: Piece | None) -> Piece | None:
        """ "phường 12 bình thạng": right after a ward, a district's name may be misspelt."""
        if ward is None or ward.end != place or Tier.COMMUNE not in ward.tiers or not ward.level:
            return None
        for end in (place + 3, place + 2, place + 1):
            if end > len(self._tokens) or self._reader.breaks_within(place, end):
                continue
            typed = self._typed(place, end)
            phrase = self._names.near(typed, Tier.DISTRICT, slips_allowed(typed)) if len(typed) >= _LEAST_NEAR else None
            if phrase is not None:
                options = [option for option in self._names.of(phrase) if option.tier is Tier.DISTRICT]
                return Piece(place, end, tuple(options), fit=1)
        return None

    def _near(self, kind: str, place: int, at: int, before: Option | None) -> Piece | None:
        if at >= len(self._tokens):
            return None
        for size in range(_MOST_WORDS, 0, -1):
            end = at + size
            if end > len(self._tokens) or self._reader.breaks_within(at, end):
                continue
            around = before or self._reader.district_at(end)
            for tier in TIERS[kind]:
                piece = self._near_in(kind, place, (at, end), tier, around)
                if piece is not None:
                    return piece
        return None

    def _near_in(self, kind: str, place: int, span: tuple[int, int], tier: Tier, around: Option | None) -> Piece | None:
        """Within a district that is said around it a name is known better than among all."""
        typed = self._typed(*span)
        slips = slips_allowed(typed)
        if not slips or tier not in (Tier.COMMUNE, Tier.DISTRICT):
            return None
        if tier is Tier.DISTRICT:
            around = None
        if around is None and (self._is_no_name(span[0]) or (len(self._tokens[place].plain) == 1 and kind in STRICT)):
            return None
        phrase = self._names.near(typed, tier, slips, around)
        own = of_level(self._names.of(phrase), kind) if phrase else ()
        return Piece(place, span[1], own, kind, 1) if own else None

    def _is_beside(self, piece: Piece, kind: str) -> bool:
        """Say whether a number has the other half beside it: a ward its district, a district its ward."""
        if kind == "ward":
            return self._reader.district_at(piece.end) is not None
        following = self._reader.with_level(piece.end) if piece.end < len(self._tokens) else None
        after_number = piece.start > 1 and self._tokens[piece.start - 1].number is not None
        return after_number or (following is not None and following.level == "ward")

    def _is_no_name(self, at: int) -> bool:
        """ "phường cho", "phuong cho" go on with another word; "phường Chợ" does not."""
        token = self._tokens[at]
        is_level = len(token.plain) > 1 and token.plain in self._ways.levels
        return token.marked in self._ways.not_names or is_level

    def _lies_in(self, piece: Piece, district: Option | None) -> bool:
        return district is not None and any(option.lies_in(district) for option in piece.options)

    def _typed(self, start: int, end: int) -> str:
        return " ".join(token.plain for token in self._tokens[start:end])


@lru_cache(maxsize=20_000)
def _near_level(word: str) -> str:
    """Return the kind of the level that a folded word is one slip away from."""
    if len(word) < _LEAST_LEVEL or word in _NEAR_LEVELS:
        return ""
    near = (kind for level, kind in _NEAR_LEVELS.items() if OSA.distance(fold(word), level, score_cutoff=1) <= 1)
    return next(near, "")
