"""Several action servers behind Rasa's one action endpoint (MOTCUA_ACTIONS_URL names them, by commas).

A call goes to the server that has the fewest. It goes on to the next one where the connection is refused or breaks, and
where the server hangs: its kernel takes connections for it, and nobody answers. How long an answer takes says nothing
about that, since an action may wait for a slow one-stop system; so a server that is late is asked for its `/health`.
A proxy in between could do neither: nginx never sends a POST a second time that it has sent once.

An action may thus run twice, as it does when a Rasa is killed and the hub asks the turn again. Whatever actions store
bears that: petitions, their messages and remarks by the key of their draft (unique in the database), ratings by their
dossier, calls by their conversation's one open row, requests for help, follows and erasures by the state they change.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.ops.logging import EventLog
from bot.rasa_runtime.observing import note_undone

log = EventLog("rasa")

CONNECT_SECONDS = 1.0
LONGEST_SECONDS = 16.0
"""Just below the hub's own patience for a whole turn (bot/hub/rasa_client.py)."""


@dataclass(frozen=True)
class Patience:
    """look: seconds without an answer until a server is asked whether it lives; answer: how long that may take.

    misses: so many times in a row it may not answer. Together, a hanging server is left after three seconds.
    """

    look: float = 0.5
    answer: float = 1.0
    misses: int = 2
    pause: float = 1.0


@dataclass
class Server:
    """One of them. away: it was found dead, and has not answered since."""

    url: str
    calls: int = 0
    away: bool = False
    used: float = field(default_factory=time.monotonic)

    @property
    def health(self) -> str:
        """Where it says that it lives."""
        address = urlsplit(self.url)
        return f"{address.scheme}://{address.netloc}/health"


class Hangs(Exception):
    """The server does not even say that it lives."""


class ActionServers(EndpointConfig):  # type: ignore[misc]
    """Calls an action where it can be run. Raises what Rasa's own does: for each fault Rasa then has its answer."""

    def __init__(self, urls: tuple[str, ...], patience: Patience | None = None) -> None:
        super().__init__(
            urls[0], enable_selective_domain=True
        )  # no action reads the domain, the largest part of a call
        self.servers = tuple(Server(url) for url in urls)
        self._patience = patience or Patience()
        self._session: aiohttp.ClientSession | None = None
        self._looks: set[asyncio.Task[None]] = set()

    async def request(self, method: str = "post", subpath: str | None = None, **options: Any) -> Any:
        """Return what the first server says that answers. Raises ClientConnectionError where none does."""
        options["timeout"] = aiohttp.ClientTimeout(total=LONGEST_SECONDS, sock_connect=CONNECT_SECONDS)
        options.pop("content_type", None)
        for server in self._in_order():
            try:
                return await self._call(server, method, server.url + (subpath or ""), options)
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, Hangs) as error:
                self._is_away(server, error)
        note_undone()
        raise aiohttp.ClientConnectionError("no action server answers")

    async def close(self) -> None:
        """Look for nobody any more, so that all are asked again as if they lived, and give the connections back."""
        for look in self._looks:
            look.cancel()
        await asyncio.gather(*self._looks, return_exceptions=True)
        for server in self.servers:
            server.away = False
        if self._session is not None:
            await self._session.close()

    def _in_order(self) -> list[Server]:
        """Whoever is there first. Behind a single address there may be several: it is tried twice."""
        found = sorted(self.servers, key=lambda server: (server.away, server.calls, server.used))
        return found if len(found) > 1 else found * 2

    async def _call(self, server: Server, method: str, url: str, options: dict[str, Any]) -> Any:
        server.calls, server.used = server.calls + 1, time.monotonic()
        call = asyncio.create_task(self._send(method, url, options))
        try:
            misses = 0
            while not (await asyncio.wait({call}, timeout=self._patience.look))[0]:
                misses = 0 if await self._lives(server) else misses + 1
                if misses >= self._patience.misses and not call.done() and self._others_than(server):
                    raise Hangs
            return call.result()
        finally:
            call.cancel()
            server.calls -= 1

    def _others_than(self, server: Server) -> bool:
        """Whether somebody else is there: the last one that takes a call is waited for, busy or hanging."""
        return any(not other.away for other in self.servers if other is not server)

    async def _send(self, method: str, url: str, options: dict[str, Any]) -> Any:
        async with self._http().request(method, url, **options) as response:
            if response.status >= 400:
                raise ClientResponseError(response.status, response.reason, await response.content.read())
            return await response.json()

    async def _lives(self, server: Server) -> bool:
        try:
            async with self._http().get(server.health, timeout=aiohttp.ClientTimeout(self._patience.answer)) as reply:
                return bool(reply.status == 200)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return False

    def _is_away(self, server: Server, error: Exception) -> None:
        """Ask it last from now on, until it lives again."""
        if server.away:
            return
        server.away = True
        log.warning("action_server_away", url=server.url, error=type(error).__name__)
        look = asyncio.create_task(self._until_it_lives(server))
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)

    async def _until_it_lives(self, server: Server) -> None:
        while not await self._lives(server):  # noqa: ASYNC110 - nobody tells when it is back
            await asyncio.sleep(self._patience.pause)
        server.away = False
        log.info("action_server_back", url=server.url)

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            # A connection for each call, as Rasa's own: none is found closed at the moment it is needed.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
        return self._session
