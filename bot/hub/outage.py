"""While the assistant is away, one prober asks whether it is back; all turns wait for that one."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from bot.errors import AssistantDownError

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 2.0


class Outage:
    """Turns that met a failure wait here together."""

    def __init__(self, is_ready: Callable[[], Awaitable[bool]], first_pause: float = FIRST_PAUSE_SECONDS) -> None:
        self._is_ready = is_ready
        self._first_pause = first_pause
        self._probe: asyncio.Task[None] | None = None

    async def wait_until_back(self) -> bool:
        """Return when the assistant is ready; True when it was all the time, so that the fault lies elsewhere."""
        if self._probe is None and await self._is_ready():
            return True
        if self._probe is None:
            self._probe = asyncio.create_task(self._ask_until_back())
            self._probe.add_done_callback(self._clear)
        await asyncio.shield(self._probe)
        return False

    async def stop(self) -> None:
        """Ask no more."""
        if self._probe is not None:
            self._probe.cancel()

    async def _ask_until_back(self) -> None:
        pause = self._first_pause
        while True:
            await asyncio.sleep(pause)
            if await self._is_ready():
                return
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _clear(self, _probe: asyncio.Task[None]) -> None:
        self._probe = None


def may_be_the_question(error: AssistantDownError, was_ready: bool) -> bool:
    """Whether this very question may be what Rasa fails on, or even dies of, so that tries must be counted."""
    reason = error.context.get("reason")
    if reason in ("timeout", "broken", "reply"):
        return True
    return was_ready


def jitter() -> float:
    """Spread retries."""
    return random.uniform(0.5, 1.0)  # noqa: S311 - keeps no secret
