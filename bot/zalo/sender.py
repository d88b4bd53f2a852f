"""Sends what the outbox holds, and does about each of Zalo's answers what the table of codes says."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from datetime import datetime, timedelta

from bot.errors import ZaloDownError, ZaloRefusedError, ZaloTokenError
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.ops.metrics import ZALO_SENDS
from bot.zalo.client import ZaloClient
from bot.zalo.codes import Remedy, meaning_of
from bot.zalo.counting import count_refused, count_sent
from bot.zalo.outbox import Outbox, Outgoing
from bot.zalo.people import Person, Window

log = EventLog("zalo.sender")

AT_ONCE = 16
"""Citizens who are sent to at the same time, by one process."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=15)
_LOOK_AGAIN = timedelta(hours=1)
_STOPPED_PAUSE = timedelta(minutes=10)
_MOST_ATTEMPTS = 12
_CLOCKS_DIFFER = timedelta(minutes=2)
WINDOW_CLOSED, WINDOW_PAID = -230, -305
"""The codes of ours for what is not even tried: the window is closed, or would cost."""


class Sender:
    """Runs in every hub; the leases of the outbox keep several from sending to one citizen at once."""

    def __init__(
        self, outbox: Outbox, client: ZaloClient, clock: Clock, per_minute: int, pay: bool, look_seconds: float = 1.0
    ) -> None:
        self._outbox = outbox
        self._client = client
        self._clock = clock
        self._per_minute = per_minute
        self._pay = pay
        self._look_seconds = look_seconds
        self._news = asyncio.Event()
        self._loop_task: asyncio.Task[None] | None = None
        self._at_work: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self) -> None:
        """Begin to send, with what was left from before."""
        await self._outbox.take_back()
        self._loop_task = asyncio.create_task(self._loop())

    async def stop(self) -> None:
        """End; what is on its way is waited for."""
        self._stopping = True  # a cancelled `wait_for` may go on all the same (Python 3.10)
        self._news.set()
        if self._loop_task is not None:
            await self._loop_task
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=5)

    def nudge(self) -> None:
        """Something was queued."""
        self._news.set()

    async def _loop(self) -> None:
        while not self._stopping:
            self._news.clear()
            try:
                while len(self._at_work) < AT_ONCE and (person := await self._outbox.claim()) is not None:
                    task = asyncio.create_task(self._serve(person))
                    self._at_work.add(task)
                    task.add_done_callback(self._at_work.discard)
                    task.add_done_callback(lambda _: self._news.set())
            except Exception as error:  # the sender must outlive a database that is away
                log.fault("look_failed", error)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._look_seconds)

    async def _serve(self, person: Person) -> None:
        """Send to one citizen until nothing is due."""
        window = person.window(self._clock.now())
        may_send = window is Window.FREE or (window is Window.PAID and self._pay)
        try:
            while not self._stopping:
                outgoing = await self._outbox.next(person.user_id, self._per_minute, may_send)
                if outgoing is None or not await self._deal_with(outgoing, window):
                    break
            await self._outbox.release(person.user_id)
        except Exception as error:  # the lease ends by itself; the message is where it was
            log.fault("send_failed", error)

    async def _deal_with(self, outgoing: Outgoing, window: Window) -> bool:
        """Send one message, or put it off; False where the citizen's others have to wait with it."""
        if outgoing.begun:
            return await self._send(outgoing)
        now = self._clock.now()
        if outgoing.left_at is not None:
            has_it = await self._has_it(outgoing)
            if has_it is None:
                return await self._later(outgoing, unclear=True)
            if not has_it:  # certain now that it is not there: its turn comes again at once
                await self._outbox.put_off(outgoing, now, 0)
            return True
        if outgoing.full:
            await self._outbox.put_off(outgoing, _next_minute(now), 0)
            return False
        closed = WINDOW_CLOSED if window is Window.CLOSED else WINDOW_PAID
        await self._outbox.put_off(outgoing, now + _LOOK_AGAIN, closed, held=True)
        return False

    async def _send(self, outgoing: Outgoing) -> bool:
        try:
            sent = await self._client.send(outgoing.user_id, outgoing.message)
        except ZaloRefusedError as error:
            code = error.context.get("zalo_code")
            return await self._refused(outgoing, code if isinstance(code, int) else 0)
        except ZaloTokenError as error:
            log.error("no_token", reason=error.context.get("reason"))
            ZALO_SENDS.labels("no_token").inc()
            await self._outbox.put_off(outgoing, self._clock.now() + _STOPPED_PAUSE, 0, held=True)
            return False
        except ZaloDownError as error:
            return await self._unclear(outgoing, bool(error.context.get("maybe")))
        count_sent("consultation", sent)
        await self._outbox.sent(outgoing, sent.message_id)
        return True

    async def _refused(self, outgoing: Outgoing, code: int) -> bool:
        remedy = meaning_of(code).remedy
        log.warning("refused", zalo_code=code, remedy=remedy.value, attempts=outgoing.attempts + 1)
        count_refused(remedy)
        if remedy is Remedy.UNREACHABLE:
            await self._outbox.unreachable(outgoing.user_id, code)
            return False
        if remedy is Remedy.FIX or (remedy is not Remedy.STOP and outgoing.attempts + 1 >= _MOST_ATTEMPTS):
            log.error("given_up", zalo_code=code)
            ZALO_SENDS.labels("given_up").inc()
            await self._outbox.give_up(outgoing, code)
            return True
        await self._outbox.put_off(outgoing, self._until(outgoing, remedy), code, remedy in (Remedy.WAIT, Remedy.STOP))
        return False

    def _until(self, outgoing: Outgoing, remedy: Remedy) -> datetime:
        now = self._clock.now()
        if remedy is Remedy.STOP:
            return now + _STOPPED_PAUSE
        if remedy is Remedy.WAIT:
            return now + _LOOK_AGAIN
        return now + backoff(outgoing.attempts)

    async def _unclear(self, outgoing: Outgoing, maybe: bool) -> bool:
        """No answer. Where Zalo may have taken the message, it is asked before it is sent again."""
        log.warning("no_answer", maybe=maybe, attempts=outgoing.attempts + 1)
        ZALO_SENDS.labels("no_answer").inc()
        if outgoing.attempts + 1 >= _MOST_ATTEMPTS:
            log.error("given_up", zalo_code=0)
            ZALO_SENDS.labels("given_up").inc()
            await self._outbox.give_up(outgoing, 0)
            return True
        return await self._later(outgoing, unclear=maybe)

    async def _later(self, outgoing: Outgoing, unclear: bool) -> bool:
        until = self._clock.now() + backoff(outgoing.attempts)
        await self._outbox.put_off(outgoing, until, 0, unclear=unclear)
        return False

    async def _has_it(self, outgoing: Outgoing) -> bool | None:
        """Ask Zalo whether a message that nobody knows the end of has arrived; mark it sent where it has.

        None where Zalo cannot be asked. A message with the same words that was sent before does not count.
        """
        began = outgoing.left_at or self._clock.now()
        try:
            recent = await self._client.recent(outgoing.user_id)
        except (ZaloDownError, ZaloRefusedError, ZaloTokenError) as error:
            log.warning("cannot_ask", code=error.code)
            return None
        known = await self._outbox.known(outgoing.user_id, [message.message_id for message in recent])
        earliest = (began - _CLOCKS_DIFFER).timestamp() * 1000
        for message in recent:
            new = message.ours and message.at >= earliest and message.message_id not in known
            if new and _same(message.text, str(outgoing.message.get("text") or "")):
                await self._outbox.sent(outgoing, message.message_id)
                log.info("found_sent", attempts=outgoing.attempts)
                return True
        return False


def backoff(attempts: int) -> timedelta:
    """Return the pause after so many tries, shaken a little so that many do not come back at once."""
    pause = min(_FIRST_PAUSE * 2 ** min(attempts, 20), _LONGEST_PAUSE)
    return pause * random.uniform(0.7, 1.0)  # noqa: S311 - spreads retries, keeps no secret


def _next_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())
