"""Personal data, for administrators: what citizens have asked, holds, and what the nights have erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from aiohttp import web

from bot.console.access import ROOT, hub_of, page, person_of, services
from bot.console.forms import done, number_of, typed
from bot.console.rendering import render
from bot.errors import PrivacyStepError
from bot.ops.clock import city_date
from bot.privacy.applying import CorrectionSteps, Sides
from bot.privacy.correcting import PetitionData
from bot.privacy.desk import PrivacyDesk
from bot.privacy.desk_requests import DeskRequests
from bot.privacy.export import copy_page
from bot.privacy.inventory import data_classes
from bot.privacy.models import DataRequest, RequestOutcome, RequestState
from bot.privacy.notice import PATH as NOTICE_PATH
from bot.privacy.overseeing import Oversight
from bot.staff.models import Deed, Role
from knowledge.working_days import load_calendar

_ADDRESS = f"{ROOT}/privacy"
OUTCOMES = (RequestOutcome.DONE, RequestOutcome.PARTLY, RequestOutcome.KEPT)


def _desk(request: web.Request) -> PrivacyDesk:
    database = hub_of(request).database
    of = services(request)
    return PrivacyDesk(lambda: database, of.clock, load_calendar(), of.petitions.retention)


def desk_requests(request: web.Request) -> DeskRequests:
    """What begins a request for somebody who asks by telephone or at a counter."""
    database, of = hub_of(request).database, services(request)
    return DeskRequests(lambda: database, of.clock, load_calendar(), _desk(request))


def _oversight(request: web.Request) -> Oversight:
    database = hub_of(request).database
    return Oversight(lambda: database, services(request).clock)


@page(Role.ADMINISTRATOR)
async def listed(request: web.Request) -> web.StreamResponse:
    """All of it as it stands."""
    return await _shown(request)


@page(Role.ADMINISTRATOR)
async def step(request: web.Request) -> web.StreamResponse:
    """Take a request in hand, or end it."""
    receipt, way = request.match_info["receipt"], request.match_info["way"]
    fields, by = await typed(request), person_of(request).display_name
    outcome = next((one for one in OUTCOMES if one.value == fields.get("outcome")), None)
    try:
        if way == "take_back":
            await desk_requests(request).take_back(receipt, by)
        elif way == "done" and outcome is None:  # never by chance: one of them erases
            return await _shown(request, "outcome")
        elif way == "done" and outcome is not None:
            await _desk(request).done(receipt, by, outcome)
        else:
            await _desk(request).acknowledge(receipt, by)
    except PrivacyStepError as refused:
        return await _shown(request, str(refused.context.get("fault", "request")))
    await services(request).staff.audit.write(
        by, Deed.DATA_REQUEST_STEP, receipt, "taken back" if way == "take_back" else ""
    )
    done(_ADDRESS, f"data_{way}")


@page(Role.ADMINISTRATOR)
async def send_copy(request: web.Request) -> web.StreamResponse:
    """Put a copy's address into the conversation that asked for it; the request is done with it."""
    receipt, by = request.match_info["receipt"], person_of(request).display_name
    await typed(request)
    try:
        await petition_data(request).send_copy(receipt, by, lambda channel, secret: _address(request, channel, secret))
    except PrivacyStepError as refused:
        return await _shown(request, str(refused.context.get("fault", "request")))
    await services(request).staff.audit.write(by, Deed.DATA_REQUEST_STEP, receipt, "copy")
    done(_ADDRESS, "data_copy")


@page(Role.ADMINISTRATOR)
async def print_copy(request: web.Request) -> web.StreamResponse:
    """A copy to print for a citizen who is no longer in the conversation; the request stays open until it is given."""
    receipt, by = request.match_info["receipt"], person_of(request).display_name
    await typed(request)
    try:
        code, seen = await petition_data(request).copy(receipt, by)
    except PrivacyStepError as refused:
        return await _shown(request, str(refused.context.get("fault", "request")))
    await services(request).staff.audit.write(by, Deed.DATA_REQUEST_STEP, receipt, "print")
    headers = {"Content-Disposition": f'attachment; filename="ban-sao-{code}.html"', "Cache-Control": "no-store"}
    title = "title_conversation" if code == receipt else "title"
    return web.Response(text=copy_page("printed", seen, title), content_type="text/html", headers=headers)


def petition_data(request: web.Request) -> PetitionData:
    """What corrects and copies the data in petitions."""
    database, of = hub_of(request).database, services(request)
    return PetitionData(lambda: database, of.clock, of.petitions.corrections)


def _address(request: web.Request, channel: str, secret: str) -> str:
    """As citizens reach this hub: the operator's setting; in the web chat, without one, where this page was opened."""
    here = f"{request.scheme}://{request.host}" if channel == "web" else ""
    base = hub_of(request).files.public_url or here
    return f"{base}{NOTICE_PATH}/{secret}" if base else ""


@page(Role.ADMINISTRATOR)
async def correct(request: web.Request) -> web.StreamResponse:
    """Put right in a petition what was asked for, as it was looked at; or put it back while nobody was told."""
    receipt, way, by = request.match_info["receipt"], request.match_info["way"], person_of(request).display_name
    fields = await typed(request)
    try:
        if way == "apply":
            made = await _steps(request).apply(receipt, by, fields.get("seal", ""))
        else:
            made = await _steps(request).undo(receipt, by)
    except PrivacyStepError as refused:
        return await _shown(request, str(refused.context.get("fault", "request")))
    about = f"{way} {made.petition_code} {made.correct_field.value if made.correct_field else ''}"
    await services(request).staff.audit.write(by, Deed.DATA_REQUEST_STEP, receipt, about)
    done(_ADDRESS, f"data_{way}")


def _steps(request: web.Request) -> CorrectionSteps:
    database, of = hub_of(request).database, services(request)
    return CorrectionSteps(lambda: database, of.clock, of.petitions.corrections)


async def _sides(request: web.Request, listed: Sequence[DataRequest]) -> dict[str, Sides]:
    """Both values of what is to be corrected; that they were shown is written down first."""
    found = await _steps(request).sides(listed)
    if found:
        receipts = " ".join(found)
        await services(request).staff.audit.write(
            person_of(request).display_name, Deed.DATA_REQUEST_STEP, receipts[:120], "values shown"
        )
    return found


@page(Role.ADMINISTRATOR)
async def hold(request: web.Request) -> web.StreamResponse:
    """Have nothing of a class or a conversation erased."""
    fields, by = await typed(request), person_of(request).display_name
    name, reason = fields.get("name", ""), fields.get("reason", "")
    try:
        await _oversight(request).hold(name, reason, by)
    except PrivacyStepError:
        return await _shown(request, "hold", fields)
    await services(request).staff.audit.write(by, Deed.HOLD_CHANGED, name.strip()[:120], reason)
    done(_ADDRESS, "hold_placed")


@page(Role.ADMINISTRATOR)
async def release(request: web.Request) -> web.StreamResponse:
    """End a hold."""
    fields, by = await typed(request), person_of(request).display_name
    number = number_of(request.match_info["number"]) or 0
    try:
        await _oversight(request).release(number, fields.get("reason", ""), by)
    except PrivacyStepError:
        return await _shown(request, "release")
    await services(request).staff.audit.write(by, Deed.HOLD_CHANGED, str(number), fields.get("reason", ""))
    done(_ADDRESS, "hold_released")


def waits_for_person(one: DataRequest) -> bool:
    """Whether somebody in charge has to acknowledge a request and end it; the others the system does by itself."""
    return bool(one.petition_code) or one.state in (RequestState.WAITING, RequestState.ACKNOWLEDGED)


def _next_day(one: DataRequest) -> date:
    """Until when something has to be done about a request."""
    acknowledges = waits_for_person(one) and one.acknowledged_at is None
    return min(one.acknowledge_by, one.due_on) if acknowledges else one.due_on


async def _shown(request: web.Request, fault: str = "", fields: Mapping[str, str] | None = None) -> web.Response:
    oversight, moment = _oversight(request), services(request).clock.now()
    today, requests = city_date(moment), sorted(await _desk(request).listed(), key=_next_day)
    return render(
        request,
        "privacy.html",
        status=422 if fault else 200,
        requests=requests,
        sides=await _sides(request, requests),
        overdue=sum(_next_day(one) < today for one in requests),
        for_person=waits_for_person,
        named={one.name: one.label or one.what for one in data_classes().values()},
        holds=await oversight.holds(),
        reports=await oversight.reports(),
        classes=[one for one in data_classes().values() if one.limit],
        today=today,
        moment=moment,
        outcomes=OUTCOMES,
        fault=fault,
        fields=fields or {},
    )


ROUTES = (
    web.get("/privacy", listed),
    web.post("/privacy/requests/{receipt:DL-[0-9A-Z]{6}}/{way:acknowledge|done|take_back}", step),
    web.post("/privacy/requests/{receipt:DL-[0-9A-Z]{6}}/copy", send_copy),
    web.post("/privacy/requests/{receipt:DL-[0-9A-Z]{6}}/print", print_copy),
    web.post("/privacy/requests/{receipt:DL-[0-9A-Z]{6}}/{way:apply|undo}", correct),
    web.post("/privacy/holds", hold),
    web.post("/privacy/holds/{number:[0-9]+}/release", release),
)
