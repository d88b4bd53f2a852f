"""The hub dies while a photo comes: no half file, no half record, and the same photo can be sent again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import uuid
from pathlib import Path

import aiohttp
import pytest
from photo_client import PhotoClient
from sqlalchemy import create_engine, func, select

from bot.attachments.tables import ATTACHMENT, ATTACHMENT_DATA
from knowledge.settings import ROOT
from tests.fixtures import photos
from tests.fixtures.web_widget import Widget


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def counts(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [
            connection.execute(select(func.count()).select_from(table)).scalar()
            for table in (ATTACHMENT, ATTACHMENT_DATA)
        ]
    engine.dispose()
    return tuple(found)


class Process:
    def __init__(self, environment):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, **environment, "MOTCUA_WEB_PORT": str(self.port)}
        self.child = None

    async def start(self, session):
        self.child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.web", cwd=ROOT, env=self.environment, stderr=asyncio.subprocess.DEVNULL
        )
        for _ in range(200):
            try:
                async with session.get(f"{self.url}/healthz") as response:
                    assert response.status == 200
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
        raise AssertionError("the hub does not start")

    async def kill(self):
        os.kill(self.child.pid, signal.SIGKILL)
        await self.child.wait()


def parts_of(data, then):
    """The body in two halves, `then` in between."""

    async def body():
        yield data[: len(data) // 2]
        await then()
        yield data[len(data) // 2 :]

    return body()


@pytest.mark.parametrize("moment", ["half_way", "while_examined"])
async def test_a_killed_hub_keeps_all_of_a_photo_or_nothing(environment, database_url, session, rasa, tmp_path, moment):
    hub = Process(environment)
    await hub.start(session)
    widget = Widget(session, hub.url)
    await widget.enter()
    client = PhotoClient(session, hub.url, widget, rasa)
    await client.be_asked()
    before = set(Path(environment["MOTCUA_DATA_DIR"]).rglob("*"))
    upload_id, data = str(uuid.uuid4()), photos.jpeg(4000, 3000)
    body = parts_of(data, hub.kill) if moment == "half_way" else data
    coming = asyncio.create_task(client.put(body, upload_id))
    if moment == "while_examined":
        await asyncio.sleep(0.25)
        assert not coming.done()
        await hub.kill()
    with pytest.raises((aiohttp.ClientError, OSError)):
        await coming
    assert counts(database_url) == (0, 0)
    after = set(Path(environment["MOTCUA_DATA_DIR"]).rglob("*"))
    assert {path.name for path in after - before} <= {"operations.db-wal", "operations.db-shm", "tracker.db"}
    await hub.start(session)
    try:
        again = Widget(session, hub.url)
        await again.enter(widget.token)
        status, answer = await client.put(data, upload_id)
        assert status == 201, answer
        assert counts(database_url) == (1, 1)
        await again.close()
    finally:
        await hub.kill()
