"""What can be set, of which kind, between which limits, and what holds while nobody has set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any

from bot.tuning.hours import Hours


class Setting(str, Enum):
    """The names; labels and explanations for administrators are in wording.yml."""

    HOURS = "hours"
    DAYS_OFF = "days_off"
    CLOSED_NOTE = "closed_note"
    QUEUE_LIMIT = "queue_limit"
    LATE_MINUTES = "late_minutes"
    LATE_AGAIN_MINUTES = "late_again_minutes"
    SILENT_MINUTES = "silent_minutes"
    OFFER_MINUTES = "offer_minutes"
    ABANDONED_HOURS = "abandoned_hours"
    CALL_LEAD_MINUTES = "call_lead_minutes"
    RULE_NOT_UNDERSTOOD = "rule_not_understood"
    RULE_THUMBS_DOWN = "rule_thumbs_down"
    RULE_SENSITIVE = "rule_sensitive"
    SURVEY = "survey"
    TIPS = "tips"
    FEEDBACK_DAYS = "feedback_days"
    FEEDBACK_KEPT_DAYS = "feedback_kept_days"
    AUDIT_KEPT_DAYS = "audit_kept_days"


class Kind(str, Enum):
    """How a value is written down and typed in."""

    NUMBER = "number"
    SWITCH = "switch"
    SENTENCE = "sentence"
    DAYS = "days"
    HOURS = "hours"


class Group(str, Enum):
    """Under which heading it stands."""

    DESK = "desk"
    QUEUE = "queue"
    RULES = "rules"
    CITIZENS = "citizens"
    FEEDBACK = "feedback"
    KEEPING = "keeping"


@dataclass(frozen=True)
class Spec:
    """One setting. least, most: of a number; of a sentence, its length.

    per_unit: each unit may have its own. or_zero: 0 is taken below `least`, too.
    """

    name: Setting
    kind: Kind
    group: Group
    least: int = 0
    most: int = 0
    per_unit: bool = False
    or_zero: bool = False


LONGEST_SENTENCE = 300
SPECS: Mapping[Setting, Spec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            Spec(Setting.HOURS, Kind.HOURS, Group.DESK, per_unit=True),
            Spec(Setting.DAYS_OFF, Kind.DAYS, Group.DESK),
            Spec(Setting.CLOSED_NOTE, Kind.SENTENCE, Group.DESK, 0, LONGEST_SENTENCE),
            Spec(Setting.QUEUE_LIMIT, Kind.NUMBER, Group.QUEUE, 0, 500),
            Spec(Setting.LATE_MINUTES, Kind.NUMBER, Group.QUEUE, 1, 120),
            Spec(Setting.LATE_AGAIN_MINUTES, Kind.NUMBER, Group.QUEUE, 10, 720),
            Spec(Setting.SILENT_MINUTES, Kind.NUMBER, Group.QUEUE, 2, 120),
            Spec(Setting.OFFER_MINUTES, Kind.NUMBER, Group.QUEUE, 1, 30),
            Spec(Setting.ABANDONED_HOURS, Kind.NUMBER, Group.QUEUE, 1, 168),
            Spec(Setting.CALL_LEAD_MINUTES, Kind.NUMBER, Group.QUEUE, 0, 2880),
            Spec(Setting.RULE_NOT_UNDERSTOOD, Kind.SWITCH, Group.RULES),
            Spec(Setting.RULE_THUMBS_DOWN, Kind.SWITCH, Group.RULES),
            Spec(Setting.RULE_SENSITIVE, Kind.SWITCH, Group.RULES),
            Spec(Setting.SURVEY, Kind.SWITCH, Group.CITIZENS),
            Spec(Setting.TIPS, Kind.SWITCH, Group.CITIZENS),
            Spec(Setting.FEEDBACK_DAYS, Kind.NUMBER, Group.FEEDBACK, 1, 365),
            Spec(Setting.FEEDBACK_KEPT_DAYS, Kind.NUMBER, Group.FEEDBACK, 1, 365),
            Spec(Setting.AUDIT_KEPT_DAYS, Kind.NUMBER, Group.KEEPING, 366, 3660, or_zero=True),
        )
    }
)


@dataclass(frozen=True)
class Tuned:
    """All settings as they stand. The fields bear the names of `Setting`.

    hours: by unit, "" is everybody's; a unit that is not there has what the file of shifts says.
    queue_limit: waiting requests of a unit from which nobody else is taken in, 0: no limit.
    audit_kept_days: 0: for ever.
    call_lead_minutes: a promised call begins at least so long after it is promised.
    """

    hours: Mapping[str, Hours] = field(default_factory=dict)
    days_off: frozenset[date] = frozenset()
    closed_note: str = ""
    queue_limit: int = 0
    late_minutes: int = 10
    late_again_minutes: int = 60
    silent_minutes: int = 10
    offer_minutes: int = 2
    abandoned_hours: int = 48
    call_lead_minutes: int = 0
    rule_not_understood: bool = True
    rule_thumbs_down: bool = True
    rule_sensitive: bool = True
    survey: bool = True
    tips: bool = True
    feedback_days: int = 5
    feedback_kept_days: int = 180
    audit_kept_days: int = 0

    @property
    def late(self) -> timedelta:
        """After so long a waiting citizen is told; again after every `late_again`."""
        return timedelta(minutes=self.late_minutes)

    @property
    def late_again(self) -> timedelta:
        return timedelta(minutes=self.late_again_minutes)

    @property
    def silent(self) -> timedelta:
        """Whoever holds a conversation and leaves a citizen without a word for so long gives it back to the queue."""
        return timedelta(minutes=self.silent_minutes)

    @property
    def offer_time(self) -> timedelta:
        """How long a colleague has to answer an offer."""
        return timedelta(minutes=self.offer_minutes)

    @property
    def abandoned(self) -> timedelta:
        """After so long in the queue the assistant answers again."""
        return timedelta(hours=self.abandoned_hours)

    @property
    def call_lead(self) -> timedelta:
        return timedelta(minutes=self.call_lead_minutes)


@dataclass(frozen=True)
class Change:
    """A line of a setting's history. number: counts a setting's changes; value None: back to the default."""

    setting: Setting
    unit: str
    number: int
    value: Any
    reason: str
    by: str
    at: datetime


class TuningFault(str, Enum):
    """Why a value is not taken; its sentence is in wording.yml."""

    NUMBER = "number"
    LIMITS = "limits"
    SWITCH = "switch"
    TOO_LONG = "too_long"
    DAY = "day"
    TOO_MANY_DAYS = "too_many_days"
    NO_DAYS = "no_days"
    TIMES = "times"
    NO_TIMES = "no_times"
    ORDER = "order"
    UNIT = "unit"
    NO_REASON = "no_reason"
    CHANGED = "changed"
    SAME = "same"
    UNKNOWN = "unknown"
