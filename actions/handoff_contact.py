"""Somebody is to call: when, which number, and how to address them; three questions, the last may be skipped."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.events import EventType

from actions.handoff_talk import Button, HandoffTalk, Step, button, choice, wait_for, wait_for_nothing
from bot.errors import HandoffStepError
from bot.handoff.contacts import CallWish, Contact, Wanted
from bot.nlu.contact_words import masked_phone, read_contact
from bot.nlu.replies import NO, Choice, Wish, read_reply
from bot.ops.outcomes import Outcome

LEAVE, ANSWER, CANCEL = "leave_contact", "answer_contact", "cancel_contact"
INTENTS = (LEAVE, ANSWER, CANCEL)
SKIP, STOP = "skip", "stop"
PATIENCE = 2
"""Replies in a row that are none, after which a question is left."""
_LONGEST_NAME_WORDS = 4


async def press(talk: HandoffTalk, intent: str) -> list[EventType]:
    """Carry out what was pressed."""
    if intent == LEAVE:
        return await begin(talk)
    if intent == CANCEL:
        return await _cancel(talk)
    entities = (talk.tracker.latest_message or {}).get("entities") or []
    value = next((str(one.get("value")) for one in entities if one.get("entity") == "contact_value"), "")
    if value in {one.value for one in CallWish}:
        return await _ask_phone(talk, CallWish(value))
    if value == SKIP:
        return await _done(talk)
    return _left(talk)


async def reply(talk: HandoffTalk) -> list[EventType]:
    """Read what was typed as the answer to the question at hand."""
    text = str((talk.tracker.latest_message or {}).get("text") or "")
    if talk.waiting.step is Step.PHONE:
        return await _read_phone(talk, text)
    if talk.waiting.step is Step.NAME:
        return await _read_name(talk, text)
    reading = read_reply(text, tuple(_wish_choices()))
    if reading.option in {one.value for one in CallWish}:
        return await _ask_phone(talk, CallWish(reading.option))
    if reading.option == NO or reading.wish is Wish.STOP or talk.waiting.missed >= PATIENCE:
        return _left(talk)
    talk.say("ask_contact_again", Outcome.CLARIFIED_HANDOFF, _wish_buttons())
    return wait_for(Step.WISH, _wish_choices(), missed=talk.waiting.missed + 1)


async def begin(talk: HandoffTalk) -> list[EventType]:
    """Say what is kept, who sees it and until when, and ask when a call is welcome."""
    shift = await talk.desk.contacts.promised(CallWish.ANY, talk.unit)
    if shift is None:
        talk.say("no_promise", Outcome.HANDED_OFF_NOBODY)
        return wait_for_nothing()
    talk.say("ask_contact", Outcome.CLARIFIED_HANDOFF, _wish_buttons(), promise=talk.promise_text(shift))
    return wait_for(Step.WISH, _wish_choices())


async def _ask_phone(talk: HandoffTalk, wish: CallWish) -> list[EventType]:
    shift = await talk.desk.contacts.promised(wish, talk.unit)
    if shift is None:
        talk.say("no_promise", Outcome.HANDED_OFF_NOBODY)
        return wait_for_nothing()
    promise = talk.promise_text(shift)
    talk.say("ask_phone", Outcome.CLARIFIED_HANDOFF_PHONE, [_stop()], expects=True, promise=promise)
    return wait_for(Step.PHONE, [choice(NO, "no_call")], wish=wish.value)


async def _read_phone(talk: HandoffTalk, text: str) -> list[EventType]:
    found, reading = read_contact(text), read_reply(text, (choice(NO, "no_call"),))
    if found.phone:
        return await _keep(talk, found.phone, found.called)
    if reading.option == NO or reading.wish is Wish.STOP or talk.waiting.missed >= PATIENCE:
        return _left(talk)
    moment = "ask_phone_again" if found.tried else "ask_phone_why"
    talk.say(moment, Outcome.CLARIFIED_HANDOFF_PHONE, [_stop()], expects=True)
    kept = {"wish": talk.waiting.wish, "missed": talk.waiting.missed + 1}
    return wait_for(Step.PHONE, [choice(NO, "no_call")], **kept)


async def _keep(talk: HandoffTalk, phone: str, name: str) -> list[EventType]:
    wanted = Wanted(phone, CallWish(talk.waiting.wish or CallWish.ANY), name, talk.unit, await talk.summary())
    try:
        contact = await talk.desk.contacts.leave(talk.sender, wanted)
    except HandoffStepError:  # the hours were changed while this was asked
        talk.say("no_promise", Outcome.HANDED_OFF_CONTACT)
        return wait_for_nothing()
    if contact.name:
        _say_kept(talk, "contact_kept_named", contact, [button("cancel_contact", CANCEL)])
        return wait_for_nothing()
    _say_kept(talk, "contact_kept", contact, [button("skip", ANSWER, contact_value=SKIP)])
    return wait_for(Step.NAME, [choice(SKIP, "skip")])


def _say_kept(talk: HandoffTalk, moment: str, contact: Contact, buttons: list[Button]) -> None:
    promise = talk.promise_text(contact.promised)
    talk.say(
        moment,
        Outcome.HANDED_OFF_CONTACT,
        buttons,
        promise=promise,
        reference=contact.reference,
        phone=masked_phone(contact.phone),
        name=contact.name,
    )


async def _read_name(talk: HandoffTalk, text: str) -> list[EventType]:
    reading = read_reply(text, (choice(SKIP, "skip"),))
    found = read_contact(text)
    if found.phone:  # another number is a correction
        contact = await talk.desk.contacts.find(talk.sender)
        wish = contact.wish.value if contact else CallWish.ANY.value
        again = replace(talk, waiting=replace(talk.waiting, wish=wish))
        return await _keep(again, found.phone, found.called)
    if reading.option == SKIP or reading.wish is Wish.STOP or len(text.split()) > _LONGEST_NAME_WORDS:
        return await _done(talk)
    return await _done(talk, " ".join(text.split()))


async def _done(talk: HandoffTalk, name: str = "") -> list[EventType]:
    contacts = talk.desk.contacts
    contact = await (contacts.call_by(talk.sender, name) if name else contacts.find(talk.sender))
    if contact is None:
        talk.say("contact_none", Outcome.HANDED_OFF_CONTACT)
        return wait_for_nothing()
    buttons = [button("cancel_contact", CANCEL)]
    talk.say("contact_done", Outcome.HANDED_OFF_CONTACT, buttons, reference=contact.reference)
    return wait_for_nothing()


async def _cancel(talk: HandoffTalk) -> list[EventType]:
    contact = await talk.desk.contacts.cancel(talk.sender)
    if contact is None:
        talk.say("contact_none", Outcome.ANSWERED_HANDOFF)
    else:
        talk.say("contact_cancelled", Outcome.ANSWERED_HANDOFF, reference=contact.reference)
    return wait_for_nothing()


def _left(talk: HandoffTalk) -> list[EventType]:
    talk.say("contact_left", Outcome.ANSWERED_HANDOFF)
    return wait_for_nothing()


def _stop() -> Button:
    return button("no_call", ANSWER, contact_value=STOP)


def _wish_buttons() -> list[Button]:
    return [*(button(one.value, ANSWER, contact_value=one.value) for one in CallWish), _stop()]


def _wish_choices() -> list[Choice]:
    return [*(choice(one.value, one.value) for one in CallWish), choice(NO, "no_call")]
