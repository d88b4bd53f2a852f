"""Events for analytics: through Rasa's own SQL broker for real, Kafka's and RabbitMQ's by their configuration."""

from __future__ import annotations

import json
import sqlite3

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


async def test_events_reach_a_real_store_without_anybodys_words(tmp_path):
    file = tmp_path / "events.db"
    broker = await EventBroker.create(EndpointConfig(type=TYPE, broker="sql", dialect="sqlite", db=str(file)))
    assert isinstance(broker, ScreenedEventBroker)
    for event in EVENTS:
        broker.publish(event)
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
    inner = broker._broker
    assert (type(inner).__name__, inner.url, inner.topic) == ("KafkaEventBroker", "kafka.internal:9092", "rasa_events")


async def test_an_unknown_broker_ends_the_start():
    with pytest.raises(ValueError, match="kafka, pika, sql"):
        await EventBroker.create(EndpointConfig(url="x", type=TYPE, broker="carrier pigeon"))
