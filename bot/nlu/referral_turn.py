"""What to do with a turn about help by the digital team: pure decisions, no Rasa, no text, no store.

The message and what is remembered go in as a `ReferralTurn`; a `ReferralStep` comes out for the action to carry out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from bot.nlu.contact_words import Contact, read_contact
from bot.nlu.referral_fields import AGAIN, ORDER, Field, emptied, field_before, field_named, value_of
from bot.nlu.replies import NO, NOTHING, YES, Choice, Reading, Wish, read_reply
from bot.referrals.models import Referral, Way
from bot.referrals.words import referral_wording
from knowledge.how_to import HelpKind
from knowledge.places import MentionKind, PlaceMention, find_places
from knowledge.text import words

HELP, REQUEST, MINE, CANCEL = "ask_digital_help", "request_referral", "ask_referral", "cancel_referral"
ANSWER, CAME = "answer_referral", "tell_referral_came"
PATIENCE = 2
"""Replies in a row that were not understood, with which a question that can be left out is left out."""
_NO_CONTACT = Contact()
_MOST_CANDIDATES = 6
_LONGEST_WORDS = 30
_LONGEST_PLACE = 200


class ReferralStepKind(str, Enum):
    INFORM = "inform"
    ASK_CONSENT = "ask_consent"
    AGREE = "agree"
    REFUSE = "refuse"
    ASK = "ask"
    FILL = "fill"
    WHICH_WARD = "which_ward"
    OUTSIDE = "outside"
    CHANGES = "changes"
    PAUSE = "pause"
    DISCARD = "discard"
    SEND = "send"
    MINE = "mine"
    ASK_CANCEL = "ask_cancel"
    CANCEL = "cancel"
    KEEP = "keep"
    CAME = "came"
    ASK_CAME = "ask_came"
    PHONE_AGAIN = "phone_again"
    DIGRESS = "digress"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class ReferralTurn:
    """One message and what is remembered.

    waiting: what was asked for, if it still is. draft: what is being written. latest: the newest request that was
    sent. field, value: what a button carries; for_id: the request that it is about. tells: the message is clearly
    about a procedure.
    """

    intent: str
    text: str = ""
    waiting: Field | None = None
    missed: int = 0
    reading: Reading = NOTHING
    draft: Referral | None = None
    latest: Referral | None = None
    field: Field | None = None
    value: str = ""
    for_id: str = ""
    places: tuple[PlaceMention, ...] = ()
    contact: Contact = _NO_CONTACT
    tells: bool = False

    @property
    def pressed(self) -> bool:
        return not self.text


@dataclass(frozen=True)
class ReferralStep:
    """values: what to write into the draft. candidates: codes of units to choose from; former: what was named."""

    kind: ReferralStepKind
    field: Field | None = None
    values: Mapping[str, Any] | None = None
    candidates: tuple[str, ...] = ()
    former: str = ""
    said: str = ""
    yes: bool = False
    for_id: str = ""


def read_referral_turn(
    message: Mapping[str, Any],
    slots: Mapping[str, Any],
    choices: tuple[Choice, ...] | None,
    draft: Referral | None,
    latest: Referral | None,
) -> ReferralTurn:
    """Build a turn from Rasa's parsed message, the slots and the store. choices: None where our question is closed."""
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    text = str(message.get("text") or "")
    pressed = text.startswith("/")
    waiting = slots.get("referral__waiting") or {}
    field = field_named(entities.get("referral_field", ""))
    return ReferralTurn(
        intent=str((message.get("intent") or {}).get("name")),
        text="" if pressed else text,
        waiting=field_named(str(waiting.get("field"))) if choices is not None else None,
        missed=int(waiting.get("missed") or 0),
        reading=NOTHING if pressed else read_reply(text, choices or ()),
        draft=draft,
        latest=latest,
        field=field if pressed else None,
        value=(entities.get("referral_value") or entities.get("came") or "") if pressed else "",
        for_id=entities.get("referral_id", "") if pressed else "",
        places=() if pressed else _places(text, str(waiting.get("said") or "")),
        contact=Contact() if pressed else read_contact(text),
        tells=not pressed and (message.get("procedure_link") or {}).get("certainty") == "clear",
    )


def _places(text: str, said: str) -> tuple[PlaceMention, ...]:
    """Return the places in `text`, read together with what was said before of the same: "phường 3", then "gò vấp"."""
    found = find_places(text)
    if not said or not found or any(one.unit is not None for one in found):
        return found
    for together in (f"{said}, {text}", f"{text}, {said}"):
        narrower = find_places(together[:_LONGEST_PLACE])
        if len(narrower) == 1 and narrower[0].kind in (MentionKind.CERTAIN, MentionKind.SPLIT):
            return narrower
    return found


def plan_referral_turn(turn: ReferralTurn) -> ReferralStep:
    """Decide the step: a button, then a reply to what was asked, then the intent."""
    if turn.pressed and turn.intent in (ANSWER, CAME):
        return _pressed(turn)
    if turn.waiting is not None and turn.intent not in (MINE, CANCEL, REQUEST):
        return _reply(turn, turn.waiting)
    return _wish(turn)


def _pressed(turn: ReferralTurn) -> ReferralStep:
    """A button. Those of an earlier question still count, as long as a draft is there."""
    if turn.intent == CAME:
        return ReferralStep(ReferralStepKind.CAME, yes=turn.value == YES, for_id=turn.for_id)
    field, value = turn.field, turn.value
    if field is Field.CONSENT:
        return ReferralStep(ReferralStepKind.AGREE if value == YES else ReferralStepKind.REFUSE)
    if field is Field.CANCEL:
        return ReferralStep(ReferralStepKind.CANCEL if value == YES else ReferralStepKind.KEEP)
    if field is Field.PHONE_AGAIN:
        return ReferralStep(ReferralStepKind.KEEP)
    if field is Field.CONFIRM and turn.for_id and value == YES:
        return ReferralStep(ReferralStepKind.SEND, for_id=turn.for_id)
    if turn.draft is None:
        return _wish(replace(turn, intent=MINE if turn.latest and turn.latest.is_open else HELP))
    return _on_draft(turn, field, value)


def _on_draft(turn: ReferralTurn, field: Field | None, value: str) -> ReferralStep:
    named = {"change": ReferralStepKind.CHANGES, "pause": ReferralStepKind.PAUSE, "discard": ReferralStepKind.DISCARD}
    if value in named:
        return ReferralStep(named[value])
    if value == AGAIN and field in ORDER:
        return ReferralStep(ReferralStepKind.FILL, field, emptied(field))
    filled = value_of(field, value)
    if filled is not None:
        return ReferralStep(ReferralStepKind.FILL, field, filled)
    return ReferralStep(ReferralStepKind.ASK)


def _reply(turn: ReferralTurn, field: Field) -> ReferralStep:
    reading = turn.reading
    early = _early(turn, field)
    if early is not None:
        return early
    if turn.draft is not None and field in (*ORDER, Field.CONFIRM):
        if reading.wish is Wish.BACK:
            before = field_before(turn.draft, field)
            return ReferralStep(ReferralStepKind.FILL, before, emptied(before)) if before else _again(field)
        if reading.wish is Wish.CHANGE:
            return ReferralStep(ReferralStepKind.CHANGES)
    if reading.wish is Wish.STOP:
        return _stopped(turn, field)
    answered = _answered(turn, field)
    if answered is not None:
        return answered
    if turn.intent == "ask_procedure" and turn.tells:
        return ReferralStep(ReferralStepKind.DIGRESS, field)
    return _free_words(turn, field) or ReferralStep(ReferralStepKind.NOT_UNDERSTOOD, field)


def _early(turn: ReferralTurn, field: Field) -> ReferralStep | None:
    """Answers that mean the same whatever the draft holds: yes and no to a question of ours."""
    if turn.reading.option not in (YES, NO) or field in ORDER:
        return None
    yes = turn.reading.option == YES
    if field is Field.CONSENT:
        return ReferralStep(ReferralStepKind.AGREE if yes else ReferralStepKind.REFUSE)
    if field is Field.CANCEL:
        return ReferralStep(ReferralStepKind.CANCEL if yes else ReferralStepKind.KEEP)
    if field is Field.PHONE_AGAIN:
        return ReferralStep(ReferralStepKind.KEEP)
    if field is Field.CAME and turn.latest is not None:
        return ReferralStep(ReferralStepKind.CAME, yes=yes, for_id=turn.latest.id)
    if turn.draft is None:
        return None
    if yes:
        return ReferralStep(ReferralStepKind.SEND, for_id=turn.draft.id)
    return ReferralStep(ReferralStepKind.CHANGES)


def _stopped(turn: ReferralTurn, field: Field) -> ReferralStep:
    """ "Thôi" puts a draft aside; "hủy" deletes it. Consent that is not given is refused."""
    if field is Field.CONSENT:
        return ReferralStep(ReferralStepKind.REFUSE)
    if field in (Field.CANCEL, Field.PHONE_AGAIN, Field.CAME):
        return ReferralStep(ReferralStepKind.KEEP)
    if field is Field.NEIGHBOURHOOD and {"bo", "khoi", "qua"} & set(words(turn.text)):
        return ReferralStep(ReferralStepKind.FILL, field, {"neighbourhood": ""})
    deletes = bool({"huy", "xoa"} & set(words(turn.text)))
    return ReferralStep(ReferralStepKind.DISCARD if deletes else ReferralStepKind.PAUSE)


def _answered(turn: ReferralTurn, field: Field) -> ReferralStep | None:
    """An option, a place or a number: the answer to the open question, or to one before it, said anew."""
    if turn.contact.phone and field in (*ORDER, Field.CONFIRM, Field.PHONE_AGAIN):
        if field is Field.PHONE_AGAIN:
            return ReferralStep(ReferralStepKind.PHONE_AGAIN, field, {"phone": turn.contact.phone})
        values = {"way": Way.PHONE.value, "phone": turn.contact.phone, "called": turn.contact.called}
        return ReferralStep(ReferralStepKind.FILL, Field.CONTACT, values)
    if field is Field.WARD or (field is Field.CONFIRM and turn.places):
        found = _ward(turn.places)
        if found is not None:
            return found
    chosen, _, named = turn.reading.option.partition(":")
    if chosen == AGAIN:
        again = field_named(named)
        return ReferralStep(ReferralStepKind.FILL, again, emptied(again)) if again else None
    filled = value_of(field, turn.reading.option)
    return ReferralStep(ReferralStepKind.FILL, field, filled) if filled is not None else None


def _ward(places: tuple[PlaceMention, ...]) -> ReferralStep | None:
    """One certain unit, several to choose from, or a place that is none of the city's."""
    inside = [one for one in places if one.kind is not MentionKind.OUTSIDE]
    if not inside:
        return (
            ReferralStep(ReferralStepKind.OUTSIDE, Field.WARD, former=places[0].former or places[0].said)
            if places
            else None
        )
    mention = inside[-1]
    if mention.unit is not None:
        return ReferralStep(ReferralStepKind.FILL, Field.WARD, {"commune_code": mention.unit.code})
    candidates = tuple(one.code for one in mention.candidates)
    former = mention.former or mention.said
    return ReferralStep(ReferralStepKind.WHICH_WARD, Field.WARD, None, candidates, former, mention.said)


def too_many(candidates: tuple[str, ...]) -> bool:
    """Say whether units are too many for buttons: the former ward is asked for instead."""
    return len(candidates) > _MOST_CANDIDATES


def _free_words(turn: ReferralTurn, field: Field) -> ReferralStep | None:
    said = turn.text.strip()
    if not said or len(words(said)) > _LONGEST_WORDS:
        return None
    if field is Field.NEIGHBOURHOOD:
        skipped = turn.intent == "deny" or set(words(said)) & {"khong", "bo", "khoi", "ko", "k", "quen"}
        return ReferralStep(ReferralStepKind.FILL, field, {"neighbourhood": "" if skipped else said})
    if field is Field.ABOUT and len(words(said)) > 1:
        return ReferralStep(ReferralStepKind.FILL, field, {"kind": HelpKind.OTHER.value, "about": said})
    return None


def _again(field: Field) -> ReferralStep:
    return ReferralStep(ReferralStepKind.ASK, field)


def _wish(turn: ReferralTurn) -> ReferralStep:
    """What is wanted by a message that answers nothing."""
    latest = turn.latest
    if turn.intent == CANCEL:
        if latest is not None and latest.is_open:
            return ReferralStep(ReferralStepKind.ASK_CANCEL)
        return ReferralStep(ReferralStepKind.DISCARD if turn.draft else ReferralStepKind.MINE)
    if turn.intent == MINE:
        if latest is not None and latest.waits_for_answer:
            return _came(turn.text, latest)
        return ReferralStep(ReferralStepKind.MINE)
    if turn.intent == REQUEST:
        if turn.draft is not None:
            return ReferralStep(ReferralStepKind.ASK)
        if latest is not None and latest.is_open:
            return ReferralStep(ReferralStepKind.MINE)
        return ReferralStep(ReferralStepKind.ASK_CONSENT)
    return ReferralStep(ReferralStepKind.INFORM)


def _came(text: str, latest: Referral) -> ReferralStep:
    """Somebody types what the question after the end has asked; where that says neither, it is asked here."""
    said = read_reply(text, came_choices()).option if text else ""
    if said:
        return ReferralStep(ReferralStepKind.CAME, yes=said == YES, for_id=latest.id)
    return ReferralStep(ReferralStepKind.ASK_CAME, for_id=latest.id)


def came_choices() -> tuple[Choice, ...]:
    """Return the options of the question whether help came, in people's own words."""
    say = referral_wording()
    return tuple(Choice(one, (say(f"buttons.came_{one}"), *say.list(f"also.came_{one}"))) for one in (YES, NO))
