"""Which units look at the assistant's answers before they go, for administrators."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.approval.models import ApprovalFault
from bot.approval.words import approval_wording
from bot.console.access import ROOT, hub_of, page, person_of, services
from bot.console.forms import done, typed
from bot.console.people import unit_name
from bot.console.rendering import render
from bot.errors import ApprovalError
from bot.petitions.communes import commune_codes
from bot.staff.models import CITY, Deed, Role
from knowledge.text import fold

PAGE = f"{ROOT}/approval"


@page(Role.ADMINISTRATOR)
async def listed(request: web.Request) -> web.StreamResponse:
    """All units that have ever switched it, and a form for any."""
    return await _shown(request)


@page(Role.ADMINISTRATOR)
async def change(request: web.Request) -> web.StreamResponse:
    """Switch it on or off for a unit."""
    fields, by = await typed(request), person_of(request).display_name
    unit, on = fields.get("unit", ""), request.match_info["way"] == "on"
    if unit != CITY and unit not in commune_codes():
        return await _shown(request, ApprovalFault.NO_UNIT, fields)
    try:
        await hub_of(request).approval_switches.set(unit, on, fields.get("sentence", ""), fields.get("reason", ""), by)
    except ApprovalError as error:
        return await _shown(request, ApprovalFault(error.context["fault"]), fields)
    await services(request).staff.audit.write(
        by, Deed.APPROVAL_SWITCHED, unit, f"{'bật' if on else 'tắt'}: {fields.get('reason', '')}"
    )
    done(PAGE, "approval_on" if on else "approval_off")


async def _shown(
    request: web.Request, fault: ApprovalFault | None = None, fields: Mapping[str, str] | None = None
) -> web.Response:
    switches = hub_of(request).approval_switches
    known = sorted(await switches.all(), key=lambda one: (not one.on, fold(unit_name(one.unit))))
    say = approval_wording()
    communes = sorted(((code, unit_name(code)) for code in commune_codes()), key=lambda one: fold(one[1]))
    values = {
        "known": [(one, await switches.history(one.unit)) for one in known],
        "units": [(CITY, unit_name(CITY)), *communes],
        "unit_name": unit_name,
        "sentence": say("sentence"),
        "fault": say(f"fault.{fault.value}", most=0) if fault else "",
        "fields": fields or {},
    }
    return render(request, "approval.html", status=422 if fault else 200, **values)


ROUTES = (
    web.get("/approval", listed),
    web.post("/approval/{way:on|off}", change),
)
