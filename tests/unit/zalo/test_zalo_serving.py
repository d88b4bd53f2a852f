"""Who is served, and in which order, where more come than there are places for."""

import asyncio
from collections import deque

import async_timeout
import pytest

from bot.ops.logging import EventLog
from bot.zalo.serving import Serving

LOOK_SECONDS = 0.05


async def eventually(true, seconds=10.0):
    async with async_timeout.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


class Store:
    """A queue that takes a moment to ask, as a database does; who is served is told when they may end."""

    def __init__(self, places=2, look_seconds=60.0):
        self.waiting = deque()
        self.begun, self.ends = [], {}
        self.asked = 0
        self.down = False
        self.answers = asyncio.Event()
        self.answers.set()
        self.serving = Serving(EventLog("test"), self.claim, self.serve, look_seconds, places)

    async def claim(self):
        self.asked += 1
        await asyncio.sleep(0.001)
        await self.answers.wait()
        if self.down:
            raise OSError("away")
        return self.waiting.popleft() if self.waiting else None

    async def serve(self, who):
        self.begun.append(who)
        self.ends[who] = asyncio.Event()
        await self.ends[who].wait()

    def come(self, who):
        """As an event that is stored: served at once where there is a place, else left in the store."""
        if self.serving.has_place():
            self.serving.begin(who)
        else:
            self.waiting.append(who)
            self.serving.leave()

    async def end(self, who):
        await eventually(lambda: who in self.ends)
        self.ends[who].set()


@pytest.fixture
async def store():
    store = Store()
    store.serving.start()
    await eventually(lambda: store.asked)
    yield store
    await store.serving.stop()
    await store.serving.break_off()


async def test_nobody_has_a_place_before_it_has_begun_or_after_it_ends():
    store = Store()
    assert not store.serving.has_place()
    store.serving.start()
    await eventually(lambda: store.asked)
    assert store.serving.has_place()
    await store.serving.stop()
    assert not store.serving.has_place()


async def test_who_comes_new_never_overtakes_who_waits(store):
    for who in range(5):
        store.come(who)
    later = 5
    for who in range(20):
        await store.end(who)
        store.come(later)  # in the very moment in which a place becomes free
        later += 1
        await asyncio.sleep(0)
        store.come(later)
        later += 1
    await eventually(lambda: len(store.begun) >= 20)
    assert store.begun == sorted(store.begun)


async def test_no_more_are_served_than_there_are_places(store):
    for who in range(5):
        store.come(who)
    await asyncio.sleep(0.05)
    assert store.begun == [0, 1]
    await store.end(1)
    await eventually(lambda: store.begun == [0, 1, 2])


async def test_whom_the_store_is_about_to_name_has_a_place_already():
    store = Store(look_seconds=LOOK_SECONDS)
    store.answers.clear()
    store.serving.start()
    await eventually(lambda: store.asked)
    for who in range(5):
        store.come(who)
    store.answers.set()
    await asyncio.sleep(2 * LOOK_SECONDS)
    assert store.begun == [0, 1]
    await store.end(0)
    await eventually(lambda: store.begun == [0, 1, 2])
    await store.serving.stop()
    await store.serving.break_off()


async def test_when_all_who_waited_have_been_served_who_comes_is_served_at_once(store):
    for who in range(3):
        store.come(who)
    for who in range(3):
        await store.end(who)
    await eventually(store.serving.has_place)
    asked = store.asked
    store.come(3)
    await eventually(lambda: 3 in store.begun)
    assert store.asked == asked


async def test_who_is_left_while_the_store_is_being_asked_is_found_without_waiting_for_the_next_look(store):
    store.come(0)
    store.come(1)
    store.come(2)
    store.serving.leave()
    await store.end(0)
    await store.end(1)
    await eventually(lambda: store.asked > 1)
    store.waiting.append(3)
    store.serving.leave()
    await eventually(lambda: 3 in store.begun)


async def test_a_store_that_is_away_is_asked_again():
    store = Store(look_seconds=LOOK_SECONDS)
    store.down = True
    store.serving.start()
    store.waiting.append("somebody")
    await eventually(lambda: store.asked > 1)
    store.down = False
    await eventually(lambda: store.begun == ["somebody"])
    await store.serving.stop()
    await store.serving.break_off()


async def test_what_is_served_at_the_end_is_waited_for_or_broken_off(store):
    store.come("one")
    await eventually(lambda: store.begun)
    await store.serving.stop()
    waited = asyncio.create_task(store.serving.finish(5))
    await asyncio.sleep(0.01)
    assert not waited.done()
    store.ends["one"].set()
    await waited
