"""The web chat's WebSocket, `GET /chat/ws`: the protocol of docs/web-chat.md on top of the hub."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import WSCloseCode, WSMsgType, web

from bot.channels.bounded_socket import BoundedWebSocket
from bot.channels.web_frames import LONGEST_FRAME, FrameInvalidError, Hello
from bot.channels.web_links import WebLinks
from bot.channels.web_session import WebSession
from bot.channels.web_visitors import OpenSockets, address_of, origin_is_welcome
from bot.hub.hub import Hub
from bot.hub.hub_feedback import HubFeedback
from bot.hub.limits import PER_ADDRESS, Rate, RateLimiter
from bot.hub.photos import HubPhotos
from bot.hub.wording import Wording
from bot.ops.logging import EventLog
from bot.ops.metrics import CONNECTIONS

log = EventLog("channels.web")


OPENED_PER_ADDRESS = Rate(burst=120, per_second=2)
FRAMES_PER_SOCKET = Rate(burst=40, per_second=10)


@dataclass(frozen=True)
class WebLimits:
    """How patient the web channel is, in seconds, and how much it bears."""

    hello_within: float = 10.0
    heartbeat: float = 25.0
    send_within: float = 20.0
    close_within: float = 1.0
    per_address: Rate = PER_ADDRESS
    opened_per_address: Rate = OPENED_PER_ADDRESS
    frames_per_socket: Rate = FRAMES_PER_SOCKET
    most_sockets_per_address: int = 400


class WebChannel:
    """Opens sockets, runs a session on each, and closes them all when the process stops."""

    def __init__(
        self,
        hub: Hub,
        photos: HubPhotos,
        feedback: HubFeedback,
        wording: Wording,
        allowed_origins: tuple[str, ...],
        limits: WebLimits | None = None,
        links: WebLinks | None = None,
    ) -> None:
        """links: where there is a Zalo channel to link with."""
        self._hub = hub
        self._photos = photos
        self._feedback = feedback
        self._wording = wording
        self._allowed_origins = allowed_origins
        self._limits = limits or WebLimits()
        self._links = links
        self._pace = RateLimiter(self._limits.per_address)
        self._openings = RateLimiter(self._limits.opened_per_address)
        self._open = OpenSockets(self._limits.most_sockets_per_address)
        self._sockets: set[web.WebSocketResponse] = set()
        self._stopping = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One visitor, from the handshake to the end of the socket."""
        if not origin_is_welcome(request, self._allowed_origins):
            raise web.HTTPForbidden(text="origin not allowed")
        address = address_of(request)
        if self._stopping:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"})
        if (address is not None and not self._openings.take(address)) or not self._open.enter(address):
            raise web.HTTPTooManyRequests(headers={"Retry-After": "30"})
        try:
            return await self._serve(request, address)
        finally:
            self._open.leave(address)

    async def close(self) -> None:
        """Close all sockets now; the widgets come back to the next process."""
        self._stopping = True
        await asyncio.gather(*(self._close(socket) for socket in tuple(self._sockets)))

    async def _serve(self, request: web.Request, address: str | None) -> web.WebSocketResponse:
        socket = BoundedWebSocket(
            max_msg_size=LONGEST_FRAME + 1, heartbeat=self._limits.heartbeat, compress=False, timeout=2.0
        )
        await socket.prepare(request)
        self._sockets.add(socket)
        CONNECTIONS.labels("web").inc()
        abort = request.transport.abort if request.transport is not None else _nothing
        try:
            await self._converse(socket, address, abort)
            await socket.close()
        except (FrameInvalidError, asyncio.TimeoutError) as error:
            log.info("socket_refused", reason=str(error) or "hello")
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"protocol")
        except ConnectionError as error:
            log.info("socket_lost", reason=type(error).__name__)
        except Exception as error:
            # Nothing is confirmed that is not stored: the widget connects again and sends it again.
            log.fault("session_failed", error)
            await socket.close(code=WSCloseCode.INTERNAL_ERROR)
        finally:
            self._sockets.discard(socket)
            CONNECTIONS.labels("web").dec()
        return socket

    async def _converse(self, socket: BoundedWebSocket, address: str | None, abort: Callable[[], None]) -> None:
        may_write, frames = self._may_write(address), self._limits.frames_per_socket
        session = WebSession(
            self._hub, self._photos, self._feedback, self._wording, socket, may_write, frames, self._links
        )
        first = await socket.receive(timeout=self._limits.hello_within)
        if first.type is not WSMsgType.TEXT:
            return
        hello = session.read(first.data)
        if not isinstance(hello, Hello):
            raise FrameInvalidError("hello first")
        await session.run(hello, self._limits.send_within, abort)

    def _may_write(self, address: str | None) -> Callable[[], bool]:
        return lambda: address is None or self._pace.take(address)

    async def _close(self, socket: web.WebSocketResponse) -> None:
        closing = socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart")
        try:
            await asyncio.wait_for(closing, self._limits.close_within)
        except (asyncio.TimeoutError, ConnectionError, RuntimeError):
            log.info("socket_abandoned")


def _nothing() -> None:
    return None
