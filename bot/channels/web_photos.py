"""Photos over HTTP, `/chat/photos/…` of docs/web-chat.md: for the bearer of a conversation's token, and nobody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import ClientError, web

from bot.attachments.intake import refuse
from bot.attachments.models import MOST_BYTES, Attachment, PhotoRefusal
from bot.channels.web_frames import CLIENT_ID
from bot.channels.web_session import CHANNEL
from bot.channels.web_visitors import address_of, origin_is_welcome
from bot.errors import PhotoRefusedError, TokenInvalidError
from bot.hub.hub import Hub
from bot.hub.limits import Rate, RateLimiter
from bot.hub.models import Conversation
from bot.hub.photos import HubPhotos
from bot.ops.logging import EventLog

log = EventLog("channels.photos")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
STATUS = {
    PhotoRefusal.TOO_BIG: 413,
    PhotoRefusal.HEIC: 415,
    PhotoRefusal.NOT_A_PHOTO: 415,
    PhotoRefusal.TOO_MANY: 409,
    PhotoRefusal.NOT_EXPECTED: 409,
    PhotoRefusal.SWITCHED_OFF: 409,
    PhotoRefusal.TOO_FAST: 429,
    PhotoRefusal.BUSY: 503,
    PhotoRefusal.ENDED: 401,
    PhotoRefusal.GONE: 404,
}
"""All others: 422, the file itself is at fault."""
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, PUT, DELETE",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}
_CHUNK = 64 * 1024
_READ_ON, _READ_ON_SECONDS = 20 * 1024 * 1024, 5.0
"""How much of a photo that is refused is read on, and for how long: twice what a photo may hold."""
PER_CONVERSATION = Rate(burst=15, per_second=0.1)
PER_ADDRESS = Rate(burst=100, per_second=1)


@dataclass(frozen=True)
class PhotoLimits:
    """How fast photos may come, how many are in memory at a time, and how long one may take, in seconds."""

    per_conversation: Rate = PER_CONVERSATION
    per_address: Rate = PER_ADDRESS
    at_once: int = 32
    at_once_a_conversation: int = 2
    silence: float = 30.0
    whole: float = 300.0


class WebPhotos:
    """The handlers of `/chat/photos/{id}`."""

    def __init__(
        self, hub: Hub, photos: HubPhotos, allowed_origins: tuple[str, ...], limits: PhotoLimits | None = None
    ) -> None:
        self._hub = hub
        self._photos = photos
        self._allowed_origins = allowed_origins
        self._limits = limits or PhotoLimits()
        self._conversations = RateLimiter(self._limits.per_conversation)
        self._addresses = RateLimiter(self._limits.per_address)
        self._coming: Counter[str] = Counter()

    async def preflight(self, request: web.Request) -> web.StreamResponse:
        """A portal's browser asks whether it may; the answer is only for the origins that may."""
        return await self._guarded(request, _empty, origin_needed=True, headers=_PREFLIGHT)

    async def put(self, request: web.Request) -> web.StreamResponse:
        """Take one photo: the body is the file, the path its name on the sender's device (sent again: kept once)."""
        try:
            response = await self._guarded(request, self._put, origin_needed=True)
        except web.HTTPException as refusal:
            await _hear_out(request, refusal)
            raise
        await _hear_out(request, response)
        return response

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Show a photo to the one who sent it."""
        return await self._guarded(request, self._get, origin_needed=False)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Take a photo back that nothing has come of; the same answer whether there was one."""
        return await self._guarded(request, self._delete, origin_needed=True)

    async def _guarded(
        self, request: web.Request, handler: Handler, origin_needed: bool, headers: dict[str, str] | None = None
    ) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if (origin or origin_needed) and not origin_is_welcome(request, self._allowed_origins):
            raise web.HTTPForbidden(text="origin not allowed")
        try:
            response = await handler(request)
        except PhotoRefusedError as error:
            reason = PhotoRefusal(error.context["reason"])
            response = self._refusal(STATUS.get(reason, 422), error.code, reason, self._photos.wording.of(error))
        except TokenInvalidError as error:
            response = self._refusal(401, error.code, PhotoRefusal.ENDED)
        response.headers.update({"Cache-Control": "no-store", "Vary": "Origin", **(headers or {})})
        if origin:
            response.headers["Access-Control-Allow-Origin"] = origin
        return response

    def _refusal(self, status: int, code: str, reason: PhotoRefusal, text: str = "") -> web.Response:
        text = text or self._photos.wording.refusals[reason]
        response = web.json_response({"code": code, "reason": reason.value, "text": text}, status=status)
        if status in (429, 503):
            response.headers["Retry-After"] = "10"
        return response

    async def _put(self, request: web.Request) -> web.StreamResponse:
        conversation = await self._conversation(request)
        upload_id = _name(request)
        known = await self._photos.find_upload(conversation, upload_id)
        if known is not None:
            return _kept(known, 200)
        self._check_pace(request, conversation)
        await self._photos.check(conversation)
        self._enter(conversation.id)
        try:
            data = await self._read(request)
            kept = await self._photos.take(conversation, upload_id, data)
        except PhotoRefusedError as error:
            log.info("photo_refused", conversation=conversation.id[:8], reason=str(error))
            raise
        finally:
            self._coming[conversation.id] -= 1
            self._coming += Counter()  # forgets those at nought
        return _kept(kept, 201)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        opened = await self._photos.show(await self._conversation(request), _name(request))
        if opened is None:
            raise refuse(PhotoRefusal.GONE)
        headers = {
            "Content-Type": opened.attachment.content_type,
            "Content-Disposition": 'inline; filename="anh.jpg"',
            "Content-Security-Policy": _POLICY,
            "X-Frame-Options": "DENY",
        }
        return web.Response(body=opened.data, headers=headers)

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        await self._photos.remove(await self._conversation(request), _name(request))
        return await _empty(request)

    async def _conversation(self, request: web.Request) -> Conversation:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        conversation = await self._hub.find(CHANNEL, token) if scheme == "Bearer" and token else None
        if conversation is None:
            raise TokenInvalidError("no conversation")
        return conversation

    def _check_pace(self, request: web.Request, conversation: Conversation) -> None:
        address = address_of(request)
        if not self._conversations.take(conversation.id) or (address and not self._addresses.take(address)):
            raise refuse(PhotoRefusal.TOO_FAST)

    def _enter(self, conversation_id: str) -> None:
        if self._coming[conversation_id] >= self._limits.at_once_a_conversation:
            raise refuse(PhotoRefusal.TOO_FAST)
        if self._coming.total() >= self._limits.at_once:
            raise refuse(PhotoRefusal.BUSY)
        self._coming[conversation_id] += 1

    async def _read(self, request: web.Request) -> bytes:
        """The body, counted while it comes: what is too big is not read to its end."""
        if (request.content_length or 0) > MOST_BYTES:
            raise refuse(PhotoRefusal.TOO_BIG)
        try:
            return await asyncio.wait_for(self._collect(request), self._limits.whole)
        except asyncio.TimeoutError as error:
            raise web.HTTPRequestTimeout from error

    async def _collect(self, request: web.Request) -> bytes:
        data = bytearray()
        try:
            while chunk := await asyncio.wait_for(request.content.read(_CHUNK), self._limits.silence):
                data += chunk
                if len(data) > MOST_BYTES:
                    raise refuse(PhotoRefusal.TOO_BIG)
        except (ConnectionError, ClientError) as error:
            log.info("photo_broken_off", came=len(data), why=type(error).__name__)
            raise web.HTTPBadRequest from error
        return bytes(data)


async def _hear_out(request: web.Request, response: web.StreamResponse) -> None:
    """Read on for a while what was refused unread, then let the connection end.

    aiohttp leaves such a connection neither read nor closed: who is still sending would never hear the answer.
    """
    if not request.can_read_body or request.content.at_eof():
        return
    response.force_close()
    with suppress(asyncio.TimeoutError, ConnectionError, ClientError):
        await asyncio.wait_for(_discard(request), _READ_ON_SECONDS)


async def _discard(request: web.Request) -> None:
    came = 0
    while came <= _READ_ON and (chunk := await request.content.read(_CHUNK)):
        came += len(chunk)


async def _empty(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=204)


def _name(request: web.Request) -> str:
    name = request.match_info["name"]
    if not CLIENT_ID.fullmatch(name):
        raise web.HTTPNotFound
    return name


def _kept(photo: Attachment, status: int) -> web.Response:
    return web.json_response({"id": photo.id, "kind": photo.kind}, status=status)
