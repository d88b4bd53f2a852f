"""Officers in the crowd: signed in to the console, they take conversations over, answer, and give them back."""

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

LOOK, BEAT = 2.0, 30.0
"""Seconds between two looks at the queue, and between two signs of life."""
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


class Officer:
    """One officer at the console, as a browser shows it. think: seconds until an answer is written."""

    def __init__(self, number: int, url: str, name: str, password: str, think: float, desk: Desk) -> None:
        self._url, self._name, self._password = url, name, password
        self._think, self._desk = think, desk
        self._headers = {"X-Forwarded-For": home_of(number, 11)}
        self._body = ""

    async def serve(self, until: float) -> None:
        """Sign in and work until the clock (`time.monotonic`) says `until`."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar, headers=self._headers, timeout=TIMEOUT) as http:
            try:
                await self._get(http, "/desk/sign-in")
                target = _field(self._body, "next")
                place = await self._post(http, "/desk/sign-in", name=self._name, password=self._password, next=target)
                if not place:
                    return
                await self._work(http, until)
            except LOST as error:
                self._desk.fail(f"connection: {type(error).__name__}")

    async def _work(self, http: aiohttp.ClientSession, until: float) -> None:
        beat = 0.0
        while time.monotonic() < until:
            await self._get(http, "/desk/queue")
            if time.monotonic() > beat:
                await self._post(http, "/desk/presence", here="yes")
                beat = time.monotonic() + BEAT
            elif waiting := re.findall(r'action="(/desk/queue/[^"]+/claim)"', self._body):
                await self._take_over(http, waiting[0])
                continue
            await asyncio.sleep(LOOK)

    async def _take_over(self, http: aiohttp.ClientSession, claim: str) -> None:
        place = (await self._post(http, claim, taken=True)).partition("?")[0]
        if not place:
            return
        await self._get(http, place)
        await asyncio.sleep(self._think)
        await self._post(http, f"{place}/reply", key=_field(self._body, "key"), text=ANSWER)
        await self._get(http, place)
        await asyncio.sleep(self._think)
        if await self._post(http, f"{place}/give_back"):
            self._desk.handed += 1

    async def _get(self, http: aiohttp.ClientSession, path: str) -> None:
        began = time.perf_counter()
        async with http.get(self._url + path, allow_redirects=False) as response:
            self._body = await response.text()
        self._desk.pages.append(1000 * (time.perf_counter() - began))
        if response.status != 200:
            self._desk.fail(f"{_what(path)}: {response.status}")

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
    return path.rpartition("/")[2] if path.startswith(("/desk/queue/", "/desk/conversations/")) else path
