"""Petitions: the list, one petition, its contacts and photos."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.console.access import page, person_of, services
from bot.console.forms import typed
from bot.console.petition_sheet import (
    STEPS,
    clock_of,
    hidden_contact,
    hidden_name,
    opening,
    steps_now,
)
from bot.console.rendering import console_wording, render
from bot.console.scope import petition_units, sees_petition, unit_choices
from bot.errors import PetitionStepError
from bot.ops.clock import city_date
from bot.ops.petition_codes import parse_petition_code
from bot.petitions.desk import Filter, last_step
from bot.petitions.models import OPEN, Petition, PetitionEvent, PetitionState
from bot.petitions.refusals import load_refusals
from bot.petitions.telling import petition_wording
from bot.petitions.templates import load_templates
from bot.staff.models import Deed, Role
from knowledge.text import fold
from knowledge.working_days import load_calendar

PAGE = 40
SHORTEST_REASON = 10
OPEN_ONES, ALL = "open", "all"


@page(Role.OFFICER)
async def listed(request: web.Request) -> web.StreamResponse:
    """The list: urgent ones first, then by the day of their answer."""
    found = await _find(request)
    number = max(1, int(page_no) if (page_no := request.query.get("page", "1")).isdecimal() else 1)
    shown = found[(number - 1) * PAGE : number * PAGE]
    staff, person = services(request).staff, person_of(request)
    if shown:
        await staff.audit.write(person.display_name, Deed.PETITION_LISTED, "", _count(len(shown)))
    today, calendar = city_date(services(request).clock.now()), load_calendar()
    rows = [(one, clock_of(one, today, calendar), opening(one.content)) for one in shown]
    pages = (len(found) + PAGE - 1) // PAGE
    units = petition_units(person, services(request).petitions.routing)
    choices = [(code, name) for code, name in _units(request) if units is None or code in units]
    values: dict[str, Any] = {"rows": rows, "total": len(found), "page": number, "pages": pages, "units": choices}
    values |= {"query": request.query, "states": list(PetitionState), "petition_say": petition_wording()}
    return render(request, "petitions.html", **values)


@page(Role.OFFICER)
async def show(request: web.Request) -> web.StreamResponse:
    """One petition."""
    petition, history = await find_petition(request)
    await _audit(request, Deed.PETITION_SEEN, petition)
    return shown(request, petition, history)


@page(Role.OFFICER)
async def see_contact(request: web.Request) -> web.StreamResponse:
    """Names and contacts, after a reason was written down."""
    petition, history = await find_petition(request)
    reason = (await typed(request)).get("reason", "").strip()
    if len(reason) < SHORTEST_REASON:
        fault = console_wording()("fault.contact_reason")
        return shown(request, petition, history, status=422, contact_fault=fault, reason=reason)
    await _audit(request, Deed.CONTACT_SEEN, petition, reason)
    people = await services(request).petitions.desk.see_contact(petition.code, person_of(request).display_name)
    return shown(request, petition, history, people=people)


@page(Role.OFFICER)
async def photo(request: web.Request) -> web.StreamResponse:
    """One of a petition's photos, by its place: no address names a photo without its petition."""
    petition, _ = await find_petition(request)
    place = int(request.match_info["place"])
    if not 1 <= place <= len(petition.attachments):
        raise web.HTTPNotFound
    opened = await services(request).attachments.open(petition.attachments[place - 1])
    if opened is None:
        raise web.HTTPNotFound
    await _audit(request, Deed.PHOTO_SEEN, petition, str(place))
    headers = {"Content-Type": opened.attachment.content_type, "Content-Disposition": 'inline; filename="anh.jpg"'}
    headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return web.Response(body=opened.data, headers=headers)


async def find_petition(request: web.Request) -> tuple[Petition, list[PetitionEvent]]:
    """The petition of the address and its history; not found, too, where it is not the reader's to see."""
    parts = services(request).petitions
    try:
        petition, history = await parts.desk.get(request.match_info["code"])
    except PetitionStepError as error:
        raise web.HTTPNotFound from error
    if not sees_petition(person_of(request), petition, parts.routing):
        raise web.HTTPNotFound
    return petition, history


def shown(
    request: web.Request, petition: Petition, history: list[PetitionEvent], status: int = 200, **values: Any
) -> web.Response:
    """The page of one petition; `values` fill in what was typed, and what was wrong with it."""
    today, person = city_date(services(request).clock.now()), person_of(request)
    known: dict[str, Any] = {
        "petition": petition,
        "history": history,
        "clock": clock_of(petition, today, load_calendar()),
        "steps": steps_now(petition, person.display_name),
        "seen": last_step(history),
        "hidden_name": hidden_name(petition.sender_name),
        "hidden_contact": hidden_contact(petition),
        "templates": {name: _templates(name, petition) for name in STEPS},
        "refusals": load_refusals().reasons.values(),
        "units": [one for one in _units(request) if one[0] != petition.unit_code],
        "petition_say": petition_wording(),
        "is_open": petition.state in OPEN,
        "people": None,
    }
    known |= {"step": "", "step_fault": "", "fields": {}, "contact_fault": "", "reason": ""}
    return render(request, "petition.html", status=status, **known | values)


async def _find(request: web.Request) -> list[Petition]:
    """What the filter's fields ask for, of the reader's units."""
    query, parts = request.query, services(request).petitions
    state, words = query.get("state", OPEN_ONES), query.get("words", "").strip()
    states = tuple(OPEN) if state == OPEN_ONES else tuple(one for one in PetitionState if one.value == state)
    code = parse_petition_code(words)
    if code:
        states = ()
    which = Filter(
        states=states,
        unit_code=query.get("unit", ""),
        person=person_of(request).display_name if query.get("mine") and not code else "",
        overdue=bool(query.get("late")) and not code,
        units=petition_units(person_of(request), parts.routing),
    )
    found = await parts.desk.find(which)
    if code:
        return await _by_code(request, code)
    return [one for one in found if not words or _says(one, words)]


async def _by_code(request: web.Request, code: str) -> list[Petition]:
    """By the code of any receipt, also a supporter's."""
    parts = services(request).petitions
    try:
        petition, _ = await parts.desk.get(code)
    except PetitionStepError:
        return []
    return [petition] if sees_petition(person_of(request), petition, parts.routing) else []


def _says(petition: Petition, words: str) -> bool:
    texts = (petition.code, petition.content, petition.wish, petition.procedure_title, petition.procedure_code)
    text = fold(" ".join((*texts, petition.case_code, petition.unit_name, petition.person)))
    return all(word in text for word in fold(words).split())


def _templates(step: str, petition: Petition) -> list[tuple[str, str]]:
    return [(one.title, one.filled(petition)) for one in load_templates() if one.fits(step, petition)]


def _units(request: web.Request) -> list[tuple[str, str]]:
    return unit_choices(services(request).petitions.routing)


def _count(number: int) -> str:
    return console_wording()("audit.petitions", count=number)


async def _audit(request: web.Request, deed: Deed, petition: Petition, reason: str = "") -> None:
    await services(request).staff.audit.write(person_of(request).display_name, deed, petition.code, reason)


ROUTES = (
    web.get("/petitions", listed),
    web.get("/petitions/{code}", show),
    web.post("/petitions/{code}/contact", see_contact),
    web.get(r"/petitions/{code}/photos/{place:\d{1,3}}", photo),
)
