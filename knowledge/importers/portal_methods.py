"""Ways of filing in the portal's record, with their times and fees; several rows of one way are its cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from knowledge.importers.portal_fees import placed_fees
from knowledge.importers.portal_notes import told_apart
from knowledge.importers.portal_times import Times
from knowledge.importers.portal_values import text_of
from knowledge.importers.render_warnings import Notebook, WarningKind
from knowledge.models import Fee, Method, ProcessingTime, SubmissionMethod

_METHODS = {"ONLINE": Method.ONLINE, "DIRECT": Method.IN_PERSON, "POSTAL": Method.POSTAL}
_ORDER = [Method.ONLINE, Method.IN_PERSON, Method.POSTAL]
_LONGEST_CASE = 160

_Fact = TypeVar("_Fact", Fee, ProcessingTime)


@dataclass(frozen=True)
class _Row:
    """One raw row of a way: `said` is all of its note, `place` the part on where to file."""

    where: str
    said: str
    place: str
    times: tuple[ProcessingTime, ...]
    fees: tuple[tuple[Fee, str], ...]

    @property
    def amounts(self) -> tuple[object, ...]:
        return tuple((time.amount, time.unit, time.text) for time in self.times), tuple(fee for fee, _ in self.fees)


def methods_of(record: dict[str, Any], notes: Notebook) -> tuple[SubmissionMethod, ...]:
    """Return the ways of filing, online first, each once."""
    times = Times(record, notes)
    by_method: dict[Method, list[_Row]] = {}
    for place, raw in enumerate(record.get("executionMethods") or []):
        method = _METHODS.get(str(raw.get("submissionMethod")))
        if method is not None:
            where = text_of(raw.get("_at")) or f"/executionMethods/{place}"
            by_method.setdefault(method, []).append(_row(raw, where, times, notes))
    ways = tuple(_way(method, by_method[method], notes) for method in _ORDER if method in by_method)
    _doubt_times(ways, notes)
    return ways


def _row(raw: dict[str, Any], where: str, times: Times, notes: Notebook) -> _Row:
    note = told_apart(raw.get("description"))
    fees = placed_fees(raw, note.fees, where, notes)
    return _Row(where, text_of(raw.get("description")).lstrip("-+* "), note.place, times.read(raw, note, where), fees)


def _way(method: Method, rows: list[_Row], notes: Notebook) -> SubmissionMethod:
    """Join the rows of one way. Where they differ, each row's short note is the case it holds in."""
    differ = len({row.amounts for row in rows}) > 1
    cases = [row.said if differ and len(row.said) <= _LONGEST_CASE else "" for row in rows]
    pairs = list(zip(rows, cases, strict=True))
    path = f"submission_methods/{method.value}"
    for row in rows:
        notes.refer(path, row.where)
    times = [(_time_in_case(time, case), row.where) for row, case in pairs for time in row.times]
    fees = [(_in_case(fee, case), where) for row, case in pairs for fee, where in row.fees]
    places = dict.fromkeys(row.place for row, case in pairs if row.place and not case)
    way = SubmissionMethod(
        method,
        note=" ".join(places),
        times=_once(times, f"{path}/times", notes),
        fees=_once(fees, f"{path}/fees", notes),
    )
    if differ and sum(not (time.case or time.text) for time in way.times) > 1:
        notes.warn(WarningKind.TIMES_DIFFER, rows[0].where, "; ".join(filter(None, (row.said for row in rows))))
    return way


def _once(facts: Iterable[tuple[_Fact, str]], path: str, notes: Notebook) -> tuple[_Fact, ...]:
    """Return each fact once, all its raw rows noted."""
    found: list[_Fact] = []
    for fact, where in facts:
        if fact not in found:
            found.append(fact)
        notes.refer(f"{path}/{found.index(fact)}", where)
    return tuple(found)


def _time_in_case(time: ProcessingTime, case: str) -> ProcessingTime:
    """The time in its case; a note that is the case needs not be told again as words on the time."""
    return replace(time, case=case, text="" if time.amount else time.text) if case else time


def _in_case(fee: Fee, case: str) -> Fee:
    return fee if fee.case or not fee.amount else replace(fee, case=case)


def _doubt_times(ways: tuple[SubmissionMethod, ...], notes: Notebook) -> None:
    single = {tuple((time.amount, time.unit) for time in way.times) for way in ways if way.times}
    if len(single) > 1 and not all(time.case or time.text for way in ways for time in way.times):
        said = "; ".join(f"{way.method.value} {time.amount:g}" for way in ways for time in way.times if time.amount)
        notes.warn(WarningKind.TIMES_DIFFER, "/executionMethods", said)
