"""Steps on a conversation: each a form; what is wrong is said on the page, with everything that was typed in it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.attachments.intake import refuse
from bot.attachments.models import PhotoRefusal
from bot.console.access import ROOT, hub_of, page, person_of, services
from bot.console.conversation import shown
from bot.console.conversation_files import holds, named_files, said_of_file
from bot.console.forms import as_key, chosen, done, typed
from bot.console.handing import find_handed, officer_of, said_of_step, sees_request
from bot.console.rendering import console_wording
from bot.console.snoozes import snooze_until
from bot.errors import HandoffStepError, PhotoRefusedError
from bot.handoff.models import HandoffFault, Officer, Outcome, Request
from bot.hub.handing import refuse_step
from bot.staff.models import Deed, Role

_NAMED = re.compile(r"(?<![\w@])@([a-z0-9][a-z0-9._-]{0,39})")
_BLANK = re.compile(r"<[^<>\n]{1,80}>")
Step = Callable[[web.Request, Request, Officer, Mapping[str, str]], Awaitable[str | None]]


class BlanksLeftError(Exception):
    """A ready reply was not filled in."""


async def _reply(request: web.Request, handed: Request, officer: Officer, fields: Mapping[str, str]) -> None:
    text = fields.get("text", "")
    if _BLANK.search(text):
        raise BlanksLeftError
    hub, files, more = hub_of(request), named_files(await chosen(request, "file")), {}
    if files:
        if not holds(handed, officer.id):
            raise refuse_step(HandoffFault.NOT_YOURS)
        if not hub.files.reaches(handed.channel):
            raise refuse(PhotoRefusal.NOT_EXPECTED)
        more = await hub.files.attach(handed.conversation_id, files)
    await hub.ownership.reply(handed.id, officer, as_key(fields.get("key", "")), text, more)


async def _note(request: web.Request, handed: Request, officer: Officer, fields: Mapping[str, str]) -> str:
    """Only who may see the conversation is named: a mention opens nothing."""
    text = fields.get("text", "")
    named = {found.rstrip(".-_") for found in _NAMED.findall(text.lower())}
    people = await services(request).staff.people.all() if named else []
    may = [one for one in people if one.name in named and one.disabled_at is None and one.may(Role.OFFICER)]
    reached = [one for one in may if sees_request(one, handed)]
    mentions = tuple(one.id for one in reached if one.id != officer.id)
    await hub_of(request).ownership.note(handed.id, officer, text, mentions)
    return "note" if {one.name for one in reached} == named else "note_some"


async def _claim(request: web.Request, handed: Request, officer: Officer, _fields: Mapping[str, str]) -> None:
    await hub_of(request).ownership.claim(handed.id, officer)


async def _release(request: web.Request, handed: Request, officer: Officer, fields: Mapping[str, str]) -> None:
    await hub_of(request).ownership.release(handed.id, officer, fields.get("reason", ""))


async def _offer(request: web.Request, handed: Request, officer: Officer, fields: Mapping[str, str]) -> None:
    signs = await hub_of(request).handoff.presence.all()
    to = next((sign.officer for sign in signs if sign.officer.id == fields.get("to")), None)
    if to is None:
        raise refuse_step(HandoffFault.RECEIVER_AWAY)
    await hub_of(request).ownership.offer(handed.id, officer, to, fields.get("reason", ""))


async def _withdraw(request: web.Request, handed: Request, officer: Officer, _fields: Mapping[str, str]) -> None:
    await hub_of(request).ownership.withdraw_offer(handed.id, officer)


async def _accept(request: web.Request, handed: Request, officer: Officer, _fields: Mapping[str, str]) -> None:
    await hub_of(request).ownership.accept(handed.id, officer)


async def _decline(request: web.Request, handed: Request, officer: Officer, fields: Mapping[str, str]) -> None:
    await hub_of(request).ownership.decline(handed.id, officer, fields.get("reason", ""))


async def _snooze(request: web.Request, handed: Request, officer: Officer, fields: Mapping[str, str]) -> None:
    until = snooze_until(fields.get("until", ""), services(request).clock.now())
    await hub_of(request).ownership.snooze(handed.id, officer, until)


async def _give_back(request: web.Request, handed: Request, officer: Officer, _fields: Mapping[str, str]) -> None:
    await hub_of(request).ownership.give_back(handed.id, officer)


async def _close(request: web.Request, handed: Request, officer: Officer, fields: Mapping[str, str]) -> None:
    outcome = next((one for one in Outcome if one.value == fields.get("outcome")), Outcome.ERASED)
    await hub_of(request).ownership.close(handed.id, officer, outcome, fields.get("reason", ""))


async def _reopen(request: web.Request, handed: Request, officer: Officer, _fields: Mapping[str, str]) -> None:
    await hub_of(request).ownership.reopen(handed.id, officer)


STEPS: dict[str, Step] = {
    "reply": _reply,
    "note": _note,
    "claim": _claim,
    "release": _release,
    "offer": _offer,
    "withdraw": _withdraw,
    "accept": _accept,
    "decline": _decline,
    "snooze": _snooze,
    "give_back": _give_back,
    "close": _close,
    "reopen": _reopen,
}


@page(Role.OFFICER)
async def take(request: web.Request) -> web.StreamResponse:
    """Take a step; then the page says so."""
    name = request.match_info["step"]
    if name not in STEPS:
        raise web.HTTPNotFound
    handed, fields, person = await find_handed(request), await typed(request), person_of(request)
    try:
        said = await STEPS[name](request, handed, officer_of(person), fields)
    except HandoffStepError as error:
        return await _refused(request, name, fields, said_of_step(error))
    except PhotoRefusedError as error:
        return await _refused(request, name, fields, said_of_file(error))
    except BlanksLeftError:
        return await _refused(request, name, fields, console_wording()("fault.blanks"))
    await services(request).staff.audit.write(person.display_name, Deed.CONVERSATION_STEP, handed.id, name)
    done(f"{ROOT}/conversations/{handed.id}", f"handed_{said or name}")


@page(Role.OFFICER)
async def typing(request: web.Request) -> web.StreamResponse:
    """The officer is writing: the citizen sees it for some seconds."""
    handed = await find_handed(request)
    await hub_of(request).ownership.type(handed.id, officer_of(person_of(request)))
    return web.Response(status=204)


async def _refused(request: web.Request, name: str, fields: Mapping[str, str], said: str) -> web.StreamResponse:
    handed = await find_handed(request)
    # Of a reply: sent again, it is the same one, with the same files.
    kept: dict[str, Any] = {
        "reply_key": as_key(fields.get("key", "")),
        "kept_files": named_files(await chosen(request, "file")),
    }
    return await shown(request, handed, status=422, step=name, fault=said, fields=fields, **kept)


ROUTES = (
    web.post("/conversations/{id}/typing", typing),
    web.post("/conversations/{id}/{step:[a-z_]+}", take),
)
