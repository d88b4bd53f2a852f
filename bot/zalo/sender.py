"""Sends what the outbox holds, and does about each of Zalo's answers what the table of codes says."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from bot.errors import ZaloDownError, ZaloRefusedError, ZaloTokenError
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.ops.metrics import ZALO_SENDS
from bot.zalo.client import Recent, ZaloClient
from bot.zalo.codes import Remedy, meaning_of
from bot.zalo.counting import count_refused, count_sent
from bot.zalo.outbox import NewPart, Outbox, Outgoing, Queued, Terms
from bot.zalo.people import Person, Window
from bot.zalo.serving import Serving

log = EventLog("zalo.sender")
Result = TypeVar("Result")

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
        self, outbox: Outbox, client: ZaloClient, clock: Clock, terms: Terms, look_seconds: float = 1.0
    ) -> None:
        self._outbox = outbox
        self._client = client
        self._clock = clock
        self._terms = terms
        self._serving = Serving(log, partial(outbox.claim, terms), self._serve, look_seconds)
        self._queueing: set[asyncio.Task[Any]] = set()
        self._ended = False

    async def start(self) -> None:
        """Begin to send, with what was left from before."""
        await self._outbox.take_back()
        self._serving.start()

    async def stop(self) -> None:
        """End; what is on its way is waited for."""
        await self._serving.stop()
        if self._queueing:
            await asyncio.wait(set(self._queueing), timeout=5)
        await self._serving.finish(5)
        self._ended = True

    async def queue(self, person: Person, parts: Sequence[NewPart], last_seq: int) -> bool:
        """Queue what was said, and begin to send it; False where another process has queued it.

        It goes on where the caller is cancelled: what was begun would else have to be asked after at Zalo.
        """
        return await asyncio.shield(_kept(self._queueing, self._queue(person, parts, last_seq)))

    def queue_within(
        self, connection: Connection, person: Person, parts: Sequence[NewPart], last_seq: int
    ) -> tuple[bool, Callable[[], None]]:
        """As `queue`, within a transaction; what comes second is to be called once that is committed."""
        begin = self._begun_on()
        queued = self._outbox.queue_within(connection, person, parts, last_seq, begin)
        return queued.done, partial(self._go_on, queued, begin)

    async def _queue(self, person: Person, parts: Sequence[NewPart], last_seq: int) -> bool:
        begin = self._begun_on()
        queued = await self._outbox.queue(person, parts, last_seq, begin)
        self._go_on(queued, begin)
        return queued.done

    def _begun_on(self) -> Terms | None:
        """On which terms something more is begun; None where there is no place for it."""
        return self._terms if self._serving.has_place() else None

    def _go_on(self, queued: Queued, begin: Terms | None) -> None:
        if queued.first is None:
            if queued.done and begin is None:
                self._serving.leave()
        elif self._ended:  # nothing goes out any more: what was begun is asked after by the next process
            _kept(self._queueing, self._outbox.release(queued.first.user_id))
        else:
            self._serving.begin(queued.first)

    async def _serve(self, first: Outgoing) -> None:
        """Send to one citizen until nothing is due."""
        outgoing: Outgoing | None = first
        try:
            while outgoing is not None:
                outgoing = await self._deal_with(outgoing)
        except Exception as error:  # the lease ends by itself; the message is where it was
            log.fault("send_failed", error)

    async def _deal_with(self, outgoing: Outgoing) -> Outgoing | None:
        """Send one message, or put it off; return the citizen's next one, None where they are let go."""
        if outgoing.begun:
            return await self._send(outgoing)
        now = self._clock.now()
        if outgoing.left_at is not None:
            return await self._ask_after(outgoing)
        if outgoing.full:
            await self._outbox.put_off(outgoing, _next_minute(now), 0)
        else:
            closed = WINDOW_CLOSED if outgoing.window is Window.CLOSED else WINDOW_PAID
            await self._outbox.put_off(outgoing, now + _LOOK_AGAIN, closed, held=True)
        return await self._let_go(outgoing)

    async def _next(self, outgoing: Outgoing) -> Outgoing | None:
        if self._serving.stopping:
            return await self._let_go(outgoing)
        return await self._outbox.next(outgoing.user_id, self._terms)

    async def _let_go(self, outgoing: Outgoing) -> Outgoing | None:
        """The citizen's later messages wait with this one: none is next."""
        await self._outbox.release(outgoing.user_id)
        return None

    async def _sent(self, outgoing: Outgoing, message_id: str) -> Outgoing | None:
        return await self._outbox.sent(outgoing, message_id, None if self._serving.stopping else self._terms)

    async def _send(self, outgoing: Outgoing) -> Outgoing | None:
        try:
            sent = await self._client.send(outgoing.user_id, outgoing.message)
        except ZaloRefusedError as error:
            code = error.context.get("zalo_code")
            return await self._refused(outgoing, code if isinstance(code, int) else 0)
        except ZaloTokenError as error:
            log.error("no_token", reason=error.context.get("reason"))
            ZALO_SENDS.labels("no_token").inc()
            await self._outbox.put_off(outgoing, self._clock.now() + _STOPPED_PAUSE, 0, held=True)
            return await self._let_go(outgoing)
        except ZaloDownError as error:
            return await self._unclear(outgoing, bool(error.context.get("maybe")))
        count_sent("consultation", sent)
        return await self._sent(outgoing, sent.message_id)

    async def _refused(self, outgoing: Outgoing, code: int) -> Outgoing | None:
        remedy = meaning_of(code).remedy
        log.warning("refused", zalo_code=code, remedy=remedy.value, attempts=outgoing.attempts + 1)
        count_refused(remedy)
        if remedy is Remedy.UNREACHABLE:
            await self._outbox.unreachable(outgoing.user_id, code)
            return await self._let_go(outgoing)
        if remedy is Remedy.FIX or (remedy is not Remedy.STOP and outgoing.attempts + 1 >= _MOST_ATTEMPTS):
            log.error("given_up", zalo_code=code)
            ZALO_SENDS.labels("given_up").inc()
            await self._outbox.give_up(outgoing, code)
            return await self._next(outgoing)
        await self._outbox.put_off(outgoing, self._until(outgoing, remedy), code, remedy in (Remedy.WAIT, Remedy.STOP))
        return await self._let_go(outgoing)

    def _until(self, outgoing: Outgoing, remedy: Remedy) -> datetime:
        now = self._clock.now()
        if remedy is Remedy.STOP:
            return now + _STOPPED_PAUSE
        if remedy is Remedy.WAIT:
            return now + _LOOK_AGAIN
        return now + backoff(outgoing.attempts)

    async def _unclear(self, outgoing: Outgoing, maybe: bool) -> Outgoing | None:
        """No answer. Where Zalo may have taken the message, it is asked before it is sent again."""
        log.warning("no_answer", maybe=maybe, attempts=outgoing.attempts + 1)
        ZALO_SENDS.labels("no_answer").inc()
        if outgoing.attempts + 1 >= _MOST_ATTEMPTS:
            log.error("given_up", zalo_code=0)
            ZALO_SENDS.labels("given_up").inc()
            await self._outbox.give_up(outgoing, 0)
            return await self._next(outgoing)
        return await self._later(outgoing, unclear=maybe)

    async def _later(self, outgoing: Outgoing, unclear: bool) -> Outgoing | None:
        until = self._clock.now() + backoff(outgoing.attempts)
        await self._outbox.put_off(outgoing, until, 0, unclear=unclear)
        return await self._let_go(outgoing)

    async def _ask_after(self, outgoing: Outgoing) -> Outgoing | None:
        """Find out how the last try ended: the message is there, or its turn comes again at once."""
        try:
            found = await self._arrived(outgoing)
        except (ZaloDownError, ZaloRefusedError, ZaloTokenError) as error:
            log.warning("cannot_ask", code=error.code)
            return await self._later(outgoing, unclear=True)
        if found is not None:
            log.info("found_sent", attempts=outgoing.attempts)
            return await self._sent(outgoing, found.message_id)
        await self._outbox.put_off(outgoing, self._clock.now(), 0)
        return await self._next(outgoing)

    async def _arrived(self, outgoing: Outgoing) -> Recent | None:
        """Ask Zalo for a message that nobody knows the end of.

        One with the same words that was sent before does not count.
        """
        began = outgoing.left_at or self._clock.now()
        recent = await self._client.recent(outgoing.user_id)
        known = await self._outbox.known(outgoing.user_id, [message.message_id for message in recent])
        earliest = (began - _CLOCKS_DIFFER).timestamp() * 1000
        for message in recent:
            new = message.ours and message.at >= earliest and message.message_id not in known
            if new and _same(message.text, str(outgoing.message.get("text") or "")):
                return message
        return None


def _kept(tasks: set[asyncio.Task[Any]], work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
    """Begin `work`; it is in `tasks` until it is over."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


def backoff(attempts: int) -> timedelta:
    """Return the pause after so many tries, shaken a little so that many do not come back at once."""
    pause = min(_FIRST_PAUSE * 2 ** min(attempts, 20), _LONGEST_PAUSE)
    return pause * random.uniform(0.7, 1.0)  # noqa: S311 - spreads retries, keeps no secret


def _next_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())
