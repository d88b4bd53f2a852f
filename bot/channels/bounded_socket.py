"""A server WebSocket that refuses a huge frame by its header, and sends several small ones in one write.

aiohttp 3.9.5 looks at `max_msg_size` only when a frame is complete, so one client could fill the memory with a single
frame. Here the announced length is looked at after each piece that arrives. It also pings in a task that nobody awaits,
where somebody who left just then is an error in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.http_websocket import PACK_LEN1, PACK_LEN2, PACK_LEN3, WebSocketError, WebSocketReader

_TEXT = 0x80 | WSMsgType.TEXT


class BoundedWebSocket(web.WebSocketResponse):
    """`max_msg_size` holds for what is announced, not only for what has come."""

    def _post_start(self, request: web.BaseRequest, *args: Any) -> None:
        super()._post_start(request, *args)
        parser = request.protocol._payload_parser
        if isinstance(parser, WebSocketReader):
            _bound(parser, self._max_msg_size)
        if self._writer is not None:
            self._writer.ping = _forgiving(self._writer.ping)  # type: ignore[method-assign]

    def put(self, frames: Sequence[str]) -> bool:
        """Send text frames in order, together: each write of its own is a call of the kernel and a packet.

        Returns whether all went out; else `drained` waits for it, and nothing more should be put before.
        """
        writer = self._writer
        if writer is None or writer._closing:
            raise ConnectionResetError("Cannot write to closing transport")
        writer._write(b"".join(map(_framed, frames)))
        return not writer.protocol._paused

    async def drained(self) -> None:
        """Wait until the network has taken what was put."""
        if self._writer is not None:
            await self._writer.protocol._drain_helper()


def _forgiving(ping: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., Coroutine[Any, Any, None]]:
    """Of a connection that is gone the reader hears as well."""

    async def ping_who_is_there(message: bytes | str = b"") -> None:
        with suppress(ConnectionError):
            await ping(message)

    return ping_who_is_there


def _framed(text: str) -> bytes:
    """A whole text frame as a server sends it: not masked, and here never compressed."""
    data = text.encode()
    if len(data) < 126:
        return PACK_LEN1(_TEXT, len(data)) + data
    if len(data) < 1 << 16:
        return PACK_LEN2(_TEXT, 126, len(data)) + data
    return PACK_LEN3(_TEXT, 127, len(data)) + data


def _bound(reader: WebSocketReader, limit: int) -> None:
    parse = reader.parse_frame

    def parse_bounded(buf: bytes) -> Any:
        frames = parse(buf)
        if len(reader._frame_payload) + reader._payload_length > limit:
            raise WebSocketError(WSCloseCode.MESSAGE_TOO_BIG, "frame too big")
        return frames

    reader.parse_frame = parse_bounded  # type: ignore[method-assign]
