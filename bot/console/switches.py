"""Switches: off and on, with a reason, a history, and the sentence that citizens read."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.console.access import ROOT, page, person_of, services
from bot.console.forms import done, typed
from bot.console.rendering import render
from bot.errors import StaffRefusedError
from bot.staff.models import Feature, Role
from bot.staff.switches import told
from bot.staff.telling import said_of


@page(Role.ADMINISTRATOR)
async def listed(request: web.Request) -> web.StreamResponse:
    """All switches as they stand, and their histories."""
    return await _shown(request)


@page(Role.ADMINISTRATOR)
async def change(request: web.Request) -> web.StreamResponse:
    """Switch a feature off or on."""
    feature = next((one for one in Feature if one.value == request.match_info["feature"]), None)
    if feature is None:
        raise web.HTTPNotFound
    fields, off = await typed(request), request.match_info["way"] == "off"
    switches, by = services(request).staff.switches, person_of(request).display_name
    try:
        await switches.set(feature, off, fields.get("sentence", ""), fields.get("reason", ""), by)
    except StaffRefusedError as error:
        return await _shown(request, feature, said_of(error), fields)
    done(f"{ROOT}/switches", "switched_off" if off else "switched_on")


async def _shown(
    request: web.Request, faulty: Feature | None = None, fault: str = "", fields: Mapping[str, str] | None = None
) -> web.Response:
    switches = services(request).staff.switches
    states = [(feature, await switches.history(feature)) for feature in Feature]
    status = 422 if fault else 200
    facts = {"states": states, "faulty": faulty, "fault": fault, "fields": fields or {}, "told": told}
    return render(request, "switches.html", status=status, **facts)


ROUTES = (
    web.get("/switches", listed),
    web.post("/switches/{feature:[a-z]+}/{way:on|off}", change),
)
