"""Figures: of their own units for officers, of everything for administrators; the monthly report to take away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.console.access import ROOT, page, person_of, services
from bot.console.forms import typed
from bot.console.rendering import render
from bot.console.report_charts import CHART_HEIGHT, COLUMN, panels, tiles
from bot.console.scope import petition_units, sees_case_unit
from bot.errors import ReportRefusedError
from bot.ops.clock import CITY_TIME, city_date
from bot.reports.building import ReportParts
from bot.reports.bundle import SCHEMA_FILE, json_bytes, report_name
from bot.reports.csv_files import as_csv, csv_of
from bot.reports.late_sends import LateKind, LateSend
from bot.reports.months import closes_on
from bot.reports.periods import CITY, Scope, Span, month_of, month_span
from bot.reports.publishing import Figure, Published, figures_of, publish_month, to_json
from bot.reports.recent import Fresh, Recent
from bot.reports.words import report_wording
from bot.staff.models import Deed, Person, Role
from knowledge.errors import CatalogueUnreadableError
from knowledge.holding import Holding

RECENT = web.AppKey("recent_figures", Recent)
DAYS = {"today": 1, "week": 7}
TILES = (
    "sessions_by_channel",
    "contained_share",
    "handoffs_by_reason",
    "wait_in_hours",
    "petitions_by_kind",
    "petitions_open",
    "late_cases",
    "satisfaction_share",
)
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "csv": "text/csv",
    "schema": "application/schema+json",
}
LATE_COLUMNS = (
    "kind",
    "reference",
    "unit",
    "due_on",
    "written_at",
    "told_at",
    "working_days_late",
    "cause",
    "moves",
)
_LEFT_OUT = {"today": frozenset(("sessions_by_day",))}


@dataclass(frozen=True)
class Shown:
    """What is shown. period: "today", "week" or a month; closed: a month whose figures change no more."""

    period: str
    span: Span
    fresh: Fresh
    closed: bool = False


@page(Role.OFFICER)
async def show(request: web.Request) -> web.StreamResponse:
    """The figures of a period."""
    person, period = person_of(request), request.query.get("period", "today")
    if period == "month":
        period = request.query.get("month", "") or month_of(_today(request))
    try:
        shown, fault = await _count(request, person, period), ""
    except ReportRefusedError as error:
        shown, fault = await _count(request, person, "today"), _said_of(error)
    hides = False  # those whose work it is see all of it; what leaves the console is hidden
    published = Published(figures_of(shown.fresh.counted, hides), shown.fresh.counted.without_catalogue)
    values: dict[str, Any] = {
        "shown": shown,
        "fault": fault,
        "month": shown.period if shown.period not in DAYS else month_of(_today(request)),
        "tiles": tiles(published, TILES),
        "panels": panels(published, _LEFT_OUT.get(shown.period, frozenset())),
        "closes_on": closes_on(shown.span),
        "whole": person.is_administrator,
        "without_catalogue": published.without_catalogue,
        "chart_height": CHART_HEIGHT,
        "column": COLUMN,
        "holding": await _holding(request) if person.is_administrator else None,
        "report_say": report_wording(),
        "address": f"{ROOT}/reports?period={shown.period}",
    }
    return render(request, "reports.html", status=422 if fault else 200, **values)


async def _holding(request: web.Request) -> Holding | None:
    """What the catalogue holds now (R-22); None where it cannot be read."""
    try:
        return await asyncio.to_thread(services(request).catalogue.holding)
    except CatalogueUnreadableError:  # the count of the figures has logged it
        return None


@page(Role.ADMINISTRATOR)
async def export(request: web.Request) -> web.StreamResponse:
    """A month's report as a file, small numbers hidden."""
    fields = await typed(request)
    month, kind = fields.get("month", ""), fields.get("kind", "")
    if kind not in TYPES:
        raise web.HTTPNotFound
    try:
        published = publish_month(await _parts(request).months.get(month), _parts(request).rounding)
    except ReportRefusedError as error:
        raise web.HTTPNotFound from error
    await services(request).staff.audit.write(person_of(request).display_name, Deed.EXPORTED, f"report {month}", kind)
    body = await asyncio.to_thread(_file, published, kind)
    name = SCHEMA_FILE.name if kind == "schema" else report_name(month, kind)
    return _download(name, body, TYPES[kind])


@page(Role.OFFICER)
async def export_units(request: web.Request) -> web.StreamResponse:
    """The figures of a period that somebody sees, as CSV: a closed month's small numbers hidden, others in fives."""
    person, period = person_of(request), (await typed(request)).get("period", "")
    try:
        shown = await _count(request, person, period)
    except ReportRefusedError as error:
        raise web.HTTPNotFound from error
    await services(request).staff.audit.write(person.display_name, Deed.EXPORTED, f"figures {shown.period}", "csv")
    body = as_csv(shown.period, list(_to_take_away(request, shown).values()))
    return _download(f"so-lieu-{shown.period}.csv", body, TYPES["csv"])


def _to_take_away(request: web.Request, shown: Shown) -> Mapping[str, Figure]:
    """In fives, but for a closed month: files of days that overlap, or of one unit beside the city, tell of nobody."""
    if shown.closed:
        return figures_of(shown.fresh.counted)
    month = month_of(shown.span.until)
    return figures_of(_parts(request).rounding.of(shown.fresh.counted, month), hides=False)


@page(Role.OFFICER)
async def listed(request: web.Request) -> web.StreamResponse:
    """What went to citizens after its day, of the units that somebody sees (R-35)."""
    try:
        period, span = _period(request, request.query)
        fault = ""
    except ReportRefusedError as error:
        (period, span), fault = _period(request, {}), _said_of(error)
    values: dict[str, Any] = {
        "found": await _late_of(request, span),
        "period": period,
        "span": span,
        "month": period if period not in DAYS else month_of(_today(request)),
        "fault": fault,
        "whole": person_of(request).is_administrator,
        "petition_kinds": [kind for kind in LateKind if kind is not LateKind.NOTICE],
        "report_say": report_wording(),
    }
    return render(request, "late_sends.html", status=422 if fault else 200, **values)


@page(Role.OFFICER)
async def export_late(request: web.Request) -> web.StreamResponse:
    """The same list as CSV: references, days and codes, nobody's name and nobody's words."""
    try:
        period, span = _period(request, {"period": (await typed(request)).get("period", "")})
    except ReportRefusedError as error:
        raise web.HTTPNotFound from error
    rows = [_late_cells(one) for one in await _late_of(request, span)]
    person = person_of(request)
    await services(request).staff.audit.write(person.display_name, Deed.EXPORTED, f"late {period}", "csv")
    return _download(f"gui-tre-{period}.csv", csv_of(LATE_COLUMNS, rows), TYPES["csv"])


def _period(request: web.Request, query: Mapping[str, str]) -> tuple[str, Span]:
    """The days that are asked for: the running month where nothing is; raise `ReportRefusedError`."""
    today = _today(request)
    period = query.get("period", "month")
    if period == "month":
        period = query.get("month", "") or month_of(today)
    span = Span(today - timedelta(days=DAYS[period] - 1), today) if period in DAYS else month_span(period)
    if span.since > today:
        raise ReportRefusedError(reason="future", month=period)
    return period, span


async def _late_of(request: web.Request, span: Span) -> list[LateSend]:
    person = person_of(request)
    scope = CITY if person.is_administrator else scope_of(request, person)
    return await _parts(request).late.find(span, scope, _today(request))


def _late_cells(one: LateSend) -> Sequence[Any]:
    def moment(of: datetime | None) -> str:
        return of.astimezone(CITY_TIME).isoformat(timespec="minutes") if of else ""

    due = one.due_on.isoformat() if one.due_on else ""
    told = "waiting" if one.waits else moment(one.told_at)
    cause = one.cause.value
    return one.kind.value, one.reference, one.unit, due, moment(one.written_at), told, one.days, cause, one.moves


async def _count(request: web.Request, person: Person, period: str) -> Shown:
    parts, today = _parts(request), _today(request)
    if person.is_administrator and period not in DAYS:
        return await _month(request, period)
    span = Span(today - timedelta(days=DAYS[period] - 1), today) if period in DAYS else month_span(period)
    if span.since > today:
        raise ReportRefusedError(reason="future", month=period)
    if person.is_administrator:
        fresh = await request.app[RECENT].get(span, lambda: parts.counting.count(span))
    else:
        scope = scope_of(request, person)
        key = (span, person.id, person.units)
        fresh = await request.app[RECENT].get(key, lambda: parts.counting.of_units(span, scope))
    return Shown(period, span, fresh)


async def _month(request: web.Request, period: str) -> Shown:
    found = await _parts(request).months.find_closed(period)
    if found is not None:
        return Shown(period, found.span, Fresh(found.counted, found.span.ends), closed=True)
    span = month_span(period)
    if span.since > _today(request):
        raise ReportRefusedError(reason="future", month=period)
    fresh = await request.app[RECENT].get(span, lambda: _parts(request).counting.count(span))
    return Shown(period, span, fresh)


def scope_of(request: web.Request, person: Person) -> Scope:
    """Return whose figures somebody sees: those of the units whose work they see."""
    petitions = petition_units(person, services(request).petitions.routing)
    return Scope(
        units=None if person.sees_city else frozenset(person.units),
        petition_units=None if petitions is None else frozenset(petitions),
        holds_case=None if person.sees_city else lambda unit: sees_case_unit(person, unit),
    )


def _file(published: Published, kind: str) -> bytes:
    if kind == "docx":
        from bot.reports.document import to_docx  # python-docx and matplotlib are needed by nothing else

        return to_docx(published)
    if kind == "json":
        return json_bytes(to_json(published))
    if kind == "schema":
        return SCHEMA_FILE.read_bytes()
    return as_csv(published.month, list(published.figures.values()))


def _download(name: str, body: bytes, kind: str) -> web.Response:
    headers: Mapping[str, str] = {
        "Content-Type": f"{kind}; charset=utf-8" if kind == "text/csv" else kind,
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return web.Response(body=body, headers=headers)


def _parts(request: web.Request) -> ReportParts:
    return services(request).reports


def _today(request: web.Request) -> Any:
    return city_date(services(request).clock.now())


def _said_of(error: ReportRefusedError) -> str:
    facts = {name: value for name, value in error.context.items() if name != "reason"}
    return report_wording()(f"refused.{error.context['reason']}", **facts)


ROUTES = (
    web.get("/reports", show),
    web.post("/reports/export", export),
    web.post("/reports/export-units", export_units),
    web.get("/reports/late", listed),
    web.post("/reports/late/export", export_late),
)
