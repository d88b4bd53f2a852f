"""How long it takes: the cell of a way of filing and the words of its note (portal_notes.py)."""

from __future__ import annotations

import math
import re
from typing import Any

from knowledge.importers.portal_notes import WayNote
from knowledge.importers.portal_values import is_number, kept_fold, text_of
from knowledge.importers.render_warnings import Notebook, WarningKind
from knowledge.models import ProcessingTime, TimeUnit

_UNITS = {
    "WORKING_DAY": TimeUnit.WORKING_DAY,
    "DAY": TimeUnit.DAY,
    "HOUR": TimeUnit.HOUR,
    "MONTH": TimeUnit.MONTH,
    "YEAR": TimeUnit.YEAR,
}
_IN_WORDS = {
    "ngay lam viec": TimeUnit.WORKING_DAY,
    "ngay": TimeUnit.DAY,
    "gio": TimeUnit.HOUR,
    "thang": TimeUnit.MONTH,
    "nam": TimeUnit.YEAR,
}
_NOTHING = re.compile(r"^(khong( co| quy dinh)?|khong co thong tin|n/a)\W*$")
_ELSEWHERE = re.compile(r"^\W*((xem|theo) (phan )?mo ta|xem [^\d]{0,40}|tuy (theo )?(tung )?truong hop)\W*$|^\W+$")
"""A time cell that only points to other words."""
_AFTER_15 = re.compile(r"[Nn]ếu tiếp nhận hồ sơ sau 15 giờ[^.;()]{5,200}?ngày làm việc tiếp theo")
_NUMBERED = re.compile(r"\d\)?\s*(?:\([^()]{1,40}\)\s*)?(?:ngay|gio|thang)\b")
_LEAST_SURE = 2
"""A bare 1 is the portal's filling for "not stated": only a larger number is taken with a unit said elsewhere."""


class Times:
    """Reads the times of one record's ways of filing."""

    def __init__(self, record: dict[str, Any], notes: Notebook) -> None:
        self._notes = notes
        self._same_day = _same_day(record)
        self._cases = [case.get("processingDay") for case in record.get("cases") or [] if isinstance(case, dict)]

    def read(self, raw: dict[str, Any], note: WayNote, where: str) -> tuple[ProcessingTime, ...]:
        """Return the time of a row: number and unit of its cell with the words on it, or the words alone."""
        cell, words = text_of(raw.get("processingTime")), "\n".join(note.times)
        amount, unit = _number(cell), _UNITS.get(str(raw.get("processingTimeUnit")))
        if amount is None:
            return self._in_words(cell, words, where)
        if unit is not None:
            stated = math.isfinite(amount) and amount > 0
            contradicted = _NUMBERED.search(kept_fold(words)) and unit not in units_said(amount, words)
            if stated and len(note.times) == 1 and contradicted:
                self._notes.warn(WarningKind.TIME_CELL_AND_NOTE, where, f"{cell}: {words}")
            said = (ProcessingTime(text=words),) if words else ()
            return (ProcessingTime(amount=amount, unit=unit, text=words),) if stated else said
        if amount == 1 and self._same_day and not words:
            return (ProcessingTime(unit=TimeUnit.SAME_DAY, text=self._same_day),)
        return self._without_unit(amount, words, where)

    def _in_words(self, cell: str, words: str, where: str) -> tuple[ProcessingTime, ...]:
        folded = kept_fold(cell)
        if _ELSEWHERE.match(folded):
            if not words:
                self._notes.warn(WarningKind.TIME_ELSEWHERE, where, cell)
            cell = ""
        elif _NOTHING.match(folded):
            cell = ""
        text = "\n".join(part for part in (cell, words) if part)
        return (ProcessingTime(text=text),) if text else ()

    def _without_unit(self, amount: float, words: str, where: str) -> tuple[ProcessingTime, ...]:
        """The unit OTHER gives a bare number: its meaning stands in the note, or in the record's own cases."""
        units = units_said(amount, words) or self._units_of_cases(amount)
        if len(units) == 1 and amount > 0:
            return (ProcessingTime(amount=amount, unit=next(iter(units)), text=words),)
        if words:
            return (ProcessingTime(text=words),)
        if amount > 0:
            self._notes.warn(WarningKind.TIME_WITHOUT_UNIT, where, f"{amount:g}")
        return ()

    def _units_of_cases(self, amount: float) -> set[TimeUnit]:
        days = [day for day in self._cases if isinstance(day, dict) and is_number(day.get("qty"))]
        same = [day for day in days if day["qty"] == amount >= _LEAST_SURE]
        units = {_UNITS.get(str(day.get("type"))) for day in same}
        return {unit for unit in units if unit is not None} if None not in units else set()


def units_said(amount: float, words: str) -> set[TimeUnit]:
    """Return the units with which `words` name the number."""
    pattern = rf"\b0{{0,2}}{amount:g}\)?\s*(?:\([^()]{{1,40}}\)\s*)?(ngay lam viec|ngay|gio|thang|nam)\b"
    return {_IN_WORDS[unit] for unit in re.findall(pattern, kept_fold(words))}


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _same_day(record: dict[str, Any]) -> str:
    """Return the record's own words on what comes in after 15:00, as same-day procedures have them; else empty."""
    texts = [record.get("executionSteps"), record.get("executionMethods")]
    said = " ".join(str(row.get("description") or "") for rows in texts for row in rows or [] if isinstance(row, dict))
    found = _AFTER_15.search(" ".join(said.split()))
    return found.group(0)[:1].lower() + found.group(0)[1:] if found else ""
