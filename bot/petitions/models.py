"""Petitions (phản ánh, kiến nghị; law brief B.1): what is lodged, what becomes of it, what a citizen may see of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum


class PetitionKind(str, Enum):
    """What it is about. Complaints (khiếu nại) and denunciations (tố cáo) are no petitions."""

    RULE = "rule"
    """quy_dinh: a rule, policy or procedure that does not fit."""
    BEHAVIOUR = "behaviour"
    """hanh_vi: delay, attitude, papers that no rule asks for."""
    SUGGESTION = "suggestion"
    """kien_nghi: a proposal of how it should be."""
    TECHNICAL = "technical"
    """ky_thuat: a portal, an app, a payment, this assistant."""


class PetitionState(str, Enum):
    """Where a petition stands; which step leads from which to which: `bot/petitions/states.py`."""

    RECEIVED = "received"
    ASKED_FOR_MORE = "asked_for_more"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"
    REFUSED = "refused"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    """The citizen took it back: nobody owes an answer any more."""


OPEN = frozenset(
    {PetitionState.RECEIVED, PetitionState.ASKED_FOR_MORE, PetitionState.IN_PROGRESS, PetitionState.REOPENED}
)
"""Somebody owes an answer."""


class ContactKind(str, Enum):
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True)
class Contact:
    """How the citizen is reached. value: digits of a telephone with its leading 0, or an e-mail address."""

    kind: ContactKind
    value: str


@dataclass(frozen=True)
class PetitionDraft:
    """What the citizen has confirmed.

    key: made when the draft was begun, sent again with every repeat; one petition a key, for ever.
    sender: the conversation as Rasa knows it. channel: "web", "zalo".
    commune_code: five digits of one of the 168 units, or "". unit_said: the unit in the citizen's own words.
    case_code: a dossier's code as `bot/ops/case_codes.py` writes it. paper: the paper that was asked for beyond the
    record. urgent: people are in danger. consent_version: which words of consent were agreed to.
    attachments: ids of stored photos.
    """

    key: str
    sender: str
    channel: str
    kind: PetitionKind
    content: str
    sender_name: str
    contact: Contact
    consent_version: str
    wish: str = ""
    procedure_code: str = ""
    procedure_title: str = ""
    commune_code: str = ""
    unit_said: str = ""
    case_code: str = ""
    paper: str = ""
    urgent: bool = False
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """What the citizen is shown; it is on disk when it is returned.

    code: as it is read out, grouped ("PA-7K4M-2X9C"); a supporter's is their own. due_…: days until which it is
    refused, more is asked for, it is answered (QĐ 766). unit_name: who has to answer; person_name: "" until somebody
    of the unit has taken it up. again: it was lodged before with the same key. joined: as a supporter.
    """

    code: str
    received_at: datetime
    due_refuse: date
    due_ask: date
    due_answer: date
    unit_name: str
    person_name: str = ""
    again: bool = False
    joined: bool = False


@dataclass(frozen=True)
class Similar:
    """An open petition that is about the same, without anybody's words or data.

    ref: what `PetitionService.join` takes; it is no code and looks nothing up. supporters: how many have joined.
    likeness: 0…1.
    """

    ref: str
    kind: PetitionKind
    state: PetitionState
    procedure_title: str
    unit_name: str
    received_on: date
    supporters: int
    likeness: float


class EventKind(str, Enum):
    """What happened; each is one row of the history, which is only ever added to."""

    LODGED = "lodged"
    JOINED = "joined"
    TAKEN_UP = "taken_up"
    ASKED = "asked"
    MESSAGE = "message"
    NOTE = "note"
    """Words of one who was not asked, while somebody else is."""
    ANSWERED = "answered"
    CLOSED = "closed"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    LEFT = "left"
    """One of several has withdrawn; the petition goes on."""
    RATED = "rated"
    PUBLISHED = "published"
    REMINDED = "reminded"
    """The citizen was reminded of what was asked for."""
    CONTACT_SEEN = "contact_seen"
    CORRECTED = "corrected"
    """Name or contact of somebody was corrected; `reason` says which, nothing says what it was."""
    LINK_CUT = "link_cut"
    ANONYMISED = "anonymised"


CITIZEN, SYSTEM = "citizen", "system"
"""Who did it, where it was no officer."""


@dataclass(frozen=True)
class PetitionEvent:
    """One step. by: an officer's name, `CITIZEN` or `SYSTEM`. text: what was said, empty once it was erased.

    unit_from, unit_to: of a transfer. due_on: the day until which the next step is due. was_late: done after its day.
    """

    id: int
    kind: EventKind
    at: datetime
    by: str
    state_before: PetitionState | None = None
    state_after: PetitionState | None = None
    text: str = ""
    unit_from: str = ""
    unit_to: str = ""
    person: str = ""
    reason: str = ""
    place: str = ""
    due_on: date | None = None
    was_late: bool = False


@dataclass(frozen=True)
class Petition:
    """A petition as officers work with it.

    unit_code, person: who has to answer. contact_unit_code: the unit that received it first and stays the citizen's
    contact (R-37). reachable: there is a conversation in which steps are told; else only by the contact. asked_on:
    since when the clock waits for the citizen. due_publish: set by the answer.
    """

    id: str
    code: str
    kind: PetitionKind
    state: PetitionState
    urgent: bool
    content: str
    wish: str
    procedure_code: str
    procedure_title: str
    commune_code: str
    unit_said: str
    case_code: str
    paper: str
    channel: str
    sender_name: str
    contact: Contact | None
    reachable: bool
    attachments: tuple[str, ...]
    unit_code: str
    unit_name: str
    contact_unit_code: str
    contact_unit_name: str
    person: str
    unit_since: datetime
    received_at: datetime
    state_since: datetime
    clock_from: date
    due_refuse: date
    due_ask: date
    due_answer: date
    due_publish: date | None = None
    asked_on: date | None = None
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    refusal_reason: str = ""
    right_place: str = ""
    ended_at: datetime | None = None
    published_at: datetime | None = None
    anonymised_at: datetime | None = None
    supporters: int = 0


@dataclass(frozen=True)
class Told:
    """One step as the citizen reads it: which, when, and the words of it ("" for none)."""

    kind: EventKind
    at: datetime
    text: str = ""


@dataclass(frozen=True)
class PetitionView:
    """What the citizen may see: no officer's name but the one who answers for it, nobody else's words.

    content: what they wrote themselves. joined: they are a supporter. contact_unit_name: whom to ask, where another
    unit answers. asked_for: what they were last asked for, while it waits for them. reopen_until: the last day on which
    it can be opened again, None where it cannot. can_rate: it has an answer that they have not rated.
    """

    code: str
    kind: PetitionKind
    state: PetitionState
    state_since: datetime
    received_at: datetime
    due_answer: date
    overdue: bool
    unit_name: str
    contact_unit_name: str
    person_name: str
    content: str
    procedure_code: str = ""
    procedure_title: str = ""
    case_code: str = ""
    asked_for: str = ""
    answer: str = ""
    answered_at: datetime | None = None
    refusal_reason: str = ""
    right_place: str = ""
    reopen_until: date | None = None
    can_rate: bool = False
    joined: bool = False
    supporters: int = 0
    steps: tuple[Told, ...] = ()


class LookUpKind(str, Enum):
    FOUND = "found"
    NOT_PROVEN = "not_proven"
    """No such petition, or not proven to be one's own: the two are not told apart."""
    TOO_MANY_TRIES = "too_many_tries"


@dataclass(frozen=True)
class PetitionLookUp:
    """kind; the view where it was found; when to try again, after too many tries."""

    kind: LookUpKind
    view: PetitionView | None = None
    again_at: datetime | None = None
    tries_left: int = 0


class StepKind(str, Enum):
    """How a citizen's step ended."""

    DONE = "done"
    AGAIN = "again"
    """It was done before; nothing has changed."""
    NOT_YOURS = "not_yours"
    """This conversation neither lodged it nor has proven that it is theirs."""
    NOT_NOW = "not_now"
    """Its state does not allow it: the view says which it is."""
    TOO_LATE = "too_late"
    """The time for opening it again is over."""


@dataclass(frozen=True)
class Step:
    """A citizen's step and the petition after it; no view where it is not theirs."""

    kind: StepKind
    view: PetitionView | None = field(default=None)
