"""Which pieces belong together: a ward with its district, a district with its province; and which are places at all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from knowledge.places.parts import Piece
from knowledge.places.tokens import Token
from knowledge.places.ways import Tier, Ways

_MOST_BETWEEN, _MOST_APART, _LONG_NAME = 2, 6, 3


@dataclass(frozen=True)
class Group:
    """Pieces that name one place: `narrow`, the larger ones said around it, and one said elsewhere in the message.

    former, today: "cũ" or "mới" was said of it.
    """

    narrow: Piece
    wide: tuple[Piece, ...] = ()
    apart: tuple[Piece, ...] = ()
    former: bool = False
    today: bool = False

    @property
    def start(self) -> int:
        return min(piece.start for piece in (self.narrow, *self.wide))

    @property
    def end(self) -> int:
        return max(piece.end for piece in (self.narrow, *self.wide))


@dataclass
class Binder:
    """Binds the pieces of one message."""

    tokens: list[Token]
    ways: Ways
    _taken: set[int] = field(default_factory=set)

    def groups(self, pieces: list[Piece]) -> list[Group]:
        """Return the places of the message, in reading order."""
        groups = [self._with_time(group) for group in self._bound(pieces)]
        whole = self._is_whole_message(groups)
        return _across([group for group in groups if whole or self._is_place(group)])

    def _bound(self, pieces: list[Piece]) -> list[Group]:
        groups = []
        for place, piece in sorted(enumerate(pieces), key=lambda item: _width(item[1])):
            if place in self._taken or not _may_be_narrow(piece):
                continue
            wide = self._around(pieces, place)
            self._taken |= {place, *wide}
            groups.append(Group(piece, tuple(pieces[number] for number in wide)))
        alone = [Group(piece) for place, piece in enumerate(pieces) if place not in self._taken and not piece.is_city]
        return sorted([*groups, *alone], key=lambda group: group.start)

    def _around(self, pieces: list[Piece], place: int) -> list[int]:
        """Return the pieces that say where `pieces[place]` lies: those after it, or the one before."""
        after: list[int] = []
        last = place
        while last + 1 < len(pieces) and self._follows(pieces, last, last + 1, pieces[place], after):
            last += 1
            after.append(last)
        before = place - 1
        if before < 0 or before in self._taken or not self._is_near(pieces[before], pieces[place]):
            return after
        if not _narrows(pieces[before], pieces[place]) or pieces[before].is_city:
            return after
        if after and not (self._breaks(pieces[place], pieces[after[0]]) > self._breaks(pieces[before], pieces[place])):
            return after
        return [before, *(number for number in after if Tier.DISTRICT not in pieces[number].tiers)]

    def _follows(self, pieces: list[Piece], last: int, number: int, narrow: Piece, wide: list[int]) -> bool:
        if number in self._taken or not self._is_near(pieces[last], pieces[number]):
            return False
        inner = pieces[wide[-1]] if wide else narrow
        return pieces[number].is_city or _narrows(pieces[number], inner)

    def _is_near(self, one: Piece, other: Piece) -> bool:
        between = range(one.end, other.start)
        return len(between) <= _MOST_BETWEEN and all(self.ways.between.length_at(self.tokens, at) for at in between)

    def _breaks(self, one: Piece, other: Piece) -> int:
        return sum(self.tokens[at].break_before for at in range(one.end, other.start + 1))

    def _with_time(self, group: Group) -> Group:
        """ "cũ" or "mới" right after the name, or after the word that stands before it ("phường mới Tân Bình")."""
        after = group.end
        if self.ways.former.length_at(self.tokens, after) or self.ways.former.length_at(self.tokens, group.narrow.end):
            return replace(group, former=True)
        return replace(group, today=bool(self.ways.today.length_at(self.tokens, after)))

    def _is_whole_message(self, groups: list[Group]) -> bool:
        """Nothing but names and small words: an answer to "which ward?"."""
        if not groups or any(self._is_someones(group) for group in groups):
            return False
        inside = {at for group in groups for at in range(group.start, group.end)}
        at = 0
        while at < len(self.tokens):
            size = 1 if at in inside else self._small_at(at)
            if not size:
                return False
            at += size
        return all(group.narrow.fit for group in groups)

    def _small_at(self, at: int) -> int:
        lists = (self.ways.small, self.ways.between, self.ways.where, self.ways.former, self.ways.today)
        return max(phrases.length_at(self.tokens, at) for phrases in lists)

    def _is_place(self, group: Group) -> bool:
        """Say whether a name counts: with a word like "phường", bound to another, told as a place, or unmistakable."""
        piece = group.narrow
        if piece.level or any(wide.level for wide in group.wide):
            return True
        if self._is_someones(group) or not piece.fit:
            return False
        if group.wide and not all(wide.is_city for wide in group.wide):
            return True
        if all(option.short for option in piece.options):
            return False
        return group.former or self._is_told(piece) or self._is_unmistakable(piece)

    def _is_someones(self, group: Group) -> bool:
        start = group.start
        return not group.narrow.level and bool(self.ways.not_where.length_before(self.tokens, start))

    def _begins_like_a_person(self, piece: Piece) -> bool:
        """ "Nguyễn Thái Bình", "Võ Thị Sáu": people and streets have these names too."""
        return bool(self.ways.not_where.length_at(self.tokens, piece.start))

    def _is_told(self, piece: Piece) -> bool:
        if self.tokens[piece.start].break_before:
            return False
        lists = (self.ways.where, self.ways.offices, self.ways.where_if_marked)
        return any(phrases.length_before(self.tokens, piece.start) for phrases in lists)

    def _is_unmistakable(self, piece: Piece) -> bool:
        """Larger places, and names of three words, count by their name alone, but for those that are ordinary words."""
        if not piece.tiers & {Tier.DISTRICT, Tier.PROVINCE}:
            return piece.fit > 1 and piece.end - piece.start >= _LONG_NAME and not self._begins_like_a_person(piece)
        name = tuple(token.plain for token in self.tokens[piece.start : piece.end])
        if name in self.ways.only_with_where:
            return False
        return piece.fit > 1 or name not in self.ways.plain_only_with_where


def _may_be_narrow(piece: Piece) -> bool:
    return bool(piece.tiers & {Tier.COMMUNE, Tier.DISTRICT}) or piece.number is not None


def _width(piece: Piece) -> int:
    """Wards with a word before them bind first, then other wards, then what is larger: each takes what is around it."""
    if Tier.COMMUNE in piece.tiers or (piece.number is not None and piece.level == "ward"):
        return 0 if piece.level else 2 if piece.tiers & {Tier.DISTRICT, Tier.PROVINCE} else 1
    return 3


def _narrows(wide: Piece, narrow: Piece) -> bool:
    """Say whether `wide` can be the district or province of `narrow`; of a number that is not known there, too."""
    if narrow.number is not None and wide.level and Tier.DISTRICT in wide.tiers and wide.number != narrow.number:
        return narrow.level != "district"
    return any(inner.lies_in(outer) for inner in narrow.options for outer in wide.options)


def _across(groups: list[Group]) -> list[Group]:
    """A ward without a district takes the only district, or the only place outside, that is said elsewhere."""
    wards = [group for group in groups if not group.wide and group.narrow.level and not _is_wide(group)]
    wide = [group for group in groups if not group.wide and _is_wide(group)]
    if len(wards) != 1 or len(wide) != 1 or not _narrows(wide[0].narrow, wards[0].narrow):
        return groups
    is_outside = wide[0].narrow.tiers == {Tier.PROVINCE}
    if is_outside and not 0 <= wide[0].start - wards[0].end <= _MOST_APART:
        return groups
    bound = replace(wards[0], apart=(wide[0].narrow,))
    return [bound if group is wards[0] else group for group in groups if group is not wide[0]]


def _is_wide(group: Group) -> bool:
    if group.narrow.number is not None:
        return group.narrow.level == "district"
    return group.narrow.tiers <= {Tier.DISTRICT, Tier.PROVINCE}
