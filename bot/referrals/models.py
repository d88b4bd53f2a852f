"""A request for help by the community digital team (R-17): what is asked for, how it stands, how it ends.

Teams guide, they never act for the citizen. What names or reaches a person is in five fields (`tables.PERSONAL`) and is
erased with the step that ends a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from knowledge.how_to.models import HelpKind

CONSENT_VERSION = "referral-1"
"""Which words of consent the citizen has agreed to: domain/referral.yml, utter_referral__ask_consent."""


class ReferralState(str, Enum):
    DRAFT = "draft"
    NEW = "new"
    CONFIRMED = "confirmed"
    HELPING = "helping"
    DONE = "done"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


OPEN = frozenset({ReferralState.NEW, ReferralState.CONFIRMED, ReferralState.HELPING})
_ENDS = frozenset(
    {
        ReferralState.DONE,
        ReferralState.NOT_REACHED,
        ReferralState.DECLINED,
        ReferralState.EXPIRED,
        ReferralState.CANCELLED,
    }
)
STEPS: dict[ReferralState, frozenset[ReferralState]] = {
    ReferralState.NEW: _ENDS | {ReferralState.CONFIRMED, ReferralState.HELPING},
    ReferralState.CONFIRMED: _ENDS | {ReferralState.HELPING},
    ReferralState.HELPING: _ENDS,
}
"""From each open state, where it may go."""


class Way(str, Enum):
    """How the team reaches the citizen."""

    PHONE = "phone"
    CHAT = "chat"


class TimeWish(str, Enum):
    """When the citizen would like to be reached: a wish, the team makes the appointment."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    WEEKEND = "weekend"
    ANY = "any"


class HelpOutcome(str, Enum):
    """What came of the help. GUIDED: the citizen did it. COUNTER: files at the counter instead."""

    GUIDED = "guided"
    PARTLY = "partly"
    COUNTER = "counter"
    BY_THEMSELVES = "by_themselves"


class DeclineReason(str, Enum):
    """NOT_OURS: nothing a team may help with. WANTS_PROXY: somebody is to do it, with password or money."""

    NOT_OURS = "not_ours"
    OTHER_AREA = "other_area"
    WANTS_PROXY = "wants_proxy"
    DUPLICATE = "duplicate"


class Level(int, Enum):
    """With whom a request is: the team, the head of the unit, the city's default."""

    TEAM = 0
    UNIT_HEAD = 1
    CITY = 2


DAYS_WITH = {Level.TEAM: 2, Level.UNIT_HEAD: 2, Level.CITY: 10}
"""Working days in which somebody confirms; then a request climbs, or ends where it can climb no higher."""


@dataclass(frozen=True)
class Referral:
    """One request. neighbourhood: khu phố, ấp; None not asked yet, "" left out.

    about: what it is on in the citizen's own words, masked; "" where kind, guide or procedure say it. queue: who has
    it. due_on: until when the next step must be taken. person: hash of the conversation. opened: 1, and 1 more each
    time that no help came.
    """

    id: str
    state: ReferralState
    person: str
    begun_at: datetime
    consented_at: datetime | None = None
    reference: str = ""
    commune_code: str = ""
    kind: HelpKind | None = None
    guide: str = ""
    step: str = ""
    procedure_code: str = ""
    wish: TimeWish | None = None
    way: Way | None = None
    phone: str = ""
    called: str = ""
    neighbourhood: str | None = None
    about: str = ""
    sender: str = ""
    queue: str = ""
    level: Level = Level.TEAM
    due_on: date | None = None
    filed_at: datetime | None = None
    confirmed_at: datetime | None = None
    helped_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    came: str = ""
    opened: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def waits_for_answer(self) -> bool:
        """Whether help came was asked, and not answered."""
        return self.state in (ReferralState.DONE, ReferralState.NOT_REACHED) and not self.came


@dataclass(frozen=True)
class About:
    """What a conversation was on when help was asked for."""

    kind: HelpKind | None = None
    guide: str = ""
    step: str = ""
    procedure_code: str = ""


@dataclass(frozen=True)
class Queue:
    """Who takes a unit's requests. key: a unit's code, "head:" and the code, or "city". team: it has its own."""

    key: str
    name: str
    team: bool = False
