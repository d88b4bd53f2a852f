"""A server WebSocket that refuses a huge frame by its header.

aiohttp 3.9.5 looks at `max_msg_size` only when a frame is complete, so one client could fill the memory with a single
frame. Here the announced length is looked at after each piece that arrives.
"""

from __future__ import annotations

from typing import Any

from aiohttp import WSCloseCode, web
from aiohttp.http_websocket import WebSocketError, WebSocketReader


class BoundedWebSocket(web.WebSocketResponse):
    """`max_msg_size` holds for what is announced, not only for what has come."""

    def _post_start(self, request: web.BaseRequest, *args: Any) -> None:
        super()._post_start(request, *args)
        parser = request.protocol._payload_parser
        if isinstance(parser, WebSocketReader):
            _bound(parser, self._max_msg_size)


def _bound(reader: WebSocketReader, limit: int) -> None:
    parse = reader.parse_frame

    def parse_bounded(buf: bytes) -> Any:
        frames = parse(buf)
        if len(reader._frame_payload) + reader._payload_length > limit:
            raise WebSocketError(WSCloseCode.MESSAGE_TOO_BIG, "frame too big")
        return frames

    reader.parse_frame = parse_bounded  # type: ignore[method-assign]
