"""Never lost, never doubled: processes killed at any moment, one key from many sides, a database that goes away."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter

import pytest
from pgserver._commands import pg_ctl
from sqlalchemy import select

from bot.errors import StoreDownError
from bot.petitions.build import build_petitions
from bot.petitions.models import PetitionState
from bot.petitions.store import hash_of_key
from bot.petitions.tables import EVENT, PARTY, PETITION
from bot.store.operations import OperationsStore
from tests.fixtures.petitions import draft
from tests.fixtures.postgres import postgres_server
from tests.integration.petitions.conftest import rows

LODGINGS = 110


class Lodger:
    """The process of lodger.py."""

    def __init__(self, url, folder) -> None:
        arguments = [sys.executable, "-m", "tests.integration.petitions.lodger", url, str(folder)]
        self._process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1
        )
        assert self._read() == "ready"

    def _read(self) -> str:
        return self._process.stdout.readline().rstrip("\n")

    def begin(self, key, times=1, killed_after=-1.0) -> None:
        """Have a child lodge; kill it after so many seconds."""
        self._process.stdin.write(f"{key} {times} {killed_after:.4f}\n")

    def end(self) -> list[tuple[str, str]]:
        """Wait for the child's end; return key and code of the receipts that it has shown."""
        lines = [self._read()]
        while not lines[-1].startswith("ended "):
            lines.append(self._read())
        return [tuple(line.split()[1:]) for line in lines if line.startswith("receipt ")]

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)


@pytest.fixture
def lodger(operations, database_url, tmp_path):
    operations()  # migrated before any child comes
    made = []

    def make():
        made.append(Lodger(database_url, tmp_path))
        return made[-1]

    yield make
    for one in made:
        one.close()


async def stored(operations):
    """Hash of key → code of everybody who is there."""
    query = select(PARTY.c.key_hash, PARTY.c.code)
    found = await operations().run(lambda connection: connection.execute(query).all())
    assert len(found) == len({row.key_hash for row in found})
    return {row.key_hash: row.code for row in found}


@pytest.mark.timeout(600)
@pytest.mark.requirement("R-25")
async def test_killed_at_any_moment_each_key_is_one_petition(lodger, operations):
    process = lodger()
    slowest = 0.0
    for _ in range(5):
        began = time.monotonic()
        process.begin("measured")
        process.end()
        slowest = max(slowest, time.monotonic() - began)
    chance, shown, killed = random.Random(7), {}, 0
    for number in range(LODGINGS):
        process.begin(f"k{number}", killed_after=chance.uniform(0, slowest * 1.3))
        receipts = process.end()
        killed += not receipts
        shown.update(receipts)
    before = await stored(operations)
    assert all(before[hash_of_key(key)] == code for key, code in shown.items())
    unseen = [number for number in range(LODGINGS) if f"k{number}" not in shown and hash_of_key(f"k{number}") in before]
    print(f"killed {killed} of {LODGINGS}, stored but not shown {len(unseen)}, shown {len(shown)}")
    assert 0 < killed < LODGINGS
    for number in range(LODGINGS):
        process.begin(f"k{number}")
        ((key, code),) = process.end()
        assert shown.setdefault(key, code) == code
        assert before.get(hash_of_key(key), code) == code
    after = await stored(operations)
    assert len(after) == LODGINGS + 1
    assert len(set(after.values())) == LODGINGS + 1
    petitions, events = await rows(operations, PETITION), await rows(operations, EVENT)
    assert len(petitions) == len(events) == LODGINGS + 1
    assert {petition.state for petition in petitions} == {PetitionState.RECEIVED.value}


@pytest.mark.timeout(300)
async def test_the_same_key_from_two_processes_twenty_times_each(lodger, operations):
    both = [lodger(), lodger()]
    for number in range(3):
        for process in both:
            process.begin(f"same{number}", times=20)
        receipts = [receipt for process in both for receipt in process.end()]
        assert Counter(receipts) == {receipts[0]: 40}
    assert len(await rows(operations, PETITION)) == 3


@pytest.fixture
def stoppable():
    with postgres_server() as server:
        yield server
        server.ensure_postgres_running()


def stop(server):
    pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)


@pytest.mark.timeout(300)
async def test_a_database_that_is_away_is_said_and_the_repeat_succeeds(stoppable, settings, clock):
    operations = OperationsStore(stoppable.get_uri())
    service = build_petitions(settings, operations, clock, b"key").service
    await service.lodge(draft(key="before"))
    stop(stoppable)
    for step in (
        service.lodge(draft()),
        service.receipt_of("before"),
        service.look_up("PA-0000-0000", "4567", "web-1"),
        service.of("web-1"),
        service.similar(draft(key="2")),
    ):
        if step.__name__ == "look_up":
            step.close()
            continue
        with pytest.raises(StoreDownError):
            await step
    stoppable.ensure_postgres_running()
    receipt = await service.lodge(draft())
    assert (await service.lodge(draft())).code == receipt.code
    assert (await service.receipt_of("before")).again
    assert len(await rows(operations, PETITION)) == 2
    operations.close()


@pytest.mark.timeout(300)
async def test_a_server_that_dies_while_petitions_come_in_loses_and_doubles_none(stoppable, settings, clock):
    operations = OperationsStore(stoppable.get_uri())
    service = build_petitions(settings, operations, clock, b"key").service
    await service.lodge(draft(key="first"))
    shown, failed, enough = {}, [], asyncio.Event()

    async def one(number):
        await asyncio.sleep(number * 0.01)
        try:
            shown[f"k{number}"] = (await service.lodge(draft(key=f"k{number}"))).code
        except StoreDownError:
            failed.append(f"k{number}")
        if len(shown) >= 10:
            enough.set()

    tasks = [asyncio.create_task(one(number)) for number in range(300)]
    await enough.wait()
    await asyncio.to_thread(stop, stoppable)
    await asyncio.gather(*tasks)
    assert failed
    stoppable.ensure_postgres_running()
    after_crash = await stored(operations)
    assert all(after_crash[hash_of_key(key)] == code for key, code in shown.items())
    print(f"shown {len(shown)}, failed {len(failed)}, stored though failed {len(after_crash) - 1 - len(shown)}")
    for number in range(300):
        receipt = await service.lodge(draft(key=f"k{number}"))
        assert shown.setdefault(f"k{number}", receipt.code) == receipt.code
    assert len(await rows(operations, PETITION)) == 301
    operations.close()


async def test_a_locked_sqlite_file_is_said_and_the_repeat_succeeds(tmp_path, settings, clock, monkeypatch):
    monkeypatch.setattr("bot.store.engine.BUSY_TIMEOUT_SECONDS", 0.2)
    operations = OperationsStore(f"sqlite:///{tmp_path / 'locked.db'}")
    service = build_petitions(settings, operations, clock, b"key").service
    await service.lodge(draft(key="before"))
    import sqlite3

    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreDownError):
        await service.lodge(draft())
    assert (await service.receipt_of("before")).again  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    assert not (await service.lodge(draft())).again
    operations.close()
