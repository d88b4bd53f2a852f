"""Fetching what a citizen sent, from Zalo's own hosts and nowhere else.

The address comes in an event that Zalo signed, yet it is somebody else's word: only listed hosts, over TLS at its usual
port, at addresses of the public internet, no way round by a redirect to elsewhere, so many bytes and seconds.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.resolver import DefaultResolver
from yarl import URL

from bot.errors import ZaloMediaError
from bot.ops.logging import EventLog

log = EventLog("zalo.media")

HOSTS = (
    "zdn.vn",
    "zadn.vn",
    "dlfl.vn",
    "flchat.vn",
    "dlmd.me",
    "zalo.me",
    "zaloapp.com",
    "zcdn.me",
    "zmdcdn.me",
)
"""Ends of the names of Zalo's media hosts (docs/zalo.md)."""
SECONDS = 15.0
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 64 * 1024


class PublicResolver(AbstractResolver):
    """Names that point to addresses of the public internet only: what it returns is what is connected to."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver or DefaultResolver()

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[dict[str, Any]]:
        """Return the addresses; raise `OSError` where one of them is not public."""
        found: list[dict[str, Any]] = await self._resolver.resolve(host, port, family)
        if not found or not all(ipaddress.ip_address(one["host"]).is_global for one in found):
            raise OSError(f"{host} has no public address")
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._resolver.close()


class Media:
    """Fetches files. hosts: ends of names, or a whole origin ("http://127.0.0.1:9000") for a trial of one's own."""

    def __init__(
        self, hosts: Sequence[str] = HOSTS, seconds: float = SECONDS, resolver: AbstractResolver | None = None
    ) -> None:
        self._origins = frozenset(URL(host).origin() for host in hosts if "://" in host)
        self._ends = tuple(host.lower().strip(".") for host in hosts if "://" not in host)
        self._seconds = seconds
        self._resolver = resolver

    async def fetch(self, address: str, most_bytes: int) -> bytes | None:
        """Return the file; None where it is larger than `most_bytes`. Raises `ZaloMediaError`."""
        try:
            return await asyncio.wait_for(self._fetch(address, most_bytes), self._seconds)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            log.warning("not_fetched", why=type(error).__name__)
            raise ZaloMediaError(type(error).__name__, refused=False) from error

    async def _fetch(self, address: str, most_bytes: int) -> bytes | None:
        url = URL(address)
        for _ in range(_MOST_REDIRECTS + 1):
            origin = self._allowed(url)
            async with self._session(origin) as session, session.get(url, allow_redirects=False) as response:
                if response.status in _REDIRECTS:
                    url = url.join(URL(response.headers.get("Location", "")))
                    continue
                if response.status != 200:
                    raise ZaloMediaError(f"status {response.status}", refused=False)
                return await _read(response, most_bytes)
        raise ZaloMediaError("too many redirects", refused=True)

    def _allowed(self, url: URL) -> bool:
        """Whether the address is one of the origins given whole; raise `ZaloMediaError` where it is not allowed."""
        if url.is_absolute() and url.user is None and url.password is None:
            if url.origin() in self._origins:
                return True
            host = (url.raw_host or "").lower().rstrip(".")
            named = any(host == end or host.endswith(f".{end}") for end in self._ends)
            if url.scheme == "https" and url.port == 443 and named:
                return False
        log.warning("address_refused", scheme=url.scheme[:8])
        raise ZaloMediaError("an address that is not Zalo's", refused=True)

    def _session(self, given_whole: bool) -> aiohttp.ClientSession:
        """Without cookies, proxies of the environment and Zalo's token: one for each file."""
        connector = aiohttp.TCPConnector(resolver=None if given_whole else PublicResolver(self._resolver))
        return aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
        )


async def _read(response: aiohttp.ClientResponse, most_bytes: int) -> bytes | None:
    """Count while it comes: what is too large is not read to its end."""
    if (response.content_length or 0) > most_bytes:
        return None
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > most_bytes:
            return None
    return bytes(data)
