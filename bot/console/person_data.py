"""What is held about a person who asks by telephone or at a counter: looked up by what they know, and asked for them.

Nothing personal stands in an address; the audit holds the kind of what was typed, never what it was.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.console.access import form_token, hub_of, page, person_of, services
from bot.console.forms import typed
from bot.console.privacy import desk_requests
from bot.console.rendering import console_wording, moment_text, render
from bot.errors import PrivacyStepError
from bot.ops.screening.masking import mask
from bot.petitions.telling import petition_wording
from bot.privacy.desk_requests import OF_CONVERSATION, OF_PETITION
from bot.privacy.holds import SHORTEST_REASON
from bot.privacy.models import DataRequest, RequestKind
from bot.privacy.person_keys import KeyKind, read_key
from bot.privacy.person_search import LookedUp, PersonSearch
from bot.staff.models import Deed, Role

CONVERSATION, PETITION = "c:", "p:"
LONGEST_REASON = 300


@page(Role.ADMINISTRATOR)
async def show(request: web.Request) -> web.StreamResponse:
    """The form."""
    return _shown(request, {})


@page(Role.ADMINISTRATOR)
async def find(request: web.Request) -> web.StreamResponse:
    """Look a key up. What is shown, and that nothing was found, is written down first."""
    fields = await typed(request)
    kind = next((one for one in KeyKind if one.value == fields.get("kind")), None)
    key, reason = read_key(kind, fields.get("key", "")) if kind else "", _one_line(fields.get("reason", ""))
    if kind is None or not key:
        return _shown(request, fields, kind.value if kind else "kind")
    if len(reason) < SHORTEST_REASON:
        return _shown(request, fields, "reason")
    database, of, person = hub_of(request).database, services(request), person_of(request)
    search = PersonSearch(lambda: database, of.clock, of.staff.proofs)
    found = await search.find(kind, key, person.id)
    said = _without(reason, key, fields.get("key", ""))
    how_many = "limited" if found.again_at else f"found {found.count}"
    await of.staff.audit.write(person.display_name, Deed.DATA_LOOKED_FOR, kind.value, f"{how_many}: {said}")
    if found.again_at is not None:
        return _shown(request, fields, "limited", status=429, again=moment_text(found.again_at))
    return _shown(request, fields, found=found)


@page(Role.ADMINISTRATOR)
async def begin(request: web.Request) -> web.StreamResponse:
    """Begin a request for what a look-up of this session has shown; asked twice, it is begun once.

    To erase is asked for once more on a page that says what goes.
    """
    fields = await typed(request)
    target, reason = fields.get("target", ""), _one_line(fields.get("reason", ""))
    kind = next((one for one in RequestKind if one.value == fields.get("kind")), None)
    if kind is None or not hmac.compare_digest(_seal(request, target), fields.get("seal", "").encode()):
        return _shown(request, {}, "stale")
    if len(reason) < SHORTEST_REASON:
        return _shown(request, {}, "checked")
    if kind is RequestKind.ERASE and fields.get("sure") != "on":
        return _shown(request, {}, confirm={"target": target, "reason": reason})
    try:
        begun, new = await _begin(request, kind, target)
    except PrivacyStepError as refused:
        return _shown(request, {}, str(refused.context.get("fault", "gone")))
    by, said = person_of(request).display_name, _without(reason)
    await services(request).staff.audit.write(by, Deed.DATA_REQUEST_STEP, begun.receipt, f"begun {kind.value}: {said}")
    return _shown(request, {}, begun=begun, new=new)


async def _begin(request: web.Request, kind: RequestKind, target: str) -> tuple[DataRequest, bool]:
    """A request of the other sort than the target's is refused by what begins it."""
    desk = desk_requests(request)
    if target.startswith(PETITION):
        return await desk.about_petition(kind, target.removeprefix(PETITION))
    return await desk.about_conversation(kind, target.removeprefix(CONVERSATION))


def _seal(request: web.Request, target: str) -> bytes:
    """Shows that this session's look-up led to `target`: nobody begins a request for what they have not looked up."""
    return hmac.new(form_token(request).encode(), target.encode(), "sha256").hexdigest().encode()


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_REASON]


def _without(reason: str, *keys: str) -> str:
    """The audit is kept for years: a reason stands there without numbers, and without what was typed as the key."""
    for key in keys:
        reason = reason.replace(key.strip(), "[…]") if key.strip() else reason
    return mask(reason).text


def _shown(
    request: web.Request,
    fields: Mapping[str, str],
    fault: str = "",
    status: int = 0,
    found: LookedUp | None = None,
    **values: Any,
) -> web.Response:
    say, again = console_wording(), values.pop("again", "")
    known: dict[str, Any] = {"begun": None, "new": False, "confirm": None, **values}
    return render(
        request,
        "person_data.html",
        status=status or (422 if fault else 200),
        fields=fields,
        kinds=list(KeyKind),
        fault=say(f"person_fault.{fault}", again=again)
        if fault == "limited"
        else fault and say(f"person_fault.{fault}"),
        found=found,
        of_conversation=OF_CONVERSATION,
        of_petition=OF_PETITION,
        petition_say=petition_wording(),
        seal=lambda target: _seal(request, target).decode(),
        **known,
    )


ROUTES = (
    web.get("/privacy/find", show),
    web.post("/privacy/find", find),
    web.post("/privacy/find/begin", begin),
)
