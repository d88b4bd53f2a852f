"""What the pieces of a name mean together: one unit, several, a split ward, a former district, or none of this city."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowledge.places.binding import Group
from knowledge.places.models import MentionKind, PlaceMention, Places, Sense, SenseKind, Unit
from knowledge.places.names import Option
from knowledge.places.ways import Tier

_FORMER = (SenseKind.FORMER_WARD, SenseKind.FORMER_DISTRICT, SenseKind.FORMER_PROVINCE)
_ORDER = (
    SenseKind.UNIT,
    SenseKind.FORMER_DISTRICT,
    SenseKind.FORMER_PROVINCE,
    SenseKind.FORMER_WARD,
    SenseKind.OUTSIDE,
)
_WIDE = (SenseKind.FORMER_DISTRICT, SenseKind.FORMER_PROVINCE)


def mention_of(group: Group, text: str, start: int, end: int, places: Places, at_home: bool) -> PlaceMention | None:
    """Return what `group` (text[start:end]) means; None where its number is of no ward.

    at_home: "quê …" stands before it.
    """
    senses = _senses(group, at_home)
    if not senses:
        return None
    kind, codes = _kind(senses)
    former = next((sense.name for sense in senses if sense.kind in (*_FORMER, SenseKind.OUTSIDE)), "")
    if kind is MentionKind.AMBIGUOUS or (kind is MentionKind.CERTAIN and senses[0].kind is SenseKind.UNIT):
        former = ""
    return PlaceMention(
        start,
        end,
        text[start:end],
        kind,
        tuple(_units(codes, places)),
        former,
        senses,
    )


def _senses(group: Group, at_home: bool) -> tuple[Sense, ...]:
    wide = [*group.wide, *group.apart]
    options = list(group.narrow.options)
    outer = [option for piece in wide for option in piece.options if option.tier is not Tier.CITY]
    if outer:
        options = _within(options, outer) or [option for option in outer if option.tier is Tier.DISTRICT]
    if at_home and any(option.sense.kind is SenseKind.OUTSIDE for option in options):
        options = [option for option in options if option.sense.kind is SenseKind.OUTSIDE]
    if group.former or group.today:
        options = _of_time(options, group.former)
    if not group.narrow.level:  # "Thủ Đức" is the city of before 2025, not the district that it was before
        options = [option for option in options if not option.earlier] or options
    return _told_apart(option.sense for option in options)


def _told_apart(senses: Iterable[Sense]) -> tuple[Sense, ...]:
    """Without former wards of the name that became the unit of the name: nobody need be asked which of the two."""
    distinct = tuple(dict.fromkeys(senses))
    today = {sense.codes for sense in distinct if sense.kind is SenseKind.UNIT}
    kept = [sense for sense in distinct if sense.kind is not SenseKind.FORMER_WARD or sense.codes not in today]
    return tuple(sorted(kept, key=lambda sense: _ORDER.index(sense.kind)))


def _within(options: Sequence[Option], outer: Sequence[Option]) -> list[Option]:
    """What lies in what was said around it: in a place outside, the place outside is meant."""
    around = [one for one in outer if any(option.lies_in(one) for option in options)]
    ours = [one for one in around if one.sense.kind is not SenseKind.OUTSIDE]
    if around and not ours:
        return around
    inside = [option for option in options if any(option.lies_in(one) for one in ours)]
    smaller = [option for option in inside if option.tier is Tier.COMMUNE]
    said_wider = any(one.tier is Tier.DISTRICT for one in ours)
    return smaller if smaller and said_wider else inside


def _of_time(options: list[Option], former: bool) -> list[Option]:
    """Keep former places after "cũ", those of today after "mới"; all where that leaves none."""
    fits = [option for option in options if (option.sense.kind in _FORMER) == former]
    return fits or options


def _kind(senses: Sequence[Sense]) -> tuple[MentionKind, list[str]]:
    codes = list(dict.fromkeys(code for sense in senses for code in sense.codes))
    if all(sense.kind is SenseKind.OUTSIDE for sense in senses):
        return MentionKind.OUTSIDE, []
    if len(codes) == 1 and not any(sense.kind is SenseKind.OUTSIDE for sense in senses):
        return MentionKind.CERTAIN, codes
    split = next((one for one in senses if one.kind is SenseKind.FORMER_WARD and len(one.codes) > 1), None)
    if split is not None and set(codes) <= set(split.codes) and not any(sense.kind in _WIDE for sense in senses):
        return MentionKind.SPLIT, list(split.codes)
    if len(senses) == 1 and senses[0].kind in _WIDE:
        return MentionKind.FORMER_DISTRICT, codes
    return MentionKind.AMBIGUOUS, codes


def _units(codes: Iterable[str], places: Places) -> Iterable[Unit]:
    return (places.by_code[code] for code in codes)
