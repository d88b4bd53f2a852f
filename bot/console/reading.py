"""Reading a talk in the console, handed over or not: what is new in it, what is masked, its photos.

about: what the audit calls it.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.attachments.models import DOCUMENT
from bot.console.access import hub_of, person_of, services
from bot.console.forms import number_of, typed
from bot.console.rendering import console_wording, render
from bot.console.transcript import lines_of, photos_of
from bot.console.viewing import audit_view
from bot.hub.models import Role
from bot.hub.transcripts import PAGE
from bot.staff.models import Deed

SHORTEST_REASON = 10


async def send_new(request: web.Request, conversation_id: str, about: str, page: str) -> web.Response:
    """The messages after the one that the open page has last, masked. page: the address of that page."""
    await audit_view(request, Deed.CONVERSATION_SEEN, about)
    after = number_of(request.query.get("after", "")) or 0
    found = await hub_of(request).transcripts.newest(conversation_id, after)
    return render(request, "messages.html", lines=lines_of(found), page=page)


async def ask_reason(request: web.Request, about: str) -> dict[str, Any]:
    """Write down why what is masked is looked at; returns how the page is to be shown then: unmasked, or refused."""
    reason = " ".join((await typed(request)).get("reason", "").split())
    if len(reason) < SHORTEST_REASON:
        fault = console_wording()("fault.contact_reason")
        return {"status": 422, "mask_fault": fault, "mask_reason": reason}
    by = person_of(request).display_name
    await services(request).staff.audit.write(by, Deed.CONVERSATION_UNMASKED, about, reason)
    return {"unmasked": True}


async def send_photo(request: web.Request, conversation_id: str, about: str) -> web.StreamResponse:
    """The photo that the address means, after it was written down who sees it. about: what the audit calls it."""
    seq, place = int(request.match_info["seq"]), int(request.match_info["place"])
    hub = hub_of(request)
    found = await hub.transcripts.newest(conversation_id, seq - 1, PAGE) if seq else []
    message = next((one for one in found if one.seq == seq), None)
    photos = photos_of(message) if message is not None else []
    conversation = await hub.hub.conversation(conversation_id)
    if message is None or conversation is None or not 1 <= place <= len(photos):
        raise web.HTTPNotFound
    wanted = str(photos[place - 1].get("id", ""))
    of_officer = message.role is Role.OFFICER
    opened = await (hub.files.open(conversation.id, wanted) if of_officer else hub.photos.show(conversation, wanted))
    if opened is None:
        raise web.HTTPNotFound
    by = person_of(request).display_name
    await services(request).staff.audit.write(by, Deed.PHOTO_SEEN, about, f"{seq}/{place}")
    shown_as = 'attachment; filename="tep.pdf"' if opened.attachment.kind == DOCUMENT else 'inline; filename="anh.jpg"'
    headers = {"Content-Type": opened.attachment.content_type, "Content-Disposition": shown_as}
    headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return web.Response(body=opened.data, headers=headers)
