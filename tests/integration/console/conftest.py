"""The console inside the real hub, on SQLite and on a real PostgreSQL, and staff that use it over HTTP."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from functools import partial
from html import unescape

import aiohttp
import aiohttp_jinja2
import jinja2
import pytest
import pytest_asyncio
from aiohttp import web
from yarl import URL

from bot.hub.build import build_hub
from bot.ops.clock import SystemClock
from bot.services import build_desk_services
from bot.settings import Settings
from bot.staff.models import Role
from bot.staff.people import PersonDraft
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate
from bot.web import build_app
from tests.fixtures.fake_rasa import FakeRasa

PASSWORD = "con-trâu-ăn-cỏ-xanh"
WARD = "26740"


class CompiledPages(jinja2.BytecodeCache):
    """Compiled templates, for all hubs of this process: a third of a test's time went into compiling them anew."""

    def __init__(self):
        self._pages = {}

    def load_bytecode(self, bucket):
        if bucket.key in self._pages:
            bucket.bytecode_from_string(self._pages[bucket.key])

    def dump_bytecode(self, bucket):
        self._pages[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledPages()


@pytest.fixture(scope="module", autouse=True)
def pages_compiled_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiohttp_jinja2, "setup", partial(aiohttp_jinja2.setup, bytecode_cache=COMPILED))
        yield


@pytest_asyncio.fixture
async def rasa():
    fake = FakeRasa()
    await fake.start()
    yield fake
    fake.gate.set()
    await fake.stop()


@pytest.fixture
def settings(tmp_path, database_url, rasa):
    return Settings.from_env(
        {
            "MOTCUA_DATA_DIR": str(tmp_path),
            "MOTCUA_DATABASE_URL": database_url,
            "MOTCUA_TRACKER_URL": f"sqlite:///{tmp_path / 'tracker.db'}",
            "MOTCUA_CATALOGUE_URL": f"sqlite:///{tmp_path / 'catalogue.db'}",
            "MOTCUA_RASA_URL": rasa.url,
            "MOTCUA_SECRET": "test secret",
            "MOTCUA_PHOTO_KEYS": "a-key-for-photos",
            "MOTCUA_PETITION_OFFICIAL": "on",
            "MOTCUA_JOBS": "off",
        }
    )


@pytest.fixture
def services(settings):
    migrate(settings.database_url)
    database = Database(make_engine(settings.database_url))
    yield build_desk_services(settings, lambda: database, SystemClock())
    database.close()


@asynccontextmanager
async def running(settings, clock=None):
    runner = web.AppRunner(build_app(settings, clock), shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
def desk_clock():
    """What the console goes by; a file whose tests move the clock puts its own in this place."""
    return SystemClock()


@pytest_asyncio.fixture
async def url(settings, services, desk_clock):
    async with running(settings, desk_clock) as found:
        yield found


@pytest_asyncio.fixture
async def hub(settings, services, desk_clock):
    """Another process on the same database."""
    parts = build_hub(settings, desk_clock)
    yield parts
    parts.trackers.close()
    parts.database.close()


class Browser:
    """Keeps cookies, follows no redirect, and fills in forms as they are on the page it has last read."""

    def __init__(self, url):
        self.url = url
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.body = ""

    async def close(self):
        await self.http.close()

    async def get(self, path, headers=None):
        return await self._take(self.http.get(self.url + path, headers=headers, allow_redirects=False))

    async def post(self, path, csrf=None, headers=None, **fields):
        token = self.token if csrf is None else csrf
        data = {"csrf": token, **fields} if token else fields
        return await self._take(self.http.post(self.url + path, data=data, headers=headers, allow_redirects=False))

    async def _take(self, request):
        async with request as response:
            body = await response.read()
            text_like = response.content_type.startswith(("text/", "application/json"))
            self.raw, self.body = body, body.decode("utf-8") if text_like else ""
            self.location = response.headers.get("Location", "")
            self.headers = response.headers
            return response.status

    @property
    def token(self):
        return self.field("csrf")

    def field(self, name):
        found = re.search(rf'name="{name}" value="([^"]*)"', self.body)
        return unescape(found.group(1)) if found else ""

    @property
    def cookie(self):
        return next((one.value for one in self.http.cookie_jar if one.key == "motcua_desk"), None)

    def keep(self, secret):
        """Put a session's secret where the console's own cookie stands."""
        self.http.cookie_jar.update_cookies({"motcua_desk": secret}, URL(self.url + "/desk/"))

    async def sign_in(self, name, password=PASSWORD, code="", target=""):
        await self.get(f"/desk/sign-in?next={target}")
        return await self.post("/desk/sign-in", name=name, password=password, code=code, next=self.field("next"))


@pytest_asyncio.fixture
async def open_browser(url):
    browsers = []

    def make():
        browsers.append(Browser(url))
        return browsers[-1]

    yield make
    for browser in browsers:
        await browser.close()


@pytest_asyncio.fixture
async def add(services):
    """Adds somebody whose password is theirs already (`demo`: it need not be changed first)."""

    async def make(name, *roles, units=("city",), display_name=None):
        draft = PersonDraft(name, display_name or f"Nguyễn {name}", frozenset(roles), tuple(units))
        await services.staff.people.add(draft, "command", PASSWORD, demo=True)

    return make


@pytest_asyncio.fixture
async def enter(open_browser, add):
    async def make(name, *roles, units=("city",), display_name=None):
        await add(name, *roles, units=units, display_name=display_name)
        browser = open_browser()
        assert await browser.sign_in(name) == 303
        return browser

    return make


@pytest_asyncio.fixture
async def officer(enter):
    return await enter("canbo", Role.OFFICER)


@pytest_asyncio.fixture
async def administrator(enter):
    return await enter("quantri", Role.ADMINISTRATOR)


@pytest_asyncio.fixture
async def ward(enter):
    return await enter("phuong", Role.OFFICER, units=(WARD,), display_name="Trần Thị Phường")


@pytest_asyncio.fixture
async def other_ward(enter):
    return await enter("phuongkhac", Role.OFFICER, units=("26743",), display_name="Lê Văn Khác")
