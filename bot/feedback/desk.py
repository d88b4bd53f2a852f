"""What editors and the support team do about feedback. The command line and the console call it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Row

from bot.errors import FeedbackRefusedError
from bot.feedback.bottlenecks import bottlenecks
from bot.feedback.follow_ups import add_event, change_follow_up, find_follow_up
from bot.feedback.models import (
    CLOSED,
    Desk,
    FeedbackItem,
    FollowUp,
    FollowUpState,
    Happening,
    HistoryLine,
    RatedTurn,
    Reason,
    Source,
)
from bot.feedback.searching import search_references
from bot.feedback.store import rating_of
from bot.feedback.tables import FEEDBACK, FEEDBACK_EVENT, FEEDBACK_FOLLOW_UP
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.store.engine import Database
from bot.store.searching import Page, Place

log = EventLog("feedback.desk")

SHORTEST_OUTCOME = 10
"""Characters: "ok" tells nobody what came of it."""
_JOINED = FEEDBACK.outerjoin(FEEDBACK_FOLLOW_UP, FEEDBACK_FOLLOW_UP.c.feedback_id == FEEDBACK.c.id)
_FOLLOW_UP_COLUMNS = [column for column in FEEDBACK_FOLLOW_UP.c if column.name != "feedback_id"]
_TURN = tuple(one.name for one in fields(RatedTurn))


@dataclass(frozen=True)
class Wanted:
    """Which items; everything that is not named is wanted. open: whether something is still to be done."""

    desk: Desk | None = None
    open: bool | None = None
    owner: str | None = None
    procedure_code: str | None = None
    reasons: frozenset[Reason] = frozenset()
    since: date = date.min
    until: date = date.max

    def fits(self, item: FeedbackItem) -> bool:
        """Say whether `item` is wanted."""
        follow_up = item.follow_up
        is_open = follow_up is not None and follow_up.state not in CLOSED
        return (
            (self.desk is None or (follow_up is not None and follow_up.desk is self.desk))
            and (self.open is None or self.open == is_open)
            and (self.owner is None or (follow_up is not None and follow_up.owner == self.owner))
            and (self.procedure_code is None or item.turn.procedure_code == self.procedure_code)
            and (not self.reasons or item.rating.reason in self.reasons)
            and self.since <= city_date(item.created_at) <= self.until
        )


class FeedbackDesk:
    """Feedback items, their follow-ups and their history in the operations store."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def items(self, wanted: Wanted | None = None) -> list[FeedbackItem]:
        """Return the wanted items, the oldest first."""
        chosen = wanted or Wanted()
        found = await self._database().run(_all_items)
        return [item for item in found if chosen.fits(item)]

    async def get(self, reference: str) -> tuple[FeedbackItem, list[HistoryLine]]:
        """Return an item and its history; raises `FeedbackRefusedError` where there is none."""
        return await self._database().run(_get, _tidy(reference))

    async def search(
        self, desks: Collection[Desk], words: tuple[str, ...] = (), before: Place | None = None, most: int = 20
    ) -> Page[FeedbackItem]:
        """Return the items of these desks that say the words, the newest first."""
        return await self._database().run(_search, desks, words, before, most)

    async def assign(self, reference: str, owner: str, by: str) -> None:
        """Make somebody responsible; it is in progress from then on."""
        if not owner.strip():
            raise FeedbackRefusedError("no owner", why="no_owner")
        values = {"owner": owner.strip()[:80], "state": FollowUpState.IN_PROGRESS.value}
        await self._change(reference, by, Happening.ASSIGNED, values, owner=owner.strip()[:80])

    async def finish(self, reference: str, by: str, outcome: str) -> None:
        """Close it as done, with what came of it."""
        await self._close(reference, by, Happening.DONE, FollowUpState.DONE, outcome)

    async def dismiss(self, reference: str, by: str, reason: str) -> None:
        """Close it without doing anything, and say why."""
        await self._close(reference, by, Happening.DISMISSED, FollowUpState.DISMISSED, reason)

    async def recode(self, reference: str, by: str, code: str) -> None:
        """Set the bottleneck; what rules find later changes it no more."""
        if code not in bottlenecks():
            raise FeedbackRefusedError(f"no code {code}", why="no_such_code")
        await self._database().write(self._recode, _tidy(reference), _named(by), code)

    async def _close(self, reference: str, by: str, what: Happening, state: FollowUpState, outcome: str) -> None:
        said = outcome.strip()
        if len(said) < SHORTEST_OUTCOME:
            raise FeedbackRefusedError("nothing said", why="no_outcome")
        values = {"state": state.value, "outcome": said[:600], "closed_at": self._clock.now()}
        await self._change(reference, by, what, values, outcome=said[:600])

    async def _change(
        self, reference: str, by: str, what: Happening, values: Mapping[str, object], **detail: object
    ) -> None:
        await self._database().write(self._write_change, _tidy(reference), _named(by), what, values, detail)
        log.info("feedback_changed", reference=_tidy(reference), what=what.value)

    def _write_change(
        self,
        connection: Connection,
        reference: str,
        by: str,
        what: Happening,
        values: Mapping[str, object],
        detail: Mapping[str, Any],
    ) -> None:
        row = _row_of(connection, reference)
        follow_up = find_follow_up(connection, row.id)
        if follow_up is None:
            raise FeedbackRefusedError("nothing to follow up", why="no_follow_up")
        if FollowUpState(follow_up.state) in CLOSED:
            raise FeedbackRefusedError("closed", why="closed")
        change_follow_up(connection, row.id, **values)
        add_event(connection, self._clock.now(), row.id, by, what, **detail)

    def _recode(self, connection: Connection, reference: str, by: str, code: str) -> None:
        row = _row_of(connection, reference)
        values = {"bottleneck": code, "bottleneck_by": by}
        connection.execute(update(FEEDBACK).where(FEEDBACK.c.id == row.id).values(**values))
        add_event(connection, self._clock.now(), row.id, by, Happening.CODED, code=code, before=row.bottleneck)

    async def raise_overdue(self, is_overdue: Callable[[datetime], bool]) -> int:
        """Note of every open follow-up that is open for too long that it was raised today; how many were, just now."""
        return await self._database().write(self._raise, is_overdue)

    def _raise(self, connection: Connection, is_overdue: Callable[[datetime], bool]) -> int:
        now, raised = self._clock.now(), 0
        for row in connection.execute(select(FEEDBACK_FOLLOW_UP)).all():
            is_open = FollowUpState(row.state) not in CLOSED
            if not is_open or row.raised_on == city_date(now) or not is_overdue(row.opened_at):
                continue
            change_follow_up(connection, row.feedback_id, raised_on=city_date(now))
            add_event(connection, now, row.feedback_id, "job", Happening.RAISED, desk=row.desk, owner=row.owner)
            raised += 1
        return raised


def _named(by: str) -> str:
    if not by.strip():
        raise FeedbackRefusedError("nobody", why="nobody")
    return by.strip()[:80]


def _tidy(reference: str) -> str:
    """Take a reference as it is typed: small letters, blanks, without its beginning."""
    typed = "".join(reference.upper().split())
    return typed if typed.startswith("GY-") else f"GY-{typed.removeprefix('GY')}"


def _row_of(connection: Connection, reference: str) -> Row:
    row = connection.execute(select(FEEDBACK).where(FEEDBACK.c.reference == reference)).first()
    if row is None:
        raise FeedbackRefusedError("unknown", why="unknown")
    return row


def _get(connection: Connection, reference: str) -> tuple[FeedbackItem, list[HistoryLine]]:
    item_id = _row_of(connection, reference).id
    (item,) = _items(connection.execute(_select().where(FEEDBACK.c.id == item_id)))
    query = select(FEEDBACK_EVENT).where(FEEDBACK_EVENT.c.feedback_id == item_id).order_by(FEEDBACK_EVENT.c.id)
    return item, [HistoryLine(row.at, row.by, Happening(row.what), row.detail) for row in connection.execute(query)]


def _search(
    connection: Connection, desks: Collection[Desk], words: tuple[str, ...], before: Place | None, most: int
) -> Page[FeedbackItem]:
    found = search_references(connection, desks, words, before, most)
    items = {item.id: item for item in _items(connection.execute(_select().where(FEEDBACK.c.id.in_(found.lines))))}
    return Page([items[name] for name in found.lines], found.after)


def _all_items(connection: Connection) -> list[FeedbackItem]:
    return _items(connection.execute(_select().order_by(FEEDBACK.c.created_at, FEEDBACK.c.reference)))


def _select() -> select:
    columns = [column.label(f"follow_{column.name}") for column in _FOLLOW_UP_COLUMNS]
    return select(FEEDBACK, *columns).select_from(_JOINED)


def _items(rows: Iterable[Row]) -> list[FeedbackItem]:
    return [
        FeedbackItem(
            row.id,
            row.reference,
            Source(row.source),
            rating_of(row),
            row.bottleneck,
            _turn_of(row),
            row.created_at,
            _follow_up_of(row),
        )
        for row in rows
    ]


def _turn_of(row: Row) -> RatedTurn:
    values = {name: getattr(row, name) for name in _TURN}
    return RatedTurn(**values | {"conversation_id": row.conversation_id or "", "fields": tuple(row.fields)})


def _follow_up_of(row: Row) -> FollowUp | None:
    if row.follow_state is None:
        return None
    return FollowUp(
        Desk(row.follow_desk),
        FollowUpState(row.follow_state),
        row.follow_opened_at,
        row.follow_owner,
        row.follow_closed_at,
        row.follow_outcome,
        row.follow_raised_on,
    )
