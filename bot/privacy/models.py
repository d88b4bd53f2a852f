"""What citizens ask about their data, and the law's days for it (law brief E.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

ACKNOWLEDGE_WORKING_DAYS = 2
"""Decree 356/2025, article 5: every request is acknowledged within two working days."""
GRACE = timedelta(seconds=60)
"""So long an erasure can be taken back; and the last message reaches its reader."""
LINK_VALID = timedelta(minutes=15)
DESK_GRACE = timedelta(days=1)
"""An erasure that was asked for by telephone or at a counter: so long the conversation that is told can object."""
TELL_AFTER = timedelta(minutes=5)
"""So long a correction can be undone at the desk; then its person is told."""
COPY_VALID = timedelta(days=7)
"""A copy that a person in charge has made waits so long to be fetched."""


class RequestKind(str, Enum):
    """`ERASE`, `SEE`, `WITHDRAW`, `CORRECT`: about the conversation itself, done by the system; a `SEE` that was begun
    at the desk and the others wait for a person.
    """

    ERASE = "erase"
    SEE = "see"
    WITHDRAW = "withdraw"
    CORRECT = "correct"
    PETITION_SEE = "petition_see"
    PETITION_ERASE = "petition_erase"
    PETITION_CORRECT = "petition_correct"


DAYS = {
    RequestKind.ERASE: 20,
    RequestKind.PETITION_ERASE: 20,
    RequestKind.SEE: 10,
    RequestKind.PETITION_SEE: 10,
    RequestKind.CORRECT: 10,
    RequestKind.PETITION_CORRECT: 10,
    RequestKind.WITHDRAW: 15,
}
"""Days until it is done (decree 356/2025, article 5). Taken as calendar days: the stricter reading."""


class RequestState(str, Enum):
    CONFIRMED = "confirmed"
    """The citizen has said yes; not before `act_after`."""
    ERASED = "erased"
    """Gone from the operations store; the assistant's memory is still to follow."""
    WAITING = "waiting"
    """For a person in charge."""
    ACKNOWLEDGED = "acknowledged"
    APPLIED = "applied"
    """Corrected; its person is told at `act_after`, and until then it can be undone."""
    DONE = "done"
    CANCELLED = "cancelled"


OVER = frozenset({RequestState.DONE, RequestState.CANCELLED})


class RequestOutcome(str, Enum):
    """How it ended. KEPT: what the law requires to keep is kept, and the citizen was told why."""

    NONE = ""
    DONE = "done"
    PARTLY = "partly"
    KEPT = "kept"
    TAKEN_BACK = "taken_back"


class Field(str, Enum):
    """What of a person can be corrected. AREA: the neighbourhood where help is wanted."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    AREA = "area"


@dataclass(frozen=True)
class Right:
    """What is to stand in a field."""

    of: Field
    value: str = field(repr=False)


@dataclass(frozen=True)
class DataRequest:
    """One request. conversation_id, petition_code, right_value: there until it is over; old_value: while undoable."""

    id: str
    receipt: str
    kind: RequestKind
    state: RequestState
    channel: str
    conversation_id: str | None
    petition_code: str | None
    asked_at: datetime
    act_after: datetime
    acknowledge_by: date
    due_on: date
    acknowledged_at: datetime | None = None
    done_at: datetime | None = None
    by: str = ""
    outcome: RequestOutcome = RequestOutcome.NONE
    correct_field: Field | None = None
    right_value: str | None = field(default=None, repr=False)
    old_value: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Overview:
    """What is held about a conversation. counts: class → how many. petitions: codes, and whether each is open.
    consents: classes that somebody has agreed to and not taken back.
    """

    counts: dict[str, int]
    petitions: tuple[tuple[str, bool], ...] = ()
    held: bool = False
    request: DataRequest | None = None
    consents: tuple[str, ...] = ()
