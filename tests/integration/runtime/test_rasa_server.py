"""The real server process, on the project's own actions and a tiny model, with two workers."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from bot.hub.least_busy import SERVED_BY
from bot.supervisor.supervisor import answers
from knowledge.settings import ROOT

WORDS = "số căn cước của tôi là 079012345678"


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tiny_model, tmp_path_factory, port):
    """The process and its log."""
    folder = tmp_path_factory.mktemp("server")
    env = {**os.environ, "MOTCUA_DATA_DIR": str(folder), "MOTCUA_RASA_PORT": str(port), "MOTCUA_LOG_LEVEL": "DEBUG"}
    env["MOTCUA_VECTORS"] = "off"  # no maker beside the test
    env |= {"MOTCUA_RASA_WORKERS": "2", "MOTCUA_METRICS_TOKEN": "test"}
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


def ask(port, sender):
    return post(port, "/webhooks/rest/webhook", {"sender": sender, "message": "xin chào"})


def ask_until_answered(port, sender):
    """As the hub does."""
    for _ in range(20):
        try:
            return ask(port, sender)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("never answered")


def understood(port):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": "Bearer test"})
    with urllib.request.urlopen(request, timeout=20) as response:
        text = response.read().decode()
    for name in ("process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"):
        assert float(re.search(rf"^{name} (.+)$", text, re.MULTILINE)[1]) > 0
    found = re.search(r'^motcua_stage_seconds_count{stage="understanding"} (.+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def children_of(pid):
    return [child.pid for child in psutil.Process(pid).children()]


def open_files(pid):
    return [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]


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


def test_no_connection_to_a_database_and_no_thread_crossed_the_fork(server):
    process, log, _ = server
    assert [path for path in open_files(process.pid) if ".db" in path and "motcua-figures" not in path] == []
    assert len(list(Path(f"/proc/{process.pid}/task").iterdir())) == 1
    assert "at_fork" not in log.read_text()


def test_both_workers_answer_and_their_figures_are_added_up(server):
    process, _, port = server
    workers = psutil.Process(process.pid).children()
    assert len(workers) == 2
    before, counted = [sum(worker.cpu_times()[:2]) for worker in workers], understood(port)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda number: ask(port, f"many-{number}"), range(60)))
    assert all(isinstance(replies, list) for replies in told)
    assert all(sum(worker.cpu_times()[:2]) > spent for worker, spent in zip(workers, before, strict=True))
    assert {understood(port) for _ in range(6)} == {counted + 60}  # whichever is asked


def test_an_answer_says_which_worker_gave_it(server):
    """By that the hub knows whom to ask next."""
    words = json.dumps({"sender": "c", "message": "xin chào"}).encode()
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"http://127.0.0.1:{server[2]}/webhooks/rest/webhook", words, headers)
    with urllib.request.urlopen(asked) as response:
        host, pid = response.headers[SERVED_BY].rsplit("-", 1)
    assert host == socket.gethostname()
    assert int(pid) in children_of(server[0].pid)


def answered(port, body, path="/webhooks/rest/webhook", **headers):
    """Status, headers and words of an answer."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
    try:
        with urllib.request.urlopen(asked, timeout=20) as response:
            return response.status, dict(response.headers), json.load(response)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, dict(refused.headers), refused.read()


@pytest.mark.parametrize("body", [b'{"sender": "q", "message": "xin ch\xc3\xa0o"}', b'{"sender": "q"', b"[1]", b""])
def test_a_plain_question_is_answered_as_sanic_answers_one_with_a_query_or_from_a_page(server, body):
    plain, asked, page = (
        answered(server[2], body, path, **headers)
        for path, headers in (
            ("/webhooks/rest/webhook", {}),
            ("/webhooks/rest/webhook?a=b", {}),
            ("/webhooks/rest/webhook", {"Origin": "https://example.org"}),
        )
    )
    assert plain[0] == asked[0] == page[0]
    if plain[0] == 200:
        told = [re.sub("mã [A-Z0-9]{6}", "mã", json.dumps(one[2], ensure_ascii=False)) for one in (plain, asked, page)]
        assert told == [told[0]] * 3
        assert plain[2]
        assert all(SERVED_BY in headers for _, headers, _ in (plain, asked, page))
        assert [any("Access-Control" in name.title() for name in one[1]) for one in (plain, asked)] == [False, True]


def test_a_worker_that_is_killed_under_questions_loses_none_and_there_are_two_again(server):
    process, log, port = server
    victim, kept = children_of(process.pid)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask_until_answered, port, f"kept-{number}") for number in range(80)]
        while sum(one.done() for one in asked) < 10:
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)
        assert all(isinstance(one.result(30), list) for one in asked)
    end = time.monotonic() + 5
    while len(children_of(process.pid)) < 2 or "worker_ended" not in log.read_text():
        assert time.monotonic() < end
        time.sleep(0.01)
    assert victim not in children_of(process.pid)
    assert kept in children_of(process.pid)
    for number in range(80):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/conversations/kept-{number}/tracker") as response:
            said = [event.get("text") for event in json.load(response)["events"] if event["event"] == "user"]
        assert "xin chào" in said


def test_the_model_of_one_of_them_alone_cannot_be_changed(server):
    request = urllib.request.Request(f"http://127.0.0.1:{server[2]}/model", method="DELETE")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    assert refused.value.code == 403


def test_a_turn_is_answered_that_had_begun_when_it_was_told_to_stop(server):
    process, log, port = server
    with ThreadPoolExecutor(1) as pool, closing(sqlite3.connect(log.parent / "tracker.db")) as tracker:
        tracker.execute("BEGIN IMMEDIATE")  # the turn cannot be stored before this one is over
        asked = pool.submit(ask, port, "last")
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert not asked.done()
        tracker.rollback()
        assert isinstance(asked.result(10), list)
    assert process.wait(10) == 0
    assert not Path(f"/proc/{process.pid}").exists()
    with pytest.raises(ConnectionRefusedError), closing(socket.socket()) as visitor:
        visitor.connect(("127.0.0.1", port))
