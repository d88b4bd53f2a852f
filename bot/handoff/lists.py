"""Lists of requests as statements that are built once for each filter: pages ask for the same few again and again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.sql import ColumnElement

from bot.handoff.models import CITY_UNIT, RequestState, Trigger
from bot.handoff.tables import HANDOFF_REQUEST
from bot.store.prepared import Prepared

MOST = 200
LINE = Prepared(
    select(HANDOFF_REQUEST.c.id, HANDOFF_REQUEST.c.unit)
    .where(HANDOFF_REQUEST.c.state == RequestState.WAITING.value)
    .order_by(HANDOFF_REQUEST.c.urgent.desc(), HANDOFF_REQUEST.c.waiting_since, HANDOFF_REQUEST.c.id)
)
"""All who wait, in the order in which they are taken."""


class Order(str, Enum):
    """How a list of waiting requests is sorted."""

    URGENT_FIRST = "urgent_first"
    OLDEST_FIRST = "oldest_first"
    NEWEST_FIRST = "newest_first"


@dataclass(frozen=True)
class QueueFilter:
    """What a list holds; empty values let all through. officer: whose requests; channel: web, zalo."""

    units: tuple[str, ...] = ()
    state: RequestState | None = RequestState.WAITING
    trigger: Trigger | None = None
    channel: str = ""
    officer_id: str = ""
    snoozed: bool | None = None
    order: Order = Order.URGENT_FIRST


@lru_cache(maxsize=256)
def listing(wanted: QueueFilter) -> Prepared:
    """Return the statement of a list, built once for each filter. Takes the_now where it is about what is put aside."""
    return Prepared(select(HANDOFF_REQUEST).where(*_conditions(wanted)).order_by(*_order(wanted.order)).limit(MOST))


def _asleep() -> ColumnElement[bool]:
    until = HANDOFF_REQUEST.c.snoozed_until
    return and_(until.isnot(None), until > bindparam("the_now"))


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    of, found = HANDOFF_REQUEST.c, []
    if wanted.units and CITY_UNIT not in wanted.units:
        found.append(or_(*(of.unit == unit for unit in wanted.units)))
    if wanted.state:
        found.append(is_in(wanted.state))
    if wanted.trigger:
        found.append(of.trigger == wanted.trigger.value)
    if wanted.channel:
        found.append(of.channel == wanted.channel)
    if wanted.officer_id:
        found.append(or_(of.officer_id == wanted.officer_id, of.offered_to == wanted.officer_id))
    if wanted.snoozed is not None:
        found.append(_asleep() if wanted.snoozed else ~_asleep())
    return found


def _order(order: Order) -> tuple[ColumnElement[object], ...]:
    of = HANDOFF_REQUEST.c
    if order is Order.NEWEST_FIRST:
        return (of.waiting_since.desc(), of.id)
    if order is Order.OLDEST_FIRST:
        return (of.waiting_since, of.id)
    return (of.urgent.desc(), of.waiting_since, of.id)


def is_in(state: RequestState) -> ColumnElement[bool]:
    """Whether a request is in a state."""
    return HANDOFF_REQUEST.c.state == state.value
