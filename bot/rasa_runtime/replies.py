"""What the assistant said, as plain values. Imports no Rasa."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Button:
    """A quick reply: what is shown, and what is sent when it is pressed."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message of the assistant; a turn may bring several."""

    text: str | None = None
    buttons: tuple[Button, ...] = ()
    custom: Mapping[str, Any] | None = None

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> Reply:
        """Read one message of Rasa's REST channel."""
        buttons = (Button(str(b.get("title", "")), str(b.get("payload", ""))) for b in message.get("buttons") or ())
        return cls(text=message.get("text"), buttons=tuple(buttons), custom=message.get("custom"))


def texts_of(replies: Iterable[Reply]) -> list[str]:
    """All texts of a turn."""
    return [reply.text for reply in replies if reply.text]


def buttons_of(replies: Iterable[Reply]) -> list[Button]:
    """All buttons of a turn."""
    return [button for reply in replies for button in reply.buttons]


def answer_of(replies: Iterable[Reply]) -> Mapping[str, Any] | None:
    """The machine-readable answer: `answer` in the last custom message of the turn."""
    customs = [reply.custom for reply in replies if reply.custom is not None]
    answer = customs[-1].get("answer") if customs else None
    return answer if isinstance(answer, Mapping) else None
