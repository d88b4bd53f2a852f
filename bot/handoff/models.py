"""What is said about handing a conversation over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

CITY_UNIT = "city"
"""The unit of the city's support team; all others are the five digits of a commune."""


class RequestState(str, Enum):
    """Where a request stands. Its conversation's status is waiting, officer, or the assistant's again."""

    WAITING = "waiting"
    HELD = "held"
    CLOSED = "closed"


class Trigger(str, Enum):
    """Why somebody is wanted."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    THUMBS_DOWN = "thumbs_down"
    SENSITIVE = "sensitive"
    OFFICER = "officer"
    """An officer stepped in without being asked."""


class Outcome(str, Enum):
    """How a request ended."""

    ANSWERED = "answered"
    REFERRED = "referred"
    """The citizen was told where else to go."""
    CONTACT = "contact"
    """A call back was agreed on."""
    NO_REPLY = "no_reply"
    """The citizen did not answer any more."""
    NOT_OURS = "not_ours"
    GIVEN_BACK = "given_back"
    """The assistant goes on."""
    CANCELLED = "cancelled"
    """The citizen did not want to wait any longer."""
    NOBODY_CAME = "nobody_came"
    """Waited for two days; the assistant answers again."""
    ERASED = "erased"


CLOSING = (Outcome.ANSWERED, Outcome.REFERRED, Outcome.CONTACT, Outcome.NO_REPLY, Outcome.NOT_OURS)
"""What an officer may close with."""


class Deed(str, Enum):
    """A line of a request's history; only ever added."""

    ASKED = "asked"
    STEPPED_IN = "stepped_in"
    CLAIMED = "claimed"
    RELEASED = "released"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OFFER_LAPSED = "offer_lapsed"
    REPLIED = "replied"
    MARKED_URGENT = "marked_urgent"
    """The citizen has told of danger."""
    NOTED = "noted"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    TOLD_LATE = "told_late"
    TAKEN_BACK = "taken_back"
    """The officer was silent for too long."""
    GIVEN_BACK = "given_back"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    ERASED = "erased"


class HandoffFault(str, Enum):
    """Why a step is not possible; its sentence for officers is in wording.yml."""

    TAKEN = "taken"
    NOT_YOURS = "not_yours"
    GONE = "gone"
    CLOSED = "closed"
    OPEN = "open"
    OTHER_UNIT = "other_unit"
    NO_OFFER = "no_offer"
    OFFERED = "offered"
    TO_YOURSELF = "to_yourself"
    RECEIVER_AWAY = "receiver_away"
    NO_REASON = "no_reason"
    NO_WORDS = "no_words"
    TOO_LONG = "too_long"
    PAST = "past"
    OUTCOME = "outcome"
    HELD_BY_OTHER = "held_by_other"


@dataclass(frozen=True)
class Officer:
    """Somebody of the staff, as far as handing over needs to know. name: what citizens and histories show."""

    id: str
    name: str
    units: tuple[str, ...] = (CITY_UNIT,)

    def serves(self, unit: str) -> bool:
        """Say whether a request of `unit` is theirs: their own, and everybody's where they work for the city."""
        return CITY_UNIT in self.units or unit in self.units


SYSTEM = Officer("", "", ())
"""Whoever acts when no person does: the citizen, a rule, a clock."""


@dataclass(frozen=True)
class Summary:
    """What an officer reads first. Everything is as it was stored, so already masked.

    case_code: as the citizen gave it; asked: what was asked last; done: whether the officer has to expect more.
    """

    procedure_code: str = ""
    procedure_title: str = ""
    case_code: str = ""
    place: str = ""
    asked: str = ""
    about: str = ""


@dataclass(frozen=True)
class Asked:
    """What begins a request. unit: of the commune that the talk is about; `CITY_UNIT` where there is none."""

    trigger: Trigger = Trigger.ASKED
    unit: str = CITY_UNIT
    summary: Summary = field(default_factory=Summary)
    urgent: bool = False


@dataclass(frozen=True)
class Request:
    """One request, from being asked for to its end. version: counts every change of it.

    offered_to, offer_until: a transfer that is not answered yet; the one who holds it goes on until it is.
    first_reply_at: of an officer; officer_spoke_at, citizen_spoke_at: the newest messages while it is held.
    """

    id: str
    conversation_id: str
    channel: str
    unit: str
    state: RequestState
    version: int
    trigger: Trigger
    urgent: bool
    summary: Summary
    asked_at: datetime
    waiting_since: datetime
    officer_id: str = ""
    officer_name: str = ""
    claimed_at: datetime | None = None
    first_reply_at: datetime | None = None
    officer_spoke_at: datetime | None = None
    citizen_spoke_at: datetime | None = None
    offered_to: str = ""
    offered_to_name: str = ""
    offer_until: datetime | None = None
    snoozed_until: datetime | None = None
    told_late_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        return self.state is not RequestState.CLOSED


@dataclass(frozen=True)
class HistoryLine:
    """What happened to a request. why: officers' words, masked; seq: of the message it went with."""

    request_id: str
    at: datetime
    deed: Deed
    by_id: str
    by_name: str
    why: str = ""
    seq: int | None = None


@dataclass(frozen=True)
class Standing:
    """Where a citizen stands: who answers, the place in the queue (from 1), the likely wait in minutes, if known."""

    who: str
    place: int | None = None
    minutes: int | None = None
    officer: str = ""
    request_id: str = ""
    typing: bool = False


@dataclass(frozen=True)
class DeskState:
    """Whether somebody is there for a unit now.

    on_duty: within the hours; present: how many officers. next_shift: when the next one begins, where none runs.
    hours: the unit's hours as a citizen reads them. full: so many wait that nobody else is taken in but who is in
    danger. note: a sentence of the city's for who meets nobody.
    """

    unit: str
    on_duty: bool
    present: int
    hours: str
    next_shift: datetime | None = None
    unsure: bool = False
    full: bool = False
    note: str = ""

    @property
    def open(self) -> bool:
        return self.on_duty and self.present > 0

    def takes(self, urgent: bool = False) -> bool:
        """Say whether a request can wait here now."""
        return self.open and (urgent or not self.full)
