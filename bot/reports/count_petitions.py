"""Petitions by kind, unit and clock: section "petitions"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection, Row

from bot.petitions.export import days_to_answer
from bot.petitions.models import OPEN, EventKind, PetitionState
from bot.petitions.store import history_of
from bot.petitions.tables import EVENT, PETITION
from bot.reports.periods import Scope, Span
from bot.reports.tallies import Values, partition, spread
from knowledge.working_days import Calendar

_OPEN = frozenset(state.value for state in OPEN)
_OF = PETITION.c
_CHUNK = 400


def count_petitions(connection: Connection, span: Span, scope: Scope, calendar: Calendar) -> Values:
    """Count what was received and what became of petitions in a period, and what was open at its end."""
    query = select(_OF.kind, _OF.unit_code).where(_OF.received_at >= span.begins, _OF.received_at < span.ends)
    received = [row for row in connection.execute(query) if scope.has_petition_unit(row.unit_code)]
    steps = _steps(connection, span, scope)
    days = [
        days_to_answer(calendar, row.received_at, history_of(connection, row.petition_id), row)
        for row in steps[EventKind.ANSWERED]
    ]
    unanswered = list(_open_at_end(connection, span, scope))
    late = [row.unit_code for row in steps[EventKind.ANSWERED] if row.was_late]
    late += [unit for state, unit in unanswered if state == "overdue"]
    return {
        "petitions_by_kind": partition("petitions_by_kind", (row.kind for row in received)),
        "petitions_by_unit": partition("petitions_by_unit", (row.unit_code for row in received)),
        "petitions_answered": partition("petitions_answered", _clock(steps[EventKind.ANSWERED])),
        "petitions_refused": partition("petitions_refused", _clock(steps[EventKind.REFUSED])),
        "petitions_asked": partition("petitions_asked", _clock(steps[EventKind.ASKED])),
        "petitions_published": partition("petitions_published", _clock(steps[EventKind.PUBLISHED])),
        "petitions_open": partition("petitions_open", (state for state, _ in unanswered)),
        "petitions_late_by_unit": partition("petitions_late_by_unit", late),
        "petition_days": spread(days),
    }


def unit_names(connection: Connection, span: Span) -> dict[str, str]:
    """Return the names of the units that petitions are with, as the newest of a period's end or before has them."""
    query = select(_OF.unit_code, _OF.unit_name).where(_OF.received_at < span.ends)
    return {row.unit_code: row.unit_name for row in connection.execute(query.order_by(_OF.received_at, _OF.id))}


def procedures_petitioned(connection: Connection, span: Span) -> list[str]:
    """Return the procedure of each petition received in a period that names one."""
    query = select(_OF.procedure_code).where(_OF.received_at >= span.begins, _OF.received_at < span.ends)
    return [row.procedure_code for row in connection.execute(query.where(_OF.procedure_code != ""))]


def _steps(connection: Connection, span: Span, scope: Scope) -> dict[EventKind, list[Row]]:
    wanted = (EventKind.ANSWERED, EventKind.REFUSED, EventKind.ASKED, EventKind.PUBLISHED)
    asked = EventKind.ASKED.value
    first_asked = select(func.min(EVENT.c.id)).where(EVENT.c.kind == asked).group_by(EVENT.c.petition_id)
    columns = (EVENT.c.id, EVENT.c.petition_id, EVENT.c.kind, EVENT.c.at, EVENT.c.was_late)
    query = (
        select(*columns, _OF.received_at, _OF.unit_code)
        .select_from(EVENT.join(PETITION, _OF.id == EVENT.c.petition_id))
        .where(EVENT.c.at >= span.begins, EVENT.c.at < span.ends, EVENT.c.kind.in_([one.value for one in wanted]))
        .where(or_(EVENT.c.kind != asked, EVENT.c.id.in_(first_asked)))
        .order_by(EVENT.c.id)
    )
    found: dict[EventKind, list[Row]] = {kind: [] for kind in wanted}
    for row in connection.execute(query):
        if scope.has_petition_unit(row.unit_code):
            found[EventKind(row.kind)].append(row)
    return found


def _clock(rows: Iterable[Row]) -> Iterable[str]:
    return ("late" if row.was_late else "on_time" for row in rows)


def _open_at_end(connection: Connection, span: Span, scope: Scope) -> Iterable[tuple[str, str]]:
    """The cell and the unit of each petition that was open when the period ended."""
    unsettled = or_(_OF.state.in_(_OPEN), _OF.state_since >= span.ends)
    query = select(_OF.id, _OF.unit_code, _OF.due_answer).where(_OF.received_at < span.ends, unsettled)
    rows = [row for row in connection.execute(query) if scope.has_petition_unit(row.unit_code)]
    states = _states_at_end(connection, [row.id for row in rows], span)
    for row in rows:
        state = states.get(row.id)
        if state == PetitionState.ASKED_FOR_MORE.value:
            yield "waiting", row.unit_code
        elif state in _OPEN:
            yield "overdue" if row.due_answer <= span.until else "in_time", row.unit_code


def _states_at_end(connection: Connection, ids: Sequence[str], span: Span) -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(EVENT.c.petition_id, EVENT.c.state_after)
            .where(EVENT.c.petition_id.in_(ids[start : start + _CHUNK]), EVENT.c.at < span.ends)
            .where(EVENT.c.state_after.isnot(None))
            .order_by(EVENT.c.id)
        )
        for petition_id, state in connection.execute(query):
            found[petition_id] = state
    return found
