"""Petitions by words: of what was lodged, asked and answered, of codes and units; all of them, page by page."""

from __future__ import annotations

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.engine import Connection

from bot.petitions.models import Petition
from bot.petitions.store import petitions_of
from bot.petitions.tables import EVENT, PARTY, PETITION, TEXT
from bot.store.searching import Page, Place, behind, says

_OF = PETITION.c


def search_petitions(
    connection: Connection,
    units: tuple[str, ...] | None,
    words: tuple[str, ...],
    before: Place | None,
    most: int,
) -> Page[Petition]:
    """Return petitions of `units` (None: of all), the last received first. Names and contacts are not searched."""
    query = select(PETITION).where(behind(before, _OF.received_at, _OF.id))
    if units is not None:
        query = query.where(or_(_OF.unit_code.in_(units), _OF.contact_unit_code.in_(units)))
    if words:
        told = (_OF.content, _OF.wish, _OF.answer, _OF.procedure_title, _OF.procedure_code, _OF.case_code)
        steps = EVENT.join(TEXT, TEXT.c.event_id == EVENT.c.id)
        in_steps = select(EVENT.c.petition_id).select_from(steps).where(says(connection, words, TEXT.c.text))
        by_code = exists().where(PARTY.c.petition_id == _OF.id, says(connection, words, PARTY.c.code))
        own = says(connection, words, *told, _OF.unit_name)
        query = query.where(or_(own, by_code, and_(_OF.id.in_(in_steps.scalar_subquery()))))
    rows = connection.execute(query.order_by(_OF.received_at.desc(), _OF.id.desc()).limit(most + 1)).all()
    last = rows[most - 1] if len(rows) > most else None
    return Page(petitions_of(connection, list(rows[:most])), Place(last.received_at, last.id) if last else None)
