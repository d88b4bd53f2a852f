"""Held answers as rows: keep, find, settle by compare-and-set. Called inside others' transactions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update
from sqlalchemy.engine import Connection, Row

from bot.approval.models import HeldAnswer, HeldState, UnitSwitch
from bot.approval.tables import APPROVAL_ANSWER, APPROVAL_SWITCH
from bot.store.prepared import Prepared

MOST_DUE = 100

_OF = APPROVAL_ANSWER.c
_HELD = HeldState.HELD.value
_ALL_HELD = Prepared(
    select(APPROVAL_ANSWER).where(_OF.state == _HELD).order_by(_OF.due_at, _OF.turn_seq).limit(MOST_DUE)
)
_HELD_NOW = Prepared(
    select(func.max(_OF.changed_at).label("newest"), func.count().label("number")).where(_OF.state == _HELD)
)
_NEWEST = Prepared(select(func.max(_OF.changed_at)))
_DROPPED_OF = Prepared(
    select(APPROVAL_ANSWER)
    .where(_OF.conversation_id == bindparam("the_id"), _OF.state == HeldState.DROPPED.value)
    .order_by(_OF.turn_seq.desc())
    .limit(5)
)
_DROP = Prepared(
    update(APPROVAL_ANSWER)
    .where(_OF.conversation_id == bindparam("the_id"), _OF.state == _HELD)
    .values(state=HeldState.DROPPED.value, changed_at=bindparam("the_moment"))
)
_MAY_HOLD = Prepared(
    select(
        or_(
            select(_OF.id).where(_OF.conversation_id == bindparam("the_id"), _OF.state == _HELD).exists(),
            select(APPROVAL_SWITCH.c.id).where(APPROVAL_SWITCH.c.on.is_(True)).exists(),
        )
    )
)


def keep_answer(
    connection: Connection,
    conversation_id: str,
    turn_seq: int,
    ownership: int,
    unit: str,
    drafts: Sequence[Mapping[str, Any]],
    at: datetime,
    due_at: datetime,
) -> None:
    """Hold an answer; the conversation's row is locked."""
    row = {
        "id": str(uuid.uuid4()),
        "conversation_id": conversation_id,
        "turn_seq": turn_seq,
        "unit": unit,
        "ownership": ownership,
        "state": _HELD,
        "drafts": list(drafts),
        "held_at": at,
        "due_at": due_at,
        "changed_at": at,
        "by_id": "",
        "by_name": "",
    }
    connection.execute(insert(APPROVAL_ANSWER).values(**row))


def find_answer(connection: Connection, answer_id: str) -> HeldAnswer | None:
    """Return an answer, whatever has become of it."""
    row = connection.execute(select(APPROVAL_ANSWER).where(_OF.id == answer_id)).first()
    return None if row is None else answer_of(row)


def held_of(connection: Connection, conversation_ids: Iterable[str]) -> list[HeldAnswer]:
    """Return the answers of conversations that are held now, each conversation's in its order."""
    mine = and_(_OF.conversation_id.in_(tuple(conversation_ids)), _OF.state == _HELD)
    rows = connection.execute(select(APPROVAL_ANSWER).where(mine).order_by(_OF.held_at, _OF.turn_seq))
    return [answer_of(row) for row in rows]


def dropped_of(connection: Connection, conversation_id: str) -> list[HeldAnswer]:
    """Return a conversation's answers that were not sent because somebody took it over."""
    return [answer_of(row) for row in _DROPPED_OF.all(connection, the_id=conversation_id)][::-1]


def may_hold(connection: Connection, conversation_id: str) -> bool:
    """Say whether something is held in a conversation, or some unit has ever looked at answers; else none is held."""
    return bool(_MAY_HOLD.scalar(connection, the_id=conversation_id))


def all_held(connection: Connection) -> list[HeldAnswer]:
    """Return what is held in all conversations, what is due first in front."""
    return [answer_of(row) for row in _ALL_HELD.all(connection)]


def revision_of(connection: Connection) -> str:
    """Return a mark that is another one after every change of a held answer."""
    return f"{tuple(_HELD_NOW.first(connection))} {_NEWEST.scalar(connection)}"


def settle(
    connection: Connection,
    answer: HeldAnswer,
    state: HeldState,
    at: datetime,
    by_id: str = "",
    by_name: str = "",
    seq: int | None = None,
) -> bool:
    """End the holding of an answer, once; False where somebody was faster."""
    same = and_(_OF.id == answer.id, _OF.state == _HELD)
    values = {"state": state.value, "changed_at": at, "by_id": by_id, "by_name": by_name, "seq": seq}
    return bool(connection.execute(update(APPROVAL_ANSWER).where(same).values(**values)).rowcount)


def drop_answers(connection: Connection, conversation_id: str, at: datetime) -> None:
    """Somebody else answers a conversation: what is held there is not sent."""
    _DROP.later(connection, the_id=conversation_id, the_moment=at)


def erase_approval(connection: Connection, conversation_id: str, at: datetime) -> None:
    """Forget an erased conversation: nothing held is sent any more, and no words stay."""
    drop_answers(connection, conversation_id, at)
    mine = _OF.conversation_id == conversation_id
    connection.execute(update(APPROVAL_ANSWER).where(mine).values(drafts=[]))


def newest_switch(connection: Connection, unit: str) -> UnitSwitch | None:
    """Return how a unit's switch stands; None where it was never touched."""
    found = switch_history(connection, unit, 1)
    return found[0] if found else None


def switch_history(connection: Connection, unit: str, most: int = 50) -> list[UnitSwitch]:
    """Return a unit's changes, the newest first."""
    of = APPROVAL_SWITCH.c
    rows = connection.execute(select(APPROVAL_SWITCH).where(of.unit == unit).order_by(of.id.desc()).limit(most))
    return [UnitSwitch(row.unit, row.on, row.sentence, row.reason, row.by, row.at) for row in rows]


def answer_of(row: Row) -> HeldAnswer:
    """Return a row as a dataclass."""
    return HeldAnswer(
        id=row.id,
        conversation_id=row.conversation_id,
        turn_seq=row.turn_seq,
        unit=row.unit,
        ownership=row.ownership,
        state=HeldState(row.state),
        drafts=tuple(row.drafts),
        held_at=row.held_at,
        due_at=row.due_at,
        by_id=row.by_id,
        by_name=row.by_name,
        seq=row.seq,
    )
