"""Late dossiers and their notices: section "late_notices" (R-34, R-35)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.cases.desk import LATE_WITHOUT_NOTICE
from bot.cases.notices import is_generic
from bot.cases.tables import CASE_FOLLOW_UP, CASE_NOTICE
from bot.ops.clock import city_date
from bot.reports.periods import Scope, Span
from bot.reports.tallies import Values, partition

UNKNOWN_UNIT = "unknown"
_NOTICE, _MET = CASE_NOTICE.c, CASE_FOLLOW_UP.c


def count_cases(connection: Connection, span: Span, scope: Scope) -> Values:
    """Count the notices of a period, and the late dossiers that have none."""
    query = select(CASE_NOTICE).where(_NOTICE.written_at >= span.begins, _NOTICE.written_at < span.ends)
    written = connection.execute(query.order_by(_NOTICE.written_at, _NOTICE.id))
    notices = [row for row in written if scope.has_case_unit(row.unit)]
    newest = {row.case_code: row for row in notices}
    cases = {code: ("complete" if is_complete(row) else "incomplete", row.unit) for code, row in newest.items()}
    for row in _without_notice(connection, span):
        if scope.has_case_unit(row.unit):
            cases.setdefault(row.case_code, ("missing", row.unit))
    return {
        "late_cases": partition("late_cases", (state for state, _ in cases.values())),
        "notices_by_time": partition(
            "notices_by_time", ("after_due" if row.was_late else "before_due" for row in notices)
        ),
        "late_cases_by_unit": partition("late_cases_by_unit", (unit or UNKNOWN_UNIT for _, unit in cases.values())),
    }


def is_complete(row: Row) -> bool:
    """Say whether a notice has its three parts: apology, a reason that says something, a next date."""
    reason = bool(row.reason.strip()) and not is_generic(row.reason)
    return bool(row.apology.strip()) and reason and row.next_return_date > city_date(row.written_at)


def _without_notice(connection: Connection, span: Span) -> list[Row]:
    """Dossiers met past their day in the period, for which nobody had written a notice by its end."""
    noticed = select(_NOTICE.case_code).where(_NOTICE.written_at < span.ends)
    query = select(_MET.case_code, _MET.unit).where(
        _MET.why == LATE_WITHOUT_NOTICE,
        _MET.opened_at >= span.begins,
        _MET.opened_at < span.ends,
        _MET.case_code.notin_(noticed),
    )
    return list(connection.execute(query.order_by(_MET.opened_at, _MET.id)))
