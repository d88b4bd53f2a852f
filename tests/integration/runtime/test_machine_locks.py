"""Locks between processes, with two of them."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import pytest
from rasa.core.lock_store import LockError

from bot.rasa_runtime.machine_locks import MachineLockStore, place_of
from knowledge.settings import ROOT

OTHER = """
import asyncio, sys
from pathlib import Path
from bot.rasa_runtime.lean_import import import_rasa
import_rasa(Path("config.yml"))
from bot.rasa_runtime.machine_locks import MachineLockStore

async def hold():
    store = MachineLockStore(Path(sys.argv[1]))
    for conversation in ("a", "c"):
        async with store.lock(conversation):
            print("held", flush=True)
            await asyncio.to_thread(sys.stdin.readline)

asyncio.run(hold())
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds conversation "a" until it reads a line, then "c"."""
    command = [sys.executable, "-c", OTHER, str(tmp_path / "locks")]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


async def test_a_conversation_is_one_process_s_at_a_time_and_free_when_that_is_killed(other, tmp_path):
    store = MachineLockStore(tmp_path / "locks")
    with pytest.raises(LockError):
        async with store.lock("a", lock_lifetime=0.1):
            pytest.fail("both had it")
    async with store.lock("b"):  # another one's
        store.check()
    asking = asyncio.create_task(locked(store, "a"))
    await asyncio.sleep(0.1)
    assert not asking.done()
    other.stdin.write("\n")
    other.stdin.flush()
    await asyncio.wait_for(asking, 5)
    assert await asyncio.to_thread(other.stdout.readline) == "held\n"
    asking = asyncio.create_task(locked(store, "c"))
    await asyncio.sleep(0.1)
    assert not asking.done()
    other.send_signal(signal.SIGKILL)
    await asyncio.wait_for(asking, 5)


async def test_in_a_process_who_comes_first_goes_first_and_the_file_stays_empty(tmp_path):
    store, order = MachineLockStore(tmp_path / "locks"), []

    async def turn(number):
        async with store.lock("a"):
            order.append(number)
            await asyncio.sleep(0.001)
            order.append(number)

    await asyncio.gather(*map(turn, range(5)))
    assert order == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert (tmp_path / "locks").stat().st_size == 0
    assert place_of("a") != place_of("b")


async def locked(store, conversation):
    async with store.lock(conversation):
        pass
