"""People and units, for administrators."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.console.access import ROOT, page, person_of, services
from bot.console.forms import chosen, done, typed
from bot.console.rendering import render
from bot.errors import StaffRefusedError
from bot.petitions.communes import commune_codes, commune_name
from bot.staff.models import CITY, Person, Role
from bot.staff.people import PersonDraft
from bot.staff.telling import said_of, staff_wording
from knowledge.text import fold

PAGE = f"{ROOT}/people"


@page(Role.ADMINISTRATOR)
async def listed(request: web.Request) -> web.StreamResponse:
    """Everybody."""
    return render(request, "people.html", people=await services(request).staff.people.all(), unit_name=unit_name)


@page(Role.ADMINISTRATOR)
async def new(request: web.Request) -> web.StreamResponse:
    """The form for one more."""
    return _form(request, None)


@page(Role.ADMINISTRATOR)
async def add(request: web.Request) -> web.StreamResponse:
    """Add somebody; the password is shown this once."""
    draft = await _draft(request, (await typed(request)).get("name", ""))
    by, people = person_of(request).display_name, services(request).staff.people
    try:
        password = await people.add(draft, by)
    except StaffRefusedError as error:
        return _form(request, None, draft=draft, fault=said_of(error))
    return render(request, "one_time.html", name=draft.name.strip().lower(), password=password)


@page(Role.ADMINISTRATOR)
async def show(request: web.Request) -> web.StreamResponse:
    """One person."""
    return await _shown(request)


@page(Role.ADMINISTRATOR)
async def change(request: web.Request) -> web.StreamResponse:
    """Write name, roles and units over what they were."""
    person = await _find(request)
    draft = await _draft(request, person.name)
    by, people = person_of(request).display_name, services(request).staff.people
    try:
        await people.change(person.name, draft.display_name, draft.roles, draft.units, by)
    except StaffRefusedError as error:
        return await _shown(request, draft=draft, fault=said_of(error))
    done(PAGE, "person_changed")


@page(Role.ADMINISTRATOR)
async def disable(request: web.Request) -> web.StreamResponse:
    """Lock somebody out, at once."""
    person = await _find(request)
    try:
        await services(request).staff.people.disable(person.name, person_of(request).display_name)
    except StaffRefusedError as error:
        return await _shown(request, fault=said_of(error))
    done(PAGE, "person_disabled")


@page(Role.ADMINISTRATOR)
async def enable(request: web.Request) -> web.StreamResponse:
    """Let somebody in again."""
    person = await _find(request)
    await services(request).staff.people.enable(person.name, person_of(request).display_name)
    done(PAGE, "person_enabled")


@page(Role.ADMINISTRATOR)
async def reset(request: web.Request) -> web.StreamResponse:
    """A new password, shown this once; the second factor and all sessions end."""
    person = await _find(request)
    password = await services(request).staff.people.reset_password(person.name, person_of(request).display_name)
    return render(request, "one_time.html", name=person.name, password=password)


@page(Role.ADMINISTRATOR)
async def revoke(request: web.Request) -> web.StreamResponse:
    """End all sessions of somebody."""
    person = await _find(request)
    await services(request).staff.service.revoke_all(person, person_of(request).display_name)
    done(f"{PAGE}/{person.name}", "session_revoked")


def unit_name(code: str) -> str:
    """A unit's name for people."""
    return staff_wording()("unit.city") if code == CITY else commune_name(code) or code


def unit_choices() -> list[tuple[str, str]]:
    """Every unit somebody can be of, the city's first; code and name."""
    communes = sorted(((code, commune_name(code)) for code in commune_codes()), key=lambda one: fold(one[1]))
    return [(CITY, unit_name(CITY)), *communes]


async def _find(request: web.Request) -> Person:
    try:
        return await services(request).staff.people.find(request.match_info["name"])
    except StaffRefusedError as error:
        raise web.HTTPNotFound from error


async def _draft(request: web.Request, name: str) -> PersonDraft:
    fields, wanted = await typed(request), await chosen(request, "role")
    roles = frozenset(role for role in Role if role.value in wanted)
    return PersonDraft(name, fields.get("display_name", ""), roles, tuple(await chosen(request, "unit")))


async def _shown(request: web.Request, **values: Any) -> web.Response:
    person = await _find(request)
    sessions = await services(request).staff.service.sessions(person)
    return _form(request, person, sessions=sessions, **values)


def _form(request: web.Request, about: Person | None, **values: Any) -> web.Response:
    empty = PersonDraft("", "", frozenset({Role.OFFICER}), ())
    draft = PersonDraft(about.name, about.display_name, about.roles, about.units) if about else empty
    known: dict[str, Any] = {"about": about, "draft": draft, "fault": "", "sessions": [], "roles": list(Role)}
    known |= {"units": unit_choices()}
    return render(request, "person.html", status=422 if values.get("fault") else 200, **known | values)


ROUTES = (
    web.get("/people", listed),
    web.get("/people/new", new),
    web.post("/people/new", add),
    web.get("/people/{name}", show),
    web.post("/people/{name}", change),
    web.post("/people/{name}/disable", disable),
    web.post("/people/{name}/enable", enable),
    web.post("/people/{name}/reset", reset),
    web.post("/people/{name}/revoke", revoke),
)
