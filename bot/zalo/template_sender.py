"""Tells news by template to citizens who have agreed and whose window has closed; in every hub, by day only.

The message itself stays where it is and goes out, with all its words, when the citizen writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.errors import ZaloDownError, ZaloRefusedError, ZaloTokenError
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.ops.metrics import ZALO_SENDS
from bot.ops.quiet_hours import is_quiet
from bot.zalo.client import ZaloClient
from bot.zalo.codes import Remedy, template_meaning_of
from bot.zalo.counting import count_refused, count_sent
from bot.zalo.sender import backoff
from bot.zalo.template_box import TemplateBox, TemplateOut

log = EventLog("zalo.template_sender")

LOOK_SECONDS = 20.0
_LOOK_AGAIN, _STOPPED_PAUSE = timedelta(hours=1), timedelta(minutes=10)
_MOST_ATTEMPTS = 12
CANNOT_FILL = -1122
"""The code of ours for news that lacks a value of its template."""

Off = Callable[[], Awaitable[str | None]]
"""The sentence for citizens while templates are switched off; None while they are on."""


async def _never() -> str | None:
    return None


class TemplateSender:
    """One at a time: there are few of them, and each costs."""

    def __init__(
        self,
        box: TemplateBox,
        client: ZaloClient,
        clock: Clock,
        per_minute: int,
        look_seconds: float | None = None,
        off: Off | None = None,
    ) -> None:
        """off: asked before each is taken; while it says something, all wait."""
        self._off = off or _never
        self._box = box
        self._client = client
        self._clock = clock
        self._per_minute = per_minute
        self._look_seconds = LOOK_SECONDS if look_seconds is None else look_seconds
        self._ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to tell."""
        self._task = asyncio.create_task(self._loop())

    async def stop(self) -> None:
        """End; what is on its way is waited for a little, and is `unclear` after that."""
        self._ending.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=5)
            self._task.cancel()

    async def _loop(self) -> None:
        while not self._ending.is_set():
            try:
                await self.work()
            except Exception as error:  # must outlive a database that is away
                log.fault("look_failed", error)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._ending.wait(), self._look_seconds)

    async def work(self) -> int:
        """Tell all that is due; return how many were tried."""
        left = await self._box.tidy()
        if left:
            log.error("template_left", number=left)
        tried = 0
        while not self._ending.is_set() and not is_quiet(self._clock.now()) and await self._off() is None:
            out = await self._box.claim(self._per_minute)
            if out is None:
                break
            tried += 1
            await self._tell(out)
        return tried

    async def _tell(self, out: TemplateOut) -> None:
        data = out.template.fill(out.news)
        if data is None:
            log.error("template_not_filled", kind=out.template.kind.value)
            await self._box.give_up(out, CANNOT_FILL)
            return
        try:
            sent = await self._client.send_template(out.user_id, out.template.template_id, data)
        except ZaloRefusedError as error:
            code = error.context.get("zalo_code")
            await self._refused(out, code if isinstance(code, int) else 0)
        except ZaloTokenError as error:
            log.error("no_token", reason=error.context.get("reason"))
            ZALO_SENDS.labels("no_token").inc()
            await self._box.put_off(out, self._clock.now() + _STOPPED_PAUSE, 0, all_of_them=True)
        except ZaloDownError as error:
            maybe = bool(error.context.get("maybe"))
            log.warning("no_answer", maybe=maybe, attempts=out.attempts + 1)
            ZALO_SENDS.labels("no_answer").inc()
            if maybe:
                await self._box.unclear(out)
            else:
                await self._again(out, 0)
        else:
            count_sent("template", sent)
            await self._box.sent(out, sent.message_id)
            log.info("template_sent", kind=out.template.kind.value, price=out.template.unit_price, remain=sent.remain)

    async def _refused(self, out: TemplateOut, code: int) -> None:
        remedy = template_meaning_of(code).remedy
        log.warning("refused", zalo_code=code, remedy=remedy.value, attempts=out.attempts + 1)
        count_refused(remedy)
        if remedy is Remedy.UNREACHABLE:
            await self._box.blocked(out, code)
        elif remedy in (Remedy.FIX, Remedy.UPLOAD):
            log.error("given_up", zalo_code=code)
            ZALO_SENDS.labels("given_up").inc()
            await self._box.give_up(out, code)
        elif remedy is Remedy.STOP:
            await self._box.put_off(out, self._clock.now() + _STOPPED_PAUSE, code, all_of_them=True)
        elif remedy is Remedy.WAIT:
            await self._box.put_off(out, self._clock.now() + _LOOK_AGAIN, code)
        else:
            await self._again(out, code)

    async def _again(self, out: TemplateOut, code: int) -> None:
        if out.attempts + 1 >= _MOST_ATTEMPTS:
            log.error("given_up", zalo_code=code)
            ZALO_SENDS.labels("given_up").inc()
            await self._box.give_up(out, code)
        else:
            await self._box.put_off(out, self._until(out), code)

    def _until(self, out: TemplateOut) -> datetime:
        return self._clock.now() + backoff(out.attempts)
