"""One message of the talk about a petition, what is remembered, and the step that follows: the shapes, and buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bot.nlu import petition_reading as reading
from bot.nlu.petition_draft import Item, Writing
from bot.nlu.petition_place import chosen
from bot.nlu.replies import Choice
from bot.petitions.models import PetitionKind


class StepKind(str, Enum):
    START = "start"
    START_ANEW = "start_anew"
    BEGUN_ALREADY = "begun_already"
    RESUME = "resume"
    NOTHING_BEGUN = "nothing_begun"
    NEVER_MIND = "never_mind"
    """Called off before anything was begun."""
    SET = "set"
    """Take `value` as the answer to `item`."""
    SAY = "say"
    """Take ready words as the content: `value` says which ("late", "paper", "said")."""
    SKIP = "skip"
    ADD = "add"
    """Add the message to the content: more was told than was asked."""
    ASK = "ask"
    """Ask `item` again, to correct it."""
    BACK = "back"
    LATER = "later"
    CANCEL = "cancel"
    CANCEL_SURE = "cancel_sure"
    AGREE = "agree"
    REFUSE_CONSENT = "refuse_consent"
    WHY = "why"
    ANONYMOUS = "anonymous"
    """Consent was refused: what was told goes to the support team without a name."""
    SEND = "send"
    JOIN = "join"
    ALONE = "alone"
    OUTSIDE = "outside"
    NOT_HERE = "not_here"
    """What was told belongs elsewhere (`value`: the intent); the citizen may insist that it is a petition."""
    DIGRESS = "digress"
    STALE = "stale"
    """A button of another petition, or of one that is gone."""
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class PetitionTurn:
    """One message and what is remembered.

    text: as typed, masked where it had to be; empty for a button. step, key: what a button carries. carried: the
    dossier, procedure and paper of the button that begins a petition. parsed: Rasa's message. choices: of our open
    question; None where none is open. paused: what was begun, or its receipt, is just behind. photos: ids of photos
    that are handed over. asks_aside: the message asks about a procedure.
    """

    intent: str
    text: str = ""
    step: str = ""
    key: str = ""
    carried: Mapping[str, str] = field(default_factory=dict)
    writing: Writing | None = None
    choices: tuple[Choice, ...] | None = None
    paused: bool = False
    photos: tuple[str, ...] = ()
    parsed: Mapping[str, Any] = field(default_factory=dict)
    asks_aside: bool = False
    confidence: float = 0.0

    @property
    def is_open(self) -> bool:
        return self.choices is not None and self.writing is not None


@dataclass(frozen=True)
class PetitionStep:
    """item: what it is about. value: as the draft keeps it. code: of a unit of today, beside a place. contact: given
    beside a name.
    """

    kind: StepKind
    item: Item = Item.CONTENT
    value: str = ""
    code: str = ""
    contact: str = ""


_PLAIN = {
    reading.AGREE: StepKind.AGREE,
    reading.REFUSE: StepKind.REFUSE_CONSENT,
    reading.BACK: StepKind.BACK,
    reading.LATER: StepKind.LATER,
    reading.CANCEL: StepKind.CANCEL,
    "cancel_sure": StepKind.CANCEL_SURE,
    reading.SKIP: StepKind.SKIP,
    reading.RESUME: StepKind.RESUME,
    reading.WHY: StepKind.WHY,
    "alone": StepKind.ALONE,
}


def step_of_button(step: str, writing: Writing) -> PetitionStep:
    name, _, value = step.partition(":")
    waiting = Item(writing.waiting) if writing.waiting else writing.next_item
    if name in _PLAIN:
        return PetitionStep(_PLAIN[name], waiting)
    if name == "edit":
        known = value in {item.value for item in Item}
        return PetitionStep(StepKind.ASK, Item(value) if known else Item.EDIT)
    if name == "kind" and value in {kind.value for kind in PetitionKind}:
        return PetitionStep(StepKind.SET, Item.KIND, value)
    if name == reading.NO_PLACE:
        return PetitionStep(StepKind.SKIP, Item.WHICH if waiting is Item.WHICH else Item.PLACE)
    if name == "place" and chosen(value, writing.place_options) is not None:
        return PetitionStep(StepKind.SET, Item.WHICH, value)
    if name == "join" and value:
        return PetitionStep(StepKind.JOIN, Item.SUMMARY, value)
    if name == "drop" and value in ("procedure", "case", "paper"):
        return PetitionStep(StepKind.SET, Item.EDIT, f"drop:{value}")
    if name == "say":
        return PetitionStep(StepKind.SAY, Item.CONTENT, value)
    return PetitionStep(StepKind.STALE)
