"""A dossier that was handed in, as the one-stop systems report it: the national sync fields (law brief B.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum


class CaseState(str, Enum):
    """The ten national states (field TrangThaiHoSo), and what no table maps."""

    AWAITING_INTAKE = "awaiting_intake"
    RECEIVED = "received"
    INTAKE_REFUSED = "intake_refused"
    PROCESSING = "processing"
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    AWAITING_PAYMENT = "awaiting_payment"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    RESULT_READY = "result_ready"
    RETURNED = "returned"
    UNKNOWN = "unknown"


NATIONAL_STATES: dict[int, CaseState] = dict(enumerate([state for state in CaseState if state.value != "unknown"], 1))
"""TrangThaiHoSo 1 … 10 → state."""
FINISHED = frozenset({CaseState.INTAKE_REFUSED, CaseState.WITHDRAWN, CaseState.RESULT_READY, CaseState.RETURNED})
"""No deadline runs any more."""
PAUSED = frozenset({CaseState.AWAITING_SUPPLEMENT, CaseState.AWAITING_PAYMENT, CaseState.STOPPED})
"""Reports count these as paused; the clock waits for the citizen or was stopped."""


@dataclass(frozen=True)
class Supplement:
    """A request to complete the dossier (form 02): what is asked for, when, and the due dates before and after."""

    content: str
    asked_on: date | None = None
    due_before: date | None = None
    due_after: date | None = None


@dataclass(frozen=True)
class LateNotice:
    """Why a dossier is late: the three parts that a citizen is owed (R-34)."""

    apology: str
    reason: str
    next_return_date: date


@dataclass(frozen=True)
class CaseStatus:
    """What may be told about a dossier: no person's name, number, phone or address is in it.

    since: when the state began. local_state: the system's own words, where they are no national state. desk: the
    division that holds it. reason: the remark on a refusal or stop. fee_due: đồng, 0 for none known. results: papers
    that are ready. legs: the parts of a linked procedure, each with a code of its own.
    """

    code: str
    state: CaseState
    title: str = ""
    procedure_code: str = ""
    local_state: str = ""
    since: datetime | None = None
    received_on: date | None = None
    due_on: date | None = None
    finished_on: date | None = None
    returned_on: date | None = None
    unit: str = ""
    desk: str = ""
    reason: str = ""
    supplements: tuple[Supplement, ...] = ()
    fee_due: int = 0
    results: tuple[str, ...] = ()
    notice: LateNotice | None = None
    legs: tuple[CaseStatus, ...] = ()

    def is_overdue(self, today: date) -> bool:
        """Say whether it is late by the rule of QĐ 766 (law brief A.4, 2.1).

        Late is what was finished, or is not finished, after its due date, and what was sent back for completion more
        than once.
        """
        if len(self.supplements) > 1:
            return True
        if self.due_on is None or self.state in (CaseState.INTAKE_REFUSED, CaseState.WITHDRAWN):
            return False
        if self.state in PAUSED:
            return False
        return (self.finished_on or self.returned_on or today) > self.due_on

    def with_notice(self, notice: LateNotice | None) -> CaseStatus:
        """Return this status with the notice that our own desk sent, unless the system has one."""
        return self if self.notice else replace(self, notice=notice)

    def fingerprint(self) -> str:
        """What a follower is told changes of: state, due date, number of requests for papers, of every leg."""
        own = f"{self.state.value}|{self.local_state}|{self.due_on}|{len(self.supplements)}"
        return "/".join([own, *(f"{leg.code}:{leg.fingerprint()}" for leg in self.legs)])


@dataclass(frozen=True)
class CaseRecord:
    """A status and what proves that a dossier is one's own. Proofs never leave the service.

    phones: numbers on the dossier, digits only. keys: keys printed on the receipt.
    """

    status: CaseStatus
    phones: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class LookUpKind(str, Enum):
    """How a look-up ended."""

    FOUND = "found"
    NOT_PROVEN = "not_proven"
    """No such dossier, or not proven to be one's own: the two are not told apart."""
    TOO_MANY_TRIES = "too_many_tries"
    SYSTEM_DOWN = "system_down"


@dataclass(frozen=True)
class LookUp:
    """kind; the status where it was found; when to try again, after too many tries; sample: from the sample city."""

    kind: LookUpKind
    status: CaseStatus | None = None
    again_at: datetime | None = None
    tries_left: int = 0
    sample: bool = False
