"""Ready replies of one's units: the list, adding, changing, taking out, history."""

from __future__ import annotations

from typing import Any, NoReturn

from aiohttp import web

from bot.console.access import ROOT, page, person_of, services
from bot.console.forms import as_key, done, new_key, number_of, typed
from bot.console.people import unit_name
from bot.console.rendering import console_wording, render
from bot.console.scope import own_units
from bot.desk.models import ReadyReply
from bot.errors import DeskRefusedError
from bot.staff.models import Deed, Role

PAGE = f"{ROOT}/replies"


@page(Role.OFFICER)
async def listed(request: web.Request) -> web.StreamResponse:
    """All replies of one's units."""
    person = person_of(request)
    found = await services(request).desk.replies.of(own_units(person))
    return render(request, "replies.html", replies=found, unit_name=unit_name)


@page(Role.OFFICER)
async def new(request: web.Request) -> web.StreamResponse:
    """The form for one more."""
    return _form(request, None, {"key": new_key()})


@page(Role.OFFICER)
async def add(request: web.Request) -> web.StreamResponse:
    """Add one, for a unit of one's own."""
    fields = dict(await typed(request))
    fields["key"] = as_key(fields.get("key", ""))
    units, unit = own_units(person_of(request)), fields.get("unit", "")
    if not _is_unit(unit, units):
        return _form(request, None, fields, "unit")
    by, replies = person_of(request).display_name, services(request).desk.replies
    try:
        await replies.add(fields["key"], unit, *_said(fields), by=by)
    except DeskRefusedError as error:
        return _form(request, None, fields, str(error.context["fault"]))
    await _audit(request, f"{unit}/{_said(fields)[0]}"[:80], "add")
    done(PAGE, "reply_saved")


@page(Role.OFFICER)
async def show(request: web.Request) -> web.StreamResponse:
    """One reply with its history."""
    reply = await _find(request)
    return await _shown(request, reply, vars(reply))


@page(Role.OFFICER)
async def change(request: web.Request) -> web.StreamResponse:
    """Write a new version."""
    reply, fields = await _find(request), await typed(request)
    version, by = number_of(fields.get("version", "")) or 0, person_of(request).display_name
    try:
        await services(request).desk.replies.change(reply.id, version, *_said(fields), by=by)
    except DeskRefusedError as error:
        kept = {**fields, "version": reply.version}
        return await _shown(request, reply, kept, str(error.context["fault"]))
    await _audit(request, f"{reply.unit}/{reply.shortcut}", "change")
    done(PAGE, "reply_saved")


@page(Role.OFFICER)
async def remove(request: web.Request) -> web.StreamResponse:
    """Take a reply out."""
    reply, fields = await _find(request), await typed(request)
    version, by = number_of(fields.get("version", "")) or 0, person_of(request).display_name
    try:
        await services(request).desk.replies.remove(reply.id, version, by)
    except DeskRefusedError as error:
        return await _shown(request, reply, vars(reply), str(error.context["fault"]))
    await _audit(request, f"{reply.unit}/{reply.shortcut}", "remove")
    done(PAGE, "reply_removed")


def _said(fields: Any) -> tuple[str, str, str]:
    return fields.get("shortcut", ""), fields.get("title", ""), fields.get("text", "")


def _is_unit(unit: str, units: tuple[str, ...] | None) -> bool:
    return unit_name(unit) != unit if units is None else unit in units


async def _find(request: web.Request) -> ReadyReply:
    try:
        reply = await services(request).desk.replies.get(request.match_info["id"])
    except DeskRefusedError as error:
        _gone(error)
    if not _is_unit(reply.unit, own_units(person_of(request))):
        raise web.HTTPNotFound
    return reply


def _gone(error: DeskRefusedError) -> NoReturn:
    raise web.HTTPNotFound from error


async def _shown(request: web.Request, reply: ReadyReply, fields: Any, fault: str = "") -> web.Response:
    history = await services(request).desk.replies.history(reply.id)
    return _form(request, reply, fields, fault, history=history)


def _form(request: web.Request, reply: ReadyReply | None, fields: Any, fault: str = "", **values: Any) -> web.Response:
    said = console_wording()(f"desk_fault.{fault}") if fault else ""
    units = [(unit, unit_name(unit)) for unit in person_of(request).units]
    known = {"reply": reply, "fields": fields, "fault": said, "units": units, "history": [], "unit_name": unit_name}
    return render(request, "reply.html", status=422 if fault else 200, **known | values)


async def _audit(request: web.Request, about: str, step: str) -> None:
    await services(request).staff.audit.write(person_of(request).display_name, Deed.READY_REPLY_CHANGED, about, step)


ROUTES = (
    web.get("/replies", listed),
    web.get("/replies/new", new),
    web.post("/replies/new", add),
    web.get("/replies/{id}", show),
    web.post("/replies/{id}", change),
    web.post("/replies/{id}/remove", remove),
)
