"""A real hub over HTTP, on SQLite and on a real PostgreSQL, in front of a fake Rasa."""

from __future__ import annotations

from contextlib import asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from photo_client import PhotoClient

from bot.attachments.cipher import Cipher
from bot.attachments.service import Attachments
from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate
from bot.web import build_app
from tests.fixtures.fake_rasa import FakeRasa
from tests.fixtures.web_widget import Widget


@pytest_asyncio.fixture
async def rasa():
    fake = FakeRasa()
    await fake.start()
    yield fake
    fake.gate.set()
    await fake.stop()


@pytest_asyncio.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def environment(tmp_path, database_url, rasa):
    return {
        "MOTCUA_DATA_DIR": str(tmp_path / "data"),
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_TRACKER_URL": f"sqlite:///{tmp_path / 'data' / 'tracker.db'}",
        "MOTCUA_RASA_URL": rasa.url,
        "MOTCUA_ALLOWED_ORIGINS": "https://portal.example",
        "MOTCUA_SECRET": "test secret",
        "MOTCUA_PHOTO_KEYS": "a-key-for-photos",
    }


@pytest.fixture
def start_hub(environment):
    """`async with start_hub() as url`: a hub in this process; other names stand for other processes."""

    @asynccontextmanager
    async def start(limits=None, port=8080, photo_limits=None, clock=None, **changes):
        settings = Settings.from_env({**environment, "MOTCUA_WEB_PORT": str(port), **changes})
        migrate(settings.database_url)
        runner = web.AppRunner(build_app(settings, clock, limits, photo_limits), shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        finally:
            await runner.cleanup()

    return start


@pytest_asyncio.fixture
async def hub_url(start_hub):
    async with start_hub() as url:
        yield url


@pytest.fixture
def new_widget(session, hub_url):
    def make(origin=None, url=None):
        return Widget(session, url or hub_url, origin)

    return make


@pytest_asyncio.fixture
async def widget(new_widget):
    widget = new_widget()
    await widget.enter()
    yield widget
    await widget.close()


@pytest_asyncio.fixture
async def citizen(session, hub_url, widget, rasa):
    client = PhotoClient(session, hub_url, widget, rasa)
    await client.be_asked()
    return client


@pytest.fixture
def database(database_url):
    """The operations database itself, whoever serves it."""
    database = Database(make_engine(database_url))
    yield database
    database.close()


@pytest.fixture
def photo_database(database_url, hub_url):
    database = Database(make_engine(database_url))
    yield database
    database.close()


@pytest.fixture
def attachments(photo_database):
    return Attachments(lambda: photo_database, Cipher([b"a-key-for-photos"]), SystemClock())


@pytest_asyncio.fixture
async def stranger(session, hub_url, new_widget, rasa):
    widget = new_widget()
    await widget.enter()
    client = PhotoClient(session, hub_url, widget, rasa)
    await client.be_asked("tôi cũng gửi ảnh")
    yield client
    await widget.close()
