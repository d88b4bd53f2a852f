"""Requests to the community digital teams: the list, one request, its steps. Names and telephones need a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.console.access import ROOT, page, person_of, services
from bot.console.forms import done, typed
from bot.console.people import unit_name
from bot.console.rendering import console_wording, render
from bot.console.scope import sees_referral
from bot.console.viewing import audit_view
from bot.errors import ReferralRefusedError
from bot.ops.clock import city_date
from bot.referrals.day_list import what_of
from bot.referrals.desk import Listed, ReferralDesk, is_late
from bot.referrals.models import DeclineReason, HelpOutcome, Referral, ReferralState
from bot.referrals.references import find_reference
from bot.referrals.rows import OPEN_STATES
from bot.referrals.words import referral_wording
from bot.staff.models import Deed, Role

SHORTEST_REASON = 10
STEPS = {
    "confirm": frozenset({ReferralState.NEW}),
    "help": frozenset({ReferralState.NEW, ReferralState.CONFIRMED}),
    "tell": frozenset({ReferralState.NEW, ReferralState.CONFIRMED, ReferralState.HELPING}),
    "close": frozenset({ReferralState.NEW, ReferralState.CONFIRMED, ReferralState.HELPING}),
    "not_reached": frozenset({ReferralState.NEW, ReferralState.CONFIRMED, ReferralState.HELPING}),
    "decline": frozenset({ReferralState.NEW, ReferralState.CONFIRMED, ReferralState.HELPING}),
}
"""From which states a step is offered; whether it holds, the desk of the requests says."""
_ALL_STATES = tuple(state.value for state in ReferralState if state is not ReferralState.DRAFT)


@page(Role.OFFICER)
async def listed(request: web.Request) -> web.StreamResponse:
    """The requests of one's units, the oldest first."""
    query, person = request.query, person_of(request)
    states = _ALL_STATES if query.get("all") else tuple(OPEN_STATES)
    wanted = Listed(unit=query.get("unit", "")[:8], overdue=bool(query.get("late")), states=states)
    found = await services(request).referrals.desk.listed(wanted, person.display_name)
    mine = [one for one in found if sees_referral(person, one)]
    if mine:
        said = console_wording()("audit.referrals", count=len(mine))
        await audit_view(request, Deed.REFERRAL_SEEN, "", said)
    today = city_date(services(request).clock.now())
    rows = [(one, what_of(one), is_late(one, today)) for one in mine]
    units = sorted({one.commune_code for one in mine} | {unit for unit in person.units if unit.isdigit()})
    values: dict[str, Any] = {"rows": rows, "query": query, "units": [(code, unit_name(code)) for code in units]}
    return render(request, "referrals.html", referral_say=referral_wording(), unit_name=unit_name, **values)


@page(Role.OFFICER)
async def show(request: web.Request) -> web.StreamResponse:
    """One request."""
    return await _shown(request)


@page(Role.OFFICER)
async def see_contact(request: web.Request) -> web.StreamResponse:
    """How to reach the citizen, after a reason was written down."""
    one, _ = await _find(request)
    reason = " ".join((await typed(request)).get("reason", "").split())
    if len(reason) < SHORTEST_REASON:
        return await _shown(request, "contact", console_wording()("fault.contact_reason"), {"reason": reason})
    by = person_of(request).display_name
    await services(request).staff.audit.write(by, Deed.CONTACT_SEEN, one.reference, reason)
    return await _shown(request, open_contact=True)


@page(Role.OFFICER)
async def take(request: web.Request) -> web.StreamResponse:
    """Take a step."""
    name = request.match_info["step"]
    if name not in STEPS:
        raise web.HTTPNotFound
    one, _ = await _find(request)
    fields, by = await typed(request), person_of(request).display_name
    try:
        await _step(services(request).referrals.desk, name, one.reference, by, fields)
    except ReferralRefusedError as error:
        return await _shown(request, name, _said_of(error), fields)
    except ValueError:  # an outcome or a reason that is not on the list
        return await _shown(request, name, console_wording()("fault.choose"), fields)
    await services(request).staff.audit.write(by, Deed.REFERRAL_STEP, one.reference, name)
    done(f"{ROOT}/referrals/{one.reference.replace(' ', '')}", f"referral_{name}")


async def _step(desk: ReferralDesk, name: str, reference: str, by: str, fields: Mapping[str, str]) -> None:
    if name == "close":
        await desk.close(reference, by, HelpOutcome(fields.get("outcome", "")))
    elif name == "decline":
        await desk.decline(reference, by, DeclineReason(fields.get("outcome", "")))
    elif name == "tell":
        await desk.tell(reference, by, fields.get("text", ""))
    else:
        steps = {"confirm": desk.confirm, "help": desk.help, "not_reached": desk.not_reached}
        await steps[name](reference, by)


async def _find(request: web.Request) -> tuple[Referral, list[tuple[datetime, str, str, str]]]:
    reference = find_reference(request.match_info["reference"])
    if not reference:
        raise web.HTTPNotFound
    try:
        one, events = await services(request).referrals.desk.show(reference, person_of(request).display_name)
    except ReferralRefusedError as error:
        raise web.HTTPNotFound from error
    if not sees_referral(person_of(request), one):
        raise web.HTTPNotFound
    return one, events


async def _shown(
    request: web.Request,
    step: str = "",
    fault: str = "",
    fields: Mapping[str, str] | None = None,
    open_contact: bool = False,
) -> web.Response:
    one, events = await _find(request)
    await audit_view(request, Deed.REFERRAL_SEEN, one.reference)
    today = city_date(services(request).clock.now())
    values: dict[str, Any] = {
        "one": one,
        "what": what_of(one),
        "late": is_late(one, today),
        "history": [event for event in events if event[1] != "seen"],
        "steps": [name for name, states in STEPS.items() if one.state in states],
        "outcomes": list(HelpOutcome),
        "declines": list(DeclineReason),
        "referral_say": referral_wording(),
        "unit_name": unit_name,
        "open_contact": open_contact,
    }
    said = {"step": step, "fault": fault, "fields": fields or {}}
    return render(request, "referral.html", status=422 if fault else 200, **values, **said)


def _said_of(error: ReferralRefusedError) -> str:
    say, state = referral_wording(), error.context.get("state")
    return say(f"refused.{error.context['reason']}", state=say(f"states.{state}") if state else "")


ROUTES = (
    web.get("/referrals", listed),
    web.get("/referrals/{reference}", show),
    web.post("/referrals/{reference}/contact", see_contact),
    web.post("/referrals/{reference}/{step:[a-z_]+}", take),
)
