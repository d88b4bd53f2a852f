"""The questions of a correction, one a turn, and what is remembered between them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions.my_data_talk import NAME, WAITING, DataTalk, button
from bot.nlu.correction_reading import CONTENT, OTHER, field_choice
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes
from bot.nlu.replies import NO, YES, Choice
from bot.ops.outcomes import Outcome
from bot.ops.screening.kinds import Kind
from bot.privacy.corrections import Correctable, HeldIn, claimed
from bot.privacy.models import Field
from bot.privacy.words import privacy_wording

DRAFT = "privacy__correction"
"""Slot: record, field and right value so far; empty when no correction is being asked for."""
QUESTIONS = tuple(f"correct_{one}" for one in ("record", "field", "value", "confirm", "undo", "number"))
RECORD, FIELD, VALUE, CONFIRM, UNDO, NUMBER = QUESTIONS
MARK, BEGIN = "correct|", "begin"
"""With which the payload of every button of this talk begins: `correct|field|petition:PA-…|phone`."""
AGAIN, TAKE_BACK = "again", "undo"
PATIENCE = 2
"""Replies in a row that are no answer, after which a question is left."""
_EXPECTED = (Kind.PHONE.value, Kind.EMAIL.value)
REACHED_BY = (Field.PHONE, Field.EMAIL)
FIELDS = {one.value: one for one in Field}
_READ_BACK = {HeldIn.PETITION: "correct_confirm", HeldIn.CLAIMED: "correct_confirm_claimed"}
_TAKES = {VALUE: Takes.CONTACT, CONFIRM: Takes.CONTACT, UNDO: Takes.EXACT, NUMBER: Takes.PHONE}


@dataclass(frozen=True)
class Draft:
    """What is known so far. key: of the record. receipt: of what was asked and can still be taken back."""

    key: str = ""
    field: str = ""
    value: str = ""
    receipt: str = ""
    missed: int = 0

    @property
    def seal(self) -> str:
        """What a yes agrees to: the button of an earlier question agrees to nothing."""
        return hashlib.sha256(f"{self.key}\x1f{self.field}\x1f{self.value}".encode()).hexdigest()[:12]


def read_draft(slot: Any) -> Draft:
    """Return the draft in a slot's value; an empty one where there is none, or it is not ours."""
    known = {name: one for name, one in slot.items() if name in Draft.__dataclass_fields__} if _is_map(slot) else {}
    fits = all(isinstance(one, int if name == "missed" else str) for name, one in known.items())
    return Draft(**known) if fits else Draft()


def _is_map(slot: Any) -> bool:
    return isinstance(slot, dict)


def ask_number(talk: DataTalk, moment: str, draft: Draft) -> list[EventType]:
    """Nothing is held in this conversation: under which number was it left? Nothing is looked up, nothing told."""
    talk.say(moment, Outcome.CLARIFIED_MY_DATA, [button("no")], _EXPECTED, more=talk.more())
    return wait(NUMBER, (no(),), draft)


def ask_record(talk: DataTalk, records: list[Correctable], draft: Draft) -> list[EventType]:
    lines = "\n".join(f"{number}. {label(one)}" for number, one in enumerate(records, 1))
    buttons = [button(f"record_{one.held_in.value}", says("record", one.key), code=one.reference) for one in records]
    talk.say("correct_which", Outcome.CLARIFIED_MY_DATA, [*buttons, button("no")], lines=lines)
    return wait(RECORD, (*map(record_choice, records), no()), replace(draft, key=""))


def ask_field(talk: DataTalk, records: Sequence[Correctable], one: Correctable, missed: int = 0) -> list[EventType]:
    names = [choice.id for choice in field_choices(one) if choice.id != NO]
    buttons = [button(f"correct_{name}", says("field", one.key, name)) for name in names]
    buttons += [button("correct_back", f"{MARK}{BEGIN}")] if len(records) > 1 else []
    talk.say("correct_what", Outcome.CLARIFIED_MY_DATA, [*buttons, button("no")], record=label(one))
    return wait(FIELD, field_choices(one), Draft(one.key, missed=missed))


def ask_value(talk: DataTalk, one: Correctable, draft: Draft, again: bool = False) -> list[EventType]:
    expects = _EXPECTED if FIELDS[draft.field] in REACHED_BY else ()
    moment = f"correct_ask_{draft.field}{'_again' if again else ''}"
    talk.say(moment, Outcome.CLARIFIED_MY_DATA, [button("no")], expects, record=where(one))
    return wait(VALUE, (no(),), draft)


def read_back(talk: DataTalk, one: Correctable, draft: Draft) -> list[EventType]:
    reached = FIELDS[draft.field] in REACHED_BY
    say, moment = privacy_wording(), _READ_BACK.get(one.held_in, "correct_confirm_now")
    facts = {"record": where(one), "label": say(f"fields.{draft.field}"), "old": _old(one, draft), "new": draft.value}
    buttons = [button("correct_yes", says(YES, draft.seal)), button("correct_again", says(AGAIN)), button("no")]
    talk.say(moment, Outcome.CLARIFIED_MY_DATA, buttons, _EXPECTED if reached else (), **facts)
    return wait(CONFIRM, confirm_choices(), draft)


def _old(one: Correctable, draft: Draft) -> str:
    """What stands there, masked; a number that takes the place of an address is shown beside that address."""
    field = FIELDS[draft.field]
    beside = [one.shown.get(other, "") for other in REACHED_BY] if field in REACHED_BY else []
    return next((shown for shown in (one.shown[field], *beside) if shown), privacy_wording()("fields.none"))


def closed() -> list[EventType]:
    """Return the slots with which no question is open, and nothing of a correction remembered."""
    return [SlotSet(WAITING, None), SlotSet(OPEN_QUESTION, None), SlotSet(DRAFT, None)]


def wait(question: str, choices: Sequence[Choice], draft: Draft) -> list[EventType]:
    opened = OpenQuestion(NAME, tuple(choices), takes=_TAKES.get(question, Takes.OPTIONS))
    return [SlotSet(WAITING, question), SlotSet(OPEN_QUESTION, opened.to_slot()), SlotSet(DRAFT, asdict(draft))]


def record_of(records: Sequence[Correctable], key: str) -> Correctable | None:
    where, _, reference = key.partition(":")
    if where == HeldIn.CLAIMED.value:
        return claimed(reference)
    return next((one for one in records if one.key == key), None)


def label(one: Correctable) -> str:
    """The record with what stands there, masked: "Phản ánh PA-… (L… V…, …678)"."""
    shown = ", ".join(text for text in one.shown.values() if text)
    return f"{where(one)[:1].upper()}{where(one)[1:]}" + (f" ({shown})" if shown else "")


def where(one: Correctable) -> str:
    return privacy_wording()(f"records.{one.held_in.value}", code=one.told)


def says(*parts: str) -> str:
    return MARK + "|".join(parts)


def no() -> Choice:
    return Choice(NO, (privacy_wording()("buttons.no"), *privacy_wording().list("also.correct_no")))


def record_choice(one: Correctable) -> Choice:
    say = privacy_wording()
    return Choice(one.key, (one.reference, where(one), *say.list(f"also.record_{one.held_in.value}")))


def field_choices(one: Correctable) -> tuple[Choice, ...]:
    names = [field.value for field in one.shown] + ([CONTENT] if one.held_in is HeldIn.PETITION else []) + [OTHER]
    say = privacy_wording()
    return (*(field_choice(name, say(f"buttons.correct_{name}")) for name in names), no())


def confirm_choices() -> tuple[Choice, ...]:
    say = privacy_wording()
    made = ((YES, "correct_yes"), (AGAIN, "correct_again"))
    return (*(Choice(id_, (say(f"buttons.{key}"), *say.list(f"also.{key}"))) for id_, key in made), no())


def undo_choices() -> tuple[Choice, ...]:
    say = privacy_wording()
    return (Choice(TAKE_BACK, (say("buttons.correct_undo"), *say.list("also.correct_undo"))),)
