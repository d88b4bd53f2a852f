"""What is said about answers that wait for an officer's look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any


class HeldState(str, Enum):
    """What became of an answer. Only `HELD` ever changes, and only once."""

    HELD = "held"
    APPROVED = "approved"
    EDITED = "edited"
    """An officer has sent other words in its place."""
    REFUSED = "refused"
    """An officer has answered in their own words, because it was not to be sent."""
    UNSEEN = "unseen"
    """Sent as it was: time was up, nobody was there any more, or the citizen went on to an officer's queue."""
    DROPPED = "dropped"
    """Somebody else answers the conversation."""


class ApprovalFault(str, Enum):
    """Why a step is not possible; its sentence is in wording.yml."""

    GONE = "gone"
    SETTLED = "settled"
    EARLIER = "earlier"
    OTHER_UNIT = "other_unit"
    NO_WORDS = "no_words"
    TOO_LONG = "too_long"
    BLANKS = "blanks"
    NO_REASON = "no_reason"
    NO_SENTENCE = "no_sentence"
    NO_UNIT = "no_unit"


@dataclass(frozen=True)
class HeldAnswer:
    """An answer as the assistant made it. drafts: its messages (`content`, `payloads`, `effects`), in order.

    turn_seq: of the question; ownership: of the conversation when it was made; seq: of the first message that was sent.
    """

    id: str
    conversation_id: str
    turn_seq: int
    unit: str
    ownership: int
    state: HeldState
    drafts: tuple[Mapping[str, Any], ...]
    held_at: datetime
    due_at: datetime
    by_id: str = ""
    by_name: str = ""
    seq: int | None = None

    @property
    def text(self) -> str:
        """The words of all its messages."""
        return "\n\n".join(str(one["content"].get("text") or "") for one in self.drafts)


@dataclass(frozen=True)
class UnitSwitch:
    """A line of a unit's history; the newest holds. sentence: what citizens read while an answer is looked at."""

    unit: str
    on: bool
    sentence: str
    reason: str
    by: str
    at: datetime
