"""One handed-over conversation: what was said, what is asked for, everything that can be done about it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.console.access import BY_ITSELF, ROOT, hub_of, page, person_of, services
from bot.console.conversation_files import holds as holds_talk
from bot.console.forms import new_key, number_of
from bot.console.handing import find_handed, officer_of, wait_face
from bot.console.live_sources import MENTIONS, conversation_topic
from bot.console.live_stream import LIVE
from bot.console.people import unit_name
from bot.console.reading import ask_reason, send_photo
from bot.console.rendering import console_wording, render
from bot.console.scope import own_units
from bot.console.snoozes import snooze_choices
from bot.console.transcript import lines_of
from bot.console.viewing import audit_view
from bot.handoff.models import CLOSING, Request, RequestState
from bot.handoff.presence import Sign
from bot.hub.models import Conversation, Message, Role
from bot.staff.models import Deed
from bot.staff.models import Role as StaffRole


@page(StaffRole.OFFICER)
async def show(request: web.Request) -> web.StreamResponse:
    """The whole page; whoever opens it has seen what names them there."""
    handed = await find_handed(request)
    if BY_ITSELF not in request.headers and await hub_of(request).handoff.mentions.see(
        person_of(request).id, handed.id
    ):
        request.app[LIVE].publish(MENTIONS)
    return await shown(request, handed)


@page(StaffRole.OFFICER)
async def messages(request: web.Request) -> web.StreamResponse:
    """What is new on the page that is open: lines of the transcript, and anew its state and its notes."""
    handed = await find_handed(request)
    await audit_view(request, Deed.CONVERSATION_SEEN, handed.id)
    found = await hub_of(request).transcripts.newest(handed.conversation_id)
    after = number_of(request.query.get("after", "")) or 0
    known = {
        "page": f"{ROOT}/conversations/{handed.id}",
        "lines": lines_of([one for one in found if one.seq > after]),
        "anew": True,
        **await _state(request, handed, found),
        **await _notes(request, handed),
    }
    return render(request, "handed_news.html", **known)


@page(StaffRole.OFFICER)
async def unmask(request: web.Request) -> web.StreamResponse:
    """The transcript as it was written, after a reason was written down."""
    handed = await find_handed(request)
    return await shown(request, handed, **await ask_reason(request, handed.id))


@page(StaffRole.OFFICER)
async def photo(request: web.Request) -> web.StreamResponse:
    """One of the citizen's photos, by message and place: no address names a photo without its conversation."""
    handed = await find_handed(request)
    return await send_photo(request, handed.conversation_id, handed.id)


async def shown(
    request: web.Request, handed: Request, status: int = 200, unmasked: bool = False, **values: Any
) -> web.Response:
    """The page; `values` fill in what was typed, and what was wrong with it."""
    await audit_view(request, Deed.CONVERSATION_SEEN, handed.id)
    found = await hub_of(request).transcripts.newest(handed.conversation_id)
    known = {
        "anew": False,
        "lines": lines_of(found, unmasked),
        "unmasked": unmasked,
        "older": bool(found) and found[0].seq > 1,
        "topic": conversation_topic(handed.conversation_id),
        **await _state(request, handed, found),
        **await _steps(request, handed),
        **await _notes(request, handed),
        **await _beside(request, handed),
    }
    known |= {
        "step": "",
        "fault": "",
        "fields": {},
        "mask_fault": "",
        "mask_reason": "",
        "reply_key": new_key(),
        "kept_files": [],
    }
    return render(request, "conversation.html", status=status, **known | values)


async def _state(request: web.Request, handed: Request, found: list[Message]) -> dict[str, Any]:
    """Who has it, for how long, and what became of the newest reply among the messages that were found."""
    now = services(request).clock.now()
    conversation = await hub_of(request).hub.conversation(handed.conversation_id)
    offer_open = bool(handed.offered_to) and handed.offer_until is not None and handed.offer_until > now
    return {
        "handed": handed,
        "unit_name": unit_name,
        "gone": conversation is None or conversation.erased,
        "face": wait_face(handed, now - handed.waiting_since),
        "delivery": _delivery(handed, conversation, found),
        "window": await services(request).zalo_windows.of(handed.conversation_id) if handed.channel == "zalo" else None,
        "offer_open": offer_open,
        "offered_to_me": offer_open and handed.offered_to == person_of(request).id,
        "offer_left": int((handed.offer_until - now).total_seconds()) if offer_open and handed.offer_until else 0,
        "snoozed": handed.snoozed_until is not None and handed.snoozed_until > now,
    }


async def _steps(request: web.Request, handed: Request) -> dict[str, Any]:
    """What can be done, and with whom."""
    person, now = person_of(request), services(request).clock.now()
    officer = officer_of(person)
    holds = handed.state is RequestState.HELD and handed.officer_id == person.id
    signs = await hub_of(request).handoff.presence.all() if holds else []
    return {
        "holds": holds,
        "may_send_files": holds_talk(handed, person.id) and hub_of(request).files.reaches(handed.channel),
        "may_claim": handed.state is RequestState.WAITING and officer.serves(handed.unit),
        "may_reopen": not handed.is_open and officer.serves(handed.unit),
        "colleagues": [sign.officer for sign in signs if _may_take(sign, handed, person.id)],
        "outcomes": CLOSING,
        "snoozes": snooze_choices(now) if holds else [],
    }


async def _notes(request: web.Request, handed: Request) -> dict[str, Any]:
    notes = await hub_of(request).ownership.queue.notes(handed.id)
    named = await services(request).staff.people.all() if any(one.mentions for one in notes) else []
    return {"notes": notes, "names": {one.id: one.display_name for one in named}}


async def _beside(request: web.Request, handed: Request) -> dict[str, Any]:
    """What is read beside the talk: history, earlier requests, ready replies."""
    queue, person = hub_of(request).ownership.queue, person_of(request)
    others = [one for one in await queue.of_conversation(handed.conversation_id) if one.id != handed.id]
    units = own_units(person)
    replies = await services(request).desk.replies.of(None if units is None else units)
    return {
        "history": await queue.history(handed.id),
        "earlier": others,
        "replies": replies,
        "unsent": await hub_of(request).approvals.dropped(handed.conversation_id),
    }


def _may_take(sign: Sign, handed: Request, own_id: str) -> bool:
    return sign.here and sign.officer.id != own_id and sign.officer.serves(handed.unit)


def _delivery(handed: Request, conversation: Conversation | None, found: list[Message]) -> str:
    """What became of the newest reply, in words; nothing before there is one."""
    last = next((one.seq for one in reversed(found) if one.role is Role.OFFICER), None)
    if last is None or conversation is None:
        return ""
    if conversation.delivered_seq >= last:
        return console_wording()("delivery.delivered")
    return console_wording()("delivery.zalo" if handed.channel == "zalo" else "delivery.stored")


ROUTES = (
    web.get("/conversations/{id}", show),
    web.get("/conversations/{id}/messages", messages),
    web.post("/conversations/{id}/unmask", unmask),
    web.get(r"/conversations/{id}/photos/{seq:\d{1,9}}/{place:\d{1,2}}", photo),
)
