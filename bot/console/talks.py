"""Talks with the assistant that are going on: read along, look at answers before they go, step in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.console.access import ROOT, hub_of, page, person_of, services
from bot.console.handing import UnitChoice, officer_of, sees_request
from bot.console.live_sources import HELD, TALKS, conversation_topic
from bot.console.people import unit_name
from bot.console.reading import ask_reason, send_new, send_photo
from bot.console.rendering import console_wording, render
from bot.console.transcript import lines_of
from bot.console.viewing import audit_view
from bot.desk.hiding import hidden_words
from bot.handoff.queue import officer_units
from bot.hub.models import Answerer, Conversation
from bot.hub.transcripts import GoingOn
from bot.staff.models import Deed, Role

PAGE = f"{ROOT}/talks"
GOES_ON = timedelta(minutes=30)
"""A talk in which the citizen has said something within this time is going on."""
LONGEST_SHOWN = 160


@page(Role.OFFICER)
async def listed(request: web.Request) -> web.StreamResponse:
    """The talks of one's units; those with an answer to look at come first."""
    officer, hub, query = officer_of(person_of(request)), hub_of(request), request.query
    now = services(request).clock.now()
    held = {one.conversation_id: one for one in reversed(await hub.approvals.all()) if officer.serves(one.unit)}
    units = officer_units(officer) or None
    rows = await hub.transcripts.going_on(now - GOES_ON, units, list(held))
    shown = [row for row in rows if _fits(row, query.get("unit", ""), query.get("channel", ""))]
    if shown:
        await audit_view(request, Deed.CONVERSATION_LISTED, "", console_wording()("audit.talks", count=len(shown)))
    values: dict[str, Any] = {
        "rows": sorted(shown, key=lambda row: row.id not in held),
        "asked": {row.id: hidden_words(row.asked)[:LONGEST_SHOWN] for row in shown},
        "left": {name: _left(one.due_at - now) for name, one in held.items()},
        "units": [UnitChoice(code, unit_name(code)) for code in dict.fromkeys(row.unit for row in rows)],
        "query": query,
        "topic": f"{TALKS} {HELD}",
        "unit_name": unit_name,
        "minutes": int(GOES_ON.total_seconds() // 60),
        "address": str(request.rel_url),
    }
    return render(request, "talks.html", **values)


@page(Role.OFFICER)
async def count(request: web.Request) -> web.StreamResponse:
    """The number in the navigation: how many answers wait for a look of one's units."""
    officer = officer_of(person_of(request))
    held = sum(officer.serves(one.unit) for one in await hub_of(request).approvals.all())
    return render(request, "talk_count.html", held=held)


@page(Role.OFFICER)
async def show(request: web.Request) -> web.StreamResponse:
    """One talk; once it was handed over, its page as a request."""
    return await shown_talk(request, await find_talk(request))


@page(Role.OFFICER)
async def messages(request: web.Request) -> web.StreamResponse:
    """What is new in the transcript, for the page that is open."""
    talk = await find_talk(request)
    return await send_new(request, talk.id, talk.id, f"{PAGE}/{talk.id}")


@page(Role.OFFICER)
async def unmask(request: web.Request) -> web.StreamResponse:
    """The transcript as it was written, after a reason was written down."""
    talk = await find_talk(request)
    return await shown_talk(request, talk, **await ask_reason(request, talk.id))


@page(Role.OFFICER)
async def photo(request: web.Request) -> web.StreamResponse:
    """One of the citizen's photos, by message and place."""
    talk = await find_talk(request)
    return await send_photo(request, talk.id, talk.id)


async def find_talk(request: web.Request) -> Conversation:
    """Return the conversation of the address; not found, too, where it is not the reader's to see."""
    person = person_of(request)
    talk = await hub_of(request).hub.conversation(request.match_info["id"])
    if talk is None or talk.erased:
        raise web.HTTPNotFound
    if talk.status is not Answerer.ASSISTANT:  # handed over meanwhile: there is another page for it
        newest = (await hub_of(request).ownership.queue.of_conversation(talk.id))[:1]
        if not newest or not sees_request(person, newest[0]):
            raise web.HTTPNotFound
        if request.method == "GET":
            raise web.HTTPSeeOther(f"{ROOT}/conversations/{newest[0].id}")
    if not officer_of(person).serves(talk.unit):
        raise web.HTTPNotFound
    return talk


async def shown_talk(
    request: web.Request, talk: Conversation, status: int = 200, unmasked: bool = False, **values: Any
) -> web.Response:
    """The page; `values` fill in what was typed, and what was wrong with it."""
    await audit_view(request, Deed.CONVERSATION_SEEN, talk.id)
    hub, now = hub_of(request), services(request).clock.now()
    found = await hub.transcripts.newest(talk.id)
    held = await hub.approvals.of([talk.id])
    known = {
        "talk": talk,
        "lines": lines_of(found, unmasked),
        "unmasked": unmasked,
        "older": bool(found) and found[0].seq > 1,
        "held": held,
        "left": [_left(one.due_at - now) for one in held],
        "handed": talk.status is not Answerer.ASSISTANT,
        "earlier": [one for one in await hub.ownership.queue.of_conversation(talk.id) if not one.is_open],
        "topic": conversation_topic(talk.id),
        "unit_name": unit_name,
    }
    known |= {"step": "", "fault": "", "fields": {}, "mask_fault": "", "mask_reason": ""}
    return render(request, "live_talk.html", status=status, **known | values)


def _fits(row: GoingOn, unit: str, channel: str) -> bool:
    return (not unit or row.unit == unit) and (not channel or row.channel == channel)


def _left(time: timedelta) -> int:
    return max(0, int(time.total_seconds()))


ROUTES = (
    web.get("/talks", listed),
    web.get("/talks/count", count),
    web.get("/talks/{id}", show),
    web.get("/talks/{id}/messages", messages),
    web.post("/talks/{id}/unmask", unmask),
    web.get(r"/talks/{id}/photos/{seq:\d{1,9}}/{place:\d{1,2}}", photo),
)
