"""Around every page: security headers, and a kind sentence instead of a stack trace."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.hub.wording import Wording
from bot.ops.logging import EventLog, new_reference

log = EventLog("channels.http")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")
HEADERS = {
    "Server": "mot-cua",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def content_security_policy(host: str, framers: str = "'none'") -> str:
    """Only what this hub serves; sockets are named because older Safari does not count them among 'self'."""
    sockets = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'{sockets}; base-uri 'none'; form-action 'self'; frame-ancestors {framers}"
    )


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """`on_response_prepare`: every response, errors and files included."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if "Content-Security-Policy" not in response.headers:
        response.headers["Content-Security-Policy"] = content_security_policy(request.host)
        response.headers["X-Frame-Options"] = "DENY"
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")


def last_resort(wording: Wording) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
    """The middleware that turns a bug into a sentence with a reference that the logs know."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except Exception as error:
            reference = new_reference()
            log.fault("request_failed", error, route=str(request.rel_url.path)[:100], reference=reference)
            return web.Response(status=500, text=wording.page_error.format(reference=reference))

    return guard
