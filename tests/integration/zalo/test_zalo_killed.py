"""Hubs that are killed while a thousand messages come in and as many go out: none lost, none doubled."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
import time
from collections import Counter

import pytest

from bot.settings import Settings
from bot.store.migrate import migrate
from knowledge.settings import ROOT
from tests.integration.zalo.conftest import consent, until

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(900)]
CITIZENS, EACH = int(os.environ.get("MOTCUA_TEST_CITIZENS", "30")), 10
"""`MOTCUA_TEST_CITIZENS=100` sends a thousand messages."""
KILLS = 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class HubProcess:
    """`python -m bot.web` at a port of its own, killed and started again."""

    def __init__(self, environment):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/zalo/webhook"
        self._environment = {
            **os.environ,
            **environment,
            "MOTCUA_WEB_PORT": str(self.port),
            "MOTCUA_LOG_LEVEL": "ERROR",
        }
        self.process = None

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.web", cwd=ROOT, env=self._environment, stdout=asyncio.subprocess.DEVNULL
        )

    async def kill(self):
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@pytest.mark.parametrize(("database_url", "hubs"), [("sqlite", 1), ("postgresql", 2)], indirect=["database_url"])
async def test_killed_hubs_lose_and_double_nothing(zalo_environment, zalo, zalo_rasa, http, hubs):
    settings = Settings.from_env(zalo_environment)
    migrate(settings.database_url)
    await consent(settings, zalo)
    processes = [HubProcess(zalo_environment) for _ in range(hubs)]
    for process in processes:
        await process.start()
    began = time.time()
    events = [zalo.event(str(who), f"câu {n}", at=began + n / 100) for n in range(EACH) for who in range(CITIZENS)]
    limit = asyncio.Semaphore(30)

    async def deliver(event):
        async with limit:
            url = random.choice(processes).url
            assert await zalo.post(http, url, event, pauses=(0.5,) * 200) is not None

    async def kill_now_and_then():
        for number in range(KILLS):
            await asyncio.sleep(3)
            victim = processes[number % hubs]
            await victim.kill()
            await victim.start()

    killing = asyncio.create_task(kill_now_and_then())
    await asyncio.gather(*(deliver(event) for event in events))
    await killing
    wanted = CITIZENS * (EACH + 1)
    try:
        await until(lambda: len(zalo.sent) >= wanted, timeout=600)  # a killed hub keeps its leases for 90 s
        await asyncio.sleep(2)
    finally:
        for process in processes:
            await process.kill()
    per_citizen = Counter(to for to, _, _ in zalo.sent)
    assert set(per_citizen.values()) == {EACH + 1}
    for who in range(CITIZENS):
        answers = zalo.texts_to(str(who))
        assert "trợ lý tự động" in answers[0]
        assert sorted(answers[1:]) == sorted(f"Trả lời: câu {n}" for n in range(EACH))
    assert zalo.faults == []
