"""Officers in the crowd: signed in to the console, they take conversations over, answer, and give them back.

They do what their browsers do (bot/console/static/live.js): one stream of signals, and what is marked data-live on the
open page is asked for anew when one of its topics is heard.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import aiohttp
import yaml

from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.staff.build import build_staff
from bot.staff.models import COMMAND, Role
from bot.staff.people import PersonDraft
from bot.store.operations import OperationsStore
from bot.tuning.hours import DAYS
from tools.load_citizens import LOST, home_of

LOOK = 30.0
"""Seconds after which an open queue is read anew though nothing was heard."""
GATHER = 0.25
"""Seconds that a page waits for further signals before it asks."""
EVERYTHING, QUEUE, MENTIONS, HELD = "all", "queue", "mentions", "held"
BY_ITSELF = {"X-Live": "1"}
ANSWER = "Dạ, anh/chị mang giấy tờ tới bộ phận một cửa, tôi đã báo trước cho phường ạ."
TIMEOUT = aiohttp.ClientTimeout(total=60)


@dataclass
class Desk:
    """What has come of the officers' work. pages: milliseconds of each page and step."""

    pages: list[float] = field(default_factory=list)
    handed: int = 0
    errors: dict[str, int] = field(default_factory=dict)

    def fail(self, kind: str) -> None:
        """Count a page that was not what it should be."""
        self.errors[kind] = self.errors.get(kind, 0) + 1

    def begin_anew(self) -> None:
        """Forget what was measured: the warm-up is over."""
        self.pages.clear()
        self.errors.clear()
        self.handed = 0


def duty_at_any_hour(folder: Path) -> dict[str, str]:
    """Return the setting under which officers are on duty whenever this runs, Sundays and holidays aside."""
    path = folder / "shifts.yml"
    week = {"days": list(DAYS), "shifts": [{"from": "00:00", "until": "23:59"}], "closed": []}
    path.write_text(yaml.safe_dump({"default": week, "units": {}}), "utf-8")
    return {"MOTCUA_SHIFTS": str(path)}


async def hire(env: Mapping[str, str], count: int) -> list[tuple[str, str]]:
    """Enter so many officers of the city's unit; return names and passwords."""
    settings = Settings.from_env(env)
    store, run = OperationsStore(settings.database_url), secrets.token_hex(3)
    people = build_staff(settings, store, SystemClock()).people
    entered = [(f"tai{run}{number}", secrets.token_urlsafe(18)) for number in range(count)]
    try:
        for name, password in entered:
            draft = PersonDraft(name, f"Cán bộ {name}", frozenset({Role.OFFICER}), ("city",))
            await people.add(draft, COMMAND, password, demo=True)
    finally:
        store.close()
    return entered


class Signals:
    """The stream of signals of one browser."""

    def __init__(self) -> None:
        self._topics: set[str] = set()
        self._any = asyncio.Event()

    async def read(self, http: aiohttp.ClientSession, address: str) -> None:
        """Read the stream until the server ends it."""
        # Longer than any run: a stream has no end of its own
        async with http.get(address, timeout=aiohttp.ClientTimeout(total=None)) as response:
            async for line in response.content:
                if line.startswith(b"data: ") and (topics := line[6:].decode().split()):
                    self._topics.update(topics)
                    self._any.set()

    async def next(self, wanted: set[str], within: float) -> set[str]:
        """Return those of the wanted topics that were heard, as soon as any was; none after so many seconds."""
        until = time.monotonic() + within
        while (left := until - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._any.wait(), left)
            except asyncio.TimeoutError:
                break
            if self._topics & {*wanted, EVERYTHING}:
                await asyncio.sleep(GATHER)
            heard = self._topics & {*wanted, EVERYTHING}
            self._topics.clear()
            self._any.clear()
            if heard:
                return wanted if EVERYTHING in heard else heard
        return set()


class Officer:
    """One officer at the console, as a browser shows it. think: seconds until an answer is written."""

    def __init__(self, number: int, url: str, name: str, password: str, think: float, desk: Desk) -> None:
        self._url, self._name, self._password = url, name, password
        self._think, self._desk = think, desk
        self._headers = {"X-Forwarded-For": home_of(number, 11)}
        self._signals = Signals()
        self._body = ""

    async def serve(self, until: float) -> None:
        """Sign in and work until the clock (`time.monotonic`) says `until`."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar, headers=self._headers, timeout=TIMEOUT) as http:
            reading: asyncio.Task[None] | None = None
            try:
                await self._get(http, "/desk/sign-in")
                target = _field(self._body, "next")
                place = await self._post(http, "/desk/sign-in", name=self._name, password=self._password, next=target)
                if not place:
                    return
                await self._open(http, "/desk/queue")
                since = re.findall(r'data-now="(\d+)"', self._body)[0]
                reading = asyncio.create_task(self._signals.read(http, f"{self._url}/desk/live?since={since}"))
                await self._work(http, until)
            except LOST as error:
                self._desk.fail(f"connection: {type(error).__name__}")
            finally:
                if reading is not None:
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)

    async def _work(self, http: aiohttp.ClientSession, until: float) -> None:
        """Be there, and take over who waits; a page that is left is opened anew afterwards."""
        await self._post(http, "/desk/presence", here="yes")
        await self._open(http, "/desk/queue")
        while time.monotonic() < until:
            if waiting := re.findall(r'action="(/desk/queue/[^"]+/claim)"', self._body):
                await self._take_over(http, waiting[0])
                await self._open(http, "/desk/queue")
                continue
            heard = await self._signals.next({QUEUE, MENTIONS, HELD}, LOOK)
            if QUEUE in heard or not heard:
                await self._get(http, "/desk/queue", headers=BY_ITSELF)
            await self._count(http, heard)

    async def _take_over(self, http: aiohttp.ClientSession, claim: str) -> None:
        place = (await self._post(http, claim, taken=True)).partition("?")[0]
        if not place:
            return
        await self._open(http, place)
        await self._watch(http, place)
        await self._post(http, f"{place}/reply", key=_field(self._body, "key"), text=ANSWER)
        await self._open(http, place)
        await self._watch(http, place)
        if await self._post(http, f"{place}/give_back"):
            self._desk.handed += 1

    async def _watch(self, http: aiohttp.ClientSession, place: str) -> None:
        """Think, with the conversation's page open: it reads itself anew whenever something happens in it."""
        topic = re.findall(r'data-live="(conversation:[^" ]+)', self._body)[0]
        last = (re.findall(r'data-seq="(\d+)"', self._body) or ["0"])[-1]
        until = time.monotonic() + self._think
        while (left := until - time.monotonic()) > 0:
            heard = await self._signals.next({topic, QUEUE, MENTIONS, HELD}, left)
            if topic in heard:
                new = await self._get(http, f"{place}/messages?after={last}", headers=BY_ITSELF, keep=True)
                last = ([last, *re.findall(r'data-seq="(\d+)"', new)])[-1]
            await self._count(http, heard)

    async def _open(self, http: aiohttp.ClientSession, path: str) -> None:
        """Open a page; its head asks for two counts."""
        await self._get(http, path)
        await self._count(http, {MENTIONS, HELD})

    async def _count(self, http: aiohttp.ClientSession, heard: set[str]) -> None:
        if heard & {QUEUE, MENTIONS}:
            await self._get(http, "/desk/mentions/count", headers=BY_ITSELF, keep=True)
        if HELD in heard:
            await self._get(http, "/desk/talks/count", headers=BY_ITSELF, keep=True)

    async def _get(
        self, http: aiohttp.ClientSession, path: str, *, headers: Mapping[str, str] | None = None, keep: bool = False
    ) -> str:
        """Return a page. keep: the page that is open stays as it is."""
        began = time.perf_counter()
        async with http.get(self._url + path, allow_redirects=False, headers=headers) as response:
            body = await response.text()
        self._desk.pages.append(1000 * (time.perf_counter() - began))
        if response.status != 200:
            self._desk.fail(f"{_what(path)}: {response.status}")
        elif not keep:
            self._body = body
        return body

    async def _post(self, http: aiohttp.ClientSession, path: str, *, taken: bool = False, **fields: str) -> str:
        """Send a form with the token of the page that was read last; return where it leads, nothing if refused.

        taken: 422 is no error, somebody else may have been faster.
        """
        data = {"csrf": _field(self._body, "csrf"), **fields}
        began = time.perf_counter()
        async with http.post(self._url + path, data=data, allow_redirects=False) as response:
            await response.read()
        self._desk.pages.append(1000 * (time.perf_counter() - began))
        if response.status == 303:
            return response.headers["Location"]
        if not (taken and response.status in (404, 422)):
            self._desk.fail(f"{_what(path)}: {response.status}")
        return ""


def _field(body: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', body)
    return unescape(found.group(1)) if found else ""


def _what(path: str) -> str:
    """The step of an address, without whose it was."""
    return (
        path.partition("?")[0].rpartition("/")[2] if path.startswith(("/desk/queue/", "/desk/conversations/")) else path
    )
