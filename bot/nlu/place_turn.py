"""What to do with a turn about places: pure decisions, no Rasa, no text. Places: `knowledge.places`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from bot.nlu.entities import choice_number
from bot.nlu.replies import Choice
from knowledge.places import MentionKind, PlaceMention, Sense, SenseKind, Unit, find_places, load_places
from knowledge.places.telling import asks_unit, home_of
from knowledge.text import fold, words

CHOOSE, UNSURE, ASK_OFFICE, AFFIRM = "choose_place", "unsure_place", "ask_office", "affirm"
_FEW_DISTRICTS = 3
_FILED_WHERE = re.compile(r"^\W*(?:(?:da|vay|the|thi|roi|phai|la|nhung)\W+)*(?:lam|nop)\b.*\b(?:nao|dau)\b")
""""Làm ở văn phòng đất đai quận nào" asks of what was spoken of; "ủy ban quận 3 ở đâu" does not."""


class Wants(str, Enum):
    """What the citizen wants of the place: which unit it is today, its office, or only that it be known."""

    UNIT = "unit"
    OFFICE = "office"
    TELL = "tell"


class PlaceStepKind(str, Enum):
    TOLD = "told"
    ASK_SPLIT = "ask_split"
    ASK_WHICH = "ask_which"
    ASK_DISTRICT = "ask_district"
    ASK_WARD = "ask_ward"
    OUTSIDE = "outside"
    NO_PLACE = "no_place"
    UNSURE = "unsure"
    DIGRESS = "digress"
    OF_PROCEDURE = "of_procedure"
    """Where the procedure at hand is filed: its record says."""


@dataclass(frozen=True)
class Asked:
    """What was asked last. said: the name that the question was on. codes: units of today that it can be.

    options: codes and names in the order of the buttons. digressed: another question was answered in between.
    """

    said: str
    former: str
    codes: tuple[str, ...]
    wants: Wants
    split: bool = False
    options: tuple[str, ...] = ()
    digressed: bool = False

    def to_slot(self) -> dict[str, Any]:
        return {
            "said": self.said,
            "former": self.former,
            "codes": list(self.codes),
            "wants": self.wants.value,
            "split": self.split,
            "options": list(self.options),
            "digressed": self.digressed,
        }

    @classmethod
    def of(cls, slot: Any) -> Asked | None:
        """Read what `to_slot` wrote; None where nothing is open, or the slot holds something else."""
        if not isinstance(slot, dict) or "said" not in slot:
            return None
        known = load_places().by_code
        codes = tuple(str(code) for code in slot.get("codes") or () if str(code) in known)
        wants = Wants(slot["wants"]) if slot.get("wants") in Wants._value2member_map_ else Wants.TELL
        options = tuple(map(str, slot.get("options") or ()))
        said, former = str(slot["said"]), str(slot.get("former") or "")
        return cls(said, former, codes, wants, bool(slot.get("split")), options, bool(slot.get("digressed")))


@dataclass(frozen=True)
class PlaceTurn:
    """pressed_code, pressed_name: what a button carries.

    about_procedure: the message asks about a procedure. replies: it came as the reply to the open question. at_hand: a
    procedure was spoken of.
    """

    intent: str
    text: str
    mentions: tuple[PlaceMention, ...] = ()
    pressed_code: str = ""
    pressed_name: str = ""
    asked: Asked | None = None
    home: Unit | None = None
    about_procedure: bool = False
    replies: bool = False
    at_hand: bool = False


@dataclass(frozen=True)
class PlaceStep:
    """units: of today. former: the former name told. senses: what to choose from. words: as typed, for an officer."""

    kind: PlaceStepKind
    wants: Wants
    units: tuple[Unit, ...] = ()
    said: str = ""
    former: str = ""
    senses: tuple[Sense, ...] = ()
    words: str = ""


def plan_place(turn: PlaceTurn) -> PlaceStep:
    """Decide the step: a button first, then the reply to what was asked, then the place in the message."""
    wants = _wants(turn)
    if turn.intent == CHOOSE:
        return _pressed(turn, wants)
    asked = turn.asked
    if asked is not None and asked.codes and turn.intent == UNSURE:
        return _unsure(asked, "")
    if asked is not None and asked.said:
        step = _reply(turn, asked)
        if step is not None:
            return step
    meant = _meant(turn)
    if meant is not None:
        return _of_mention(meant, wants)
    if turn.replies and turn.about_procedure:
        return PlaceStep(PlaceStepKind.DIGRESS, wants)
    if asked is not None and turn.replies:
        return (_again(asked) if turn.intent == AFFIRM else None) or _unsure(asked, turn.text)
    if turn.at_hand and turn.intent == ASK_OFFICE and _FILED_WHERE.search(fold(turn.text)):
        return PlaceStep(PlaceStepKind.OF_PROCEDURE, wants)
    if turn.home is not None:
        return PlaceStep(PlaceStepKind.TOLD, wants, (turn.home,), turn.home.name)
    return PlaceStep(PlaceStepKind.NO_PLACE, wants)


def _wants(turn: PlaceTurn) -> Wants:
    if turn.asked is not None and turn.intent != ASK_OFFICE:
        return turn.asked.wants
    if turn.intent == ASK_OFFICE:
        return Wants.UNIT if turn.mentions and asks_unit(turn.text) else Wants.OFFICE
    return Wants.UNIT if asks_unit(turn.text) else Wants.TELL


def _pressed(turn: PlaceTurn, wants: Wants) -> PlaceStep:
    """A button names a unit by its code, or a former place by its name in full; a forged one names nothing."""
    unit = load_places().by_code.get(turn.pressed_code)
    former = turn.asked.former if turn.asked is not None and turn.asked.split else ""
    if unit is not None:
        return PlaceStep(PlaceStepKind.TOLD, wants, (unit,), unit.name, former)
    mentions = find_places(turn.pressed_name[:_LONGEST_NAME])
    return _of_mention(mentions[0], wants) if len(mentions) == 1 else PlaceStep(PlaceStepKind.NO_PLACE, wants)


_LONGEST_NAME = 80


def _meant(turn: PlaceTurn) -> PlaceMention | None:
    """The place that the message is about: the one certain unit, or the last that is not denied; ours before others."""
    home = home_of(turn.text, turn.mentions)
    if home is not None:
        return home
    ours = [one for one in turn.mentions if one.kind is not MentionKind.OUTSIDE]
    return ours[-1] if ours else next(iter(turn.mentions), None)


def _reply(turn: PlaceTurn, asked: Asked) -> PlaceStep | None:
    """What a typed reply means together with what was asked: one of the options, or the rest of the name."""
    picked = _picked(turn.text, asked)
    if picked:
        unit = load_places().by_code.get(picked)
        return _pressed(replace(turn, pressed_code=unit.code if unit else "", pressed_name=picked), asked.wants)
    if asked.split or not turn.mentions:
        return None
    for together in (f"{asked.said}, {turn.text}", f"{turn.text}, {asked.said}"):
        mentions = find_places(together[:_LONGEST_REPLY])
        if len(mentions) == 1 and mentions[0].kind in (MentionKind.CERTAIN, MentionKind.SPLIT):
            return _of_mention(mentions[0], asked.wants)
    return None


_LONGEST_REPLY = 200


def _picked(text: str, asked: Asked) -> str:
    """Return the option that a reply picks: by its number, a district's number, or the name of a split ward's unit."""
    number = choice_number(text)
    if number is not None:
        of_district = [option for option in asked.options if option.endswith(f" {number}") and ", " in option]
        if of_district:
            return of_district[0]
        return asked.options[number - 1] if 1 <= number <= len(asked.options) else ""
    if not asked.split:
        return ""  # the name of a unit of today may be that of a former ward which went elsewhere
    said = f" {' '.join(words(text))} "
    units = [load_places().by_code[code] for code in asked.codes]
    named = [unit.code for unit in units if f" {' '.join(words(unit.bare_name))} " in said]
    return named[0] if len(named) == 1 else ""


def choices_of(units: Sequence[Unit]) -> tuple[Choice, ...]:
    """Return units as options of an open question, by their names."""
    return tuple(Choice(unit.code, (unit.name, unit.bare_name)) for unit in units)


def _again(asked: Asked) -> PlaceStep | None:
    """A yes chooses none of several: the same question once more, not the end of it."""
    mentions = find_places(asked.said)
    step = _of_mention(mentions[0], asked.wants) if len(mentions) == 1 else None
    return step if step and step.kind is not PlaceStepKind.TOLD else None


def _unsure(asked: Asked, words: str) -> PlaceStep:
    units = tuple(load_places().by_code[code] for code in asked.codes)
    return PlaceStep(PlaceStepKind.UNSURE, asked.wants, units, asked.said, asked.former or asked.said, words=words)


def _of_mention(mention: PlaceMention, wants: Wants) -> PlaceStep:
    kind = {
        MentionKind.CERTAIN: PlaceStepKind.TOLD,
        MentionKind.SPLIT: PlaceStepKind.ASK_SPLIT,
        MentionKind.FORMER_DISTRICT: PlaceStepKind.ASK_WARD,
        MentionKind.OUTSIDE: PlaceStepKind.OUTSIDE,
        MentionKind.AMBIGUOUS: PlaceStepKind.ASK_WHICH,
    }[mention.kind]
    if kind is PlaceStepKind.ASK_WHICH and _is_of_many_districts(mention):
        kind = PlaceStepKind.ASK_DISTRICT
    return PlaceStep(kind, wants, mention.candidates, mention.said, mention.former, mention.senses)


def _is_of_many_districts(mention: PlaceMention) -> bool:
    """ "phường 3": only former wards, in several districts."""
    wards = [sense for sense in mention.senses if sense.kind is SenseKind.FORMER_WARD]
    return len(wards) == len(mention.senses) and len(wards) >= _FEW_DISTRICTS
