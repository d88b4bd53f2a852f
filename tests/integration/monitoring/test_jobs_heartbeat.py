"""The sign of life of the jobs' process: there while jobs run, gone while one is stuck, back when it has ended."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from bot.jobs import runner as runners
from bot.jobs.heartbeat import beat
from bot.jobs.runner import Job, JobRunner
from bot.store.engine import Database, make_engine


@pytest.fixture
def database(database_url):
    database = Database(make_engine(database_url))
    yield database
    database.close()


async def until(true):
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_process_that_is_stuck_in_a_job_gives_no_sign_of_life(database, clock, tmp_path, monkeypatch):
    monkeypatch.setattr(runners, "STUCK_SECONDS", 0.3)
    begun, gate = asyncio.Event(), asyncio.Event()

    async def hang():
        begun.set()
        await gate.wait()
        return {}

    runner = JobRunner([Job("hangs", timedelta(days=1), "hangs", hang)], lambda: database, clock, "here", 0.01)
    file = tmp_path / "data" / "jobs.alive"
    heart = asyncio.create_task(beat(file, runner.works, 0.02))
    await asyncio.sleep(0.1)
    assert not file.exists()  # it does not look for jobs yet
    runner.start()
    await begun.wait()
    await until(file.exists)  # at work, and not for long
    await until(lambda: not runner.works())
    await asyncio.sleep(0.1)
    file.unlink()
    await asyncio.sleep(0.1)
    assert not file.exists()
    gate.set()
    await until(file.exists)
    await runner.stop()
    assert not runner.works()
    heart.cancel()


async def test_a_disk_that_takes_nothing_does_not_end_the_work(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    heart = asyncio.create_task(beat(blocked / "jobs.alive", lambda: True, 0.01))
    await asyncio.sleep(0.1)
    assert not heart.done()
    heart.cancel()
