"""`GET /privacy`: the notice, for everybody; `GET /privacy/<secret>`: what is held about a conversation.

The second is for whoever was given the address.
"""

from __future__ import annotations

import re

from aiohttp import web

from bot.channels.web_visitors import address_of
from bot.errors import StoreDownError
from bot.hub.limits import Rate, RateLimiter
from bot.privacy.desk import PrivacyDesk
from bot.privacy.export import to_html, to_json
from bot.privacy.look import POLICY
from bot.privacy.notice import NoticeFacts, notice_page
from bot.privacy.words import privacy_wording

PER_ADDRESS = Rate(burst=20, per_second=0.2)
_SECRET = re.compile(r"[A-Za-z0-9_\-]{20,64}")
_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class WebPrivacy:
    """Tells nobody apart: an address that is over, wrong or made up gets the same answer."""

    def __init__(self, desk: PrivacyDesk, facts: NoticeFacts, pace: Rate = PER_ADDRESS) -> None:
        self._desk = desk
        self._days = facts.days
        self._notice = notice_page(facts)
        self._pace = RateLimiter(pace)

    async def notice(self, _request: web.Request) -> web.Response:
        """The page that anybody may read."""
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "max-age=300"}
        return web.Response(text=self._notice, content_type="text/html", headers=headers)

    async def get(self, request: web.Request) -> web.Response:
        """The page, or with `?format=json` the same as a file."""
        address = address_of(request)
        if address is not None and not self._pace.take(address):
            raise web.HTTPTooManyRequests(headers={"Retry-After": "30"})
        secret = request.match_info["secret"]
        try:
            seen = await self._desk.open(secret) if _SECRET.fullmatch(secret) else None
        except StoreDownError:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"}) from None
        if seen is None:
            return web.Response(status=404, text=privacy_wording()("page.gone"), headers=_HEADERS)
        if request.query.get("format") == "json":
            name = {"Content-Disposition": 'attachment; filename="du-lieu-cua-toi.json"'}
            return web.Response(
                text=to_json(seen, self._days), content_type="application/json", headers=_HEADERS | name
            )
        return web.Response(text=to_html(seen, self._days), content_type="text/html", headers=_HEADERS)
