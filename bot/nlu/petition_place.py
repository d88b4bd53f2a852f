"""Where a petition happened, if its name can be several places of today: what to choose from, and what was chosen.

Pure. An option is the code of a unit of today, or the full name of a former place ("Phường 12, Quận 10"): what a slot
keeps. `option_id` is what a button carries of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.nlu.entities import choice_number
from bot.nlu.replies import Choice, read_reply
from knowledge.places import find_places, load_places
from knowledge.places.models import MentionKind, PlaceMention, Sense, SenseKind, Unit
from knowledge.places.telling import is_only_told, without_denied
from knowledge.text import words

MOST_SHOWN = 5
"""Buttons of places; what is beyond them can be typed."""
_LONGEST = 200


@dataclass(frozen=True)
class Doubt:
    """A name that can be several places. said: as it was written. former: the former place, where it was split."""

    said: str
    options: tuple[str, ...]
    former: str = ""


@dataclass(frozen=True)
class Chosen:
    """name: of the unit of today, or of the former place where several units took it over; then there is no code."""

    name: str
    code: str = ""


def doubt_in(text: str, answers: bool = False) -> Doubt | None:
    """Return the one place of `text` that leaves open which unit of today is meant; None where none does, or several.

    answers: it is the reply to the question for the place, where a former district alone is a place in doubt too. In a
    story it rather says which office ("chi nhánh quận 3").
    """
    found = without_denied(text, find_places(text))
    ours = [one for one in found if one.kind is not MentionKind.OUTSIDE]
    if not ours or len({(one.kind, one.candidates) for one in ours}) > 1:
        return None
    mention = ours[-1]
    if mention.kind is MentionKind.AMBIGUOUS:
        options = tuple(dict.fromkeys(_of_sense(one) for one in mention.senses if one.kind is not SenseKind.OUTSIDE))
    elif mention.kind is MentionKind.SPLIT or (answers and _is_small_district(text, found, mention)):
        options = tuple(unit.code for unit in mention.candidates)
    else:
        return None
    former = mention.former if mention.kind is not MentionKind.AMBIGUOUS else ""
    return Doubt(mention.said, options, former) if len(options) > 1 else None


def _is_small_district(text: str, found: list[PlaceMention], mention: PlaceMention) -> bool:
    few = mention.kind is MentionKind.FORMER_DISTRICT and len(mention.candidates) <= MOST_SHOWN
    return few and is_only_told(text, found)


def _of_sense(sense: Sense) -> str:
    return sense.codes[0] if sense.kind is SenseKind.UNIT and sense.codes else sense.name


def option_id(option: str) -> str:
    """Return an option in letters that a button's payload takes as they are: "27163", "phuong-12-quan-10"."""
    return option if option.isdecimal() else "-".join(words(option))


def unit_of(option: str) -> Unit | None:
    """Return the unit of today that an option is; None for a former place."""
    return load_places().by_code.get(option)


def chosen(picked: str, options: tuple[str, ...]) -> Chosen | None:
    """Return the place of the option with the id `picked`; None where it is none of `options`."""
    option = next((one for one in options if option_id(one) == picked), "")
    unit = unit_of(option)
    if unit is None and option:
        found = find_places(option)
        unit = found[0].unit if len(found) == 1 else None
    if unit is not None:
        return Chosen(unit.name, unit.code)
    return Chosen(option) if option else None


def picked_in(text: str, said: str, options: tuple[str, ...]) -> str:
    """Return the id of the option that a typed reply picks; "" where it picks none, or it is not sure which.

    A number is the place in the list; of former wards also that of their district, if it cannot be both.
    """
    number = choice_number(text)
    if number is not None:
        return _numbered(number, options)
    units = [unit for one in options if (unit := unit_of(one)) is not None]
    if len(units) == len(options):
        return read_reply(text, tuple(Choice(one.code, (one.name, one.bare_name)) for one in units)).option
    for together in (f"{said}, {text}", f"{text}, {said}"):
        found = find_places(together[:_LONGEST])
        named = found[0].senses[0] if len(found) == 1 and len(found[0].senses) == 1 else None
        if named is not None and _of_sense(named) in options:
            return option_id(_of_sense(named))
    # The bare name of a unit of today is no answer: it is the name that was in doubt.
    choices = (Choice(option_id(one), _TODAY if unit_of(one) else (one,)) for one in options)
    return read_reply(text, tuple(choices)).option


_TODAY = ("tên hiện nay", "hiện nay", "tên mới", "phường mới", "phường hiện nay", "bây giờ")


def _numbered(number: int, options: tuple[str, ...]) -> str:
    of_district = [one for one in options if ", " in one and one.endswith(f" {number}")]
    in_list = list(options[number - 1 : number]) if 1 <= number <= min(len(options), MOST_SHOWN) else []
    meant = {*of_district, *in_list}
    return option_id(meant.pop()) if len(meant) == 1 else ""
