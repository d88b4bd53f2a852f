"""Processes that start while PostgreSQL is away: they wait, and work when it has come; or end with a sentence."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot import web
from bot.errors import SettingInvalidError, StoreDownError
from bot.jobs import __main__ as jobs
from bot.ops.screening.clauses import load_phrases
from bot.rasa_runtime import server as rasa
from bot.rasa_runtime import tracker_store
from bot.store import awaiting, engine, migrate
from bot.store.engine import Database, make_engine
from knowledge import postgres as postgres_waiting
from knowledge.engine import open_engine
from knowledge.settings import ROOT
from tests.fixtures.postgres import fresh_database
from tools.topology import answers, free_port

SOON = 0.3


class Gate:
    """An address at which the database is away until `open`: what comes then is handed on to its socket."""

    def __init__(self, url):
        at = urlsplit(url)
        (self._folder,) = parse_qs(at.query)["host"]
        self.port, self._listener = free_port(), None
        self.speaks = threading.Event()  # cleared, connections stay, and nothing is said on them any more
        self.speaks.set()
        self.url = f"postgresql://{at.username}@127.0.0.1:{self.port}{at.path}"

    def open(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._take, daemon=True).start()

    def close(self):
        if self._listener is not None:
            self._listener.close()

    def _take(self):
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            there = socket.socket(socket.AF_UNIX)
            there.connect(f"{self._folder}/.s.PGSQL.5432")
            threading.Thread(target=_pump, args=(here, there, self.speaks), daemon=True).start()


def _pump(here, there, speaks):
    other = {here: there, there: here}
    with closing(here), closing(there):
        while True:
            for end in select.select(list(other), [], [])[0]:
                speaks.wait()
                said = end.recv(65536)
                if not said:
                    return
                other[end].sendall(said)


@pytest.fixture
def gate(postgres, postgres_template):
    with fresh_database(postgres, postgres_template) as url:
        gate = Gate(url)
        yield gate
        gate.close()


@pytest.fixture
def env(gate, tmp_path, monkeypatch):
    made = {
        "MOTCUA_DATA_DIR": str(tmp_path / "data"),
        "MOTCUA_DATABASE_URL": gate.url,
        "MOTCUA_TRACKER_URL": gate.url,
        "MOTCUA_SECRET": "test secret",
        "MOTCUA_PHOTO_KEYS": "a-key-for-photos",
        "MOTCUA_WEB_PORT": str(free_port()),
        "MOTCUA_RASA_PORT": str(free_port()),
        "MOTCUA_JOBS": "off",
    }
    for name, value in made.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(os, "umask", lambda _: 0)
    return {**os.environ, **made}


def test_a_hub_waits_and_is_ready_when_the_database_comes(gate, env, tmp_path):
    log = tmp_path / "hub.log"
    with log.open("wb") as file:
        hub = subprocess.Popen((sys.executable, "-m", "bot.web"), cwd=ROOT, env=env, stdout=file, stderr=file)
    address = f"http://127.0.0.1:{env['MOTCUA_WEB_PORT']}/readyz/traffic"
    try:
        until(lambda: '"database_awaited"' in log.read_text("utf-8"))
        with pytest.raises(ConnectionRefusedError), closing(socket.socket()) as window:
            window.connect(("127.0.0.1", int(env["MOTCUA_WEB_PORT"])))  # who is turned away goes to another hub
        gate.open()
        until(lambda: answers(address))
        assert '"database_came"' in log.read_text("utf-8")
        assert "MOTCUA_DATABASE_URL" in log.read_text("utf-8")
    finally:
        hub.terminate()
        hub.wait(20)


def until(true, seconds=40):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_hub_has_read_what_it_screens_for_before_it_listens(gate, env, monkeypatch):
    """Else the first messages have each thread read it, all at once, and nobody is answered meanwhile."""

    def full(_settings):
        raise SettingInvalidError("in use")

    gate.open()
    load_phrases.cache_clear()
    monkeypatch.setattr(web, "listen", full)
    assert web.main() == 2
    assert load_phrases.cache_info().currsize


def test_who_waited_in_vain_ends_with_a_sentence(gate, env, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(awaiting, "WAIT_SECONDS", SOON)
    monkeypatch.setattr(awaiting, "PAUSE_SECONDS", SOON / 2)
    model = tmp_path / "model.tar.gz"
    model.touch()
    mains = {
        "hub": web.main,
        "jobs": lambda: jobs.main(["work"]),
        "Rasa": lambda: rasa.main(["--model", str(model)]),
        "migrate": migrate.main,
    }
    for name, main in mains.items():
        assert main() == 1, name
        setting = "MOTCUA_TRACKER_URL" if name == "Rasa" else "MOTCUA_DATABASE_URL"
        said = capsys.readouterr().err.splitlines()[-1]
        assert said.startswith(f"the database of {setting} did not answer"), name
        assert "refused" in said


def test_who_is_awaited_in_the_meantime_is_found(gate, monkeypatch):
    monkeypatch.setattr(awaiting, "PAUSE_SECONDS", 0.1)
    threading.Timer(0.5, gate.open).start()
    awaiting.await_database(gate.url, "MOTCUA_DATABASE_URL")


def test_a_password_is_told_nobody(monkeypatch):
    monkeypatch.setattr(awaiting, "WAIT_SECONDS", SOON)
    monkeypatch.setattr(awaiting, "PAUSE_SECONDS", SOON / 2)
    with pytest.raises(StoreDownError) as ended:
        awaiting.await_database(f"postgresql://me:geheim@127.0.0.1:{free_port()}/x", "MOTCUA_DATABASE_URL")
    assert "geheim" not in str(ended.value)


@pytest.fixture
def soon_given_up(monkeypatch):
    monkeypatch.setattr(postgres_waiting, "_limit", SOON)
    monkeypatch.setattr(postgres_waiting, "CONNECT_SECONDS", SOON)


async def test_a_database_that_falls_silent_is_given_up_and_used_again_when_it_speaks(gate, soon_given_up, monkeypatch):
    """A server whose machine was stopped: its kernel confirms what is sent, and nobody answers."""
    monkeypatch.setattr(engine, "READY_SECONDS", SOON)
    gate.open()
    database = Database(make_engine(gate.url))
    makers = (open_engine, tracker_store.tuned_postgres_engine)
    others = [maker(gate.url) for maker in makers]
    try:
        assert await database.is_ready()
        for other in others:
            other.connect().close()  # leaves one in the pool
        gate.speaks.clear()
        for _ in range(10):  # more than there are threads and connections
            began = time.monotonic()
            assert not await database.is_ready()
            assert time.monotonic() - began < 4 * SOON
        with pytest.raises(OperationalError, match="said nothing"):
            await database.run(lambda connection: connection.execute(text("SELECT 1")))
        for other in others:
            with pytest.raises(OperationalError, match="said nothing"):
                other.connect()
        gate.speaks.set()
        assert await database.is_ready()
        for other in others:
            other.connect().close()
    finally:
        gate.speaks.set()
        database.close()
        for other in others:
            other.dispose()


def test_a_migration_may_take_longer_than_anybody_waits_for_an_answer(gate, soon_given_up):
    gate.open()
    slow = make_engine(gate.url)
    with pytest.raises(OperationalError, match="said nothing"), slow.connect() as connection:
        connection.execute(text(f"SELECT pg_sleep({4 * SOON})"))
    with postgres_waiting.patiently(), slow.connect() as connection:
        connection.execute(text(f"SELECT pg_sleep({4 * SOON})"))
    slow.dispose()


def test_what_a_process_that_hangs_in_a_transaction_has_locked_is_free_after_a_while(gate, monkeypatch):
    monkeypatch.setattr(engine, "IDLE_SECONDS", SOON)
    gate.open()
    hangs, waits = make_engine(gate.url), make_engine(gate.url)
    taken = text("SELECT pg_advisory_xact_lock(1)")
    held = hangs.connect()
    held.execute(taken)
    with waits.begin() as other:
        other.execute(taken)  # would wait for ever
    with pytest.raises(OperationalError):
        held.execute(taken)
    held.close()
    with hangs.begin() as again:
        again.execute(taken)
    for one in (hangs, waits):
        one.dispose()
