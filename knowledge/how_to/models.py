"""What a step guide holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from re import Pattern


class HelpKind(str, Enum):
    """What somebody needs help with; figures are counted by it."""

    IDENTITY = "identity"
    SIGN_IN = "sign_in"
    FILING = "filing"
    PAYMENT = "payment"
    TRACKING = "tracking"
    DATA = "data"
    PHONE = "phone"
    OTHER = "other"


@dataclass(frozen=True)
class HowToStep:
    """do: what to do, two short sentences at most. stuck: what helps where it does not go on."""

    id: str
    do: str
    stuck: str


@dataclass(frozen=True)
class HowToGuide:
    """One guide.

    need: what must be there before the first step. never_share: what nobody may be given. recheck: said where the law
    behind it has changed since. next: ids of guides that go on from here. pattern: how people ask for it.
    names_found: words in quotation marks that may stand in it, because a source has them.
    """

    id: str
    kind: HelpKind
    title: str
    checked_on: date
    sources: tuple[str, ...]
    need: str
    never_share: str
    done: str
    steps: tuple[HowToStep, ...]
    pattern: Pattern[str]
    say: tuple[str, ...] = ()
    recheck: str = ""
    next: tuple[str, ...] = ()
    names_found: tuple[str, ...] = ()

    def place_of(self, step_id: str) -> int:
        """Return the place of a step, from 0; of an unknown one (a guide may be rewritten meanwhile) the first."""
        return next((place for place, step in enumerate(self.steps) if step.id == step_id), 0)

    def is_old(self, today: date, days: int) -> bool:
        """Say whether nobody has looked at it for more than `days`."""
        return (today - self.checked_on).days > days
