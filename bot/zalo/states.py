"""What becomes of what came over Zalo, and of what goes out."""

from __future__ import annotations

from enum import Enum


class InState(str, Enum):
    """What became of an event. FAILED: tried too often; its body is kept for a person to look at."""

    NEW = "new"
    DONE = "done"
    FAILED = "failed"


class OutState(str, Enum):
    """What became of a message. HELD: the window is closed, or a person must act; it goes on when that is over."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    GIVEN_UP = "given_up"


OPEN_STATES = (OutState.WAITING.value, OutState.SENDING.value, OutState.HELD.value)
