"""What the desk's own stores hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class DeskFault(str, Enum):
    """Why something is not taken; its sentence is in the console's wording.yml."""

    SHORTCUT = "shortcut"
    SHORTCUT_TAKEN = "shortcut_taken"
    NO_TITLE = "no_title"
    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    UNIT = "unit"
    CHANGED = "changed"
    GONE = "gone"
    TARGET = "target"
    VERDICT = "verdict"
    PRIVATE = "private"


@dataclass(frozen=True)
class ReadyReply:
    """A reply that is put in by typing "/" and its shortcut. unit: whose it is, `CITY` or a commune's code."""

    id: str
    unit: str
    shortcut: str
    title: str
    text: str
    version: int


@dataclass(frozen=True)
class ReplyChange:
    """What one version of a ready reply said."""

    version: int
    shortcut: str
    title: str
    text: str
    removed: bool
    by: str
    at: datetime


class Judgement(str, Enum):
    """What a reviewer thinks of an answer."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    NOT_OURS = "not_ours"
    """Nothing that the assistant could have answered."""


@dataclass(frozen=True)
class Verdict:
    """A reviewer's judgement on the answer to message `seq`."""

    conversation_id: str
    seq: int
    by: str
    judgement: Judgement
    comment: str
    at: datetime


class ExampleKind(str, Enum):
    """What a citizen's words are kept for."""

    INTENT = "intent"
    LEXICON = "lexicon"


@dataclass(frozen=True)
class Example:
    """Words of citizens, without anything personal, and what they mean: an intent, or other words."""

    id: str
    kind: ExampleKind
    text: str
    target: str
    by: str
    at: datetime
    exported_at: datetime | None = None
