"""What every part of the talk about petitions needs: sentences, buttons, and what is remembered between turns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.nlu import petition_reading as reading
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes
from bot.nlu.petition_draft import CONSENT_VERSION, REFUSED, Item, Writing, read_writing
from bot.nlu.petition_step import PetitionTurn
from bot.nlu.petition_turn import ANSWER, KEY, STEP
from bot.nlu.replies import Choice
from bot.ops.outcomes import Outcome
from bot.ops.screening.kinds import Kind
from bot.ops.screening.screening import EXPECTS
from bot.petitions.models import PetitionDraft
from bot.services import Services
from knowledge.settings import CONTENT_DIR
from knowledge.wording import Wording, load_wording

NAME, LOOK_UP = "action_lodge_petition", "action_look_up_petition"
DRAFT, BEGUN, LODGED = "petition__draft", "petition__begun", "petition__lodged"
"""Slots: what is being written; whether something is (for the rules); the keys and codes of what was lodged here."""
PERSONAL = (Kind.PHONE.value, Kind.EMAIL.value)
_TAKES = {
    Item.CONTENT: Takes.STORY,
    Item.MORE: Takes.STORY,
    Item.WISH: Takes.STORY,
    Item.PLACE: Takes.STORY,
    Item.WHICH: Takes.STORY,
    Item.CONTACT: Takes.CONTACT,
    Item.NAME: Takes.CONTACT,
}
_MOST_REMEMBERED = 8
_WEB = "web"

Button = dict[str, str]


@dataclass(frozen=True)
class PetitionTalk:
    """One turn: where to say things, what is remembered, and the services."""

    services: Services
    dispatcher: CollectingDispatcher
    tracker: Tracker
    turn: PetitionTurn

    @property
    def person(self) -> str:
        """Who writes: the conversation as Rasa knows it."""
        return str(self.tracker.sender_id)

    @property
    def channel(self) -> str:
        """The channel that the conversation came by: told in a message's metadata, else the web's."""
        said = (event for event in reversed(self.tracker.events or []) if event.get("event") == "user")
        return next((str((event.get("metadata") or {}).get("channel") or _WEB) for event in said), _WEB)

    def draft_of(self, writing: Writing) -> PetitionDraft:
        """Return what is lodged. Raises `ValueError` where something is missing."""
        return writing.to_draft(self.person, self.channel, CONSENT_VERSION)

    def say(
        self,
        moment: str,
        outcome: Outcome,
        buttons: Sequence[Button] = (),
        expects: Sequence[str] = (),
        ends: bool = False,
        **facts: object,
    ) -> None:
        """Say `utter_petition__<moment>`.

        expects: kinds of personal data that are asked for and let through. ends: the matter is settled, so this is
        where the survey may be offered (docs/feedback.md).
        """
        custom = answer(outcome, expects) | ({"topic_ends": True} if ends else {})
        self.dispatcher.utter_message(
            response=f"utter_petition__{moment}", buttons=list(buttons), custom=custom, **facts
        )


def answer(outcome: Outcome, expects: Sequence[str] = (), **more: object) -> dict[str, Any]:
    """Return the machine-readable side of a message."""
    custom: dict[str, Any] = {"answer": {"outcome": outcome.value, "procedure_code": None, "fields": [], **more}}
    return {**custom, EXPECTS: list(expects)} if expects else custom


def wording() -> Wording:
    """Buttons and lines: knowledge/content/petition_talk.yml."""
    return load_wording(CONTENT_DIR / "petition_talk.yml")


def typed(tracker: Tracker) -> str:
    """Return the message as it was stored, with its masks: what Rasa's pipeline reads has none."""
    for event in reversed(tracker.events or []):
        if event.get("event") == "user":
            return str(event.get("text") or "")
    return str((tracker.latest_message or {}).get("text") or "")


def writing_of(tracker: Tracker) -> Writing | None:
    return read_writing(tracker.get_slot(DRAFT))


def remember(writing: Writing | None, choices: Sequence[Choice] = (), closed: bool = False) -> list[EventType]:
    """Return the slots that keep `writing`, and have the next message read as the answer.

    closed: it waits to be gone on with; only "tiếp tục" and "huỷ" are for it.
    """
    if writing is None:
        return [SlotSet(DRAFT, None), SlotSet(BEGUN, None), SlotSet(OPEN_QUESTION, None)]
    item = Item(writing.waiting) if writing.waiting else Item.CONTENT
    opened = OpenQuestion(NAME, tuple(choices), takes=_TAKES.get(item, Takes.WORDS))
    if closed:
        ways: tuple[str, ...] = (reading.RESUME, reading.CANCEL)
        ways += (reading.AGREE, reading.ANONYMOUS) if writing.consent == REFUSED else ()
        opened = OpenQuestion(NAME, tuple(map(reading.choice_of, ways)), takes=Takes.EXACT)
    return [
        SlotSet(DRAFT, writing.to_slot()),
        SlotSet(BEGUN, True if writing.content or writing.asked else None),
        SlotSet(OPEN_QUESTION, opened.to_slot()),
    ]


def lodged_keys(tracker: Tracker) -> list[str]:
    """Return the keys of what was lodged in this conversation, the last one last."""
    return [str(key) for key in tracker.get_slot(LODGED) or []]


def remember_lodged(tracker: Tracker, key: str) -> EventType:
    keys = [one for one in lodged_keys(tracker) if one != key]
    return SlotSet(LODGED, [*keys, key][-_MOST_REMEMBERED:])


def button(title: str, step: str, key: str = "", **facts: object) -> Button:
    """Return a button of this talk. title: its name in the wording."""
    carried = {STEP: step, **({KEY: key} if key else {})}
    return {"title": wording()(f"buttons.{title}", **facts), "payload": f"/{ANSWER}{json.dumps(carried)}"}


def plain_button(title: str, intent: str, **entities: str) -> Button:
    carried = json.dumps(entities, ensure_ascii=False) if entities else ""
    return {"title": wording()(f"buttons.{title}"), "payload": f"/{intent}{carried}"}
