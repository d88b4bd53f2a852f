"""Forked workers without Rasa: a parent whose workers say who they are to whoever connects."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from knowledge.processors import available_processors
from knowledge.settings import ROOT

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

PARENT = """
import os, signal, socket, sys, threading, time
from bot.ops.logging import EventLog
from bot.rasa_runtime.logs import configure_logging
from bot.rasa_runtime.workers import Workers

def work(beat):
    if sys.argv[1] == "die":
        raise ValueError("0912345678")
    if sys.argv[1] == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    def beating():
        while True:
            beat()
            time.sleep(0.05)
    threading.Thread(target=beating, daemon=True).start()
    while True:
        visitor, _ = door.accept()
        visitor.sendall(str(os.getpid()).encode())
        visitor.close()

configure_logging("INFO")
door = socket.socket()
door.bind(("127.0.0.1", 0))
door.listen(50)
print(door.getsockname()[1], flush=True)
silent = 1.0 if sys.argv[1] == "hang" else 60.0
sys.exit(Workers(2, work, door, seconds_to_stop=0.5, seconds_silent=silent).watch())
"""


@pytest.fixture
def start(tmp_path):
    """Start a parent; return its process, its port and its log."""
    started = []

    def start(how="serve"):
        log = tmp_path / "log"
        with log.open("wb") as file:
            command = [sys.executable, "-c", PARENT, how]
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=file)
        started.append(process)
        return process, int(process.stdout.readline()), log

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def ask(port):
    with socket.create_connection(("127.0.0.1", port), 5) as visitor:
        return int(visitor.recv(100))


def children(process):
    return {int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()}


def until(true, seconds=10):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def events(log):
    return [json.loads(line)["event"] for line in log.read_text("utf-8").splitlines()]


def test_who_is_killed_is_made_anew_and_the_port_never_closes(start):
    process, port, log = start()
    until(lambda: len(children(process)) == 2)
    before = children(process)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: events(log).count("worker_ended") == 2)
    assert ask(port) not in before  # it waited for the next one, and was not refused
    until(lambda: len(children(process)) == 2)
    assert children(process) & before == set()
    process.terminate()
    assert process.wait(5) == 0
    assert events(log).count("worker_ended") == 2  # those who were told to are no news


def test_who_does_not_stop_when_told_is_ended(start):
    process, port, _ = start("deaf")
    asked = {ask(port) for _ in range(3)}
    process.terminate()
    assert process.wait(5) == 0
    assert [pid for pid in asked if Path(f"/proc/{pid}").exists()] == []


def test_who_hangs_is_ended_and_made_anew(start):
    process, _, log = start("hang")
    until(lambda: len(children(process)) == 2)
    hung, other = children(process)
    os.kill(hung, signal.SIGSTOP)
    until(lambda: "worker_hangs" in events(log))
    until(lambda: hung not in children(process) and len(children(process)) == 2)
    assert other in children(process)
    assert events(log).count("worker_ended") == 1


def test_a_parent_that_is_killed_leaves_nobody_at_the_port(start):
    process, port, _ = start()
    until(lambda: len(children(process)) == 2)
    workers = children(process)
    process.kill()
    process.wait()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    with pytest.raises(ConnectionRefusedError):
        ask(port)


def test_an_image_whose_workers_do_not_live_is_given_up_and_words_stay_out_of_the_log(start):
    process, _, log = start("die")
    assert process.wait(20) == 1
    assert events(log)[-1] == "workers_do_not_live"
    assert "0912345678" not in log.read_text("utf-8")


@pytest.mark.parametrize(
    ("said", "found"), [("max 100000", None), ("50000 100000", 1), ("100000 100000", 1), ("nonsense", None)]
)
def test_a_container_may_use_no_more_processors_than_it_is_given(tmp_path, said, found):
    (tmp_path / "cpu.max").write_text(said)
    allowed = len(os.sched_getaffinity(0))
    assert available_processors(tmp_path / "cpu.max") == (allowed if found is None else found)
    assert available_processors(tmp_path / "none") == allowed
