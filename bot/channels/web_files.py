"""Officers' files over HTTP, `/chat/files/…` of docs/web-chat.md: a link for the bearer of a conversation's token."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.attachments.models import Opened
from bot.channels.web_session import CHANNEL
from bot.channels.web_visitors import origin_is_welcome
from bot.hub.hub import Hub
from bot.hub.models import Role
from bot.hub.officer_files import OfficerFiles, names_of

_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization",
    "Access-Control-Max-Age": "600",
}


class WebFiles:
    """The handlers. What is not there, over, or somebody else's is answered alike."""

    def __init__(self, hub: Hub, files: OfficerFiles, allowed_origins: tuple[str, ...]) -> None:
        self._hub, self._files, self._allowed_origins = hub, files, allowed_origins

    async def preflight(self, request: web.Request) -> web.StreamResponse:
        """A portal's browser asks whether it may."""
        return self._for_origin(request, web.Response(status=204, headers=_PREFLIGHT))

    async def make_link(self, request: web.Request) -> web.StreamResponse:
        """Return a link to a file of one's own conversation; it is good for minutes."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        conversation = await self._hub.find(CHANNEL, token) if scheme == "Bearer" and token else None
        if conversation is None:
            return self._for_origin(request, web.json_response({}, status=401))
        name = request.match_info["name"]
        if await self._files.open(conversation.id, name) is None:
            return self._for_origin(request, web.json_response({}, status=404))
        address = f"/chat/files/{self._files.link(conversation, name)}"
        return self._for_origin(request, web.json_response({"address": address}))

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The file, never shown inside a page of ours."""
        link = request.match_info["link"]
        opened = await self._files.follow(link)
        if opened is None:
            raise web.HTTPNotFound(text="Đường dẫn này đã hết hạn. Mở lại tệp từ cuộc trò chuyện giúp tôi.")
        return file_response(opened, await file_name(self._hub, link, opened))

    def _for_origin(self, request: web.Request, response: web.Response) -> web.Response:
        origin = request.headers.get("Origin")
        if not origin_is_welcome(request, self._allowed_origins):
            raise web.HTTPForbidden(text="origin not allowed")
        response.headers.update({"Cache-Control": "no-store", "Vary": "Origin"})
        if origin:
            response.headers["Access-Control-Allow-Origin"] = origin
        return response


def file_response(opened: Opened, name: str) -> web.Response:
    """Return a file as one to keep, under its name; it is never shown inside a page of ours."""
    plain = "tep.pdf" if opened.attachment.content_type == "application/pdf" else "tep.jpg"
    full = quote(name or plain, safe="")
    headers = {
        "Content-Type": opened.attachment.content_type,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}",
        "Content-Security-Policy": _POLICY,
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
    }
    return web.Response(body=opened.data, headers=headers)


async def file_name(hub: Hub, link: str, opened: Opened) -> str:
    """Return what the officer called the file behind a link that was found good."""
    for message in await hub.read_on(link.split(".")[0], 0):
        if message.role is Role.OFFICER and opened.attachment.id in names_of(message.content):
            return names_of(message.content)[opened.attachment.id]
    return ""
