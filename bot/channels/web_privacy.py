"""`GET /privacy`: the notice, for everybody; `GET /privacy/<secret>`: what is held about a conversation.

The second is for whoever was given the address; of a copy that a person in charge has made it shows a button, and
`POST` gives the copy, once.
"""

from __future__ import annotations

import re

from aiohttp import web

from bot.channels.web_visitors import address_of
from bot.errors import StoreDownError
from bot.hub.limits import Rate, RateLimiter
from bot.privacy.correcting import Copies
from bot.privacy.desk import PrivacyDesk
from bot.privacy.export import copy_page, to_html, to_json
from bot.privacy.look import POLICY
from bot.privacy.notice import NoticeFacts, notice_page
from bot.privacy.words import privacy_wording

PER_ADDRESS = Rate(burst=20, per_second=0.2)
_SECRET = re.compile(r"[A-Za-z0-9_\-]{20,64}")
_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class WebPrivacy:
    """Tells nobody apart: an address that is over, wrong or made up gets the same answer."""

    def __init__(self, desk: PrivacyDesk, facts: NoticeFacts, copies: Copies, pace: Rate = PER_ADDRESS) -> None:
        self._desk = desk
        self._copies = copies
        self._days = facts.days
        self._notice = notice_page(facts)
        self._pace = RateLimiter(pace)

    async def notice(self, _request: web.Request) -> web.Response:
        """The page that anybody may read."""
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "max-age=300"}
        return web.Response(text=self._notice, content_type="text/html", headers=headers)

    async def get(self, request: web.Request) -> web.Response:
        """The page, or with `?format=json` the same as a file."""
        secret = self._secret(request)
        try:
            seen = await self._desk.open(secret) if secret else None
            is_copy = seen is None and bool(secret) and await self._copies.waits(secret)
        except StoreDownError:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"}) from None
        if is_copy:
            return _copy(copy_page("once"))
        if seen is None:
            return web.Response(status=404, text=privacy_wording()("page.gone"), headers=_HEADERS)
        if request.query.get("format") == "json":
            name = {"Content-Disposition": 'attachment; filename="du-lieu-cua-toi.json"'}
            return web.Response(
                text=to_json(seen, self._days), content_type="application/json", headers=_HEADERS | name
            )
        return web.Response(text=to_html(seen, self._days), content_type="text/html", headers=_HEADERS)

    async def fetch(self, request: web.Request) -> web.Response:
        """A copy, once. By a button alone: whatever only looks at addresses in messages fetches nothing."""
        secret = self._secret(request)
        try:
            seen = await self._copies.take(secret) if secret else None
        except StoreDownError:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"}) from None
        return _copy(copy_page("once", seen)) if seen else _copy(copy_page("gone"), status=404)

    def _secret(self, request: web.Request) -> str:
        """The secret of the address; "" where it can be none. Raises where somebody tries too many."""
        address = address_of(request)
        if address is not None and not self._pace.take(address):
            raise web.HTTPTooManyRequests(headers={"Retry-After": "30"})
        secret = request.match_info["secret"]
        return secret if _SECRET.fullmatch(secret) else ""


def _copy(text: str, status: int = 200) -> web.Response:
    policy = {"Content-Security-Policy": POLICY.replace("form-action 'none'", "form-action 'self'")}
    return web.Response(status=status, text=text, content_type="text/html", headers={**_HEADERS, **policy})
