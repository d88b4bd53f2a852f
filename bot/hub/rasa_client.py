"""Rasa over its REST channel: one question, one list of replies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.errors import AssistantDownError
from bot.feedback.words import Understood, understood_from
from bot.hub.least_busy import LeastBusy
from bot.hub.rasa_posts import JSON, RasaPosts
from bot.ops import quick_json

IN_FLIGHT = 32
ANSWER_TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=3)
"""A Rasa that hangs is given up after that. The longest turns took 14 s; one that takes longer all the same is asked
again, waits for itself and is said once (bot/rasa_runtime/repeated.py)."""
READY_TIMEOUT = aiohttp.ClientTimeout(total=4, sock_connect=2)
IDLE_SECONDS = 4.0
"""Rasa closes what was idle for five (Sanic's KEEP_ALIVE_TIMEOUT): what is sent at that moment would be lost on it."""
ASKED_OVER_ONE = 8
"""So many questions go over one connection. A cluster's service spreads connections, not questions: with one that is
kept for good a hub asks the same Rasa all day, while another has nothing to do."""
_BAD = 400
_ELSEWHERE = frozenset({301, 302, 303, 307, 308})
"""A proxy that wants https, say: aiohttp's session follows it."""
FORGET_TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=3)


class RasaClient:
    """Asks Rasa. Whatever goes wrong there is an `AssistantDownError`; the words asked are in none of them."""

    def __init__(
        self, rasa_url: str, in_flight: int = IN_FLIGHT, answer_timeout: aiohttp.ClientTimeout = ANSWER_TIMEOUT
    ) -> None:
        self._url = rasa_url.rstrip("/")
        self._in_flight = asyncio.Semaphore(in_flight)
        self._answer_timeout = answer_timeout
        self._opened: tuple[aiohttp.ClientSession, RasaPosts] | None = None
        self._posted = 0

    async def ask(self, sender: str, text: str, metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Rasa's replies to `text`, in order."""
        question = {"sender": sender, "message": text, "metadata": dict(metadata)}
        async with self._in_flight:
            reply = await self._post("/webhooks/rest/webhook", question, self._answer_timeout)
        if not isinstance(reply, list) or not all(isinstance(part, Mapping) for part in reply):
            raise AssistantDownError("not a list of messages", reason="reply")
        # Rasa says nothing, with 200, while it has no model; then the question is to be asked again.
        if not reply and not await self.is_ready():
            raise AssistantDownError("no model yet", reason="not_ready")
        return reply

    async def is_ready(self) -> bool:
        """Whether Rasa runs, has a model, and reaches what it needs; a Rasa that is not started by us tells less."""
        try:
            status = await self._get_status("/readyz")
            if status == 404:
                status = await self._get_status("/status")
            if status in (401, 403, 404):  # the API is guarded or off: at least the server must answer
                status = await self._get_status("/")
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return False
        return status == 200

    async def understand(self, text: str, seconds: float) -> Understood:
        """What `text` is taken for, without asking it in any conversation. Nothing of it is kept."""
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=2)
        async with self._in_flight:
            parsed = await self._post("/model/parse", {"text": text}, timeout)
        understood = understood_from(parsed)
        if understood is None:
            raise AssistantDownError("no intent", reason="reply")
        return understood

    async def forget(self, sender: str) -> None:
        """Make Rasa begin anew with this sender: slots, form and history no longer count."""
        path = f"/conversations/{quote(sender, safe='')}/tracker/events"
        await self._post(path, [{"event": "restart"}], FORGET_TIMEOUT)

    async def close(self) -> None:
        """Give the connections back."""
        if self._opened is not None:
            await self._opened[0].close()

    async def _post(self, path: str, body: object, timeout: aiohttp.ClientTimeout) -> Any:
        try:
            data = quick_json.write(body).encode()
            self._posted += 1
            session, posts = self._http()
            last = self._posted % ASKED_OVER_ONE == 0
            status, answer = await posts.send(path, data, timeout, last=last)
            if status in _ELSEWHERE:
                async with session.post(self._url + path, data=data, headers=JSON, timeout=timeout) as response:
                    status, answer = response.status, await response.read()
            if status >= _BAD:
                raise AssistantDownError(f"status {status}", reason="status", status=status)
            return quick_json.read(answer)
        except asyncio.TimeoutError as error:
            raise AssistantDownError("timed out", reason="timeout") from error
        except (aiohttp.ClientConnectorError, ConnectionRefusedError) as error:
            raise AssistantDownError(type(error).__name__, reason="refused") from error
        except (aiohttp.ClientError, OSError) as error:
            raise AssistantDownError(type(error).__name__, reason="broken") from error
        except ValueError as error:
            raise AssistantDownError("not JSON", reason="reply") from error

    async def _get_status(self, path: str) -> int:
        session, _ = self._http()
        async with session.get(self._url + path, timeout=READY_TIMEOUT) as response:
            return response.status

    def _http(self) -> tuple[aiohttp.ClientSession, RasaPosts]:
        if self._opened is None:
            # Named Rasa hosts change address when replicas come and go. Rasa sets no cookies.
            connector = LeastBusy(limit=0, ttl_dns_cache=10, keepalive_timeout=IDLE_SECONDS)
            session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
            self._opened = session, RasaPosts(self._url, connector)
        return self._opened
