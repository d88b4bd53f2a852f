"""Late dossiers: what a unit has to look at, late notices with their three parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.cases.desk import FollowUp
from bot.cases.notices import NoticeDraft
from bot.cases.telling import case_wording
from bot.console.access import ROOT, page, person_of, services
from bot.console.forms import as_key, day_of, done, new_key, typed
from bot.console.rendering import console_wording, render
from bot.console.scope import own_unit_names, sees_case_unit
from bot.errors import NoticeRefusedError
from bot.ops.case_codes import find_case_codes
from bot.ops.clock import city_date
from bot.staff.models import Deed, Role

PAGE = f"{ROOT}/cases"
SHORTEST_OUTCOME = 10
LISTED_DAYS = 90


@page(Role.OFFICER)
async def listed(request: web.Request) -> web.StreamResponse:
    """What is open, and the notices of the last months."""
    return await _listed(request)


@page(Role.OFFICER)
async def new(request: web.Request) -> web.StreamResponse:
    """The form of a notice, filled in from a follow-up."""
    fields: dict[str, str] = {"key": new_key()}
    follow_up = await _follow_up(request, request.query.get("follow_up", ""))
    if follow_up is not None:
        due = follow_up.due_on.isoformat() if follow_up.due_on else ""
        fields |= {"code": follow_up.case_code, "unit": follow_up.unit, "due": due}
    return _form(request, fields)


@page(Role.OFFICER)
async def write(request: web.Request) -> web.StreamResponse:
    """Send a notice to all who follow the dossier; refused where a part is missing."""
    fields, person = dict(await typed(request)), person_of(request)
    fields["key"] = as_key(fields.get("key", ""))
    unit = " ".join(fields.get("unit", "").split())[:200]
    if not sees_case_unit(person, unit):
        return _form(request, fields, [console_wording()("fault.case_unit")])
    began = services(request).clock.now()
    try:
        written = await services(request).cases.write_notice(_draft(request, fields, unit))
    except NoticeRefusedError as error:
        faults: list[str] = error.context["faults"]  # type: ignore[assignment]
        return _form(request, fields, [case_wording()(f"fault.{fault}") for fault in faults])
    if written.written_at >= began:  # else it is the same form, sent again
        await services(request).staff.audit.write(person.display_name, Deed.NOTICE_WRITTEN, written.case_code)
    done(PAGE, "notice_written")


@page(Role.OFFICER)
async def close(request: web.Request) -> web.StreamResponse:
    """Close a follow-up with what came of it."""
    follow_up = await _follow_up(request, request.match_info["id"])
    outcome, by = (await typed(request)).get("outcome", "").strip(), person_of(request).display_name
    if follow_up is None:  # closed meanwhile, by whomever
        done(PAGE, "follow_up_over")
    if len(outcome) < SHORTEST_OUTCOME:
        fault = console_wording()("fault.outcome")
        return await _listed(request, faulty=follow_up.id, fault=fault, outcome=outcome)
    if await services(request).cases.close(follow_up.id, by, outcome):
        await services(request).staff.audit.write(by, Deed.FOLLOW_UP_CLOSED, follow_up.case_code)
    done(PAGE, "follow_up_closed")


async def _listed(request: web.Request, faulty: str = "", fault: str = "", outcome: str = "") -> web.Response:
    desk, person = services(request).cases, person_of(request)
    today = city_date(services(request).clock.now())
    follow_ups = [one for one in await desk.open_follow_ups() if sees_case_unit(person, one.unit)]
    written = await desk.notices(today - timedelta(days=LISTED_DAYS), today)
    notices = [one for one in reversed(written) if sees_case_unit(person, one.unit)]
    values = {"follow_ups": follow_ups, "notices": notices, "today": today}
    values |= {"faulty": faulty, "fault": fault, "outcome": outcome}
    return render(request, "cases.html", status=422 if fault else 200, **values)


async def _follow_up(request: web.Request, follow_up_id: str) -> FollowUp | None:
    open_ones = await services(request).cases.open_follow_ups() if follow_up_id else []
    mine = (one for one in open_ones if sees_case_unit(person_of(request), one.unit))
    return next((one for one in mine if one.id == follow_up_id), None)


def _draft(request: web.Request, fields: Mapping[str, str], unit: str) -> NoticeDraft:
    found = find_case_codes(fields.get("code", ""), city_date(services(request).clock.now()))
    return NoticeDraft(
        code=found[0].code if len(found) == 1 else None,
        apology=fields.get("apology", ""),
        reason=fields.get("reason", ""),
        next_return_date=day_of(fields.get("next", "")),
        written_by=person_of(request).display_name,
        contact=fields.get("contact", "").strip()[:200],
        title=fields.get("title", "").strip()[:300],
        unit=unit,
        due_on=day_of(fields.get("due", "")),
        key=fields["key"],
    )


def _form(request: web.Request, fields: Mapping[str, str], faults: list[str] | None = None) -> web.Response:
    names = own_unit_names(person_of(request))
    values: dict[str, Any] = {"fields": fields, "faults": faults or [], "unit_names": names}
    return render(request, "notice.html", status=422 if faults else 200, **values)


ROUTES = (
    web.get("/cases", listed),
    web.get("/cases/notice", new),
    web.post("/cases/notice", write),
    web.post("/cases/follow-ups/{id}/close", close),
)
