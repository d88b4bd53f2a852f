"""Fees: contradictory, ended or unexplained (R-20)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

from knowledge.importers.portal_values import is_number, text_of
from knowledge.importers.render_warnings import WarningKind
from knowledge.linting.models import Context, Hit, Subject, seen
from knowledge.models import FeeStatus

_IN_WORDS = re.compile(r"(\d{1,3}(?:[.,]\d{3})+|\d{4,})\s*(?:đồng|đ\b|vnđ|vnd)", re.IGNORECASE)
_LIMIT = re.compile(r"(?:tối đa|tối thiểu|không quá|không dưới)\D{0,20}$", re.IGNORECASE)
_ROUNDED = re.compile(r"\d\s*(?:triệu|nghìn|ngàn)\s+đồng", re.IGNORECASE)
_COUNCIL = re.compile(r"hội đồng nhân dân|hđnd", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3})\s*%")
_DAY = r"(\d{1,2})(?:/|\s+tháng\s+)(\d{1,2})(?:/|\s+năm\s+)(\d{4})"
_FROM = re.compile(rf"\btừ\s+(?:ngày\s+)?{_DAY}", re.IGNORECASE)
_TO = re.compile(rf"đến\s+(?:hết\s+)?(?:ngày\s+)?{_DAY}", re.IGNORECASE)


def _cells(subject: Subject) -> Iterator[tuple[int, str, str]]:
    """Yield (amount in the cell, words beside it, place) of each fee, in the raw record or in ours."""
    for place, way in enumerate(subject.raw.get("executionMethods") or []):
        fees: Any = way.get("fees") if isinstance(way, dict) else None
        for number, fee in enumerate(fees or []):
            if isinstance(fee, dict) and is_number(fee.get("value")):
                words = text_of(fee.get("description"))
                yield int(fee["value"]), words, f"/executionMethods/{place}/fees/{number}"
    for way in subject.record.submission_methods if subject.curated else ():
        for fee in way.fees:
            if fee.amount or fee.status in (FeeStatus.FREE, FeeStatus.NOT_PUBLISHED):
                yield fee.amount or 0, fee.note, f"submission_methods/{way.method.value}"


def _amounts(words: str) -> set[int]:
    """Return the amounts that words name, but for upper and lower limits."""
    found = (match for match in _IN_WORDS.finditer(words) if not _LIMIT.search(words[: match.start()]))
    return {int(re.sub(r"\D", "", match[1])) for match in found} - {0}


def _names_amount(words: str) -> bool:
    return bool(_IN_WORDS.search(words) or _ROUNDED.search(words))


def _dotted(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def fee_zero_with_amount(subject: Subject, context: Context) -> Iterator[Hit]:
    for value, words, where in _cells(subject):
        if value == 0 and _names_amount(words):
            yield seen(words, where)


def fee_zero_with_council(subject: Subject, context: Context) -> Iterator[Hit]:
    for value, words, where in _cells(subject):
        if value == 0 and _COUNCIL.search(words):
            yield seen(words, where)


def fee_zero_unexplained(subject: Subject, context: Context) -> Iterator[Hit]:
    for value, words, where in _cells(subject) if subject.raw else ():
        if value == 0 and not words:
            yield Hit("ô phí ghi 0, không có lời ghi", where)


def fee_missing(subject: Subject, context: Context) -> Iterator[Hit]:
    ways = subject.record.submission_methods
    if ways and not any(way.fees for way in ways):
        yield Hit("không có dòng phí")


def fee_ended(subject: Subject, context: Context) -> Iterator[Hit]:
    """An amount whose last day has passed. In our own records it may stand beside one that holds in the same case."""
    for way in subject.record.submission_methods:
        for fee in way.fees:
            if fee.valid_to is not None and fee.valid_to < context.day:
                others = [item for item in way.fees if item.holds_on(context.day) and item.case in (fee.case, "")]
                if not (subject.curated and others):
                    amount = f"{_dotted(fee.amount)} đồng" if fee.amount else ""
                    said = " ".join(part for part in (amount, fee.note or fee.case) if part)
                    yield seen(f"đến {fee.valid_to:%d/%m/%Y}: {said}", f"submission_methods/{way.method.value}")


def fee_cell_and_note(subject: Subject, context: Context) -> Iterator[Hit]:
    """The cell's amount is none of those in the words, no sum or share of them, and no period explains it."""
    for value, words, where in _cells(subject):
        amounts = _amounts(words)
        if value and amounts and not _agrees(value, amounts, words) and not _FROM.search(words):
            yield seen(f"{_dotted(value)}: {words}", where)


def fee_cell_of_other_period(subject: Subject, context: Context) -> Iterator[Hit]:
    """The words name another amount for a period that holds today: the cell's is not what is paid now."""
    for value, words, where in _cells(subject):
        amounts = _amounts(words)
        if value and amounts and not _agrees(value, amounts, words) and _holds(words, context.day):
            yield seen(f"{_dotted(value)}: {words}", where)


def _agrees(value: int, amounts: set[int], words: str) -> bool:
    sums = {left + right for left, right in combinations(amounts, 2)}
    shares = {amount * int(share) // 100 for amount in amounts for share in _PERCENT.findall(words)}
    return value in amounts | sums | shares


def _holds(words: str, day: date) -> bool:
    first, last = _first(_FROM, words), _first(_TO, words)
    return first is not None and first <= day and (last is None or day <= last)


def _first(pattern: re.Pattern[str], words: str) -> date | None:
    found = pattern.search(words)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def fee_periods(subject: Subject, context: Context) -> Iterator[Hit]:
    for warning in subject.warnings:
        if warning.kind is WarningKind.FEE_PERIODS:
            yield seen(warning.text, warning.raw)
