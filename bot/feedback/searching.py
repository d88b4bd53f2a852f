"""Feedback by words: of the question, of what somebody said about the answer, of references and codes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.feedback.models import Desk
from bot.feedback.tables import FEEDBACK, FEEDBACK_FOLLOW_UP
from bot.store.searching import Page, Place, behind, says

_OF = FEEDBACK.c


def search_references(
    connection: Connection, desks: Collection[Desk], words: tuple[str, ...], before: Place | None, most: int
) -> Page[str]:
    """Return the ids of items that are followed up at one of `desks`, the newest first."""
    follows = FEEDBACK_FOLLOW_UP.c.feedback_id == _OF.id
    query = select(_OF.id, _OF.created_at).select_from(FEEDBACK.join(FEEDBACK_FOLLOW_UP, follows))
    query = query.where(FEEDBACK_FOLLOW_UP.c.desk.in_([desk.value for desk in desks]))
    query = query.where(behind(before, _OF.created_at, _OF.id))
    if words:
        told = (_OF.words, _OF.question, _OF.reference, _OF.procedure_code, FEEDBACK_FOLLOW_UP.c.outcome)
        query = query.where(says(connection, words, *told))
    rows = connection.execute(query.order_by(_OF.created_at.desc(), _OF.id.desc()).limit(most + 1)).all()
    last = rows[most - 1] if len(rows) > most else None
    return Page([row.id for row in rows[:most]], Place(last.created_at, last.id) if last else None)
