"""Head and body in one write to the network, where aiohttp 3.9 makes two.

Each write is a call of the kernel, a packet, and two awakenings of who reads them: for answers of a few hundred bytes
that is most of what sending costs. Whatever is not a short body that is there as a whole goes aiohttp's own way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import ClientRequest, ClientResponse, web
from aiohttp.connector import Connection
from aiohttp.http import SERVER_SOFTWARE
from aiohttp.http_writer import _serialize_headers
from multidict import CIMultiDict

LARGEST = 64 * 1024
"""Bytes of a body that is copied behind its head; what is larger is worth a write of its own."""
_NO_BODY = frozenset({204, 304})


class OneWriteRequest(ClientRequest):
    """`request_class` of a session: a request with a short body or none, whose head takes less work to make."""

    def update_auto_headers(self, skip_auto_headers: Iterable[str]) -> None:
        """Add the headers that every request has; aiohttp copies and sorts all of them for those to be left out."""
        if skip_auto_headers:
            super().update_auto_headers(skip_auto_headers)
            return
        self.skip_auto_headers = CIMultiDict()
        for name, value in self.DEFAULT_HEADERS.items():
            if name not in self.headers:
                self.headers.add(name, value)
        self.headers.setdefault("User-Agent", SERVER_SOFTWARE)

    def update_body_from_data(self, body: Any) -> None:
        """Take short bytes as they are, described as aiohttp does; it looks for a class that knows how to send them."""
        if not isinstance(body, bytes) or len(body) > LARGEST or self.chunked:
            super().update_body_from_data(body)
            return
        self.body = body
        self.headers.setdefault("Content-Length", str(len(body)))
        if "Content-Type" not in self.skip_auto_headers:
            self.headers.setdefault("Content-Type", "application/octet-stream")

    async def send(self, conn: Connection) -> ClientResponse:
        """Send it; without the task that aiohttp makes for each body."""
        body, protocol = self.body, conn.protocol
        unusual = self.chunked or self.compress or self.proxy or self._traces or self._continue is not None
        if not isinstance(body, bytes) or len(body) > LARGEST or unusual or protocol is None:
            return await super().send(conn)
        transport = protocol.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("Cannot write to closing transport")
        status_line = f"{self.method} {self.url.raw_path_qs} HTTP/{self.version.major}.{self.version.minor}"
        transport.write(_serialize_headers(status_line, self.headers) + body)
        protocol.start_timeout()
        await protocol._drain_helper()
        response: ClientResponse = self.response_class(  # type: ignore[misc]
            self.method,
            self.original_url,
            writer=None,  # type: ignore[arg-type]
            continue100=None,
            timer=self._timer,
            request_info=self.request_info,
            traces=self._traces,
            loop=self.loop,
            session=self._session,
        )
        self.response = response  # type: ignore[assignment]
        return response


async def send_in_one(request: web.Request, response: web.StreamResponse) -> None:
    """`on_response_prepare`: keep the head of an answer back until its body comes, in the same step."""
    body = response.body if isinstance(response, web.Response) else None
    if not isinstance(body, bytes) or not 0 < len(body) <= LARGEST:
        return
    if request.method == "HEAD" or response.status < 200 or response.status in _NO_BODY:
        return
    writer = request.writer

    def keep(head: bytes) -> None:
        def send_both(piece: bytes) -> None:
            del writer._write  # type: ignore[attr-defined]
            writer._write(head + piece)  # type: ignore[attr-defined]

        writer._write = send_both  # type: ignore[attr-defined]

    writer._write = keep  # type: ignore[attr-defined]
