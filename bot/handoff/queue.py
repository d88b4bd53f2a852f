"""The queue as it stands: who waits, in which place, how long it will likely take; read only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.engine import Connection

from bot.handoff.lists import LINE, QueueFilter, is_in, listing
from bot.handoff.models import (
    CITY_UNIT,
    DeskState,
    HistoryLine,
    Officer,
    Request,
    RequestState,
    Standing,
    Trigger,
)
from bot.handoff.presence import present_for, unit_for
from bot.handoff.rows import find_open, find_request, history_of, request_of
from bot.handoff.shifts import Shifts
from bot.handoff.tables import HANDOFF_EVENT, HANDOFF_NOTE, HANDOFF_REQUEST
from bot.handoff.words import hours_text
from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.store.prepared import Prepared
from bot.store.reach import ReachableStore
from bot.tuning.reading import Tuning

MEASURED, FEWEST = 20, 5
"""A likely wait is the median of so many of the last waits, and unknown with fewer than the second."""
MEASURED_WITHIN = timedelta(days=14)
_OF, _NOTE = HANDOFF_REQUEST.c, HANDOFF_NOTE.c
_REVISION = Prepared(select(func.coalesce(func.max(HANDOFF_EVENT.c.id), 0)))
_TYPING = Prepared(select(_OF.typing_until).where(_OF.id == bindparam("the_id")))
_OF_CONVERSATION = Prepared(
    select(HANDOFF_REQUEST).where(_OF.conversation_id == bindparam("the_id")).order_by(_OF.asked_at.desc())
)
_NOTES = Prepared(
    select(HANDOFF_NOTE)
    .where(_NOTE.request_id == bindparam("the_id"), _NOTE.event_id.is_(None))
    .order_by(_NOTE.at, _NOTE.id)
)
_ONE_UNIT = _OF.unit == bindparam("the_unit")
_WAITS = Prepared(
    select(_OF.waited_seconds)
    .where(_ONE_UNIT, _OF.waited_seconds.isnot(None), _OF.claimed_at >= bindparam("the_earliest"))
    .where(_OF.trigger != Trigger.OFFICER.value)
    .order_by(_OF.claimed_at.desc())
    .limit(MEASURED)
)
_SINCE: Any = bindparam("the_moment", type_=_OF.waiting_since.type)
_OLDER = or_(_OF.waiting_since < _SINCE, and_(_OF.waiting_since == _SINCE, _OF.id < bindparam("the_id")))
_OTHERS = select(func.count()).where(_ONE_UNIT, is_in(RequestState.WAITING), _OF.id != bindparam("the_id"))
_BEFORE = {
    True: Prepared(_OTHERS.where(_OF.urgent.is_(True), _OLDER)),
    False: Prepared(_OTHERS.where(or_(_OF.urgent.is_(True), _OLDER))),
}
"""How many are in front of a request that is urgent, and of one that is not."""


@dataclass(frozen=True)
class QueueRow:
    """A line of the queue. waited: since when it waits now, to the moment of reading; place: from 1, while waiting."""

    request: Request
    waited: timedelta
    place: int | None = None


@dataclass(frozen=True)
class Note:
    """An officer's words beside a request."""

    id: str
    at: datetime
    by_id: str
    by_name: str
    text: str
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueueFigures:
    """waiting, held: now; likely: seconds to wait, None where too few were measured; longest: seconds waited now."""

    waiting: int
    held: int
    present: int
    longest: int
    likely: int | None


class Queue:
    """What officers, citizens and operators see of waiting and held requests."""

    def __init__(
        self, database: Callable[[], Database], clock: Clock, shifts: Shifts, tuning: Tuning | None = None
    ) -> None:
        """shifts: those of the file; what administrators set goes over them."""
        self._store, self._clock = ReachableStore(database), clock
        self.shifts, self.tuning = shifts, tuning or Tuning()

    async def waiting(self, wanted: QueueFilter = QueueFilter()) -> list[QueueRow]:  # noqa: B008 - frozen
        """Return the requests that fit, at most `MOST`."""
        return await self._store.read(self._list, wanted)

    async def get(self, request_id: str) -> Request | None:
        """Return a request, also one that is over."""
        return await self._store.read(find_request, request_id)

    async def of_conversation(self, conversation_id: str) -> list[Request]:
        """Return all requests of a conversation, the newest first."""
        return await self._store.read(_of_conversation, conversation_id)

    async def history(self, request_id: str) -> list[HistoryLine]:
        """Return what happened to a request."""
        return await self._store.read(history_of, request_id)

    async def notes(self, request_id: str) -> list[Note]:
        """Return officers' notes on a request, the oldest first; the reasons of steps are in its history."""
        return await self._store.read(_notes, request_id)

    async def standing(self, conversation_id: str) -> Standing:
        """Return where the citizen of a conversation stands."""
        return (await self.standings([conversation_id]))[conversation_id]

    async def standings(self, conversation_ids: Iterable[str]) -> dict[str, Standing]:
        """As `standing`, for many."""
        return await self._store.read(self._standings, tuple(conversation_ids))

    async def desk(self, unit: str = CITY_UNIT) -> DeskState:
        """Return whether somebody is there for a unit now, and else when."""
        return await self._store.read(self.desk_of, unit)

    async def figures(self, unit: str = CITY_UNIT) -> QueueFigures:
        """Return how the queue of a unit stands."""
        return await self._store.read(self._figures, unit)

    async def revision(self) -> int:
        """Return the number of the newest thing that happened; another one means that lists are to be read anew."""
        return await self._store.read(lambda connection: int(_REVISION.scalar(connection)))

    def desk_of(self, connection: Connection, unit: str) -> DeskState:
        """As `desk`, inside somebody's transaction. A commune without officers of its own is the city's."""
        now = self._clock.now()
        queue = unit_for(connection, unit, now)
        tuned = self.tuning.read(connection)
        shifts = self.shifts.tuned(tuned)
        running, following = shifts.running(queue, now), shifts.next_after(queue, now)
        return DeskState(
            unit=queue,
            on_duty=running is not None,
            present=len(present_for(connection, queue, now)),
            hours=hours_text(shifts.hours_of(queue)),
            next_shift=following.begins if following else None,
            unsure=bool(following and following.unsure),
            full=_is_full(connection, queue, tuned.queue_limit),
            note=tuned.closed_note,
        )

    def standing_of(self, connection: Connection, request: Request | None) -> Standing:
        """Return where the citizen of an open request stands; None: the assistant answers."""
        if request is None or not request.is_open:
            return Standing("assistant")
        if request.state is RequestState.HELD:
            until = _TYPING.scalar(connection, the_id=request.id)
            typing = until is not None and until > self._clock.now()
            return Standing("officer", officer=request.officer_name, request_id=request.id, typing=typing)
        likely = likely_wait(connection, request.unit, self._clock.now())
        minutes = None if likely is None else max(1, round(likely / 60))
        return Standing("waiting", place_of(connection, request), minutes, request_id=request.id)

    def _standings(self, connection: Connection, conversation_ids: tuple[str, ...]) -> dict[str, Standing]:
        if len(conversation_ids) == 1:
            return {conversation_ids[0]: self.standing_of(connection, find_open(connection, conversation_ids[0]))}
        rows = connection.execute(select(HANDOFF_REQUEST).where(HANDOFF_REQUEST.c.open_key.in_(conversation_ids)))
        found = {row.open_key: request_of(row) for row in rows}
        return {one: self.standing_of(connection, found.get(one)) for one in conversation_ids}

    def _list(self, connection: Connection, wanted: QueueFilter) -> list[QueueRow]:
        now = self._clock.now()
        rows = listing(wanted).all(connection, the_now=now)
        requests = [request_of(row) for row in rows]
        places = _places(connection) if any(_waits(request) for request in requests) else {}
        return [QueueRow(one, now - one.waiting_since, places.get(one.id)) for one in requests]

    def _figures(self, connection: Connection, unit: str) -> QueueFigures:
        now = self._clock.now()
        mine = HANDOFF_REQUEST.c.unit == unit
        counts = dict(
            connection.execute(
                select(HANDOFF_REQUEST.c.state, func.count()).where(mine).group_by(HANDOFF_REQUEST.c.state)
            ).all()
        )
        first = select(func.min(HANDOFF_REQUEST.c.waiting_since)).where(mine, is_in(RequestState.WAITING))
        since = connection.execute(first).scalar()
        return QueueFigures(
            waiting=counts.get(RequestState.WAITING.value, 0),
            held=counts.get(RequestState.HELD.value, 0),
            present=len(present_for(connection, unit, now)),
            longest=int((now - since).total_seconds()) if since else 0,
            likely=likely_wait(connection, unit, now),
        )


def _is_full(connection: Connection, unit: str, limit: int) -> bool:
    if not limit:
        return False
    waiting = select(func.count()).where(HANDOFF_REQUEST.c.unit == unit, is_in(RequestState.WAITING))
    return int(connection.execute(waiting).scalar_one()) >= limit


def place_of(connection: Connection, request: Request) -> int:
    """Return a waiting request's place in its unit's queue, from 1: urgent ones first, then the oldest."""
    given = {"the_unit": request.unit, "the_id": request.id, "the_moment": request.waiting_since}
    return int(_BEFORE[bool(request.urgent)].scalar(connection, **given)) + 1


def likely_wait(connection: Connection, unit: str, now: datetime) -> int | None:
    """Return the seconds that somebody will likely wait: the median of the last measured waits; None with too few."""
    rows = _WAITS.all(connection, the_unit=unit, the_earliest=now - MEASURED_WITHIN)
    waits = [int(row.waited_seconds) for row in rows]
    return round(median(waits)) if len(waits) >= FEWEST else None


def _waits(request: Request) -> bool:
    return request.state is RequestState.WAITING


def _places(connection: Connection) -> dict[str, int]:
    """As `place_of`, of all who wait."""
    counted: dict[str, int] = {}
    places: dict[str, int] = {}
    for row in LINE.all(connection):
        places[row.id] = counted[row.unit] = counted.get(row.unit, 0) + 1
    return places


def _of_conversation(connection: Connection, conversation_id: str) -> list[Request]:
    return [request_of(row) for row in _OF_CONVERSATION.all(connection, the_id=conversation_id)]


def _notes(connection: Connection, request_id: str) -> list[Note]:
    rows = _NOTES.all(connection, the_id=request_id)
    return [Note(row.id, row.at, row.by_id, row.by_name, row.text, tuple(row.mentions)) for row in rows]


def officer_units(officer: Officer) -> tuple[str, ...]:
    """Return the units whose queues somebody sees; none for everybody's, where they work for the city."""
    return () if CITY_UNIT in officer.units else officer.units
