"""What the hub speaks about: conversations, messages, turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

AUTHOR = "author"
"""Key of an officer's message: the name that the citizen sees."""


ANSWERS = "answers"
"""Key of a message's content: the number of the question, where other messages may stand between the two."""


class Answerer(str, Enum):
    """Who answers a conversation (its status). Only `ASSISTANT` calls Rasa."""

    ASSISTANT = "assistant"
    WAITING = "waiting"
    OFFICER = "officer"
    CLOSED = "closed"


class Role(str, Enum):
    """Who said a message."""

    CITIZEN = "citizen"
    ASSISTANT = "assistant"
    OFFICER = "officer"
    SYSTEM = "system"


class TurnState(str, Enum):
    """What became of a citizen's message. `PASSED_ON`: it is for an officer, the assistant leaves it alone."""

    PENDING = "pending"
    ANSWERED = "answered"
    PASSED_ON = "passed_on"


class Refusal(str, Enum):
    """Why a message is not stored; each has a sentence in wording.yml."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_FAST = "too_fast"
    BUTTON_GONE = "button_gone"
    ENDED = "ended"
    NOT_RATEABLE = "not_rateable"
    SURVEY_OVER = "survey_over"
    SWITCHED_OFF = "switched_off"
    """The sentence is the administrator's; wording.yml has one for where none came along."""


@dataclass(frozen=True)
class Conversation:
    """One citizen's talk with the city, on one channel. ownership: counts how often it was handed on.

    delivered_seq: number of the newest officer's message that a window of the citizen's was sent. unit: whose it is:
    "city", or the commune that was named.
    """

    id: str
    channel: str
    status: Answerer
    rasa_sender: str
    last_seq: int
    token_version: int
    erased: bool
    ownership: int = 0
    delivered_seq: int = 0
    unit: str = "city"


@dataclass(frozen=True)
class Message:
    """One stored message, as every reader of the transcript may see it."""

    conversation_id: str
    seq: int
    role: Role
    at: datetime
    content: dict[str, Any]
    client_id: str | None = None


@dataclass(frozen=True)
class Draft:
    """A message to be stored: its content, and the payloads of its buttons, which stay with the hub.

    effects: what storing it brings about in the same transaction (`bot.hub.feedback_effects`); never shown.
    """

    content: dict[str, Any]
    payloads: tuple[str, ...] = ()
    effects: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Gift:
    """What a citizen hands over without words: as the transcript shows it, and as Rasa is told."""

    content: dict[str, Any]
    payload: str


@dataclass(frozen=True)
class Turn:
    """A citizen's message that waits for the assistant.

    payload: there when a button was pressed, or when the words were dropped. masked: kinds of what was taken out.
    asked_at: when it was stored.
    """

    conversation: Conversation
    seq: int
    text: str
    payload: str | None
    attempts: int
    masked: tuple[str, ...] = ()
    asked_at: datetime | None = None

    @property
    def id(self) -> str:
        """The turn's name in the logs, the same in every process that touches it."""
        return f"{self.conversation.id[:8]}-{self.seq}"


class Pending(NamedTuple):
    """A stored message that waits for the assistant, as far as its turn needs it."""

    seq: int
    content: dict[str, Any]
    payload: str | None
    attempts: int
    created_at: datetime


@dataclass(frozen=True)
class ToForget:
    """An erased conversation that the assistant still remembers."""

    conversation_id: str
    rasa_sender: str


@dataclass(frozen=True)
class Busy:
    """There is work, but another process holds the conversation."""


Work = Turn | ToForget | Busy


@dataclass(frozen=True)
class Settled:
    """A turn that was worked on. stored: the new messages, None where the answer was no longer wanted (erased, answered
    by another process, taken over by an officer). following: what is next in the conversation, held for this process.
    carried: what is to be called once this is committed, before anybody is told.

    Where something was stored and nothing follows, the conversation is free.
    """

    stored: list[Message] | None
    following: Work | None = None
    carried: Callable[[], None] | None = None


@dataclass(frozen=True)
class Said:
    """What is to be stored of a citizen's message: its content, and what Rasa is told in place of the text."""

    content: dict[str, Any]
    payload: str | None = None


@dataclass(frozen=True)
class Heard:
    """A citizen's message in the store. new: it was not there before."""

    message: Message
    new: bool
