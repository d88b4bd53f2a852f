"""The five-working-day clock: how long after its decision a change of a procedure came in here (R-04, R-05)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from knowledge.history import VIETNAM, History
from knowledge.models import Origin, Procedure
from knowledge.working_days import Calendar

LIMIT = 5
"""Working days from the decision to its publication (Directive 06/CT-UBND, I.2a and I.2b)."""


class Clock(str, Enum):
    """Where a change stands. `BASELINE`: signed before the catalogue was first filled, so nothing was late here."""

    IN_TIME = "in_time"
    OVERDUE = "overdue"
    AWAITING_EDITOR = "awaiting_editor"
    NO_DATE = "no_date"
    BASELINE = "baseline"


@dataclass(frozen=True)
class Timing:
    """One change of one procedure.

    action: added, changed or removed. first_seen: day in the city on which it came into the catalogue.
    elapsed: working days from the decision to `first_seen`, or for `AWAITING_EDITOR` to today; None without a date.
    overdue: more than `LIMIT` of them. unsure_years: years it crossed whose days off are not official.
    """

    code: str
    title: str
    action: str
    decision_number: str
    decision_date: date | None
    first_seen: date
    elapsed: int | None
    overdue: bool
    state: Clock
    unsure_years: tuple[int, ...] = ()


def timings(
    history: History, calendar: Calendar, since: date | None = None, until: date | None = None
) -> Iterator[Timing]:
    """Yield every change of a published record that came in from `since` to `until`, in the order it came in.

    A change counts where the announcing decision is another one, or the procedure is new or gone.
    """
    start: date | None = None
    for load, items in history.walk():
        if load.origin is not Origin.PORTAL or load.undone_by is not None or load.kind in ("undo", "render"):
            continue
        filling = start is None
        start = start or (load.day if items else None)
        if start is None or (since is not None and load.day < since) or (until is not None and load.day > until):
            continue
        records = history.records_of([(item.code, item.origin, item.after) for item in items if item.after])
        earlier = history.records_of([(item.code, item.origin, item.before) for item in items if item.before])
        for item in items:
            record = records.get((item.code, item.origin, item.after or 0))
            old = earlier.get((item.code, item.origin, item.before or 0))
            if record is None or (item.action == "changed" and old and old.decision.number == record.decision.number):
                continue
            decided = record.decision.date
            old_news = filling or (item.action == "added" and decided is not None and decided < start)
            yield _timing(record, item.action, load.day, calendar, Clock.BASELINE if old_news else None)


def _timing(record: Procedure, action: str, seen: date, calendar: Calendar, state: Clock | None) -> Timing:
    decided = record.decision.date
    count = calendar.between(decided, seen) if decided and state is None else None
    overdue = count is not None and count.days > LIMIT and action != "removed"
    if state is None:
        state = Clock.NO_DATE if count is None else Clock.OVERDUE if overdue else Clock.IN_TIME
    return Timing(
        code=record.code,
        title=record.title,
        action=action,
        decision_number=record.decision.number,
        decision_date=decided,
        first_seen=seen,
        elapsed=count.days if count else None,
        overdue=overdue,
        state=state,
        unsure_years=count.unsure_years if count else (),
    )


def waiting(history: History, calendar: Calendar, today: date) -> Iterator[Timing]:
    """Yield the curated procedures whose portal record cites a later decision than the one an editor restated."""
    loads = history.loads(1)
    state = history.state_after(loads[0].id) if loads else {}
    codes = sorted(code for code, origin in state if origin is Origin.CURATED and (code, Origin.PORTAL) in state)
    records = history.records_of([(code, origin, state[code, origin]) for code in codes for origin in Origin])
    for code in codes:
        curated = records[code, Origin.CURATED, state[code, Origin.CURATED]]
        portal = records[code, Origin.PORTAL, state[code, Origin.PORTAL]]
        ours, theirs = curated.decision.date, portal.decision.date
        if curated.extends_portal or ours is None or theirs is None or theirs <= ours:
            continue
        timing = _timing(portal, "changed", today, calendar, None)
        seen = next(item.first_seen for item in history.versions(code) if f"portal:{item.number}" == portal.version)
        yield replace(timing, first_seen=seen.astimezone(VIETNAM).date(), state=Clock.AWAITING_EDITOR)


def unsure_years(found: Iterable[Timing]) -> tuple[int, ...]:
    """Return every year whose days off are not official and that a count went through."""
    return tuple(sorted({year for timing in found for year in timing.unsure_years}))
