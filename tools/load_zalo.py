"""Citizens on Zalo in the crowd: events signed as Zalo signs them, and a local Zalo at which the answers arrive.

A turn lasts from sending the event to the arrival of its answer's last message; an answer is whole when nothing more
has come for `QUIET` seconds.
"""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from aiohttp import web

from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.store.engine import Database, make_engine
from bot.zalo.build import build_tokens
from bot.zalo.oauth import Pair
from tests.fixtures.zalo_server import APP_ID, APP_SECRET, OA_SECRET, ZaloServer
from tools.load_citizens import ANSWER_WITHIN, SLOW, Person, Tally
from tools.load_mix import Kind, Step, Talk, button_of

QUIET = 0.7
PER_MINUTE = 4000
"""Calls a minute that the hubs may make: what Zalo allows an application (docs/settings.md)."""


class LocalZalo(ZaloServer):  # type: ignore[misc]  # fixtures are not typed
    """A Zalo that tells each citizen what has arrived for them."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        # Ids that no earlier run has used: a hub whose data are kept takes an event once
        self.numbers = itertools.count(time.time_ns() // 1_000_000)
        self._for: dict[str, asyncio.Queue[tuple[float, dict[str, Any]]]] = {}

    def settings(self) -> dict[str, str]:
        """Return what a hub must be told to speak to it."""
        return {
            "MOTCUA_ZALO_APP_ID": APP_ID,
            "MOTCUA_ZALO_APP_SECRET": APP_SECRET,
            "MOTCUA_ZALO_OA_SECRET": OA_SECRET,
            "MOTCUA_ZALO_API_URL": self.url,
            "MOTCUA_ZALO_TEMPLATE_URL": self.url,
            "MOTCUA_ZALO_OAUTH_URL": self.url,
            "MOTCUA_ZALO_PER_MINUTE": str(PER_MINUTE),
        }

    async def consent(self, env: Mapping[str, str]) -> None:
        """As if the account's administrator had consented: the hub's tokens are those that are taken here."""
        settings = Settings.from_env(env)
        database = Database(make_engine(settings.database_url))
        try:
            await build_tokens(settings, database, SystemClock()).put(Pair(self.access, self.refresh))
        finally:
            database.close()

    def enter(self, user_id: str) -> asyncio.Queue[tuple[float, dict[str, Any]]]:
        """Return the queue in which a citizen finds when what has arrived."""
        return self._for.setdefault(user_id, asyncio.Queue())

    def leave(self, user_id: str) -> None:
        """Forget what was said with a citizen whose conversation is over; a last line may still be on its way."""
        self._for.pop(user_id, None)
        self.history.pop(user_id, None)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        known = len(self.sent)
        answer: web.StreamResponse = await super()._send(request)
        for user_id, _, message in self.sent[known:]:
            if user_id in self._for:
                self._for[user_id].put_nowait((time.perf_counter(), message))
        del self.sent[:]  # a crowd sends more than need be remembered
        return answer


class ZaloCitizen(Person):
    """Somebody on Zalo; each conversation is of somebody new, as at the web chat. The mix is one without officers."""

    def __init__(
        self, number: int, webhook: str, zalo: LocalZalo, mix: Sequence[Talk], think: float, tally: Tally
    ) -> None:
        super().__init__(number, mix, think, tally)
        self._webhook, self._zalo = webhook, zalo
        self._buttons: dict[str, str] = {}

    async def talk(self, session: aiohttp.ClientSession, talk: Talk, until: float) -> None:
        """Play one conversation."""
        user_id = str(uuid.uuid4().int % 10**19)
        arrived, self._buttons = self._zalo.enter(user_id), {}
        try:
            for step in talk.steps:
                if time.monotonic() >= until or not await self._take(session, user_id, step, arrived):
                    return
                await asyncio.sleep(max(self.pause() - QUIET, 0.0))
        finally:
            self._zalo.leave(user_id)

    async def _take(
        self,
        session: aiohttp.ClientSession,
        user_id: str,
        step: Step,
        arrived: asyncio.Queue[tuple[float, dict[str, Any]]],
    ) -> bool:
        text = step.text
        if step.kind is Kind.PRESS:
            place = button_of(text, list(self._buttons))
            if place is None:
                return True
            text = list(self._buttons.values())[place]
        while not arrived.empty():  # what came while the citizen thought
            arrived.get_nowait()
        began = time.perf_counter()
        if await self._zalo.post(session, self._webhook, self._zalo.event(user_id, text)) is None:
            self.tally.fail("webhook not taken")
            return False
        return await self._answered(arrived, began)

    async def _answered(self, arrived: asyncio.Queue[tuple[float, dict[str, Any]]], began: float) -> bool:
        at = await self._arrival(arrived, ANSWER_WITHIN)
        if at is None:
            self.tally.fail("no answer on Zalo")
            return False
        while (more := await self._arrival(arrived, QUIET)) is not None:
            at = more
        self.tally.milliseconds.append(1000 * (at - began))
        return True

    async def _arrival(self, arrived: asyncio.Queue[tuple[float, dict[str, Any]]], within: float) -> float | None:
        try:
            at, message = await asyncio.wait_for(arrived.get(), within)
            while message.get("text") == SLOW:
                at, message = await asyncio.wait_for(arrived.get(), ANSWER_WITHIN)
        except asyncio.TimeoutError:
            return None
        payload = (message.get("attachment") or {}).get("payload") or {}
        buttons = [one for one in payload.get("buttons", []) if one["type"] == "oa.query.hide"]
        if buttons:
            self._buttons = {str(one["title"]): str(one["payload"]) for one in buttons}
        return at
