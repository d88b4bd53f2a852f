"""Correcting the name or the contact in a petition: of the person whose receipt the address bears."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.console.access import ROOT, page, person_of, services
from bot.console.forms import done, typed
from bot.console.petitions import find_petition
from bot.console.privacy import petition_data
from bot.console.rendering import console_wording, render
from bot.errors import PetitionStepError
from bot.ops.petition_codes import parse_petition_code
from bot.ops.screening.masking import mask
from bot.staff.models import Deed, Role

SHORTEST_REASON = 10


@page(Role.OFFICER)
async def show(request: web.Request) -> web.StreamResponse:
    """The form; what stands there now is not shown, the right thing is written anew."""
    await find_petition(request)
    return _form(request, {})


@page(Role.OFFICER)
async def correct(request: web.Request) -> web.StreamResponse:
    """Correct it; refused where nothing says how the officer knows who asked."""
    petition, _ = await find_petition(request)
    fields, by = await typed(request), person_of(request).display_name
    reason = " ".join(fields.get("reason", "").split())
    if len(reason) < SHORTEST_REASON:
        return _form(request, fields, console_wording()("fault.correct_reason"))
    try:
        name, contact = fields.get("name", ""), fields.get("contact", "")
        made = await petition_data(request).correct(_code(request), by, name, contact)
    except PetitionStepError as error:
        return _form(request, fields, console_wording()(f"step_fault.{error.context['fault']}"))
    about = f"{','.join(made.changed)}: {mask(reason).text}"  # the audit is kept for years, and holds no numbers
    await services(request).staff.audit.write(by, Deed.PETITION_CORRECTED, made.code, about[:300])
    done(f"{ROOT}/petitions/{petition.code}", "petition_corrected")


def _code(request: web.Request) -> str:
    return parse_petition_code(request.match_info["code"]) or ""


def _form(request: web.Request, fields: Mapping[str, str], fault: str = "") -> web.Response:
    values = {"code": _code(request), "fields": fields, "fault": fault}
    return render(request, "petition_correct.html", status=422 if fault else 200, **values)


ROUTES = (web.get("/petitions/{code}/correct", show), web.post("/petitions/{code}/correct", correct))
