"""What the browser fetches: the widget's files, the demo page; and for operators, health."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from aiohttp import web

from bot.channels.web_guard import content_security_policy
from bot.hub.rasa_client import RasaClient
from bot.store.engine import Database

WIDGET_DIR = Path(__file__).resolve().parent.parent / "widget"
DEMO_PAGE = "demo.html"
CHAT_PAGE = "embed.html"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".html": "text/html",
    ".json": "application/json",
}


class WidgetFiles:
    """Serves the widget's folder. Always asked again, mostly answered 304: all files are of one version then."""

    def __init__(self, folder: Path = WIDGET_DIR, allowed_origins: tuple[str, ...] = ()) -> None:
        self._folder = folder.resolve()
        self._allowed_origins = allowed_origins
        for suffix, kind in TYPES.items():
            mimetypes.add_type(kind, suffix)

    async def demo(self, _request: web.Request) -> web.StreamResponse:
        """The demo page."""
        return self._file(DEMO_PAGE)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """The conversation as a page of its own, which the configured portals may show in a frame."""
        response = self._file(CHAT_PAGE)
        framers = " ".join(("'self'", *self._allowed_origins))
        response.headers["Content-Security-Policy"] = content_security_policy(request.host, framers)
        return response

    async def widget(self, _request: web.Request) -> web.StreamResponse:
        """The file a portal's page includes."""
        return self._shared("widget.js")

    async def part(self, request: web.Request) -> web.StreamResponse:
        """Any other file of the widget."""
        return self._shared(request.match_info["path"])

    def _shared(self, name: str) -> web.StreamResponse:
        # Modules on a portal's page load only with these. The files are public; the socket looks at the origin.
        response = self._file(name)
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    def _file(self, name: str) -> web.FileResponse:
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder) or path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound
        kind = TYPES[path.suffix]
        text = kind.startswith("text/") or path.suffix in (".json", ".svg")
        content_type = f"{kind}; charset=utf-8" if text else kind
        return web.FileResponse(path, headers={"Content-Type": content_type, "Cache-Control": "no-cache"})


class Health:
    """For the supervisor and the load balancer."""

    def __init__(self, database: Database, assistant: RasaClient) -> None:
        self._database = database
        self._assistant = assistant

    async def live(self, _request: web.Request) -> web.Response:
        """The process runs."""
        return _facts(200, status="ok")

    async def ready(self, _request: web.Request) -> web.Response:
        """Database and assistant answer; which of them does not is named."""
        database, assistant = await self._database.is_ready(), await self._assistant.is_ready()
        return _facts(200 if database and assistant else 503, database=database, assistant=assistant)

    async def traffic(self, _request: web.Request) -> web.Response:
        """Whether citizens may be sent to this hub: its database answers.

        Without Rasa it still takes messages, says that the answer comes later, and officers go on working; so a load
        balancer that took all hubs away with Rasa would make a small fault a great one.
        """
        database = await self._database.is_ready()
        return _facts(200 if database else 503, database=database)


def _facts(code: int, **facts: object) -> web.Response:
    return web.json_response(facts, status=code, headers={"Cache-Control": "no-store"})
