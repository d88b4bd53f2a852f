"""Notes in which somebody is named by @: what is new, and how many of them."""

from __future__ import annotations

from aiohttp import web

from bot.console.access import ROOT, hub_of, page, person_of
from bot.console.forms import done
from bot.console.handing import sees_request
from bot.console.live_sources import MENTIONS
from bot.console.live_stream import LIVE
from bot.console.people import unit_name
from bot.console.rendering import render
from bot.console.viewing import audit_view
from bot.staff.models import Deed, Role

PAGE = f"{ROOT}/mentions"


@page(Role.OFFICER)
async def listed(request: web.Request) -> web.StreamResponse:
    """One's own, unread ones first; only of conversations that are still one's to see."""
    person = person_of(request)
    found = [one for one in await hub_of(request).handoff.mentions.of(person.id) if sees_request(person, one.request)]
    for one in found:
        await audit_view(request, Deed.CONVERSATION_SEEN, one.request.id)
    return render(request, "mentions.html", rows=found, topic=MENTIONS, unit_name=unit_name)


@page(Role.OFFICER)
async def count(request: web.Request) -> web.StreamResponse:
    """The number in the navigation."""
    unread = await hub_of(request).handoff.mentions.unread(person_of(request).id)
    return render(request, "mention_count.html", unread=unread)


@page(Role.OFFICER)
async def mark(request: web.Request) -> web.StreamResponse:
    """Say that one was seen, or is to be looked at again."""
    read = request.match_info["way"] == "read"
    await hub_of(request).handoff.mentions.mark(person_of(request).id, request.match_info["note"], read)
    request.app[LIVE].publish(MENTIONS)
    done(PAGE, "mention_read" if read else "mention_unread")


ROUTES = (
    web.get("/mentions", listed),
    web.get("/mentions/count", count),
    web.post("/mentions/{note:[0-9a-f-]{36}}/{way:read|unread}", mark),
)
