"""The city's one-stop system over HTTP: `POST {address}/TraCuuHoSo` with the national sync fields (law brief B.5).

The service's name and fields are those of the national specification; how a system wraps its answer, and how it says
that there is no such dossier, differs, and all of that is kept in this file. Reads are tried again; a system that keeps
failing is left alone for a while.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from circuitbreaker import CircuitBreaker, CircuitBreakerError
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from bot.cases.gateways.sync_fields import record_of
from bot.cases.models import CaseRecord, CaseState
from bot.errors import CaseSystemDownError
from bot.ops.case_codes import CaseCode
from bot.ops.logging import EventLog, current_turn
from bot.ops.metrics import GATEWAY_REQUESTS, Stage, timed

log = EventLog("cases.city")

SERVICE = "TraCuuHoSo"
_LARGEST = 512 * 1024
_WRAPPINGS = ("data", "result", "Data", "Result", "HoSo")
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class CitySystem:
    """How to reach one system. timeout: seconds for a try. local_states: its own words, small letters → state."""

    name: str
    address: str
    token: str = ""
    timeout: float = 4.0
    tries: int = 3
    failures_until_rest: int = 5
    rest_seconds: int = 30
    local_states: Mapping[str, CaseState] = field(default_factory=dict)


class _PassingFaultError(Exception):
    """A fault that another try may not meet."""


class CityGateway:
    """Looks dossiers up in one system; raises `CaseSystemDownError` with a `reason`, never anything else."""

    sample = False

    def __init__(self, system: CitySystem) -> None:
        self.name = system.name
        self._system = system
        self._session: aiohttp.ClientSession | None = None
        breaker = CircuitBreaker(
            failure_threshold=system.failures_until_rest,
            recovery_timeout=system.rest_seconds,
            expected_exception=_PassingFaultError,
            name=system.name,
        )
        self._guarded = breaker.decorate(self._tried)

    async def look_up(self, code: CaseCode) -> CaseRecord | None:
        """Return the dossier; None where the system says that it has none."""
        try:
            with timed(Stage.GATEWAY):
                answer = await self._guarded(str(code))
        except CircuitBreakerError as error:
            raise self._down("resting") from error
        except _PassingFaultError as error:
            raise self._down(str(error)) from error
        fields = _unwrapped(answer)
        GATEWAY_REQUESTS.labels(self.name, "found" if fields else "none").inc()
        return record_of(fields, str(code), self._system.local_states) if fields else None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _tried(self, code: str) -> Any:
        tries = AsyncRetrying(
            stop=stop_after_attempt(self._system.tries),
            wait=wait_random_exponential(multiplier=0.1, max=1.0),
            retry=retry_if_exception_type(_PassingFaultError),
            reraise=True,
        )
        async for attempt in tries:
            with attempt:
                return await self._ask(code)
        raise AssertionError("unreachable")  # AsyncRetrying either returns or raises

    async def _ask(self, code: str) -> Any:
        """One request. What cannot pass (a wrong password, an answer that is no JSON) ends it at once."""
        try:
            asked = self._open().post(f"{self._system.address}/{SERVICE}", json={"MaHoSo": code}, headers=_named())
            async with asked as response:
                if response.status in (204, 404):
                    return None
                if response.status in _MAY_PASS:
                    raise _PassingFaultError(f"status {response.status}")
                if response.status != 200:
                    raise self._down(f"status {response.status}")
                return await _json_of(response)
        except asyncio.TimeoutError as error:
            raise _PassingFaultError("timeout") from error
        except aiohttp.ClientError as error:
            raise _PassingFaultError(type(error).__name__) from error
        except ValueError as error:
            raise self._down("broken answer") from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            headers = {"Accept": "application/json"}
            if self._system.token:
                headers["Authorization"] = f"Bearer {self._system.token}"
            self._session = aiohttp.ClientSession(
                headers=headers, timeout=aiohttp.ClientTimeout(total=self._system.timeout), raise_for_status=False
            )
        return self._session

    def _down(self, reason: str) -> CaseSystemDownError:
        log.warning("case_system_down", system=self.name, reason=reason)
        GATEWAY_REQUESTS.labels(self.name, "down").inc()
        return CaseSystemDownError(system=self.name, reason=reason)


def _named() -> dict[str, str]:
    """The turn's name, by which the operators of both systems find the same request in their logs."""
    turn = current_turn()
    return {"X-Request-Id": turn} if turn else {}


async def _json_of(response: aiohttp.ClientResponse) -> Any:
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > _LARGEST:
            raise ValueError("answer too large")
    return json.loads(body) if body.strip() else None


def _unwrapped(answer: Any) -> dict[str, Any] | None:
    """Return the dossier's fields: bare, or inside one or two wrappings, alone in a list or not."""
    for _ in range(4):
        if isinstance(answer, list):
            answer = answer[0] if len(answer) == 1 else None
        if not isinstance(answer, dict):
            return None
        if "MaHoSo" in answer:
            return answer
        answer = next((answer[name] for name in _WRAPPINGS if name in answer), None)
    return None
