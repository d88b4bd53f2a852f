"""The stream's route: server-sent events with nothing in them but names of what changed."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.console.access import COOKIE, hub_of, page, person_of, services
from bot.console.live import Live, Reader

LIVE = web.AppKey("live", Live)
HEARTBEAT_SECONDS = 15.0
"""So often at least something is sent, so that no proxy takes the stream for dead."""
CHECK_SECONDS = 5.0
"""So long at most a session that was ended still hears."""
BEAT_SECONDS = 30.0
"""So often an open page says that its officer, once on duty, is still there."""
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Referrer-Policy": "same-origin",
}


@page()
async def stream(request: web.Request) -> web.StreamResponse:
    """Signals until the browser leaves, the session ends, or the process stops."""
    live = request.app[LIVE]
    reader = live.listen()  # before what was missed is looked for: nothing falls in between
    response = web.StreamResponse(headers=_HEADERS)
    try:
        since = _since(request, live)
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n" + _event(live.now(), await live.missed(since)))
        await _go_on(request, response, live, reader)
    except (ConnectionResetError, asyncio.CancelledError):
        pass  # the browser has left
    finally:
        live.leave(reader)
    return response


@page()
async def session(_request: web.Request) -> web.StreamResponse:
    """Whether there still is a session: who has none is sent to the door."""
    return web.Response(status=204)


async def _go_on(request: web.Request, response: web.StreamResponse, live: Live, reader: Reader) -> None:
    staff, secret = services(request).staff.service, request.cookies.get(COOKIE, "")
    presence, person = hub_of(request).handoff.presence, person_of(request)
    checked = sent = beaten = asyncio.get_running_loop().time()
    while not reader.closed:
        topics = await reader.next(CHECK_SECONDS)
        now = asyncio.get_running_loop().time()
        if now - checked >= CHECK_SECONDS:
            checked = now
            if await staff.person(secret, touch_it=False) is None:
                await response.write(b"event: ended\ndata: -\n\n")
                return
        if now - beaten >= BEAT_SECONDS:
            beaten = now
            await presence.beat(person.id)
        if topics:
            await response.write(_event(live.now(), topics))
            sent = now
        elif now - sent >= HEARTBEAT_SECONDS:
            await response.write(_event(live.now(), []))
            sent = now


def _event(number: int, topics: list[str]) -> bytes:
    """An event, whose number says from when on what is new is still to be told."""
    return f"id: {number}\nevent: changed\ndata: {' '.join(topics)}\n\n".encode()


def _since(request: web.Request, live: Live) -> int:
    given = request.headers.get("Last-Event-ID") or request.query.get("since", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else live.now()


ROUTES = (
    web.get("/live", stream),
    web.get("/live/session", session),
)
