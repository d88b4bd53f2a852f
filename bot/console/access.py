"""Who may open which page: every handler says so, and a test looks that none is without."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from aiohttp import web

from bot.hub.build import HubParts
from bot.services import DeskServices
from bot.staff.models import Person, Role, Session

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SERVICES = web.AppKey("services", DeskServices)
HUB = web.AppKey("hub", HubParts)
ROOT = "/desk"
SIGN_IN, ACCOUNT = f"{ROOT}/sign-in", f"{ROOT}/account"
COOKIE = "motcua_desk"
BY_ITSELF = "X-Live"
"""Header of what a page asks for by itself, when something has changed: nobody touched a key."""
_PART = "HX-Request"
"""Header of whatever htmx asks for: a part of the page that is open."""
_SESSION = "staff_session"
_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Access:
    """What a handler demands. roles: one of them; none: any of the staff. public: nobody has to be signed in."""

    roles: tuple[Role, ...] = ()
    public: bool = False


def page(*roles: Role, first_steps: bool = False) -> Callable[[Handler], Handler]:
    """Let in who is signed in and has one of `roles`; what changes something needs the form's token, too.

    first_steps: also open to who has to change their password first.
    """

    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            session = await _session(request)
            if session is None:
                raise web.HTTPSeeOther(_sign_in_address(request))
            request[_SESSION] = session
            if request.method not in _READS:
                await _check_form(request)
            if session.person.must_change and not first_steps:
                raise web.HTTPSeeOther(ACCOUNT)
            if not session.person.may(*roles):
                raise web.HTTPForbidden
            return await handler(request)

        guarded.access = Access(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(handler: Handler) -> Handler:
    """Mark a page that needs no session: signing in, and files that hold no data."""
    handler.access = Access(public=True)  # type: ignore[attr-defined]
    return handler


def session_of(request: web.Request) -> Session:
    """The session that `page` has found."""
    session: Session = request[_SESSION]
    return session


def person_of(request: web.Request) -> Person:
    """Who is signed in."""
    return session_of(request).person


def signed_in(request: web.Request) -> Person | None:
    """Who is signed in, for pages that are shown to everybody."""
    session = request.get(_SESSION)
    return session.person if session is not None else None


def services(request: web.Request) -> DeskServices:
    """What the pages ask."""
    return request.config_dict[SERVICES]


def hub_of(request: web.Request) -> HubParts:
    """The hub, for what is about conversations."""
    return request.config_dict[HUB]


def form_token(request: web.Request) -> str:
    """What the forms of this session carry: made of its secret, so that no other page can know it."""
    secret = request.cookies.get(COOKIE, "")
    return hmac.digest(secret.encode("utf-8", "replace"), b"form", "sha256").hex()


def comes_from_here(request: web.Request) -> bool:
    """Whether the browser says that the form was on a page of ours; old browsers say nothing, the token then tells."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc.lower() == request.host.lower()


def safe_next(target: str) -> str:
    """`target` where it is a page of the console, else the first page: nobody is led elsewhere."""
    parts = urlsplit(target)
    inside = parts.path == ROOT or parts.path.startswith(f"{ROOT}/")
    plain = target.isascii() and target.isprintable() and "\\" not in target and ".." not in parts.path
    if parts.scheme or parts.netloc or not inside or not plain or "//" in parts.path:
        return f"{ROOT}/"
    return target


async def _session(request: web.Request) -> Session | None:
    by_itself = request.headers.get(BY_ITSELF) is not None
    return await services(request).staff.service.person(request.cookies.get(COOKIE, ""), touch_it=not by_itself)


async def _check_form(request: web.Request) -> None:
    given = request.headers.get("X-CSRF-Token") or str((await request.post()).get("csrf", ""))
    right = hmac.compare_digest(given.encode("utf-8", "replace"), form_token(request).encode("ascii"))
    if not comes_from_here(request) or not right:
        raise web.HTTPForbidden


def _sign_in_address(request: web.Request) -> str:
    """Back to what was to be read; after a form to the page that it is on, which keeps what was typed.

    What a page asks for on its way is a part of it: whoever signed in would see that part alone, or nothing.
    """
    whole = request.method in _READS and _PART not in request.headers
    wanted = str(request.rel_url) if whole else _page_around(request)
    return f"{SIGN_IN}?next={quote(wanted, safe='')}"


def _page_around(request: web.Request) -> str:
    referred = urlsplit(request.headers.get("Referer", ""))
    return (
        safe_next(referred._replace(scheme="", netloc="").geturl()) if referred.netloc == request.host else f"{ROOT}/"
    )
