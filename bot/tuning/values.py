"""Values: checked before they are stored, and again when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.errors import TuningRefusedError
from bot.tuning.hours import MOST_CLOSED, hours_fault, hours_of
from bot.tuning.models import Kind, Spec, TuningFault

MOST_DAYS = 60


def checked(spec: Spec, value: Any) -> Any:
    """Return a value as it is stored (JSON); raise `TuningRefusedError` with why it is not taken."""
    if spec.kind is Kind.NUMBER:
        return _number(spec, value)
    if spec.kind is Kind.SWITCH:
        return value if isinstance(value, bool) else _refuse(TuningFault.SWITCH)
    if spec.kind is Kind.SENTENCE:
        text = " ".join(str(value).split())
        return text if len(text) <= spec.most else _refuse(TuningFault.TOO_LONG, most=spec.most)
    return _days(value) if spec.kind is Kind.DAYS else _hours(value)


def read_value(spec: Spec, value: Any) -> Any:
    """Return a stored value as `Tuned` holds it; raise `TuningRefusedError` where it is none (any more)."""
    known = checked(spec, value)
    if spec.kind is Kind.DAYS:
        return frozenset(date.fromisoformat(day) for day in known)
    return hours_of(known) if spec.kind is Kind.HOURS else known


def _number(spec: Spec, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise refusal(TuningFault.NUMBER)
    if not spec.least <= value <= spec.most and not (spec.or_zero and value == 0):
        raise refusal(TuningFault.LIMITS, least=spec.least, most=spec.most)
    return value


def _days(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise refusal(TuningFault.DAY)
    try:
        days = sorted({date.fromisoformat(str(day)) for day in value})
    except ValueError as error:
        raise refusal(TuningFault.DAY) from error
    if len(days) > MOST_DAYS:
        raise refusal(TuningFault.TOO_MANY_DAYS, most=MOST_DAYS)
    return [day.isoformat() for day in days]


def _hours(value: Any) -> Mapping[str, Any]:
    entry = dict(value) if isinstance(value, Mapping) else {}
    if not entry.get("days"):
        raise refusal(TuningFault.NO_DAYS)
    if not entry.get("shifts"):
        raise refusal(TuningFault.NO_TIMES)
    entry["closed"] = _days(list(entry.get("closed") or ()))
    if len(entry["closed"]) > MOST_CLOSED:
        raise refusal(TuningFault.TOO_MANY_DAYS, most=MOST_CLOSED)
    fault = hours_fault(entry)
    if fault:
        raise refusal(TuningFault.ORDER if "follow" in fault else TuningFault.TIMES)
    return entry


def refusal(fault: TuningFault, **facts: object) -> TuningRefusedError:
    """Return the error that tells why."""
    return TuningRefusedError("", fault=fault.value, **facts)


def _refuse(fault: TuningFault, **facts: object) -> Any:
    raise refusal(fault, **facts)
