"""The national portal's public interface: its list of procedures, and one procedure's record.

Every call is a POST with JSON; any 2xx is success (the portal answers 201). What is not JSON is the firewall speaking,
whatever its status. One request at a time, with a pause between two; what may pass is tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import aiohttp
import tenacity

from knowledge.errors import PortalBlockedError, PortalError
from knowledge.portal.models import ListItem
from knowledge.settings import PortalSettings

LIST_PATH = "/api/v1/submitting/formality/list-all-public-formality-by-citizen"
DETAIL_PATH = "/api/v1/configuring/formality/get-formality-by-citizen"
_LARGEST = 20_000_000
"""Bytes of an answer beyond which it is no procedure's record; the largest seen has 400,000."""
_LONGEST_WAIT = 120.0
_SHOWN = 120


@dataclass(frozen=True)
class Page:
    """One page of the list, the number of entries the portal says there are, and where the next page starts."""

    items: tuple[ListItem, ...]
    total: int | None
    next_cursor: str
    size: int


class RecordFaultError(PortalError):
    """One record cannot be had; the others can."""

    code = "PORTAL_RECORD"


class _PassingError(Exception):
    """A fault that may be gone at the next try. `wait`: seconds that the portal asks for, if it does."""

    def __init__(self, final: PortalError, wait: float | None = None) -> None:
        super().__init__(str(final))
        self.final, self.wait = final, wait


class PortalClient:
    """Speaks to the portal. Use as `async with`; `requests` counts what was sent."""

    def __init__(self, settings: PortalSettings, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._settings, self._sleep = settings, sleep
        self._session: aiohttp.ClientSession | None = None
        self._last = 0.0
        self.requests = 0

    async def __aenter__(self) -> PortalClient:
        self._session = aiohttp.ClientSession(
            headers={"User-Agent": self._settings.user_agent, "Accept": "application/json"},
            timeout=aiohttp.ClientTimeout(total=self._settings.timeout),
            connector=aiohttp.TCPConnector(limit=1),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def pages(self) -> AsyncIterator[Page]:
        """Yield the pages of the list: until a short or empty page, or a cursor that was there before."""
        cursor, seen = "", {""}
        while True:
            page = _page(await self._post(LIST_PATH, self._list_body(cursor)))
            yield page
            if page.size < self._settings.page_size or page.next_cursor in seen:
                return
            cursor = page.next_cursor
            seen.add(cursor)

    def _list_body(self, cursor: str) -> dict[str, Any]:
        return {"limit": self._settings.page_size, "lastId": cursor, "q": "", "categoryId": "", "departmentCode": ""}

    async def record(self, item: ListItem) -> bytes:
        """Return the record of a list's entry as JSON; raise `RecordFaultError` where just this one cannot be had."""
        answer = await self._post(DETAIL_PATH, {"id": item.id})
        data = answer.get("data")
        if answer.get("code") not in ("OK", None) or not isinstance(data, dict):
            raise RecordFaultError(f"the portal has no record behind {item.id} ({str(answer.get('code'))[:_SHOWN]})")
        if data.get("code") != item.code:
            raise RecordFaultError(f"the record behind {item.code} is that of {str(data.get('code'))[:20]}")
        return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        waits = self._settings.backoff
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(_PassingError),
            stop=tenacity.stop_after_attempt(len(waits) + 1),
            wait=lambda state: _wait(state, waits),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            answer: dict[str, Any] = await retrying(self._once, path, body)
            return answer
        except _PassingError as fault:
            raise fault.final from fault

    async def _once(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        assert self._session is not None  # noqa: S101 - used inside `async with`
        await self._keep_pace()
        self.requests += 1
        try:
            async with self._session.post(f"{self._settings.url}{path}", json=body) as response:
                content = await response.content.read(_LARGEST + 1)
                while len(content) <= _LARGEST and not response.content.at_eof():
                    content += await response.content.read(_LARGEST + 1 - len(content))
                return _answer(response.status, response.headers.get("Retry-After"), content)
        except asyncio.TimeoutError as error:
            fault = PortalError(f"no answer from {self._settings.url} within {self._settings.timeout:g} s")
            raise _PassingError(fault) from error
        except aiohttp.ClientError as error:
            said = str(error) or type(error).__name__
            raise _PassingError(PortalError(f"{self._settings.url} cannot be reached: {said[:_SHOWN]}")) from error

    async def _keep_pace(self) -> None:
        left = self._last + self._settings.pause - time.monotonic()
        if self._settings.pause and left > 0:
            await self._sleep(left)
        self._last = time.monotonic()


def _wait(state: tenacity.RetryCallState, waits: tuple[float, ...]) -> float:
    own = waits[min(state.attempt_number - 1, len(waits) - 1)]
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _PassingError) and error.wait is not None else 0.0
    return max(own, min(asked, _LONGEST_WAIT))


def _answer(status: int, retry_after: str | None, content: bytes) -> dict[str, Any]:
    """Return the JSON object of an answer; raise what its status or content says."""
    wait = float(retry_after) if retry_after and retry_after.isdecimal() else None
    if status in (403, 429):
        raise _PassingError(PortalBlockedError(f"the portal refuses requests (HTTP {status}); wait, then go on"), wait)
    if status >= 500:
        raise _PassingError(PortalError(f"the portal has a fault of its own (HTTP {status})"), wait)
    if len(content) > _LARGEST:
        raise PortalError(f"the portal's answer is larger than {_LARGEST:,} bytes")
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        said = content[:_SHOWN].decode("utf-8", "replace").strip()
        if said.startswith("<") or not said:
            blocked = PortalBlockedError("the portal's firewall answers with a page instead of data; wait, then go on")
            raise _PassingError(blocked, wait) from error
        raise _PassingError(PortalError(f"the portal's answer is no JSON: {said!r}"), wait) from error
    if status == 404:
        return {"code": "NOT_FOUND"}
    if not 200 <= status < 300 or not isinstance(answer, dict):
        raise PortalError(f"the portal does not understand the request (HTTP {status}): {str(answer)[:_SHOWN]}")
    return answer


def _page(answer: dict[str, Any]) -> Page:
    data = answer.get("data")
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(items, list):
        raise PortalError(f"the portal's list has another shape than is known: {str(answer)[:_SHOWN]}")
    total, cursor = data.get("total"), data.get("lastId")
    known = tuple(item for item in map(_item, items) if item is not None)
    return Page(known, total if isinstance(total, int) else None, str(cursor or ""), len(items))


def _item(raw: Any) -> ListItem | None:
    if not isinstance(raw, dict) or not all(isinstance(raw.get(name), str) and raw[name] for name in ("id", "code")):
        return None
    text = json.dumps(raw, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
    return ListItem(raw["id"], raw["code"], str(raw.get("name") or ""), digest)
