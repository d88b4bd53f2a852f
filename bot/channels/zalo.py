"""Zalo's webhook, `POST /zalo/webhook`: stored first, answered at once, worked on after.

Zalo wants 200 within two seconds and takes the webhook away from who fails too often. So whatever is none of ours is
answered 200 and left alone; only a wrong signature and a store that is away are refused, because then the event must
come again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import StreamReader, web

from bot.errors import ZaloPayloadError
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.zalo.events import EventKind, ZaloEvent, read_body, read_event
from bot.zalo.signature import is_signed

log = EventLog("channels.zalo")

LARGEST_BODY = 256 * 1024
STORE_WITHIN = 1.5
"""Seconds; of the two that Zalo gives us."""
READ_WITHIN = 5.0
"""Seconds for a body to come in whole."""
DISCARDED = 4 * 1024 * 1024
"""Bytes of a body too large that are read on, so that its sender hears the refusal."""
SIGNATURE, RETRY = "X-ZEvent-Signature", "num_retry"
NOT_OURS = frozenset({EventKind.OTHER, EventKind.ECHO, EventKind.RECEIVED, EventKind.SEEN, EventKind.REACTION})
"""Logged, never answered: our own echoes, receipts, and kinds of which we know nothing."""
_AHEAD = timedelta(minutes=10)


@dataclass(frozen=True)
class WebhookRules:
    """oa_secret_key: what bodies are signed with. replayed_after: an event of before then is not taken any more."""

    app_id: str
    oa_secret_key: str
    replayed_after: timedelta = timedelta(hours=6)


TakeIn = Callable[[ZaloEvent, bytes, int | None], Awaitable[bool]]
"""Stores an event and its body, with which repetition it is; False where it was stored before."""


class ZaloWebhook:
    """Takes events in."""

    def __init__(self, take_in: TakeIn, rules: WebhookRules, clock: Clock) -> None:
        self._take_in = take_in
        self._rules = rules
        self._clock = clock

    async def probe(self, _request: web.Request) -> web.Response:
        """A GET, as some set-ups make one."""
        return web.Response(text="ok")

    async def handle(self, request: web.Request) -> web.Response:
        """One event."""
        body = await _whole(request)
        header = request.headers.get(SIGNATURE)
        if header is None:  # the developers' console tries the address with an unsigned body, and wants 200
            log.info("unsigned", size=len(body))
            return web.Response(text="ok")
        try:
            payload = read_body(body)
            event = read_event(payload, body)
        except ZaloPayloadError as error:
            log.info("no_event", reason=str(error), size=len(body))
            return web.Response(text="ok")
        if event.app_id != self._rules.app_id or not self._signed(header, body, event):
            log.error("signature_wrong", event_name=event.name[:40], ours=event.app_id == self._rules.app_id)
            raise web.HTTPForbidden(text="signature")
        return await self._take(event, body, _retry_of(request))

    async def _take(self, event: ZaloEvent, body: bytes, num_retry: int | None) -> web.Response:
        if event.kind in NOT_OURS or not event.user_id or not self._fresh(event):
            log.info("event_left", kind=event.kind.value, event_name=event.name[:40], officer=bool(event.officer_id))
            return web.Response(text="ok")
        try:
            new = await asyncio.wait_for(self._take_in(event, body, num_retry), STORE_WITHIN)
        except Exception as error:  # whatever keeps the store from it, Zalo must send it again
            log.fault("not_stored", error, kind=event.kind.value)
            raise web.HTTPServiceUnavailable(text="again") from error
        log.info("event_stored", kind=event.kind.value, new=new, num_retry=num_retry)
        return web.Response(text="ok")

    def _signed(self, header: str, body: bytes, event: ZaloEvent) -> bool:
        return is_signed(header, event.app_id, body, event.timestamp, self._rules.oa_secret_key)

    def _fresh(self, event: ZaloEvent) -> bool:
        """Not a recording that somebody plays again; the console's own tests bear old times."""
        if event.is_console_test or event.at is None:
            return False
        now = self._clock.now()
        return now - self._rules.replayed_after <= event.at <= now + _AHEAD


async def _whole(request: web.Request) -> bytes:
    """Return the body; refuse one that is too large, or too slow, and end the connection.

    The rest of a refused body is read and thrown away: aiohttp stops reading a connection whose body nobody reads, so
    what is sent next would never be answered, and closing it with bytes unread resets it under the sender's hands.
    """
    if request.content.is_eof() and request.content.total_bytes <= LARGEST_BODY:  # it came with its head, as most do
        return request.content.read_nowait()
    body = bytearray()
    refusal: web.HTTPClientError
    try:
        size = await asyncio.wait_for(_read_into(body, request.content), READ_WITHIN)
        if size <= LARGEST_BODY:
            return bytes(body)
        refusal = web.HTTPRequestEntityTooLarge(LARGEST_BODY, size)
    except asyncio.TimeoutError:
        refusal = web.HTTPRequestTimeout()
    log.warning("body_refused", status=refusal.status)
    refusal.force_close()
    raise refusal


async def _read_into(body: bytearray, stream: StreamReader) -> int:
    """Fill `body` as far as it may grow; return how much came, at most about `DISCARDED`."""
    size = 0
    async for chunk in stream.iter_chunked(16 * 1024):
        size += len(chunk)
        if size <= LARGEST_BODY:
            body += chunk
        elif size > DISCARDED:
            break
    return size


def _retry_of(request: web.Request) -> int | None:
    said = request.headers.get(RETRY, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 4 else None
