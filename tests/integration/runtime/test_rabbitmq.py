"""Screened events over a real RabbitMQ, where Debian's rabbitmq-server is installed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import aio_pika
import psutil
import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.utils.endpoints import EndpointConfig

from tools.topology import free_port

SERVER = shutil.which("rabbitmq-server") or shutil.which("rabbitmq-server", path="/usr/sbin")
pytestmark = pytest.mark.skipif(SERVER is None, reason="rabbitmq-server is not installed")
SECRET = "tôi là Nguyễn Văn Bí Mật"
TYPE = "bot.rasa_runtime.event_broker.ScreenedEventBroker"


@pytest.fixture
def rabbit(tmp_path):
    tmp_path.chmod(0o755)
    port, distribution = free_port(), free_port()
    env = {
        **os.environ,
        "HOME": str(tmp_path),
        "RABBITMQ_NODENAME": f"motcua{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(tmp_path / "data"),
        "RABBITMQ_LOG_BASE": str(tmp_path / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(tmp_path / "plugins"),
        "RABBITMQ_PID_FILE": str(tmp_path / "pid"),
        "ERL_EPMD_PORT": str(free_port()),
    }
    # The script changes to the user "rabbitmq" where it is called by root: the binary behind it is called as we are.
    binary = next(iter(sorted(glob_server())), SERVER)
    with (tmp_path / "out.log").open("wb") as out:
        server = subprocess.Popen([binary], env=env, stdout=out, stderr=out, start_new_session=True)
    yield port
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    for process in psutil.process_iter(["name"]):  # Erlang's name server leaves the group, and outlives it
        if process.info["name"] == "epmd" and process.environ().get("ERL_EPMD_PORT") == env["ERL_EPMD_PORT"]:
            process.kill()


def glob_server():
    return [str(path) for path in Path("/usr/lib/rabbitmq").glob("lib/rabbitmq_server-*/sbin/rabbitmq-server")]


async def connected(port, seconds=40):
    end = time.monotonic() + seconds
    while True:
        try:
            return await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{port}/")
        except (OSError, aio_pika.exceptions.AMQPError):
            assert time.monotonic() < end, "RabbitMQ did not start"
            await asyncio.sleep(0.3)


async def test_events_arrive_without_anybodys_words(rabbit):
    options = {"broker": "pika", "username": "guest", "password": "guest", "port": rabbit, "queues": ["events"]}
    broker = await EventBroker.create(EndpointConfig(url="127.0.0.1", type=TYPE, **options))
    broker.publish({"event": "user", "sender_id": "web-1", "timestamp": 1.0, "text": SECRET})  # it does not run yet
    connection = await connected(rabbit)
    broker.publish({"event": "action", "sender_id": "web-1", "timestamp": 2.0, "name": "action_x", "said": SECRET})
    channel = await connection.channel()
    queue = await channel.declare_queue("events", durable=True)
    bodies = []
    end = time.monotonic() + 30
    while len(bodies) < 2 and time.monotonic() < end:
        message = await queue.get(fail=False, no_ack=True)
        if message is None:
            await asyncio.sleep(0.05)
        else:
            bodies.append(message.body.decode("utf-8"))
    await broker.close()
    await connection.close()
    assert [json.loads(body)["event"] for body in bodies] == ["user", "action"]
    assert "Bí Mật" not in "".join(json.loads(json.dumps(bodies)))
    assert "text" not in json.loads(bodies[0])
