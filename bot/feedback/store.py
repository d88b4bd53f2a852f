"""What citizens do to feedback, in the transaction of the caller, which holds the conversation's row.

One item a turn, however often the same is sent; what changes is written over, and that it changed is added to the
history.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import ColumnElement

from bot.feedback.bottlenecks import BY_RULES, bottleneck_in
from bot.feedback.follow_ups import add_event, ask_for_follow_up, withdraw
from bot.feedback.models import CITIZEN, Desk, Happening, Kept, RatedTurn, Rating, Reason, Source, Thumb, desk_for
from bot.feedback.tables import FEEDBACK, FEEDBACK_FOLLOW_UP
from bot.ops.logging import new_reference

PREFIX = "GY-"
ANSWER, SURVEY = "answer", "survey"
NOT_RATED = Kept(Rating())


def new_feedback_reference() -> str:
    """Return a code that can be read out on the telephone, as "GY-7K3MPA" (góp ý)."""
    return PREFIX + new_reference()


def rate(connection: Connection, at: datetime, turn: RatedTurn, rating: Rating) -> Kept:
    """Store what a citizen thinks of an answer now, over what was thought before; without a thumb it is taken back."""
    row = _find(connection, turn, ANSWER)
    if row is None:
        return _add_rated(connection, at, turn, rating) if rating.thumb else NOT_RATED
    before = rating_of(row)
    if rating != before:
        _write(connection, at, row, rating)
        add_event(connection, at, row.id, CITIZEN, Happening.RATED if rating.thumb else Happening.WITHDRAWN, rating)
        _follow(connection, at, row, rating)
    return Kept(rating, row.reference, _desk(connection, row.id))


def open_not_solved(connection: Connection, at: datetime, turn: RatedTurn, words: str, reference: str) -> str:
    """Store that somebody said an answer did not help; the reference under which it is known.

    That is `reference`, or the one which the answer's item has already.
    """
    row = _find(connection, turn, ANSWER)
    if row is None:
        item_id = _add(connection, at, turn, Source.WORDS, Rating(Thumb.DOWN, words=words), reference=reference)
        add_event(connection, at, item_id, CITIZEN, Happening.TOLD)
        ask_for_follow_up(connection, at, item_id, Desk.SUPPORT)
        return reference
    before = rating_of(row)
    told = replace(before, thumb=Thumb.DOWN, words=_joined(before.words, words))
    _write(connection, at, row, told)
    add_event(connection, at, row.id, CITIZEN, Happening.TOLD, told)
    ask_for_follow_up(connection, at, row.id, desk_for(told.reason))
    return str(row.reference)


def add_to(
    connection: Connection, at: datetime, conversation_id: str, reference: str, reason: Reason | None, words: str
) -> bool:
    """Add what did not work to the item of that reference in this conversation; False where there is none.

    Where the answer had an item before, it kept its own reference: then the newest is meant.
    """
    mine = and_(FEEDBACK.c.conversation_id == conversation_id, FEEDBACK.c.about == ANSWER)
    rows = connection.execute(select(FEEDBACK).where(mine).order_by(FEEDBACK.c.updated_at.desc())).all()
    if not rows:
        return False
    row = next((row for row in rows if row.reference == reference), rows[0])
    before = rating_of(row)
    told = replace(before, reason=reason or before.reason, words=_joined(before.words, words))
    if told != before:
        _write(connection, at, row, told)
        add_event(connection, at, row.id, CITIZEN, Happening.TOLD, told)
        ask_for_follow_up(connection, at, row.id, desk_for(told.reason))
    return True


def open_from_survey(connection: Connection, at: datetime, turn: RatedTurn, rating: Rating) -> str:
    """Store a survey's words with the conversation, as its writer agreed to; the item's id."""
    row = _find(connection, turn, SURVEY)
    if row is not None:
        _write(connection, at, row, rating)
        return str(row.id)
    item_id = _add(connection, at, turn, Source.SURVEY, rating, about=SURVEY)
    add_event(connection, at, item_id, CITIZEN, Happening.TOLD, rating)
    ask_for_follow_up(connection, at, item_id, Desk.SUPPORT)
    return item_id


def ratings_of(connection: Connection, conversation_id: str) -> dict[int, Kept]:
    """Return the number of each rated message → its rating."""
    joined = FEEDBACK.outerjoin(FEEDBACK_FOLLOW_UP, FEEDBACK_FOLLOW_UP.c.feedback_id == FEEDBACK.c.id)
    mine = and_(FEEDBACK.c.conversation_id == conversation_id, FEEDBACK.c.about == ANSWER, FEEDBACK.c.thumb.isnot(None))
    rows = connection.execute(select(FEEDBACK, FEEDBACK_FOLLOW_UP.c.desk).select_from(joined).where(mine))
    return {row.message_seq: Kept(rating_of(row), row.reference, Desk(row.desk) if row.desk else None) for row in rows}


def forget_conversation(connection: Connection, at: datetime, conversation_id: str) -> None:
    """Cut all ties of an erased conversation, and drop its words. What is left tells of records, not of people."""
    mine = FEEDBACK.c.conversation_id == conversation_id
    for row in connection.execute(select(FEEDBACK.c.id).where(mine)).all():
        add_event(connection, at, row.id, CITIZEN, Happening.ERASED)
    connection.execute(update(FEEDBACK).where(mine).values(conversation_id=None, words="", question="", message_seq=0))


def rating_of(row: Row) -> Rating:
    """Return the rating in an item's row."""
    thumb, reason = Thumb(row.thumb) if row.thumb else None, Reason(row.reason) if row.reason else None
    return Rating(thumb, reason, row.words, row.words_dropped)


def _find(connection: Connection, turn: RatedTurn, about: str) -> Row | None:
    is_it: ColumnElement[bool] = and_(
        FEEDBACK.c.conversation_id == turn.conversation_id,
        FEEDBACK.c.message_seq == turn.message_seq,
        FEEDBACK.c.about == about,
    )
    return connection.execute(select(FEEDBACK).where(is_it)).first()


def _add_rated(connection: Connection, at: datetime, turn: RatedTurn, rating: Rating) -> Kept:
    reference = new_feedback_reference()
    item_id = _add(connection, at, turn, Source.THUMB, rating, reference=reference)
    add_event(connection, at, item_id, CITIZEN, Happening.RATED, rating)
    if rating.thumb is Thumb.DOWN:
        ask_for_follow_up(connection, at, item_id, desk_for(rating.reason))
    return Kept(rating, reference, _desk(connection, item_id))


def _add(
    connection: Connection,
    at: datetime,
    turn: RatedTurn,
    source: Source,
    rating: Rating,
    reference: str = "",
    about: str = ANSWER,
) -> str:
    item_id = str(uuid.uuid4())
    row = vars(turn) | {"fields": list(turn.fields), "id": item_id, "reference": reference or new_feedback_reference()}
    row |= {"source": source.value, "about": about, "created_at": at, "updated_at": at}
    row |= _columns(rating) | {"bottleneck": bottleneck_in(rating.words), "bottleneck_by": BY_RULES}
    connection.execute(insert(FEEDBACK).values(**row))
    return item_id


def _write(connection: Connection, at: datetime, row: Row, rating: Rating) -> None:
    values = _columns(rating) | {"updated_at": at}
    if row.bottleneck_by == BY_RULES:  # an officer's word stays
        values["bottleneck"] = bottleneck_in(rating.words)
    connection.execute(update(FEEDBACK).where(FEEDBACK.c.id == row.id).values(**values))


def _columns(rating: Rating) -> dict[str, Any]:
    return {
        "thumb": rating.thumb.value if rating.thumb else None,
        "reason": rating.reason.value if rating.reason else None,
        "words": rating.words,
        "words_dropped": rating.dropped,
    }


def _follow(connection: Connection, at: datetime, row: Row, rating: Rating) -> None:
    """A thumb taken back ends what it began; what was said in words is looked at all the same."""
    if rating.thumb is Thumb.DOWN:
        ask_for_follow_up(connection, at, row.id, desk_for(rating.reason))
    elif row.source == Source.THUMB.value:
        withdraw(connection, at, row.id)


def _desk(connection: Connection, item_id: str) -> Desk | None:
    query = select(FEEDBACK_FOLLOW_UP.c.desk).where(FEEDBACK_FOLLOW_UP.c.feedback_id == item_id)
    found = connection.execute(query).scalar()
    return Desk(found) if found else None


def _joined(before: str, words: str) -> str:
    """Return both, each once, in the order in which they were said."""
    return "\n".join(dict.fromkeys(filter(None, (*before.split("\n"), words))))[:4000]
