"""The console's pages, put under /desk of an aiohttp application.

They are routes of that application and no sub-application: the router of aiohttp 3.9 then asks for the request's whole
address, which the present yarl refuses to build where the host has a port.
"""

from __future__ import annotations

import functools

from aiohttp import web

from bot.console import (
    account,
    approval,
    audit,
    cases,
    catalogue_answers,
    conversation,
    conversation_files,
    conversation_steps,
    examples,
    exporting,
    feedback,
    files,
    finding,
    live_stream,
    mentions,
    people,
    person_data,
    petition_corrections,
    petition_steps,
    petitions,
    privacy,
    queue,
    ready_replies,
    referrals,
    reports,
    review,
    settings,
    signing,
    switches,
    talk_steps,
    talks,
)
from bot.console.access import HUB, ROOT, SERVICES, Handler, page, public
from bot.console.guard import guard
from bot.console.live import Live
from bot.console.live_sources import live_sources
from bot.console.live_stream import LIVE
from bot.console.rendering import first_page, set_up
from bot.console.reports import RECENT
from bot.console.viewing import VIEWINGS, Viewings
from bot.hub.build import HubParts
from bot.hub.limits import Rate, RateLimiter
from bot.reports.recent import Recent
from bot.services import DeskServices

_PARTS = (
    signing,
    account,
    live_stream,
    queue,
    talks,
    talk_steps,
    conversation,
    mentions,
    catalogue_answers,
    conversation_files,
    conversation_steps,
    petitions,
    petition_corrections,
    petition_steps,
    cases,
    referrals,
    finding,
    exporting,
    feedback,
    examples,
    reports,
    review,
    ready_replies,
    people,
    audit,
    switches,
    approval,
    privacy,
    person_data,
    settings,
)


def add_console(
    app: web.Application, services: DeskServices, hub: HubParts, sign_in_rate: Rate = signing.PER_ADDRESS
) -> None:
    """Add the pages; the application sets the security headers, and opens and closes the database."""
    app[SERVICES], app[HUB] = services, hub
    app[VIEWINGS] = Viewings()
    app[RECENT] = Recent(services.clock)
    app[LIVE] = live = Live(live_sources(hub), services.clock)
    hub.ownership.changed = live.publish  # this process's pages hear of a step at once
    _follow_lifetime(app, live)
    app[signing.RATE] = RateLimiter(sign_in_rate)
    set_up(app)
    for route in routes():
        app.router.add_route(route.method, f"{ROOT}{route.path}", _guarded(route.handler))


def routes() -> tuple[web.RouteDef, ...]:
    """Return every route, the one for all that there is not last."""
    own = (web.get("", first), web.get("/", first), web.get("/static/{path:.+}", files.show))
    parts = [route for part in _PARTS for route in part.ROUTES]
    return (*own, *parts, web.route("*", "/{rest:.*}", nothing))


def _follow_lifetime(app: web.Application, live: Live) -> None:
    async def start(_app: web.Application) -> None:
        live.start()

    async def close(_app: web.Application) -> None:
        live.close()

    async def stop(_app: web.Application) -> None:
        await live.stop()

    # aiohttp 3.9 describes its signals' receivers wrongly to mypy.
    app.on_startup.append(start)  # type: ignore[arg-type]
    app.on_shutdown.append(close)  # type: ignore[arg-type]
    app.on_cleanup.append(stop)  # type: ignore[arg-type]


@page()
async def first(request: web.Request) -> web.StreamResponse:
    """Where somebody begins."""
    raise web.HTTPSeeOther(first_page(request))


@public
async def nothing(_request: web.Request) -> web.StreamResponse:
    """There is no such page."""
    raise web.HTTPNotFound


def _guarded(handler: Handler) -> Handler:
    @functools.wraps(handler)
    async def safe(request: web.Request) -> web.StreamResponse:
        return await guard(request, handler)

    return safe
