"""`/chat/file/<link>`: where an address in a Zalo message leads. `GET` shows a button, `POST` gives the file.

Programs that look at addresses in messages only `GET`, so a citizen's file does not end up with them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, Template, select_autoescape

from bot.attachments.models import Opened
from bot.channels.web_files import file_name, file_response
from bot.channels.web_visitors import address_of
from bot.hub.hub import Hub
from bot.hub.limits import Rate, RateLimiter
from bot.hub.officer_files import LinkKind, OfficerFiles
from knowledge.wording import Wording, load_wording

FILE_PATH = "/chat/file/"
PER_ADDRESS = Rate(burst=30, per_second=0.5)
_POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


class FilePages:
    """Tells nobody apart: an address that is over, wrong, or of an erased conversation gets the same answer."""

    def __init__(self, hub: Hub, files: OfficerFiles, pace: Rate = PER_ADDRESS) -> None:
        self._hub, self._files = hub, files
        self._pace = RateLimiter(pace)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page with the file's name and a button."""
        opened, say = await self._opened(request), file_wording()
        if opened is None:
            return _gone()
        name = await file_name(self._hub, request.match_info["link"], opened)
        facts = {name: say(f"page.{name}") for name in ("title", "note", "take")}
        return _page(200, **facts, name=name)

    async def give(self, request: web.Request) -> web.StreamResponse:
        """The file."""
        opened = await self._opened(request)
        if opened is None:
            return _gone()
        return file_response(opened, await file_name(self._hub, request.match_info["link"], opened))

    async def _opened(self, request: web.Request) -> Opened | None:
        address = address_of(request)
        if address is not None and not self._pace.take(address):
            raise web.HTTPTooManyRequests(headers={"Retry-After": "30"})
        return await self._files.follow(request.match_info["link"], LinkKind.PAGE)


def file_wording() -> Wording:
    """The words of file_wording.yml, read once."""
    return load_wording(Path(__file__).with_name("file_wording.yml"))


def _gone() -> web.Response:
    say = file_wording()
    return _page(404, title=say("page.title"), note=say("page.gone"), name="", take="")


def _page(status: int, **facts: str) -> web.Response:
    return web.Response(status=status, text=_template().render(**facts), content_type="text/html", headers=_HEADERS)


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["j2"]))
    return environment.get_template("file_page.html.j2")
