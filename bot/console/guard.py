"""Around every page: nothing is kept by browsers, and a fault is a kind page with a reference."""

from __future__ import annotations

from aiohttp import web

from bot.console.access import Handler, services
from bot.console.rendering import render
from bot.errors import StoreDownError
from bot.ops.logging import EventLog, new_reference
from knowledge.errors import CatalogueUnreadableError

log = EventLog("console")

_TOLD = {403: "forbidden", 404: "not_found", 405: "not_found", 413: "too_big", 429: "too_fast"}


async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Call a page's handler; the last resort of the console."""
    # What changes while the page is being made is told to it by the stream.
    request["began"] = int(services(request).clock.now().timestamp() * 1000)
    try:
        if "%00" in request.raw_path:  # no name and no search holds it, and PostgreSQL refuses it
            raise web.HTTPNotFound
        response = await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            error.headers["Cache-Control"] = "no-store"
            raise
        headers = {name: error.headers[name] for name in ("Retry-After", "Allow") if name in error.headers}
        response = _fault(request, error.status, _TOLD.get(error.status, "bad_request"))
        response.headers.update(headers)
    except StoreDownError as error:
        response = _fault(request, 503, "store_down", _logged(request, error))
    except CatalogueUnreadableError as error:
        response = _fault(request, 503, "catalogue_down", _logged(request, error))
    except Exception as error:
        response = _fault(request, 500, "fault", _logged(request, error))
    if response.prepared:  # a stream, which has ended
        return response
    response.headers.setdefault("Cache-Control", "no-store")
    # Without any, browsers also hide from us which page a form was on.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _logged(request: web.Request, error: Exception) -> str:
    reference = new_reference()
    resource = request.match_info.route.resource
    log.fault("page_failed", error, route=resource.canonical if resource else "", reference=reference)
    return reference


def _fault(request: web.Request, status: int, name: str, reference: str = "") -> web.Response:
    return render(request, "error.html", status=status, fault=name, reference=reference)
