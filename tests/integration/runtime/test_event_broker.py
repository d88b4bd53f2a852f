"""Events for analytics: through Rasa's own SQL broker for real, Kafka's and RabbitMQ's by their configuration."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time

import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.utils.endpoints import EndpointConfig

from bot.rasa_runtime.event_broker import ScreenedEventBroker, screened

TYPE = "bot.rasa_runtime.event_broker.ScreenedEventBroker"
SECRET = "tôi là Nguyễn Văn Bí Mật 0912345678"
USER = {
    "event": "user",
    "timestamp": 1.5,
    "sender_id": "web-1",
    "text": SECRET,
    "input_channel": "rest",
    "message_id": "m",
    "parse_data": {
        "text": SECRET,
        "intent": {"name": "ask_procedure", "confidence": 0.9, "strange": SECRET},
        "entities": [{"entity": "name", "value": SECRET}],
        "intent_ranking": [{"name": SECRET}],
    },
    "metadata": {"turn": "3f2a9c11-4", "channel": "web", "strange": SECRET},
}
BOT = {
    "event": "bot",
    "timestamp": 2.5,
    "text": SECRET,
    "data": {"custom": {"answer": {"outcome": "answered_procedure", "text": SECRET}}, "buttons": [{"title": SECRET}]},
}
EVENTS = [
    USER,
    BOT,
    {"event": "slot", "timestamp": 3.0, "name": "phone", "value": SECRET},
    {
        "event": "action",
        "timestamp": 4.0,
        "name": "action_x",
        "policy": "RulePolicy",
        "confidence": 1.0,
        "text": SECRET,
    },
    {"event": "a_kind_of_tomorrow", "timestamp": 5.0, "said": SECRET},
    {"event": "bot", "data": {"custom": {"answer": {"outcome": {"text": SECRET}}}}},
    {"event": "bot", "data": {"custom": [SECRET]}},
    {"event": "user", "parse_data": None, "metadata": None},
]


async def until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def test_events_reach_a_real_store_without_anybodys_words(tmp_path):
    file = tmp_path / "events.db"
    broker = await EventBroker.create(EndpointConfig(type=TYPE, broker="sql", dialect="sqlite", db=str(file)))
    assert isinstance(broker, ScreenedEventBroker)
    for event in EVENTS:
        broker.publish(event)
    await until(lambda: not broker._waiting)
    await broker.close()
    connection = sqlite3.connect(file)
    rows = [json.loads(data) for (data,) in connection.execute("SELECT data FROM events ORDER BY id")]
    connection.close()
    assert len(rows) == len(EVENTS)
    assert "Bí Mật" not in json.dumps(rows, ensure_ascii=False)
    assert rows[0] == {
        "event": "user",
        "timestamp": 1.5,
        "sender_id": "web-1",
        "intent": {"name": "ask_procedure", "confidence": 0.9},
        "metadata": {"channel": "web", "turn": "3f2a9c11-4"},
    }
    assert rows[1] == {"event": "bot", "timestamp": 2.5, "outcome": "answered_procedure"}


@pytest.mark.parametrize("event", EVENTS)
def test_screening_again_changes_little_and_never_brings_words_back(event):
    assert "Bí Mật" not in json.dumps(screened(screened(event)), ensure_ascii=False)


async def test_kafka_is_set_up_by_its_own_keys():
    options = {"broker": "kafka", "topic": "rasa_events", "client_id": "motcua"}
    broker = await EventBroker.create(EndpointConfig(url="kafka.internal:9092", type=TYPE, **options))
    await until(lambda: broker._broker is not None)
    inner = broker._broker
    assert (type(inner).__name__, inner.url, inner.topic) == ("KafkaEventBroker", "kafka.internal:9092", "rasa_events")
    await broker.close()


async def test_an_unknown_broker_ends_the_start():
    with pytest.raises(ValueError, match="kafka, pika, sql"):
        await EventBroker.create(EndpointConfig(url="x", type=TYPE, broker="carrier pigeon"))


class Slow(EventBroker):
    """As Kafka's where its server is away: it waits in the middle of `publish`."""

    def __init__(self):
        self.may_go_on = threading.Event()
        self.published = []

    def publish(self, event):
        self.may_go_on.wait(10)
        self.published.append(event["timestamp"])

    @classmethod
    async def from_endpoint_config(cls, broker_config, event_loop=None):
        return cls()


async def test_nobody_waits_for_a_broker_and_what_is_too_much_goes_the_oldest_first(monkeypatch):
    monkeypatch.setattr("bot.rasa_runtime.event_broker.FIRST_PAUSE", 0.01)
    slow, tries = Slow(), []

    async def connect():
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("away")
        return slow

    broker = ScreenedEventBroker(connect, kept=5)
    began = time.monotonic()
    for number in range(3):
        broker.publish({"event": "user", "timestamp": number})
    assert not broker.is_ready()
    await until(lambda: broker._broker is slow)
    for number in range(3, 9):
        broker.publish({"event": "user", "timestamp": number})
    assert time.monotonic() - began < 5
    slow.may_go_on.set()
    await until(lambda: not broker._waiting)
    assert slow.published[-5:] == [4, 5, 6, 7, 8]
    await broker.close()


async def test_rasa_starts_while_rabbitmq_is_away():
    began = time.monotonic()
    options = {"broker": "pika", "username": "u", "password": "p", "port": 1, "queues": ["events"]}
    broker = await EventBroker.create(EndpointConfig(url="127.0.0.1", type=TYPE, **options))
    broker.publish({"event": "user", "timestamp": 1})
    await asyncio.sleep(0.2)
    assert not broker.is_ready()
    await broker.close()
    assert time.monotonic() - began < 5
