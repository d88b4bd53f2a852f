"""The follow-up of a feedback item, and the history of both: which only grows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.feedback.models import CITIZEN, CLOSED, Desk, FollowUpState, Happening, Rating
from bot.feedback.tables import FEEDBACK_EVENT, FEEDBACK_FOLLOW_UP

WITHDRAWN = "withdrawn"
"""Why nothing is to be done about a rating that was taken back."""


def add_event(
    connection: Connection,
    at: datetime,
    item_id: str,
    by: str,
    what: Happening,
    rating: Rating | None = None,
    **detail: Any,
) -> None:
    """Add a line to the history. Of a rating thumb and reason are kept, of words only that there are some."""
    if rating is not None:
        detail |= {"thumb": rating.thumb, "reason": rating.reason, "words": bool(rating.words)}
    row = {"feedback_id": item_id, "at": at, "by": by[:80], "what": what.value, "detail": _plain(detail)}
    connection.execute(insert(FEEDBACK_EVENT).values(**row))


def find_follow_up(connection: Connection, item_id: str) -> Row | None:
    """Return the follow-up's row."""
    return connection.execute(select(FEEDBACK_FOLLOW_UP).where(FEEDBACK_FOLLOW_UP.c.feedback_id == item_id)).first()


def ask_for_follow_up(connection: Connection, at: datetime, item_id: str, desk: Desk) -> None:
    """See to it that `desk` looks at the item: opened, moved from the other desk, or opened again after it was closed.

    A closed one is opened again because the citizen has just said something new.
    """
    row = find_follow_up(connection, item_id)
    if row is None:
        values = {"feedback_id": item_id, "desk": desk.value, "state": FollowUpState.OPEN.value, "owner": ""}
        connection.execute(insert(FEEDBACK_FOLLOW_UP).values(**values, opened_at=at, outcome=""))
        add_event(connection, at, item_id, CITIZEN, Happening.OPENED, desk=desk)
        return
    if row.desk != desk.value:  # another desk, another person
        change_follow_up(connection, item_id, desk=desk.value, owner="", state=FollowUpState.OPEN.value)
        add_event(connection, at, item_id, CITIZEN, Happening.MOVED, desk=desk)
    if FollowUpState(row.state) in CLOSED:
        state = FollowUpState.OPEN.value
        change_follow_up(connection, item_id, state=state, opened_at=at, closed_at=None, outcome="")
        add_event(connection, at, item_id, CITIZEN, Happening.REOPENED)


def withdraw(connection: Connection, at: datetime, item_id: str) -> None:
    """Close what nobody has to do any more."""
    row = find_follow_up(connection, item_id)
    if row is None or FollowUpState(row.state) in CLOSED:
        return
    change_follow_up(
        connection, item_id, state=FollowUpState.DISMISSED.value, closed_at=at, outcome=WITHDRAWN, owner=row.owner
    )
    add_event(connection, at, item_id, CITIZEN, Happening.DISMISSED, outcome=WITHDRAWN)


def change_follow_up(connection: Connection, item_id: str, **values: Any) -> None:
    """Write new values over the follow-up's."""
    connection.execute(update(FEEDBACK_FOLLOW_UP).where(FEEDBACK_FOLLOW_UP.c.feedback_id == item_id).values(**values))


def _plain(detail: dict[str, Any]) -> dict[str, Any]:
    return {key: getattr(value, "value", value) for key, value in detail.items() if value not in (None, "")}
