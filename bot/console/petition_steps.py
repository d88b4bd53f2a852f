"""Steps on a petition: one form, one address; what is wrong is said beside the form, with everything still in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from aiohttp import web

from bot.console.access import ROOT, page, person_of, services
from bot.console.forms import done, number_of, typed
from bot.console.petition_sheet import STEPS
from bot.console.petitions import find_petition, shown
from bot.console.rendering import console_wording
from bot.console.scope import sees_petition
from bot.errors import PetitionStepError
from bot.petitions.desk import PetitionDesk
from bot.petitions.drafts import written
from bot.petitions.models import EventKind, Petition, PetitionEvent
from bot.petitions.officer_steps import StepFault
from bot.petitions.refusals import load_refusals
from bot.petitions.telling import petition_wording
from bot.staff.models import Deed, Role


@page(Role.OFFICER)
async def take(request: web.Request) -> web.StreamResponse:
    """Take a step; then the petition's page says so."""
    name = request.match_info["step"]
    if name not in STEPS:
        raise web.HTTPNotFound
    petition, _ = await find_petition(request)
    fields, by = await typed(request), person_of(request).display_name
    seen = number_of(fields.get("seen", ""))
    try:
        after = await _step(services(request).petitions.desk, name, petition.code, by, fields, seen or 0)
    except PetitionStepError as error:
        return await _refused(request, name, fields, error)
    reason = fields.get("reason", "") if name == "refuse" else ""
    await services(request).staff.audit.write(by, Deed.PETITION_STEP, petition.code, _told(name, reason))
    _go_on(request, name, after)


async def _step(desk: PetitionDesk, name: str, code: str, by: str, fields: Mapping[str, str], seen: int) -> Petition:
    text = fields.get("text", "")
    if name == "receive":
        return await desk.receive(code, by, bool(fields.get("take_over")), seen=seen)
    if name == "close":
        return await desk.close(code, by, seen=seen)
    if name == "refuse":
        return await desk.refuse(code, by, fields.get("reason", ""), text, fields.get("place", ""), seen=seen)
    if name == "transfer":
        return await desk.transfer(code, by, fields.get("unit", ""), text, fields.get("person", ""), seen=seen)
    steps = {"ask": desk.ask, "answer": desk.answer, "reopen": desk.reopen}
    return await steps[name](code, by, text, seen=seen)


async def _refused(
    request: web.Request, name: str, fields: Mapping[str, str], error: PetitionStepError
) -> web.StreamResponse:
    petition, history = await find_petition(request)
    fault = str(error.context["fault"])
    if fault == StepFault.CHANGED.value and _is_the_same(history, STEPS[name], person_of(request).display_name, fields):
        _go_on(request, name, petition)
    facts = {**error.context, "state": petition_wording()(f"state.{petition.state.value}")}
    said = console_wording()(f"step_fault.{fault}", **facts)
    return shown(request, petition, history, status=422, step=name, step_fault=said, fields=fields)


def _is_the_same(history: list[PetitionEvent], kind: EventKind, by: str, fields: Mapping[str, str]) -> bool:
    """Whether the last step is this very form, which was sent twice."""
    steps = [event for event in history if event.kind is not EventKind.CONTACT_SEEN]
    last = steps[-1] if steps else None
    if last is None or (last.kind, last.by) != (kind, by):
        return False
    refusal = load_refusals().find(fields.get("reason", "")) if kind is EventKind.REFUSED else None
    same_reason = kind is not EventKind.REFUSED or (refusal is not None and last.reason == refusal.name)
    return same_reason and (last.text == written(fields.get("text", "")) or not last.text)


def _go_on(request: web.Request, name: str, petition: Petition) -> NoReturn:
    """To the petition, or to the list where it is the reader's no more."""
    mine = sees_petition(person_of(request), petition, services(request).petitions.routing)
    told = "" if petition.reachable or name in ("receive", "close") else "_not_told"
    done(f"{ROOT}/petitions/{petition.code}" if mine else f"{ROOT}/petitions", f"petition_{name}{told if mine else ''}")


def _told(name: str, reason: str) -> str:
    return f"{name}: {reason}"[:80] if reason else name


ROUTES = (web.post("/petitions/{code}/{step:[a-z]+}", take),)
