"""Sending a petition: once, whatever is pressed or delivered twice, and never a receipt for what is not on disk."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.events import EventType, SlotSet

from actions.petition_asking import ask, ask_next
from actions.petition_talk import (
    NAME,
    PetitionTalk,
    button,
    lodged_keys,
    plain_button,
    remember,
    remember_lodged,
)
from bot.errors import PetitionRefusedError, StoreDownError
from bot.nlu import petition_reading as reading
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes
from bot.nlu.petition_draft import Item, Writing
from bot.nlu.replies import YES, Choice
from bot.ops.outcomes import Outcome
from bot.petitions.models import Receipt
from knowledge.formatting import day_text

_ITEMS = {
    "content": Item.CONTENT,
    "contact": Item.CONTACT,
    "name": Item.NAME,
    "wish": Item.WISH,
    "consent": Item.CONSENT,
}
"""The item that a fault of a draft is about, by a word of its name."""


async def send(talk: PetitionTalk, writing: Writing | None) -> list[EventType]:
    """Lodge what was confirmed, and show its receipt; a second time, the same receipt."""
    key = talk.turn.key or (writing.key if writing else "") or next(reversed(lodged_keys(talk.tracker)), "")
    if writing is None or writing.key != key:
        return await _again(talk, key, writing)
    if writing.missing:
        return await ask_next(talk, writing)
    try:
        receipt = await talk.services.petitions.lodge(talk.draft_of(writing))
    except StoreDownError:  # logged where it was met
        return _not_lodged(talk, writing, button("send_again", reading.SEND, writing.key))
    except PetitionRefusedError as error:
        return await _faulty(talk, writing, error)
    return _show(talk, receipt, writing.key)


async def join(talk: PetitionTalk, writing: Writing, ref: str) -> list[EventType]:
    """Stand behind a petition that others have lodged."""
    if writing.missing:
        return await ask_next(talk, writing)
    try:
        receipt = await talk.services.petitions.join(ref, talk.draft_of(writing))
    except StoreDownError:
        return _not_lodged(talk, writing, button("send_again", f"join:{ref}", writing.key))
    except PetitionRefusedError as error:
        if "not_open" in _faults(error):
            talk.say("not_joined", Outcome.CLARIFIED_PETITION)
            return await ask_next(talk, replace(writing, alone=True))
        return await _faulty(talk, writing, error)
    return _show(talk, receipt, writing.key)


async def _again(talk: PetitionTalk, key: str, writing: Writing | None) -> list[EventType]:
    """The button of a petition that is sent already, or gone."""
    known = key in lodged_keys(talk.tracker)
    try:
        receipt = await talk.services.petitions.receipt_of(key) if known else None
    except StoreDownError:
        talk.say("down", Outcome.ERROR_STORE, [button("send_again", reading.SEND, key)])
        return remember(writing, closed=True)
    if receipt is None:
        talk.say("stale", Outcome.CLARIFIED_PETITION, [plain_button("lodge", "lodge_petition")])
        return remember(writing, closed=True)
    return _show(talk, receipt, key, writing)


def _show(talk: PetitionTalk, receipt: Receipt, key: str, kept: Writing | None = None) -> list[EventType]:
    """Show a receipt. What is said right after it ("gửi", a second time) brings it again, nothing else."""
    official = "official" if talk.services.petitions.official else "record"
    moment = f"joined_{official}" if receipt.joined else f"receipt_{official}"
    talk.say(
        moment,
        Outcome.ANSWERED_PETITION_LODGED,
        [plain_button("follow", "ask_petition", petition_code=receipt.code), plain_button("another", "lodge_petition")],
        ends=True,
        code=receipt.code,
        unit=receipt.unit_name,
        due_refuse=day_text(receipt.due_refuse),
        due_ask=day_text(receipt.due_ask),
        due_answer=day_text(receipt.due_answer),
    )
    send_ = Choice(reading.SEND, reading.choice_of(reading.SEND).phrases)
    opened = OpenQuestion(NAME, (send_, Choice(YES, ())), takes=Takes.EXACT)
    events = remember(kept, closed=True) if kept is not None else remember(None)
    question = [] if kept is not None else [SlotSet(OPEN_QUESTION, opened.to_slot())]
    return [*events, *question, remember_lodged(talk.tracker, key)]


def _not_lodged(talk: PetitionTalk, writing: Writing, again: dict[str, str]) -> list[EventType]:
    """Say plainly that it is not there yet; all is kept. Whether it was stored after all, the repeat will tell."""
    buttons = [again, button("later", reading.LATER, writing.key)]
    talk.say("not_lodged", Outcome.ERROR_STORE, buttons)
    send_ = Choice(reading.SEND, reading.choice_of(reading.SEND).phrases)
    events = remember(writing.waits_for(Item.SUMMARY), (send_,))
    return [*events, remember_lodged(talk.tracker, writing.key)]


def _faults(error: PetitionRefusedError) -> list[str]:
    found = error.context.get("faults")
    return [str(getattr(fault, "value", fault)) for fault in found] if isinstance(found, list | tuple) else []


async def _faulty(talk: PetitionTalk, writing: Writing, error: PetitionRefusedError) -> list[EventType]:
    """Ask again for the item that cannot be as it is."""
    faults = _faults(error)
    item = next((item for fault in faults for name, item in _ITEMS.items() if name in fault), Item.SUMMARY)
    talk.say("faulty", Outcome.CLARIFIED_PETITION)
    return await ask(talk, writing, item, again=item is not Item.SUMMARY)
