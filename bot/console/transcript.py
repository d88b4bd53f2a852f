"""A conversation's messages as officers see them: what is personal is masked until a reason is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk.hiding import hidden_words
from bot.hub.held_answers import REVIEW
from bot.hub.models import AUTHOR, Message, Role
from bot.hub.photos import IDS


@dataclass(frozen=True)
class Line:
    """A message of the transcript. who: citizen, assistant, officer, system; hidden: something in it is masked.

    review: what became of an officer's look at it.
    """

    seq: int
    who: str
    author: str
    at: datetime
    text: str
    hidden: bool
    buttons: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    outcome: str = ""
    review: str = ""


def lines_of(messages: Sequence[Message], unmasked: bool = False) -> list[Line]:
    """Return the messages as lines."""
    return [_line(message, unmasked) for message in messages]


def photos_of(message: Message) -> list[Mapping[str, Any]]:
    """Return the photos that a message hands over."""
    return [one for one in message.content.get(IDS) or () if isinstance(one, Mapping)]


def _line(message: Message, unmasked: bool) -> Line:
    text = str(message.content.get("text") or "")
    personal = message.role in (Role.CITIZEN, Role.OFFICER)
    shown = hidden_words(text) if personal and not unmasked else text
    return Line(
        seq=message.seq,
        who=message.role.value,
        author=str(message.content.get(AUTHOR) or ""),
        at=message.at,
        text=shown,
        hidden=shown != text,
        buttons=tuple(str(one.get("title", "")) for one in message.content.get("buttons") or ()),
        photos=tuple(str(one.get("name", "")) for one in photos_of(message)),
        review=str(message.content.get(REVIEW) or ""),
        outcome=str((message.content.get("answer") or {}).get("outcome") or ""),
    )
