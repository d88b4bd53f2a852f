"""The supervisor with children that are a few lines of Python."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from bot.supervisor.child import ChildSpec
from bot.supervisor.ports import busy_port_sentence, port_is_free
from bot.supervisor.progress import Progress
from bot.supervisor.steps import Step, run_step
from bot.supervisor.supervisor import Supervisor, answers

SERVER = """
import http.server, os, pathlib, signal, sys
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[2]).write_text(str(os.getpid()))
class Ok(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer.allow_reuse_address = True
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ok).serve_forever()
"""


class Stand:
    """A supervisor in a thread, over one fake server."""

    def __init__(self, tmp_path: Path, port: int, *flags: str, code: str = SERVER) -> None:
        self.pid_file, self.url, self.out = tmp_path / "pid", f"http://127.0.0.1:{port}/", io.StringIO()
        command = (sys.executable, "-c", code, str(port), str(self.pid_file), *flags)
        spec = ChildSpec("server", command, tmp_path / "log" / "server.log", self.url)
        self.stopping, self.ready, self.result = threading.Event(), threading.Event(), None
        self._supervisor = Supervisor([spec], tmp_path, Progress(self.out), self.stopping.is_set)
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        self.result = self._supervisor.run(self.ready.set)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self._thread.join(15)
        assert not self._thread.is_alive()

    def pid(self) -> int:
        return int(self.pid_file.read_text())


@pytest.fixture
def stand(tmp_path, free_port):
    stands = []

    def make(*flags: str, code: str = SERVER) -> Stand:
        stands.append(Stand(tmp_path, free_port, *flags, code=code))
        stands[-1].start()
        return stands[-1]

    yield make
    for each in stands:
        each.stop()


def test_a_killed_process_is_back_within_seconds_and_nothing_is_left_after_the_stop(stand, eventually):
    it = stand()
    assert it.ready.wait(10)
    first = it.pid()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: it.pid() != first and answers(it.url), 10)
    eventually(lambda: "server is back" in it.out.getvalue(), 5)
    second = it.pid()
    it.stop()
    assert it.result is True
    eventually(lambda: not psutil.pid_exists(second), 5)
    assert "server ended (code -9); starting it again" in it.out.getvalue()


def test_a_process_that_ignores_the_request_to_stop_is_killed(stand, eventually, monkeypatch):
    monkeypatch.setattr("bot.supervisor.supervisor.SECONDS_TO_STOP", 0.5)
    it = stand("stubborn")
    assert it.ready.wait(10)
    began, pid = time.monotonic(), it.pid()
    it.stop()
    assert time.monotonic() - began < 5
    eventually(lambda: not psutil.pid_exists(pid), 5)


def test_a_process_that_does_not_come_up_ends_the_start_and_shows_why(stand):
    it = stand(code="raise SystemExit('no model here')")
    it._thread.join(10)
    assert it.result is False
    assert not it.ready.is_set()
    assert "no model here" in it.out.getvalue()
    assert "server ended with code 1" in it.out.getvalue()


def test_no_orphan_when_the_supervisor_itself_is_killed(tmp_path, free_port, eventually):
    if not sys.platform.startswith("linux"):
        pytest.skip("the kernel of other systems does not tell a child that its parent died")
    runner = f"""
import sys, threading
from pathlib import Path
from bot.supervisor.child import ChildSpec
from bot.supervisor.progress import Progress
from bot.supervisor.supervisor import Supervisor
tmp = Path(sys.argv[1])
spec = ChildSpec("server", (sys.executable, "-c", {SERVER!r}, "{free_port}", str(tmp / "pid")), tmp / "log",
                 "http://127.0.0.1:{free_port}/")
Supervisor([spec], tmp, Progress(), lambda: False).run(lambda: (tmp / "ready").touch())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", runner, str(tmp_path)], stdout=subprocess.DEVNULL)
    eventually((tmp_path / "ready").exists)
    child = int((tmp_path / "pid").read_text())
    supervisor.kill()
    supervisor.wait()
    eventually(lambda: not psutil.pid_exists(child), 5)


def test_a_step_shows_the_end_of_its_output_when_it_fails(tmp_path):
    out = io.StringIO()
    step = Step("Catalogue", (sys.executable, "-c", "print('line 7 is broken'); raise SystemExit(3)"), tmp_path / "log")
    assert run_step(step, tmp_path, Progress(out), lambda: False) is False
    assert "✗ Catalogue: exit code 3" in out.getvalue()
    assert "line 7 is broken" in out.getvalue()


def test_a_step_ends_when_the_person_wants_to_stop(tmp_path):
    step = Step("Training", (sys.executable, "-c", "import time; time.sleep(60)"), tmp_path / "log")
    began = time.monotonic()
    assert run_step(step, tmp_path, Progress(io.StringIO()), lambda: time.monotonic() - began > 0.5) is False
    assert time.monotonic() - began < 5


def test_a_busy_port_is_said_with_the_setting_to_change(free_port):
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free_port))
        holder.listen()
        assert not port_is_free("127.0.0.1", free_port)
        env = {**os.environ, "MOTCUA_WEB_PORT": str(free_port)}
        done = subprocess.run([sys.executable, "-m", "bot.run"], env=env, capture_output=True, text=True, timeout=90)
    assert done.returncode == 2
    assert busy_port_sentence("127.0.0.1", free_port, "MOTCUA_WEB_PORT") in done.stdout
    assert port_is_free("127.0.0.1", free_port)


def test_a_wrong_setting_is_a_sentence():
    env = {**os.environ, "MOTCUA_WEB_PORT": "eighty"}
    done = subprocess.run([sys.executable, "-m", "bot.run"], env=env, capture_output=True, text=True, timeout=90)
    assert done.returncode == 2
    assert "MOTCUA_WEB_PORT" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
