"""Settings as people type and read them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import bot.tuning
from bot.handoff.words import hours_text
from bot.tuning.hours import DAYS, hours_of
from bot.tuning.models import Kind, Setting, Spec, TuningFault
from bot.tuning.values import refusal
from knowledge.formatting import day_text
from knowledge.wording import Wording, load_wording

WORDING_FILE = Path(bot.tuning.__file__).with_name("wording.yml")
SHIFTS = (1, 2)
_ZERO = {Setting.QUEUE_LIMIT: "no_limit", Setting.AUDIT_KEPT_DAYS: "for_ever"}
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})|(\d{4})-(\d{2})-(\d{2})")


def tuning_wording() -> Wording:
    """The words of settings, read once."""
    return load_wording(WORDING_FILE)


def typed_value(spec: Spec, fields: Mapping[str, str], days: Sequence[str]) -> Any:
    """Return what a form holds, as it is stored; raise `TuningRefusedError` where it is nothing of the kind.

    days: the boxes that are ticked.
    """
    text = fields.get("value", "").strip()
    if spec.kind is Kind.NUMBER:
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise refusal(TuningFault.NUMBER)
        return int(text)
    if spec.kind is Kind.SWITCH:
        if text not in ("on", "off"):
            raise refusal(TuningFault.SWITCH)
        return text == "on"
    if spec.kind is Kind.SENTENCE:
        return text
    return _days(text) if spec.kind is Kind.DAYS else _hours(fields, days)


def form_of(spec: Spec, value: Any) -> dict[str, Any]:
    """Return a value as its form's fields; `value` is one that was checked."""
    if spec.kind is Kind.SWITCH:
        return {"value": "on" if value else "off"}
    if spec.kind is Kind.DAYS:
        return {"value": "\n".join(map(_day_text, value))}
    if spec.kind is not Kind.HOURS:
        return {"value": str(value)}
    fields: dict[str, Any] = {"days": list(value["days"]), "closed": "\n".join(map(_day_text, value["closed"]))}
    for number in SHIFTS:
        shift = value["shifts"][number - 1] if number <= len(value["shifts"]) else {"from": "", "until": ""}
        fields |= {f"from{number}": shift["from"], f"until{number}": shift["until"]}
    return fields


def value_text(spec: Spec, value: Any) -> str:
    """Return a value as it is read; None: the default."""
    say = tuning_wording()
    if value is None:
        return say("value.default")
    if spec.kind is Kind.SWITCH:
        return say("value.on" if value else "value.off")
    if spec.kind is Kind.NUMBER:
        if not value and spec.name in _ZERO:
            return say(f"value.{_ZERO[spec.name]}")
        return say(f"unit.{spec.name.value}", n=value)
    if spec.kind is Kind.DAYS:
        return ", ".join(map(_day_text, value)) or say("value.none")
    if spec.kind is Kind.SENTENCE:
        return value or say("value.none")
    hours = hours_text(hours_of(value))
    return say("value.closed", hours=hours, days=_listed(value["closed"])) if value["closed"] else hours


def _listed(days: Sequence[str]) -> str:
    return ", ".join(map(_day_text, days))


def _day_text(day: str) -> str:
    return day_text(date.fromisoformat(day))


def _days(text: str) -> list[str]:
    return [_day(line) for line in re.split(r"[\n,;]+", text) if line.strip()]


def _day(text: str) -> str:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise refusal(TuningFault.DAY)
    day, month, year, other_year, other_month, other_day = found.groups()
    parts = (year, month, day) if year else (other_year, other_month, other_day)
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError as error:
        raise refusal(TuningFault.DAY) from error


def _hours(fields: Mapping[str, str], days: Sequence[str]) -> dict[str, Any]:
    shifts = []
    for number in SHIFTS:
        begins, until = fields.get(f"from{number}", "").strip(), fields.get(f"until{number}", "").strip()
        if bool(begins) != bool(until):
            raise refusal(TuningFault.TIMES)
        if begins:
            shifts.append({"from": begins, "until": until})
    chosen = [day for day in DAYS if day in days]
    return {"days": chosen, "shifts": shifts, "closed": _days(fields.get("closed", ""))}
