"""News whose message is held because the citizen's window has closed: taken by one process, told at most once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import ColumnElement

from bot.ops.clock import CITY_TIME, Clock
from bot.ops.news import News, NewsKind
from bot.ops.sealing import Sealer
from bot.store.engine import Database
from bot.zalo.agreements import VERSION, block
from bot.zalo.people import OPEN
from bot.zalo.rate import take_call
from bot.zalo.states import OPEN_STATES
from bot.zalo.tables import AGREEMENT, OUTBOX, PERSON, TEMPLATE
from bot.zalo.template_rows import TemplateState
from bot.zalo.templates import Template, Templates

LEFT = timedelta(minutes=3)
"""After this a row that is being sent was left by a process that died."""


@dataclass(frozen=True)
class TemplateOut:
    """News that is being told now."""

    id: int
    user_id: str
    template: Template
    news: News
    attempts: int


@dataclass(frozen=True)
class MonthCost:
    """What was told in one month. cost: đồng of what was sent; unclear_cost: of what Zalo may have sent."""

    month: str
    sent: int
    cost: int
    unclear: int
    unclear_cost: int


class TemplateBox:
    """The rows of news in the operations store."""

    def __init__(self, database: Callable[[], Database], sealer: Sealer, clock: Clock, templates: Templates) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._templates = templates

    async def tidy(self) -> int:
        """End what needs no template any more, and what a process left; return how many of the latter."""
        return await self._database().write(self._tidy)

    async def claim(self, per_minute: int) -> TemplateOut | None:
        """Take news that is to be told now, begun to be sent; None where there is none, or this minute is full."""
        due = await self._database().run(self._due)
        return await self._database().write(self._claim, per_minute) if due is not None else None

    async def sent(self, out: TemplateOut, message_id: str) -> None:
        """Zalo has it."""
        await self._end(out, TemplateState.SENT, {"message_id": message_id[:128], "code": None})

    async def unclear(self, out: TemplateOut) -> None:
        """Nobody knows whether Zalo has it; its message goes out when the citizen writes."""
        await self._end(out, TemplateState.UNCLEAR, {})

    async def give_up(self, out: TemplateOut, code: int) -> None:
        """It cannot be told so."""
        await self._end(out, TemplateState.GIVEN_UP, {"code": code, **_UNPAID})

    async def put_off(self, out: TemplateOut, until: datetime, code: int, all_of_them: bool = False) -> None:
        """It is tried again at `until`; all_of_them: so is all that waits."""
        await self._database().write(self._put_off, out.id, until, code, all_of_them)

    async def blocked(self, out: TemplateOut, code: int) -> None:
        """No template reaches this citizen until they write again."""
        await self._database().write(self._blocked, out, code)

    async def counts(self) -> dict[str, int]:
        """Return state → number, for operators."""
        return await self._database().run(_counts)

    async def costs(self) -> list[MonthCost]:
        """Return what was told and paid, newest month first."""
        return await self._database().run(_costs)

    def _due(self, connection: Connection) -> Row | None:
        now = self._clock.now()
        query = (
            select(TEMPLATE)
            .join(PERSON, and_(PERSON.c.user_id == TEMPLATE.c.user_id, _same_conversation()))
            .join(AGREEMENT, AGREEMENT.c.user_id == TEMPLATE.c.user_id)
            .where(
                TEMPLATE.c.state == TemplateState.WAITING.value,
                TEMPLATE.c.due_at <= now,
                TEMPLATE.c.kind.in_([kind.value for kind in self._templates]),
                or_(PERSON.c.interacted_at.is_(None), PERSON.c.interacted_at < now - OPEN),
                PERSON.c.unreachable.is_(None),
                AGREEMENT.c.agreed_at.isnot(None),
                AGREEMENT.c.ended_at.is_(None),
                AGREEMENT.c.version == VERSION,
                or_(AGREEMENT.c.blocked_at.is_(None), AGREEMENT.c.blocked_at < PERSON.c.interacted_at),
                _held(),
            )
            .order_by(TEMPLATE.c.id)
            .limit(1)
        )
        return connection.execute(query).first()

    def _claim(self, connection: Connection, per_minute: int) -> TemplateOut | None:
        now = self._clock.now()
        row = self._due(connection)
        if row is None or not take_call(connection, now, per_minute):
            return None
        template = self._templates[NewsKind(row.kind)]
        begun = {
            "state": TemplateState.SENDING.value,
            "began_at": now,
            "attempts": row.attempts + 1,
            "template_id": template.template_id,
            "price": template.unit_price,
            "month": f"{now.astimezone(CITY_TIME):%Y-%m}",
        }
        waiting = and_(TEMPLATE.c.id == row.id, TEMPLATE.c.state == TemplateState.WAITING.value)
        if connection.execute(update(TEMPLATE).where(waiting).values(**begun)).rowcount == 0:
            return None
        news = News(template.kind, json.loads(self._sealer.open(row.fields)))
        return TemplateOut(row.id, row.user_id, template, news, row.attempts)

    def _tidy(self, connection: Connection) -> int:
        now = self._clock.now()
        ended = {"ended_at": now, "fields": None}
        over = and_(TEMPLATE.c.state == TemplateState.WAITING.value, ~_held())
        connection.execute(update(TEMPLATE).where(over).values(state=TemplateState.NEEDLESS.value, **ended))
        left = and_(TEMPLATE.c.state == TemplateState.SENDING.value, TEMPLATE.c.began_at < now - LEFT)
        unclear = update(TEMPLATE).where(left).values(state=TemplateState.UNCLEAR.value, **ended)
        return int(connection.execute(unclear).rowcount)

    async def _end(self, out: TemplateOut, state: TemplateState, values: dict[str, Any]) -> None:
        ended = {"state": state.value, "ended_at": self._clock.now(), "fields": None, **values}
        await self._database().write(_set, out.id, ended)

    def _put_off(self, connection: Connection, row_id: int, until: datetime, code: int, all_of_them: bool) -> None:
        again = {"state": TemplateState.WAITING.value, "due_at": until, "began_at": None, "code": code, **_UNPAID}
        _set(connection, row_id, again)
        if all_of_them:
            others = and_(TEMPLATE.c.state == TemplateState.WAITING.value, TEMPLATE.c.due_at < until)
            connection.execute(update(TEMPLATE).where(others).values(due_at=until))

    def _blocked(self, connection: Connection, out: TemplateOut, code: int) -> None:
        now = self._clock.now()
        block(connection, out.user_id, code, now)
        ended = {"state": TemplateState.GIVEN_UP.value, "ended_at": now, "fields": None, "code": code, **_UNPAID}
        _set(connection, out.id, ended)


_UNPAID: dict[str, Any] = {"price": None, "month": None}


def _same_conversation() -> ColumnElement[bool]:
    return PERSON.c.conversation_id == TEMPLATE.c.conversation_id


def _held() -> ColumnElement[bool]:
    """The message has not gone out."""
    same = and_(OUTBOX.c.conversation_id == TEMPLATE.c.conversation_id, OUTBOX.c.seq == TEMPLATE.c.seq)
    return exists().where(same, OUTBOX.c.state.in_(OPEN_STATES))


def _set(connection: Connection, row_id: int, values: dict[str, Any]) -> None:
    connection.execute(update(TEMPLATE).where(TEMPLATE.c.id == row_id).values(**values))


def _counts(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(TEMPLATE.c.state, func.count()).group_by(TEMPLATE.c.state))
    return {state: int(number) for state, number in rows}


def _costs(connection: Connection) -> list[MonthCost]:
    told = (TemplateState.SENT.value, TemplateState.UNCLEAR.value)
    of, number, cost = TEMPLATE.c, func.count(), func.coalesce(func.sum(TEMPLATE.c.price), 0)
    query = select(of.month, of.state, number.label("number"), cost.label("cost")).where(of.state.in_(told))
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for row in connection.execute(query.where(of.month.isnot(None)).group_by(of.month, of.state)):
        found.setdefault(row.month, {})[row.state] = (int(row.number), int(row.cost))
    return [
        MonthCost(month, *states.get(told[0], (0, 0)), *states.get(told[1], (0, 0)))
        for month, states in sorted(found.items(), reverse=True)
    ]
