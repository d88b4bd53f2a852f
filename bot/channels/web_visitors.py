"""Who may open a socket: origins, and how many from one address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp import web


def origin_is_welcome(request: web.Request, allowed: Iterable[str]) -> bool:
    """Whether the page that opens the socket is this hub's own or a configured one. No origin is no page of ours."""
    origin = request.headers.get("Origin", "")
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False
    return parts.netloc.lower() == request.host.lower() or origin.lower() in {entry.lower() for entry in allowed}


def address_of(request: web.Request) -> str | None:
    """The visitor's address; None when there is no telling visitors apart.

    Behind a proxy on this machine or in the private network it is the last address that the proxy wrote down. A
    connection from this machine without such a proxy is the operator's own.
    """
    peer = _address(request.remote or "")
    if peer is None or not (peer.is_loopback or peer.is_private):
        return request.remote
    forwarded = _address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip())
    if forwarded is not None:
        return str(forwarded)
    return None if peer.is_loopback else str(peer)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


class OpenSockets:
    """Counts the sockets of each address."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count: Counter[str] = Counter()

    def enter(self, address: str | None) -> bool:
        """Whether one more may be opened; it is then counted."""
        if address is None:
            return True
        if self._count[address] >= self._most:
            return False
        self._count[address] += 1
        return True

    def leave(self, address: str | None) -> None:
        """One of them is closed."""
        if address is None:
            return
        self._count[address] -= 1
        if self._count[address] <= 0:
            del self._count[address]
