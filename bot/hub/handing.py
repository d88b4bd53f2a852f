"""Who answers a conversation, changed inside a transaction: its row and its request together, or neither.

Always the conversation's row first, then the request's, so that two of these never wait for each other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, update
from sqlalchemy.engine import Connection

from bot.approval.rows import drop_answers
from bot.errors import HandoffStepError
from bot.handoff.models import HandoffFault, Request
from bot.handoff.rows import change_request, find_request
from bot.handoff.words import handoff_wording
from bot.hub.conversations import add_messages, find_conversation
from bot.hub.models import Answerer, Conversation, Draft, Message, Role, TurnState
from bot.hub.tables import CONVERSATION, MESSAGE

STOP_WAITING, LEAVE_CONTACT, WAIT_ON, REQUEST_HUMAN = (
    "/stop_waiting",
    "/leave_contact",
    "/wait_on",
    "/request_human",
)
"""Payloads of buttons under what the desk says. The first three the hub obeys itself while somebody waits."""

Buttons = tuple[tuple[str, str], ...]


def refuse_step(fault: HandoffFault) -> HandoffStepError:
    """The error that says why a step is not possible."""
    return HandoffStepError(fault.value, fault=fault)


def take(connection: Connection, request_id: str) -> tuple[Conversation, Request]:
    """Read a request and its conversation; raise `HandoffStepError` where one is gone."""
    request = find_request(connection, request_id)
    conversation = find_conversation(connection, request.conversation_id) if request else None
    if request is None or conversation is None or conversation.erased:
        raise refuse_step(HandoffFault.GONE)
    return conversation, request


def pass_to(connection: Connection, conversation: Conversation, wanted: Answerer, now: datetime) -> None:
    """Change who answers by compare-and-set; raise where anybody has changed it since `conversation` was read.

    Messages that wait for the assistant are from now on the officer's to answer, so a turn in flight is dropped, and so
    is an answer that waits to be looked at.
    """
    same = and_(
        CONVERSATION.c.id == conversation.id,
        CONVERSATION.c.status == conversation.status.value,
        CONVERSATION.c.ownership == conversation.ownership,
        CONVERSATION.c.erased_at.is_(None),
    )
    values = {"status": wanted.value, "ownership": conversation.ownership + 1, "updated_at": now}
    if connection.execute(update(CONVERSATION).where(same).values(**values)).rowcount == 0:
        raise refuse_step(HandoffFault.TAKEN)
    pending = and_(MESSAGE.c.conversation_id == conversation.id, MESSAGE.c.state == TurnState.PENDING.value)
    connection.execute(update(MESSAGE).where(pending).values(state=TurnState.PASSED_ON.value))
    drop_answers(connection, conversation.id, now)


def keep(connection: Connection, conversation: Conversation, now: datetime) -> None:
    """Take the conversation's lock for a step that leaves the owner as it is; raise where that has changed."""
    same = and_(
        CONVERSATION.c.id == conversation.id,
        CONVERSATION.c.ownership == conversation.ownership,
        CONVERSATION.c.erased_at.is_(None),
    )
    if connection.execute(update(CONVERSATION).where(same).values(updated_at=now)).rowcount == 0:
        raise refuse_step(HandoffFault.TAKEN)


def change(connection: Connection, request: Request, **values: Any) -> Request:
    """Change a request by compare-and-set; return it as it stands then, raise where it has changed since."""
    if not change_request(connection, request, **values):
        raise refuse_step(HandoffFault.TAKEN)
    changed = find_request(connection, request.id)
    assert changed is not None  # noqa: S101 - just changed
    return changed


def tell(
    connection: Connection, conversation_id: str, key: str, now: datetime, buttons: Buttons = (), **facts: object
) -> Message:
    """Store a sentence of the desk. key: below "told" in handoff/wording.yml; buttons: their names and payloads."""
    (message,) = add_messages(connection, conversation_id, Role.SYSTEM, (told(key, buttons, **facts),), now)
    return message


def told(key: str, buttons: Buttons = (), **facts: object) -> Draft:
    """Return a sentence of the desk as a draft."""
    say = handoff_wording()
    content: dict[str, Any] = {"text": say(f"told.{key}", **facts)}
    if buttons:
        content["buttons"] = [{"title": say(f"buttons.{name}")} for name, _ in buttons]
    return Draft(content, tuple(payload for _, payload in buttons))
