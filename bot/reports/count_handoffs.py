"""Hand-offs and waits: section "handoffs"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.handoff.models import Outcome, RequestState, Trigger
from bot.handoff.shifts import Shifts
from bot.handoff.tables import HANDOFF_REQUEST
from bot.reports.periods import Scope, Span
from bot.reports.tallies import Values, partition, spread

_OF = HANDOFF_REQUEST.c
_COLUMNS = (_OF.unit, _OF.trigger, _OF.asked_at, _OF.state, _OF.outcome, _OF.claimed_at, _OF.waited_seconds)


@dataclass(frozen=True)
class Asking:
    """One request, as far as figures need it."""

    unit: str
    trigger: str
    asked_at: datetime
    state: str
    outcome: str
    claimed_at: datetime | None
    waited_seconds: int | None

    @property
    def result(self) -> str:
        """A cell of `handoffs_by_result`. Whoever was waited for and came has a wait, however it ended."""
        if self.waited_seconds is not None or self.claimed_at is not None:
            return "taken"
        if self.state == RequestState.CLOSED.value:
            return "nobody_came" if self.outcome == Outcome.NOBODY_CAME.value else "cancelled"
        return "waiting"


def count_handoffs(connection: Connection, span: Span, scope: Scope, shifts: Shifts) -> Values:
    """Count the requests of a period."""
    query = select(*_COLUMNS).where(_OF.asked_at >= span.begins, _OF.asked_at < span.ends)
    found = [Asking(*row) for row in connection.execute(query)]
    found = [one for one in found if scope.has_unit(one.unit)]
    asked = [one for one in found if one.trigger != Trigger.OFFICER.value]
    hours = [(one, shifts.running(one.unit, one.asked_at) is not None) for one in asked]
    return {
        "handoffs_by_reason": partition("handoffs_by_reason", (one.trigger for one in asked)),
        "stepped_in": len(found) - len(asked),
        "handoffs_by_unit": partition("handoffs_by_unit", (one.unit for one in asked)),
        "handoffs_by_hours": partition(
            "handoffs_by_hours", ("in_hours" if within else "out_of_hours" for _, within in hours)
        ),
        "handoffs_by_result": partition("handoffs_by_result", (one.result for one in asked)),
        "wait_in_hours": spread(_minutes([one for one, within in hours if within])),
        "wait_out_of_hours": spread(_minutes([one for one, within in hours if not within])),
    }


def _minutes(found: list[Asking]) -> list[float]:
    return [one.waited_seconds / 60 for one in found if one.waited_seconds is not None]
