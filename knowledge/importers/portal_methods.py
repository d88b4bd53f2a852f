"""Ways of filing in the portal's record, with their times and fees; several rows of one way are its cases."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

from knowledge.importers.portal_fees import fees_of
from knowledge.importers.portal_values import text_of
from knowledge.importers.render_warnings import Notebook, WarningKind
from knowledge.models import Fee, Method, ProcessingTime, SubmissionMethod, TimeUnit
from knowledge.text import fold

_METHODS = {"ONLINE": Method.ONLINE, "DIRECT": Method.IN_PERSON, "POSTAL": Method.POSTAL}
_ORDER = [Method.ONLINE, Method.IN_PERSON, Method.POSTAL]
_UNITS = {
    "WORKING_DAY": TimeUnit.WORKING_DAY,
    "DAY": TimeUnit.DAY,
    "HOUR": TimeUnit.HOUR,
    "MONTH": TimeUnit.MONTH,
    "YEAR": TimeUnit.YEAR,
}
_NOTHING = re.compile(r"^(khong( co| quy dinh)?|khong co thong tin|n/a)\W*$")
_AFTER_15 = re.compile(r"[Nn]ếu tiếp nhận hồ sơ sau 15 giờ[^.;()]{5,200}?ngày làm việc tiếp theo")
_LONGEST_CASE = 160


def methods_of(record: dict[str, Any], notes: Notebook) -> tuple[SubmissionMethod, ...]:
    """Return the ways of filing, online first, each once."""
    same_day = _same_day(record)
    by_method: dict[Method, list[tuple[SubmissionMethod, str]]] = {}
    for place, raw in enumerate(record.get("executionMethods") or []):
        method = _METHODS.get(str(raw.get("submissionMethod")))
        if method is None:
            continue
        where = text_of(raw.get("_at")) or f"/executionMethods/{place}"
        way = SubmissionMethod(
            method, note=text_of(raw.get("description")), times=_times(raw, where, same_day, notes), fees=fees_of(raw)
        )
        by_method.setdefault(method, []).append((way, where))
        _doubt_fees(raw, way, where, notes)
    ways = tuple(_merged(by_method[method], notes) for method in _ORDER if method in by_method)
    _doubt_times(ways, notes)
    return ways


def _merged(rows: list[tuple[SubmissionMethod, str]], notes: Notebook) -> SubmissionMethod:
    """Join the rows of one way. Where they differ, each row's short description is the case it holds in."""
    way = rows[0][0]
    if len(rows) > 1:
        differ = len({row.times for row, _ in rows}) > 1 or len({row.fees for row, _ in rows}) > 1
        cases = [row.note if differ and len(row.note) <= _LONGEST_CASE else "" for row, _ in rows]
        times = [replace(time, case=case) for (row, _), case in zip(rows, cases, strict=True) for time in row.times]
        fees = [_in_case(fee, case) for (row, _), case in zip(rows, cases, strict=True) for fee in row.fees]
        said = dict.fromkeys(row.note for (row, _), case in zip(rows, cases, strict=True) if row.note and not case)
        way = SubmissionMethod(way.method, "", " ".join(said), tuple(dict.fromkeys(times)), tuple(dict.fromkeys(fees)))
    for _, where in rows:
        notes.refer(f"submission_methods/{way.method.value}", where)
    return way


def _in_case(fee: Fee, case: str) -> Fee:
    return fee if fee.case or not fee.amount else replace(fee, case=case)


def _times(raw: dict[str, Any], where: str, same_day: str, notes: Notebook) -> tuple[ProcessingTime, ...]:
    value, unit = raw.get("processingTime"), _UNITS.get(str(raw.get("processingTimeUnit")))
    text = text_of(value)
    try:
        amount = float(text)
    except ValueError:
        return (ProcessingTime(text=text),) if text and not _NOTHING.match(fold(text)) else ()
    if unit is None and amount == 1 and same_day:
        return (ProcessingTime(unit=TimeUnit.SAME_DAY, text=same_day),)
    if unit is None and amount > 0:
        # The unit OTHER gives a bare number whose meaning stands only in the steps: not a time to state.
        notes.warn(WarningKind.TIME_WITHOUT_UNIT, where, text)
    stated = unit is not None and math.isfinite(amount) and amount > 0
    return (ProcessingTime(amount=amount, unit=unit),) if stated else ()


def _same_day(record: dict[str, Any]) -> str:
    """Return the record's own words on what comes in after 15:00, as same-day procedures have them; else empty."""
    texts = [record.get("executionSteps"), record.get("executionMethods")]
    said = " ".join(str(row.get("description") or "") for rows in texts for row in rows or [] if isinstance(row, dict))
    found = _AFTER_15.search(" ".join(said.split()))
    return found.group(0)[:1].lower() + found.group(0)[1:] if found else ""


def _doubt_times(ways: tuple[SubmissionMethod, ...], notes: Notebook) -> None:
    single = {way.times for way in ways if way.times}
    if len(single) > 1 and not any(time.case for way in ways for time in way.times):
        said = "; ".join(f"{way.method.value} {time.amount:g}" for way in ways for time in way.times if time.amount)
        notes.warn(WarningKind.TIMES_DIFFER, "/executionMethods", said)


def _doubt_fees(raw: dict[str, Any], way: SubmissionMethod, where: str, notes: Notebook) -> None:
    for place, fee in enumerate(item for item in raw.get("fees") or [] if isinstance(item, dict)):
        note, value = text_of(fee.get("description")), fee.get("value")
        at = f"{where}/fees/{place}" if where.startswith("/") else where
        amounts = {int(re.sub(r"\D", "", text)) for text in re.findall(r"\d{1,3}(?:[.,]\d{3})+", note)}
        if amounts and isinstance(value, int) and value > 0 and value not in amounts:
            notes.warn(WarningKind.FEE_CELL_AND_NOTE, at, f"{value}: {note}")
    if sum(fee.valid_to is not None for fee in way.fees) > 1:
        notes.warn(WarningKind.FEE_PERIODS, where, "; ".join(fee.note for fee in way.fees if fee.valid_to))
