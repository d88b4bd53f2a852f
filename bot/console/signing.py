"""Signing in and out."""

from __future__ import annotations

import hmac
import secrets

from aiohttp import web

from bot.channels.web_visitors import address_of
from bot.console.access import (
    ACCOUNT,
    COOKIE,
    ROOT,
    SIGN_IN,
    comes_from_here,
    page,
    public,
    safe_next,
    services,
    session_of,
)
from bot.console.forms import typed
from bot.console.rendering import render
from bot.hub.limits import Rate, RateLimiter
from bot.staff.models import SignInKind

FORM_COOKIE = "motcua_desk_form"
PER_ADDRESS = Rate(burst=20, per_second=0.2)
"""Checking a password costs; an office behind one address has many people."""
RATE = web.AppKey("sign_in_rate", RateLimiter)


@public
async def show(request: web.Request) -> web.StreamResponse:
    """The form."""
    return _form(request, safe_next(request.query.get("next", "")))


@public
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Begin a session, always with a new secret."""
    fields = await typed(request)
    target, name = safe_next(fields.get("next", "")), fields.get("name", "")
    if not _is_our_form(request, fields.get("csrf", "")):
        return _form(request, target, name, "stale", status=403)
    address = address_of(request)
    if not _rate(request).take(address or "here"):
        return _form(request, target, name, "too_fast", status=429)
    staff = services(request).staff.service
    browser = request.headers.get("User-Agent", "")
    tried = await staff.sign_in(name, fields.get("password", ""), fields.get("code", ""), address, browser)
    if tried.kind is not SignInKind.IN or tried.person is None:
        status = 429 if tried.kind is SignInKind.TOO_MANY_TRIES else 401
        return _form(request, target, name, tried.kind.value, status=status)
    before = await staff.person(request.cookies.get(COOKIE, ""))
    if before is not None:  # the session that this browser had goes with its cookie
        await staff.sign_out(before)
    response = web.HTTPSeeOther(ACCOUNT if tried.person.must_change else target)
    _set(response, request, COOKIE, tried.token, "Lax")
    response.del_cookie(FORM_COOKIE, path=ROOT)
    raise response


@page(first_steps=True)
async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session, in the database and in the browser."""
    await services(request).staff.service.sign_out(session_of(request))
    response = web.HTTPSeeOther(f"{SIGN_IN}?done=signed_out")
    response.del_cookie(COOKIE, path=ROOT)
    response.headers["Clear-Site-Data"] = '"storage"'
    raise response


def _rate(request: web.Request) -> RateLimiter:
    return request.app[RATE]


def _is_our_form(request: web.Request, given: str) -> bool:
    kept = request.cookies.get(FORM_COOKIE, "")
    same = hmac.compare_digest(given.encode("utf-8", "replace"), kept.encode("utf-8", "replace"))
    return bool(kept) and same and comes_from_here(request)


def _form(request: web.Request, target: str, name: str = "", fault: str = "", status: int = 200) -> web.Response:
    token = request.cookies.get(FORM_COOKIE, "")
    token = token if len(token) > 20 else secrets.token_urlsafe(24)
    response = render(
        request, "sign_in.html", status=status, target=target, name=name[:80], fault=fault, csrf=token, person=None
    )
    _set(response, request, FORM_COOKIE, token, "Strict")
    return response


def _set(response: web.StreamResponse, request: web.Request, name: str, value: str, same_site: str) -> None:
    secure = request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"
    response.set_cookie(name, value, path=ROOT, httponly=True, samesite=same_site, secure=secure)


ROUTES = (
    web.get("/sign-in", show),
    web.post("/sign-in", sign_in),
    web.post("/sign-out", sign_out),
)
