"""Processing times: without unit, different by way of filing, missing, or right for a part only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from knowledge.importers.render_warnings import WarningKind
from knowledge.linting.models import Context, Hit, Subject, seen
from knowledge.models import Method, ProcessingTime, TimeUnit

_IN_PART = re.compile(r"nếu tiếp nhận hồ sơ (?P<part>(?!sau 15 giờ)[^.;()]{3,90}?) sau 15 giờ", re.IGNORECASE)
_METHODS = {Method.ONLINE: "trực tuyến", Method.IN_PERSON: "trực tiếp", Method.POSTAL: "bưu chính"}
_UNITS = {
    TimeUnit.WORKING_DAY: "ngày làm việc",
    TimeUnit.DAY: "ngày",
    TimeUnit.HOUR: "giờ",
    TimeUnit.MONTH: "tháng",
    TimeUnit.YEAR: "năm",
    TimeUnit.SAME_DAY: "trong ngày",
}


def time_without_unit(subject: Subject, context: Context) -> Iterator[Hit]:
    for warning in subject.warnings:
        if warning.kind is WarningKind.TIME_WITHOUT_UNIT:
            yield Hit(f"“{warning.text}” không có đơn vị", warning.raw)
    for way in subject.record.submission_methods if subject.curated else ():
        for time in way.times:
            if time.amount and time.unit is None:
                yield Hit(f"“{time.amount:g}” không có đơn vị", f"submission_methods/{way.method.value}")


def times_differ(subject: Subject, context: Context) -> Iterator[Hit]:
    """Ways of filing with different numbers, and no case that says why. Times given in words only are not compared."""
    ways = [way for way in subject.record.submission_methods if any(time.amount for time in way.times)]
    times = [time for way in ways for time in way.times]
    explained = any(time.case or (subject.curated and time.text) for time in times)
    if len({_numbers(way.times) for way in ways}) > 1 and not explained:
        yield Hit("; ".join(f"{_METHODS[way.method]} {_said(way.times)}" for way in ways), "submission_methods")


def _numbers(times: tuple[ProcessingTime, ...]) -> frozenset[tuple[float, TimeUnit | None]]:
    return frozenset((time.amount, time.unit) for time in times if time.amount)


def _said(times: tuple[ProcessingTime, ...]) -> str:
    return ", ".join(f"{time.amount:g} {_UNITS[time.unit]}" for time in times if time.amount and time.unit)


def time_missing(subject: Subject, context: Context) -> Iterator[Hit]:
    ways = subject.record.submission_methods
    if ways and not any(way.times for way in ways):
        yield Hit("không có thời hạn")


def same_day_in_part(subject: Subject, context: Context) -> Iterator[Hit]:
    """A same-day time, though the record's words give it to a part of the procedure only."""
    for way in subject.record.submission_methods if subject.curated else ():
        for time in way.times:
            found = _IN_PART.search(time.text)
            if time.unit is TimeUnit.SAME_DAY and not time.case and found:
                yield seen(time.text, f"submission_methods/{way.method.value}")
    if not any(_is_one_without_unit(way) for way in subject.raw.get("executionMethods") or []):
        return
    found = _IN_PART.search(json.dumps(subject.raw.get("executionSteps"), ensure_ascii=False))
    if found:
        yield seen(f"ô thời hạn ghi 1 cho mọi trường hợp; trình tự: {found.group(0)}", "/executionSteps")


def _is_one_without_unit(way: object) -> bool:
    return isinstance(way, dict) and str(way.get("processingTime")) == "1" and way.get("processingTimeUnit") == "OTHER"
