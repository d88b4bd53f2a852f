"""The real server process, on the project's own actions and a tiny model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from bot.supervisor.supervisor import answers
from knowledge.settings import ROOT

WORDS = "số căn cước của tôi là 079012345678"


@pytest.fixture(scope="module")
def port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tiny_model, tmp_path_factory, port):
    """The process and its log."""
    folder = tmp_path_factory.mktemp("server")
    env = {**os.environ, "MOTCUA_DATA_DIR": str(folder), "MOTCUA_RASA_PORT": str(port), "MOTCUA_LOG_LEVEL": "DEBUG"}
    env["MOTCUA_VECTORS"] = "off"  # no maker beside the test
    command = [sys.executable, "-m", "bot.rasa_runtime.server", "--model", str(tiny_model)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    end = time.monotonic() + 90
    while not answers(f"http://127.0.0.1:{port}/"):
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < end
        time.sleep(0.1)
    yield process, folder / "log", port
    process.kill()
    process.wait()


def post(port: int, path: str, body: object) -> object:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.load(response)


def test_it_has_the_surface_of_rasa_run_and_was_warm_before_it_listened(server):
    _, log, port = server
    assert "rasa_ready" in log.read_text()
    assert isinstance(post(port, "/webhooks/rest/webhook", {"sender": "a", "message": "xin chào"}), list)
    assert post(port, "/model/parse", {"text": "xin chào"})["intent"]["name"] == "greet"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/conversations/a/tracker") as response:
        assert json.load(response)["sender_id"] == "a"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_tensorflow_is_not_in_its_memory(server):
    mapped = Path(f"/proc/{server[0].pid}/maps").read_text()
    assert "sklearn" in mapped
    assert "tensorflow" not in mapped


def test_nothing_that_people_say_is_in_the_log_even_at_debug(server):
    _, log, port = server
    for text in (WORDS, f"/{WORDS}", f"/break_down{{{WORDS}", f"/greet@{WORDS}"):
        post(port, "/webhooks/rest/webhook", {"sender": "b", "message": text})
    assert "079012345678" not in log.read_text()


def test_every_line_of_the_log_is_json(server):
    """A line that is not would come from a handler that knows nothing of what must not be printed."""
    lines = server[1].read_text().splitlines()
    assert all(json.loads(line)["event"] for line in lines)


def test_a_second_one_on_the_same_port_says_so_and_ends(server, tiny_model):
    port = server[2]
    env = {**os.environ, "MOTCUA_RASA_PORT": str(port)}
    command = [sys.executable, "-m", "bot.rasa_runtime.server", "--model", str(tiny_model)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=90)
    assert done.returncode == 2
    assert f"Port {port}" in done.stderr
    assert "MOTCUA_RASA_PORT" in done.stderr


def test_it_stops_in_order_when_asked(server):
    process, _, _ = server
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
