"""A citizen's data put right: which record, which field, what is right, read back; one question a turn."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.events import EventType

from actions.my_data_correction import (
    AGAIN,
    BEGIN,
    CONFIRM,
    FIELD,
    FIELDS,
    MARK,
    NUMBER,
    PATIENCE,
    REACHED_BY,
    RECORD,
    TAKE_BACK,
    UNDO,
    VALUE,
    Draft,
    ask_field,
    ask_number,
    ask_record,
    ask_value,
    closed,
    confirm_choices,
    field_choices,
    no,
    read_back,
    record_choice,
    record_of,
    says,
    undo_choices,
    wait,
)
from actions.my_data_talk import DataTalk, button
from bot.nlu.correction_reading import CONTENT, OTHER, field_in, right_name_in
from bot.nlu.petition_reading import name_in
from bot.nlu.replies import NO, YES, Reading, Wish, read_reply
from bot.ops.outcomes import Outcome
from bot.privacy.corrections import Asked, Correctable, HeldIn, claimed, right_value
from bot.privacy.models import Field, Right
from bot.privacy.words import privacy_wording

FREE = (VALUE, CONFIRM)
"""Questions whose answer is not one of some options."""


async def begin(talk: DataTalk, text: str = "") -> list[EventType]:
    """Begin anew; what the message names already is not asked for."""
    records = await talk.corrections.listed(talk.sender)
    if not records:
        return ask_number(talk, "correct_none", Draft(field=field_in(text)))
    named = [one for one in records if one.reference.casefold() in text.casefold()] or records
    draft = Draft(field=field_in(text), value=right_name_in(text) if field_in(text) == Field.NAME.value else "")
    if len(named) > 1:
        return ask_record(talk, records, draft)
    return _after_record(talk, records, named[0], draft)


async def pressed(talk: DataTalk, choice: str, draft: Draft) -> list[EventType]:
    """Carry out a button; what it names is looked up again, for it may be gone, or another conversation's."""
    _, step, *more = [*choice.split("|"), "", ""]
    if step == BEGIN:
        return await begin(talk)
    if step == YES:
        return (await _send(talk, draft)) if draft.value and more[0] == draft.seal else _stale(talk)
    if step == TAKE_BACK:
        return await _take_back(talk, more[0])
    records = await talk.corrections.listed(talk.sender)
    one = record_of(records, more[0] if step in ("record", "field") else draft.key)
    if one is None:
        return _stale(talk)
    if step == "record":
        return _after_record(talk, records, one, replace(draft, key=one.key, receipt=""))
    if step == "field":
        return _after_field(talk, records, one, more[1])
    return ask_value(talk, one, replace(draft, value="", missed=0))


async def replied(talk: DataTalk, question: str, text: str, draft: Draft) -> list[EventType] | None:
    """Read a typed reply to the question at hand; None where it is none, too often."""
    if question == UNDO:
        reading = read_reply(text, undo_choices())
        return await _take_back(talk, draft.receipt) if reading.option == TAKE_BACK else None
    if question == NUMBER:
        return _read_number(talk, text, draft)
    records = await talk.corrections.listed(talk.sender)
    one = record_of(records, draft.key)
    if question != RECORD and one is None:
        return _stale(talk)
    if question == RECORD:
        return _read_record(talk, records, text, draft)
    assert one is not None  # noqa: S101 - looked at above
    if question == FIELD:
        return _read_field(talk, records, one, text, draft)
    return await _read_value(talk, records, one, question, text, draft)


def _read_number(talk: DataTalk, text: str, draft: Draft) -> list[EventType] | None:
    if _leaves(read_reply(text, (no(),))):
        return left(talk)
    one = claimed(text)
    if one is not None:
        return _after_record(talk, [], one, draft)
    again = replace(draft, missed=draft.missed + 1)
    return None if draft.missed >= PATIENCE else ask_number(talk, "correct_number_again", again)


def _read_record(talk: DataTalk, records: list[Correctable], text: str, draft: Draft) -> list[EventType] | None:
    reading = read_reply(text, (*map(record_choice, records), no()))
    if _leaves(reading):
        return left(talk)
    one = record_of(records, reading.option)
    if one is not None:
        return _after_record(talk, records, one, draft)
    return None if draft.missed >= PATIENCE else ask_record(talk, records, replace(draft, missed=draft.missed + 1))


def _read_field(
    talk: DataTalk, records: list[Correctable], one: Correctable, text: str, draft: Draft
) -> list[EventType] | None:
    reading = read_reply(text, field_choices(one))
    if _leaves(reading):
        return left(talk)
    if reading.wish is Wish.BACK and len(records) > 1:
        return ask_record(talk, records, Draft())
    if reading.option and reading.option != NO:
        return _after_field(talk, records, one, reading.option)
    return None if draft.missed >= PATIENCE else ask_field(talk, records, one, draft.missed + 1)


async def _read_value(
    talk: DataTalk, records: list[Correctable], one: Correctable, question: str, text: str, draft: Draft
) -> list[EventType]:
    """The right value, also where it is said anew at the reading back."""
    reading = read_reply(text, confirm_choices() if question == CONFIRM else (no(),))
    if _leaves(reading):
        return left(talk)
    if question == CONFIRM and reading.option == YES:
        return await _send(talk, draft)
    if question == CONFIRM and (reading.option == AGAIN or reading.wish in (Wish.BACK, Wish.CHANGE)):
        return ask_value(talk, one, replace(draft, value="", missed=0))
    if reading.wish is Wish.BACK:
        return ask_field(talk, records, one)
    if question == VALUE or FIELDS.get(draft.field) in REACHED_BY:
        field, value = _value_in(one, draft.field, text)
        if value:
            return read_back(talk, one, replace(draft, field=field.value, value=value, missed=0))
    if draft.missed >= PATIENCE:
        return given_up(talk)
    again = replace(draft, missed=draft.missed + 1)
    return read_back(talk, one, again) if question == CONFIRM else ask_value(talk, one, again, again=True)


def _value_in(one: Correctable, field: str, text: str) -> tuple[Field, str]:
    """Return the right value in a reply; an address where a number was asked for is taken as one, and the other way."""
    asked = FIELDS[field]
    if asked not in REACHED_BY:
        said = name_in(text) if asked is Field.NAME else text
        return asked, right_value(asked, said)
    fits = (asked, *(other for other in REACHED_BY if other in one.shown and other is not asked))
    return next(((of, value) for of in fits if (value := right_value(of, text))), (asked, ""))


def _after_record(talk: DataTalk, records: list[Correctable], one: Correctable, draft: Draft) -> list[EventType]:
    if draft.field and draft.value:
        return read_back(talk, one, replace(draft, key=one.key))
    return _after_field(talk, records, one, draft.field) if draft.field else ask_field(talk, records, one)


def _after_field(talk: DataTalk, records: list[Correctable], one: Correctable, field: str) -> list[EventType]:
    """Ask for what is right, or say where it is put right that does not stand here."""
    if field == CONTENT and one.held_in is HeldIn.PETITION:
        talk.say("correct_content", Outcome.ANSWERED_MY_DATA, [talk.add_to_petition(one.reference)], code=one.reference)
        return closed()
    if field == OTHER:
        return elsewhere(talk)
    if field not in FIELDS or FIELDS[field] not in one.shown:
        return ask_field(talk, records, one)
    return ask_value(talk, one, Draft(one.key, field))


async def _send(talk: DataTalk, draft: Draft) -> list[EventType]:
    field = FIELDS.get(draft.field)
    asked = await talk.corrections.ask(talk.sender, draft.key, Right(field, draft.value)) if field else None
    if asked is None:
        return _stale(talk)
    return _told(talk, asked, draft)


def _told(talk: DataTalk, asked: Asked, draft: Draft) -> list[EventType]:
    request, what = asked.request, privacy_wording()(f"fields.{draft.field}_said")
    more = button("correct_more", f"{MARK}{BEGIN}")
    if asked.at_once:
        talk.say("correct_done", Outcome.ANSWERED_MY_DATA, [more], what=what, receipt=request.receipt)
        return closed()
    moment = "correct_asked" if request.petition_code else "correct_asked_claimed"
    days = {"acknowledge": f"{request.acknowledge_by:%d/%m/%Y}", "due": f"{request.due_on:%d/%m/%Y}"}
    buttons = [button("correct_undo", says(TAKE_BACK, request.receipt)), more]
    facts = {"what": what, "code": request.petition_code or "", "receipt": request.receipt, **days}
    talk.say(moment, Outcome.ANSWERED_MY_DATA, buttons, **facts)
    return wait(UNDO, undo_choices(), Draft(receipt=request.receipt))


async def _take_back(talk: DataTalk, receipt: str) -> list[EventType]:
    request = await talk.corrections.take_back(talk.sender, receipt)
    if request is None:
        talk.say("correct_too_late", Outcome.ANSWERED_MY_DATA)
    else:
        talk.say("correct_taken_back", Outcome.ANSWERED_MY_DATA, receipt=request.receipt)
    return closed()


def left(talk: DataTalk) -> list[EventType]:
    """Nothing is asked for."""
    talk.say("correct_left", Outcome.ANSWERED_MY_DATA)
    return closed()


def given_up(talk: DataTalk) -> list[EventType]:
    """Asked often enough."""
    talk.say("correct_given_up", Outcome.ANSWERED_MY_DATA)
    return closed()


def elsewhere(talk: DataTalk) -> list[EventType]:
    """What stands in a paper, or with another office, is put right there."""
    talk.say("correct_elsewhere", Outcome.ANSWERED_MY_DATA)
    return closed()


async def ask_again(talk: DataTalk, question: str, draft: Draft) -> list[EventType]:
    """Ask what was open, once a question in between is answered."""
    records = await talk.corrections.listed(talk.sender)
    one = record_of(records, draft.key)
    if question == NUMBER:
        return closed()
    if question == RECORD and records:
        return ask_record(talk, records, draft)
    if one is None:
        return closed()
    if question == FIELD:
        return ask_field(talk, records, one)
    return read_back(talk, one, draft) if question == CONFIRM else ask_value(talk, one, draft)


def _stale(talk: DataTalk) -> list[EventType]:
    talk.say("correct_stale", Outcome.ANSWERED_MY_DATA)
    return closed()


def _leaves(reading: Reading) -> bool:
    """Only words that say hardly anything else: somebody may be called Thôi."""
    return reading.exact and (reading.option == NO or reading.wish is Wish.STOP)
