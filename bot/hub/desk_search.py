"""Handed-over conversations by words: of summaries, of what citizens and officers wrote, of notes; all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.handoff.models import CITY_UNIT, Officer, Request
from bot.handoff.rows import request_of
from bot.handoff.tables import HANDOFF_NOTE, HANDOFF_REQUEST
from bot.hub.models import Role
from bot.hub.tables import MESSAGE
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from bot.store.searching import Page, Place, behind, says
from knowledge.text import fold

_OF = HANDOFF_REQUEST.c
_OTHER = HANDOFF_REQUEST.alias("other")
_ANY = HANDOFF_REQUEST.alias("any_of_it")
_SPOKEN = (Role.CITIZEN.value, Role.OFFICER.value)


@dataclass(frozen=True)
class FoundTalk:
    """The newest request of a conversation that is somebody's to see, and what in it says the words, unmasked."""

    request: Request
    text: str


class DeskSearch:
    """Reads only. What a citizen has erased is in no table any more, so it is not found."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._store = ReachableStore(database)

    async def talks(
        self, officer: Officer, words: tuple[str, ...] = (), before: Place | None = None, most: int = 20
    ) -> Page[FoundTalk]:
        """Return conversations, the last asked for first. Without words: all."""
        return await self._store.read(_talks, officer, words, before, most)

    async def requests(self, officer: Officer, before: Place | None = None, most: int = 500) -> Page[Request]:
        """Return every request that is somebody's to see, also several of one conversation."""
        return await self._store.read(_requests, officer, before, most)


def _talks(
    connection: Connection, officer: Officer, words: tuple[str, ...], before: Place | None, most: int
) -> Page[FoundTalk]:
    newer = exists().where(
        _OTHER.c.conversation_id == _OF.conversation_id,
        _mine(officer, _OTHER),
        or_(
            _OTHER.c.asked_at > _OF.asked_at,
            (_OTHER.c.asked_at == _OF.asked_at) & (_OTHER.c.id > _OF.id),
        ),
    )
    query = select(HANDOFF_REQUEST).where(_mine(officer, HANDOFF_REQUEST), ~newer, behind(before, _OF.asked_at, _OF.id))
    if words:
        query = query.where(
            or_(_in_summary(connection, words), _in_messages(connection, words), _in_notes(connection, words, officer))
        )
    page = _page(connection, query, most)
    return Page([FoundTalk(one, _text(connection, one, words)) for one in page.lines], page.after)


def _requests(connection: Connection, officer: Officer, before: Place | None, most: int) -> Page[Request]:
    query = select(HANDOFF_REQUEST).where(_mine(officer, HANDOFF_REQUEST), behind(before, _OF.asked_at, _OF.id))
    return _page(connection, query, most)


def _page(connection: Connection, query: select, most: int) -> Page[Request]:
    rows = connection.execute(query.order_by(_OF.asked_at.desc(), _OF.id.desc()).limit(most + 1))
    found = [request_of(row) for row in rows]
    last = found[most - 1] if len(found) > most else None
    return Page(found[:most], Place(last.asked_at, last.id) if last else None)


def _mine(officer: Officer, table: HANDOFF_REQUEST) -> ColumnElement[bool]:
    """As `bot.console.handing.sees_request`: of their units, held by them, or offered to them."""
    if CITY_UNIT in officer.units:
        return table.c.id.isnot(None)
    theirs = (table.c.officer_id == officer.id, table.c.offered_to == officer.id)
    return or_(table.c.unit.in_(officer.units), *theirs)


def _in_summary(connection: Connection, words: tuple[str, ...]) -> ColumnElement[bool]:
    parts = [_OF.summary[name].as_string() for name in ("asked", "procedure_title", "procedure_code", "case_code")]
    return says(connection, words, *parts, _OF.id, _OF.conversation_id)


def _in_messages(connection: Connection, words: tuple[str, ...]) -> ColumnElement[bool]:
    said = says(connection, words, MESSAGE.c.content["text"].as_string())
    return exists().where(MESSAGE.c.conversation_id == _OF.conversation_id, MESSAGE.c.role.in_(_SPOKEN), said)


def _in_notes(connection: Connection, words: tuple[str, ...], officer: Officer) -> ColumnElement[bool]:
    of_it = select(_ANY.c.id).where(_ANY.c.conversation_id == _OF.conversation_id, _mine(officer, _ANY))
    noted = says(connection, words, HANDOFF_NOTE.c.text)
    return exists().where(HANDOFF_NOTE.c.request_id.in_(of_it.scalar_subquery()), noted)


def _text(connection: Connection, request: Request, words: tuple[str, ...]) -> str:
    """What says the words: the summary's question, else the newest message, else the newest note."""
    if all(word in fold(request.summary.asked) for word in words):
        return request.summary.asked
    content = MESSAGE.c.content["text"].as_string()
    mine = (MESSAGE.c.conversation_id == request.conversation_id, MESSAGE.c.role.in_(_SPOKEN))
    said = select(content).where(*mine, says(connection, words, content)).order_by(MESSAGE.c.seq.desc()).limit(1)
    noted = select(HANDOFF_NOTE.c.text).where(HANDOFF_NOTE.c.request_id == request.id)
    noted = noted.where(says(connection, words, HANDOFF_NOTE.c.text)).order_by(HANDOFF_NOTE.c.at.desc()).limit(1)
    return str(connection.execute(said).scalar() or connection.execute(noted).scalar() or request.summary.asked)
