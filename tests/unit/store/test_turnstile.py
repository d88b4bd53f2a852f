"""Who writes to a SQLite file next, where another process writes all the time."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from threading import Event, Thread

import pytest
from sqlalchemy import text

from bot.store import turnstile
from bot.store.engine import Database, make_engine
from bot.store.turnstile import Turnstile
from knowledge.settings import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no locks of files")


def test_one_goes_through_at_a_time(tmp_path):
    path, seen, may_end = tmp_path / "turn", [], Event()

    def first():
        with Turnstile(path, 5.0).first():
            seen.append("first")
            may_end.wait(5)
            seen.append("first ends")

    thread = Thread(target=first)
    thread.start()
    while not seen:
        time.sleep(0.001)
    Thread(target=lambda: (time.sleep(0.05), may_end.set())).start()
    with Turnstile(path, 5.0).first():
        seen.append("second")
    thread.join()
    assert seen == ["first", "first ends", "second"]


def test_who_was_not_let_in_goes_through_all_the_same(tmp_path):
    """Whoever stands in it may have been stopped; SQLite's own lock decides."""
    with Turnstile(tmp_path / "turn", 5.0).first():
        late = Turnstile(tmp_path / "turn", 0.02)
        with late.first():
            pass
    with late.first():
        pass
    late.close()


def test_who_was_not_let_in_once_does_not_wait_again_until_it_is_free(tmp_path):
    """Else each of a hub's writes would wait for somebody who is stopped in the queue."""
    ours, ours_too = Turnstile(tmp_path / "turn", 0.3), Turnstile(tmp_path / "turn", 0.3)
    with Turnstile(tmp_path / "turn", 5.0).first():
        waited = []
        for one in (ours, ours, ours_too):
            began = time.monotonic()
            with one.first() as let_in:
                waited.append((let_in, time.monotonic() - began > 0.2))
        assert waited == [(False, True), (False, False), (False, False)]
    with ours.first() as let_in:
        assert let_in
    with Turnstile(tmp_path / "turn", 5.0).first():
        began = time.monotonic()
        with ours.first() as let_in:  # it was free in between, so that this one waits again
            assert (let_in, time.monotonic() - began > 0.2) == (False, True)
    ours.close()


IN_THE_QUEUE = """
import sys, time
from pathlib import Path
from bot.store.turnstile import Turnstile
with Turnstile(Path(sys.argv[1]), 5.0).first() as let_in:
    print(let_in, flush=True)
    time.sleep(60)
"""


def test_who_is_killed_in_the_queue_gives_its_place_back(tmp_path):
    path = tmp_path / "turn"
    command = [sys.executable, "-c", IN_THE_QUEUE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as other:
        assert other.stdout.readline() == "True\n"
        with Turnstile(path, 0.0).first() as let_in:
            assert not let_in
        other.kill()
        other.wait()
        with Turnstile(path, 0.0).first() as let_in:
            assert let_in


def test_a_lock_file_that_was_deleted_is_made_anew_by_all(tmp_path, monkeypatch):
    """Who runs has the old one open; who comes later would stand in a queue of its own."""
    monkeypatch.setattr(turnstile, "DELETED_SECONDS", 0.0)
    path = tmp_path / "turn"
    ours = Turnstile(path, 0.0)
    with ours.first():
        pass
    path.unlink()
    with Turnstile(path, 0.0).first(), ours.first() as let_in:
        assert not let_in
    ours.close()


@pytest.mark.parametrize("path", [None, "no/such/folder/turn"])
def test_where_there_is_no_file_everybody_goes_through(path, tmp_path):
    ours = Turnstile(tmp_path / path if path else None, 5.0)
    with ours.first():
        pass
    ours.close()


def test_what_root_makes_belongs_to_whose_folder_it_is(tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr("bot.store.turnstile.os.geteuid", lambda: 0)
    monkeypatch.setattr("bot.store.turnstile.os.fchown", lambda _file, user, group: given.append((user, group)))
    with Turnstile(tmp_path / "turn").first():
        pass
    folder = tmp_path.stat()
    assert given == [(folder.st_uid, folder.st_gid)]


def test_an_error_gives_it_back(tmp_path):
    ours = Turnstile(tmp_path / "turn", 5.0)
    with pytest.raises(ValueError, match="ours"), ours.first():
        raise ValueError("ours")
    started = time.monotonic()
    with Turnstile(tmp_path / "turn", 5.0).first():
        pass
    assert time.monotonic() - started < 4


async def test_whoever_begins_to_write_waits_in_it_for_the_lock_and_leaves_it_with_the_lock(tmp_path):
    """So one that writes all the time stands behind who has found the database locked once."""
    file = tmp_path / "operations.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE written (times INTEGER)")
    database = Database(make_engine(f"sqlite:///{file}"))
    found = []

    def write(connection):
        found.append(is_free())
        connection.execute(text("INSERT INTO written VALUES (1)"))

    def is_free():
        """Whether somebody else would be let in."""
        with Turnstile(file.with_name("operations.db-turn"), 0.0).first() as let_in:
            return let_in

    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(database.write(write))
    while is_free():  # noqa: ASYNC110 - a lock of the kernel tells nobody
        await asyncio.sleep(0.001)
    other.execute("COMMIT")
    await writing
    assert found == [True]
    assert is_free()
    other.close()
    database.close()
