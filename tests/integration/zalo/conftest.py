"""A hub with the Zalo channel, on SQLite and on a real PostgreSQL, between a fake Rasa and a local Zalo."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import aiohttp
import async_timeout
import pytest
import pytest_asyncio
from aiohttp import web

from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate
from bot.web import build_app
from bot.zalo.build import build_tokens
from bot.zalo.oauth import Pair
from tests.fixtures.fake_rasa import FakeRasa
from tests.fixtures.zalo_server import APP_ID, APP_SECRET, OA_SECRET, ZaloServer


@pytest_asyncio.fixture
async def zalo():
    server = ZaloServer()
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def zalo_rasa():
    fake = FakeRasa()
    await fake.start()
    yield fake
    fake.gate.set()
    await fake.stop()


@pytest_asyncio.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def zalo_environment(tmp_path, database_url, zalo, zalo_rasa):
    return {
        "MOTCUA_DATA_DIR": str(tmp_path / "data"),
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_TRACKER_URL": f"sqlite:///{tmp_path / 'data' / 'tracker.db'}",
        "MOTCUA_RASA_URL": zalo_rasa.url,
        "MOTCUA_SECRET": "test secret",
        "MOTCUA_PHOTO_KEYS": "test photo key",
        "MOTCUA_JOBS": "off",
        "MOTCUA_ZALO_APP_ID": APP_ID,
        "MOTCUA_ZALO_APP_SECRET": APP_SECRET,
        "MOTCUA_ZALO_OA_SECRET": OA_SECRET,
        "MOTCUA_ZALO_API_URL": zalo.url,
        "MOTCUA_ZALO_TEMPLATE_URL": zalo.url,
        "MOTCUA_ZALO_OAUTH_URL": zalo.url,
        "MOTCUA_ZALO_MEDIA_HOSTS": f"zdn.vn,{zalo.url}",
    }


async def consent(settings, zalo):
    """As if the account's administrator had consented."""
    database = Database(make_engine(settings.database_url))
    await build_tokens(settings, database, SystemClock()).put(Pair(zalo.access, zalo.refresh))
    database.close()


@pytest.fixture
def start_zalo_hub(zalo_environment, zalo):
    """`async with start_zalo_hub() as url`: the webhook's address."""

    @asynccontextmanager
    async def start(port=8080, consented=True, **changes):
        settings = Settings.from_env({**zalo_environment, "MOTCUA_WEB_PORT": str(port), **changes})
        migrate(settings.database_url)
        if consented:
            await consent(settings, zalo)
        runner = web.AppRunner(build_app(settings), shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/zalo/webhook"
        finally:
            await runner.cleanup()

    return start


async def until(true, timeout=30.0):
    """Wait until `true()` holds."""
    async with async_timeout.timeout(timeout):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
