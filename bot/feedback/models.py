"""What the feedback desk speaks about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any


class Thumb(str, Enum):
    """Whether an answer helped."""

    UP = "up"
    DOWN = "down"


class Reason(str, Enum):
    """What was not right with an answer, as a citizen chooses it."""

    WRONG = "wrong"
    INCOMPLETE = "incomplete"
    UNCLEAR = "unclear"
    OFF_TOPIC = "off_topic"
    OUTDATED = "outdated"
    OTHER = "other"


class Source(str, Enum):
    """How it came: a thumb, words in the conversation, or the survey whose writer may be written to."""

    THUMB = "thumb"
    WORDS = "words"
    SURVEY = "survey"


class Desk(str, Enum):
    """Who follows it up: editors look after the records, the support team after the rest."""

    EDITOR = "editor"
    SUPPORT = "support"


class FollowUpState(str, Enum):
    """`DONE` and `DISMISSED` come with words: what came of it, or why nothing does."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DISMISSED = "dismissed"


class Happening(str, Enum):
    """A line of the history."""

    RATED = "rated"
    TOLD = "told"
    WITHDRAWN = "withdrawn"
    OPENED = "opened"
    MOVED = "moved"
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    DONE = "done"
    DISMISSED = "dismissed"
    CODED = "coded"
    RAISED = "raised"
    ERASED = "erased"
    FORGOTTEN = "forgotten"
    """Kept long enough: words and the tie to the conversation are gone."""


CLOSED = frozenset((FollowUpState.DONE, FollowUpState.DISMISSED))
OF_THE_RECORD = frozenset((Reason.WRONG, Reason.OUTDATED, Reason.INCOMPLETE))
"""Reasons that only a look at the record can settle."""
CITIZEN = "citizen"


def desk_for(reason: Reason | None) -> Desk:
    """Say who follows up what was found wrong for `reason`."""
    return Desk.EDITOR if reason in OF_THE_RECORD else Desk.SUPPORT


@dataclass(frozen=True)
class RatedTurn:
    """The answer that is spoken of. question: the citizen's screened words before it.

    message_seq: the answer's number; of "not solved" before any answer, that of the citizen's own message.
    """

    conversation_id: str
    message_seq: int
    channel: str = ""
    procedure_code: str = ""
    record_version: str = ""
    fields: tuple[str, ...] = ()
    decision_number: str = ""
    outcome: str = ""
    question: str = ""


@dataclass(frozen=True)
class Rating:
    """What somebody thinks of an answer now; without a thumb: nothing (any more). words: screened.

    dropped: words came that must not be written down, so `words` is empty.
    """

    thumb: Thumb | None = None
    reason: Reason | None = None
    words: str = ""
    dropped: bool = False


@dataclass(frozen=True)
class Kept:
    """A rating as it is stored. desk: who follows it up; None where nobody has to."""

    rating: Rating
    reference: str = ""
    desk: Desk | None = None


@dataclass(frozen=True)
class FollowUp:
    """State of what is to be done about a feedback item."""

    desk: Desk
    state: FollowUpState
    opened_at: datetime
    owner: str = ""
    closed_at: datetime | None = None
    outcome: str = ""
    raised_on: date | None = None


@dataclass(frozen=True)
class FeedbackItem:
    """One thing said about one answer, with the record that it came from."""

    id: str
    reference: str
    source: Source
    rating: Rating
    bottleneck: str
    turn: RatedTurn
    created_at: datetime
    follow_up: FollowUp | None = None


@dataclass(frozen=True)
class HistoryLine:
    """What happened to an item, when and by whom; `detail` holds no words of a citizen."""

    at: datetime
    by: str
    what: Happening
    detail: Mapping[str, Any]
