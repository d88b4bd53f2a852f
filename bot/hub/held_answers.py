"""Answers that wait for an officer's look, inside a transaction: held, let go, replaced.

Always the conversation's row first, then the answer's, as in `bot.hub.handing`: of an approval, the clock and somebody
who takes the conversation over, one comes first, and the others find it settled.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.engine import Connection

from bot.approval.models import ApprovalFault, HeldAnswer, HeldState
from bot.approval.rows import find_answer, held_of, settle
from bot.approval.switches import refuse_approval
from bot.approval.words import approval_wording
from bot.handoff.models import SYSTEM, Officer
from bot.hub.conversations import add_messages, find_conversation
from bot.hub.feedback_effects import with_feedback
from bot.hub.models import ANSWERS, AUTHOR, Answerer, Conversation, Draft, Message, Role, Turn
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.ops.screening.screening import EXPECTS

REVIEW = "review"
"""Key of a message's content: what became of the look, a `HeldState`."""
Along = Callable[[Connection, Turn, tuple[Draft, ...], datetime], tuple[Draft, ...]]


def take_answer(connection: Connection, answer_id: str, now: datetime) -> tuple[Conversation, HeldAnswer]:
    """Lock an answer's conversation; raise `ApprovalError` where the answer is not there to be sent any more."""
    answer = find_answer(connection, answer_id)
    if answer is None:
        raise refuse_approval(ApprovalFault.GONE)
    same = and_(
        CONVERSATION.c.id == answer.conversation_id,
        CONVERSATION.c.ownership == answer.ownership,
        CONVERSATION.c.status == Answerer.ASSISTANT.value,
        CONVERSATION.c.erased_at.is_(None),
    )
    locked = connection.execute(update(CONVERSATION).where(same).values(updated_at=now)).rowcount
    conversation = find_conversation(connection, answer.conversation_id)
    if conversation is None or conversation.erased:
        raise refuse_approval(ApprovalFault.GONE)
    answer = find_answer(connection, answer_id)  # as it stands now that nobody else may change it
    if not locked or answer is None or answer.state is not HeldState.HELD:
        raise refuse_approval(ApprovalFault.SETTLED)
    if held_of(connection, [conversation.id])[0].id != answer.id:
        raise refuse_approval(ApprovalFault.EARLIER)
    return conversation, answer


def let_go(
    connection: Connection,
    conversation: Conversation,
    answer: HeldAnswer,
    state: HeldState,
    at: datetime,
    along: Along = with_feedback,
    by: Officer = SYSTEM,
) -> list[Message]:
    """Send an answer as the assistant made it; where no officer has looked at it, that is said first."""
    told = (Draft({"text": approval_wording()("told.unseen")}),) if state is HeldState.UNSEEN else ()
    messages = add_messages(connection, conversation.id, Role.SYSTEM, told, at)
    drafts = along(connection, _turn(connection, conversation, answer), drafts_of(answer), at)
    mark = {REVIEW: state.value, ANSWERS: answer.turn_seq}
    marked = tuple(Draft({**draft.content, **mark}, draft.payloads) for draft in drafts)
    messages += add_messages(connection, conversation.id, Role.ASSISTANT, marked, at)
    _settle(connection, answer, state, at, by, messages[len(told)].seq)
    return messages


def replace(
    connection: Connection,
    conversation: Conversation,
    answer: HeldAnswer,
    state: HeldState,
    text: str,
    officer: Officer,
    at: datetime,
) -> list[Message]:
    """Send an officer's words in its place; the talk with the assistant goes on, so its last buttons stay."""
    last = drafts_of(answer)[-1]
    content: dict[str, Any] = {"text": text, AUTHOR: officer.name, REVIEW: state.value}
    content |= {key: last.content[key] for key in ("buttons", EXPECTS) if last.content.get(key)}
    draft = Draft(content, last.payloads if "buttons" in content else ())
    messages = add_messages(connection, conversation.id, Role.OFFICER, (draft,), at)
    _settle(connection, answer, state, at, officer, messages[0].seq)
    return messages


def let_all_go(connection: Connection, conversation: Conversation, at: datetime) -> list[Message]:
    """Send what is held in a conversation of the assistant's before it goes elsewhere; its row is locked."""
    messages: list[Message] = []
    for answer in held_of(connection, [conversation.id]):
        messages += let_go(connection, conversation, answer, HeldState.UNSEEN, at)
    return messages


def as_stored(drafts: tuple[Draft, ...]) -> list[dict[str, Any]]:
    """Return drafts as a row holds them."""
    return [{"content": one.content, "payloads": list(one.payloads), "effects": dict(one.effects)} for one in drafts]


def drafts_of(answer: HeldAnswer) -> tuple[Draft, ...]:
    """Return the drafts of a row."""
    return tuple(Draft(one["content"], tuple(one["payloads"]), one["effects"]) for one in answer.drafts)


def _settle(connection: Connection, answer: HeldAnswer, state: HeldState, at: datetime, by: Officer, seq: int) -> None:
    if not settle(connection, answer, state, at, by.id, by.name, seq):
        raise refuse_approval(ApprovalFault.SETTLED)


def _turn(connection: Connection, conversation: Conversation, answer: HeldAnswer) -> Turn:
    """Return the turn that was answered, for what is stored along with an answer."""
    asked = and_(MESSAGE.c.conversation_id == conversation.id, MESSAGE.c.seq == answer.turn_seq)
    row = connection.execute(select(MESSAGE).where(asked)).one()
    return Turn(conversation, row.seq, str(row.content.get("text") or ""), row.payload, row.attempts)
