"""Settings: what holds now, changed with a reason, the history, and back to any value of before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from aiohttp import web

from bot.console.access import ROOT, hub_of, page, person_of, services
from bot.console.forms import chosen, done, number_of, typed
from bot.console.people import unit_choices, unit_name
from bot.console.rendering import moment_text, render
from bot.console.setting_forms import SHIFTS, form_of, tuning_wording, typed_value, value_text
from bot.errors import TuningRefusedError
from bot.staff.models import Role
from bot.tuning.hours import DAYS, hours_entry
from bot.tuning.models import SPECS, Change, Group, Kind, Setting, Spec, TuningFault
from bot.tuning.values import refusal

PAGE = f"{ROOT}/settings"


@dataclass(frozen=True)
class Line:
    """A setting in the list. last: the change that made it so; None: nobody ever changed it."""

    spec: Spec
    unit: str
    value: str
    last: Change | None
    is_default: bool


@page(Role.ADMINISTRATOR)
async def listed(request: web.Request) -> web.StreamResponse:
    """All settings as they stand."""
    newest = await services(request).staff.tuner.newest()
    groups = [(group, [line for line in _lines(request, newest) if line.spec.group is group]) for group in Group]
    return render(request, "settings.html", groups=groups, units=unit_choices(), unit_name=unit_name, **_words())


@page(Role.ADMINISTRATOR)
async def show(request: web.Request) -> web.StreamResponse:
    """One setting and its history."""
    return await _shown(request, *_asked_for(request, request.query.get("unit", "")))


@page(Role.ADMINISTRATOR)
async def change(request: web.Request) -> web.StreamResponse:
    """Set a value; it holds from the next question on, everywhere."""
    fields = await typed(request)
    spec, unit = _asked_for(request, fields.get("unit", ""))
    days = await chosen(request, "day")
    try:
        await _set(request, spec, unit, typed_value(spec, fields, days), fields)
    except TuningRefusedError as error:
        return await _shown(request, spec, unit, error, {**fields, "days": days})
    _done(spec, unit)


@page(Role.ADMINISTRATOR)
async def restore(request: web.Request) -> web.StreamResponse:
    """Back to a value of the history, or to the default (number 0)."""
    fields = await typed(request)
    spec, unit = _asked_for(request, fields.get("unit", ""))
    number = number_of(fields.get("number", ""))
    history = {one.number: one.value for one in await services(request).staff.tuner.history(spec.name, unit)}
    try:
        if number is None or (number and number not in history):
            raise refusal(TuningFault.UNKNOWN)
        await _set(request, spec, unit, history.get(number), fields)
    except TuningRefusedError as error:
        return await _shown(request, spec, unit, error)
    _done(spec, unit)


def _done(spec: Spec, unit: str) -> NoReturn:
    if unit:
        raise web.HTTPSeeOther(f"{PAGE}/{spec.name.value}?unit={unit}&done=setting_changed")
    done(f"{PAGE}/{spec.name.value}", "setting_changed")


async def _set(request: web.Request, spec: Spec, unit: str, value: Any, fields: Mapping[str, str]) -> None:
    by, seen = person_of(request).display_name, number_of(fields.get("seen", ""))
    reason = fields.get("reason", "")
    await services(request).staff.tuner.change(spec.name, unit, value, -1 if seen is None else seen, reason, by)


def _asked_for(request: web.Request, unit: str) -> tuple[Spec, str]:
    """The setting of the address and the unit; not found where there is none such."""
    name = request.match_info["name"]
    spec = next((one for one in SPECS.values() if one.name.value == name), None)
    if spec is None or (unit and (not spec.per_unit or unit not in {code for code, _ in unit_choices()})):
        raise web.HTTPNotFound
    return spec, unit


def _default(request: web.Request, spec: Spec, unit: str) -> Any:
    """What holds while nobody has set anything: the environment's, or the file's of shifts."""
    if spec.kind is Kind.HOURS:
        return hours_entry(hub_of(request).handoff.queue.shifts.hours_of(unit))
    value = getattr(services(request).staff.tuner.default, spec.name.value)
    return sorted(day.isoformat() for day in value) if spec.kind is Kind.DAYS else value


def _lines(request: web.Request, newest: Mapping[tuple[Setting, str], Change]) -> list[Line]:
    own = [key for key, change in newest.items() if key[1] and change.value is not None]
    keys = [(name, "") for name in SPECS] + sorted(own, key=lambda key: unit_name(key[1]))
    lines = []
    for name, unit in keys:
        spec, last = SPECS[name], newest.get((name, unit))
        value = last.value if last else None
        shown = value_text(spec, _default(request, spec, unit) if value is None else value)
        lines.append(Line(spec, unit, shown, last, value is None))
    return lines


async def _shown(
    request: web.Request,
    spec: Spec,
    unit: str,
    error: TuningRefusedError | None = None,
    fields: Mapping[str, Any] | None = None,
) -> web.Response:
    history = await services(request).staff.tuner.history(spec.name, unit)
    default = _default(request, spec, unit)
    now = history[0].value if history else None
    current = default if now is None else now
    texts = [value_text(spec, one.value) for one in history]
    befores = (*texts[1:], value_text(spec, None))[: len(texts)]
    return render(
        request,
        "setting.html",
        status=422 if error else 200,
        spec=spec,
        unit=unit,
        unit_title=unit_name(unit) if unit else "",
        value=value_text(spec, current),
        default=value_text(spec, default),
        is_default=now is None,
        history=list(zip(history, texts, befores, strict=True)),
        seen=history[0].number if history else 0,
        fault=_said(spec, error, history) if error else "",
        fields={**form_of(spec, current), "reason": "", **(fields or {})},
        days=DAYS,
        shifts=SHIFTS,
        **_words(),
    )


def _said(spec: Spec, error: TuningRefusedError, history: list[Change]) -> str:
    """What the reader of a refusal reads; where somebody was faster, who and what."""
    facts = {name: value for name, value in error.context.items() if name != "fault"}
    if error.context["fault"] == TuningFault.CHANGED.value and history:
        last = history[0]
        facts |= {"by": last.by, "value": value_text(spec, last.value), "at": moment_text(last.at)}
    elif error.context["fault"] == TuningFault.CHANGED.value:
        facts |= {"by": "", "value": "", "at": ""}
    return tuning_wording()(f"fault.{error.context['fault']}", **facts)


def _words() -> dict[str, Any]:
    return {"tuning_say": tuning_wording()}


ROUTES = (
    web.get("/settings", listed),
    web.get("/settings/{name:[a-z_]+}", show),
    web.post("/settings/{name:[a-z_]+}", change),
    web.post("/settings/{name:[a-z_]+}/restore", restore),
)
