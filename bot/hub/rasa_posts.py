"""A post to Rasa over aiohttp's connections, without what its session does around each request.

aiohttp opens and keeps the connections and reads what comes over them. Left out are cookies, redirects and tracing, and
the head, which is the same each time, is made once: half of what a question costs the hub.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

import aiohttp
import async_timeout
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.helpers import TimerNoop
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_writer import _serialize_headers
from yarl import URL

from bot.hub.least_busy import SERVED_BY
from bot.ops.one_write import OneWriteRequest

JSON = {"Content-Type": "application/json"}
_IDLE_TALK = ("Accept", "Accept-Encoding", "User-Agent")
"""Headers of aiohttp's that Rasa reads one by one and does nothing with."""
_TO_COME = range(100, 200)
_TIMER = TimerNoop()


class RasaPosts:
    """Leans on how aiohttp 3.9 reads: a protocol hands out one head at a time, and with it the body to come."""

    def __init__(self, url: str, connector: aiohttp.TCPConnector) -> None:
        self._connector = connector
        self._opening = lru_cache(maxsize=8)(lambda path: _opening(url + path))

    async def send(self, path: str, body: bytes, timeout: aiohttp.ClientTimeout, *, last: bool) -> tuple[int, bytes]:
        """Return status and body of the answer; last: the connection is not to be kept.

        Raises `asyncio.TimeoutError`, `aiohttp.ClientError` and OSError as a session does.
        """
        request, head = self._opening(path)
        ending = b"Connection: close\r\n" if last else b""
        async with async_timeout.timeout(timeout.total):
            connection = await self._connector.connect(request, [], timeout)
            try:
                answer = await _exchange(connection, b"%b%d\r\n%b\r\n%b" % (head, len(body), ending, body))
            except HttpProcessingError as error:
                connection.close()
                raise aiohttp.ClientPayloadError("not HTTP") from error
            except BaseException:  # whoever stops waiting must not leave the answer to the next
                connection.close()
                raise
            connection.release()
            return answer


def _opening(address: str) -> tuple[OneWriteRequest, bytes]:
    """What tells the connector where to, and the head up to the length of the body."""
    request = OneWriteRequest(
        "POST", URL(address), headers=JSON, skip_auto_headers=_IDLE_TALK, loop=asyncio.get_running_loop()
    )
    request.headers.pop("Content-Length", None)
    head = _serialize_headers(f"POST {request.url.raw_path_qs} HTTP/1.1", request.headers)
    return request, head.removesuffix(b"\r\n") + b"Content-Length: "


async def _exchange(connection: Connection, question: bytes) -> tuple[int, bytes]:
    protocol: Any = connection.protocol
    _ask(protocol, question)
    head, body = await protocol.read()
    while head.code in _TO_COME:
        head, body = await protocol.read()
    protocol.served_by = head.headers.get(SERVED_BY)
    return head.code, await body.read()


def _ask(protocol: ResponseHandler, question: bytes) -> None:
    transport: Any = protocol.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("closed before the question")
    protocol.set_response_params(timer=_TIMER, read_until_eof=True)
    transport.write(question)
