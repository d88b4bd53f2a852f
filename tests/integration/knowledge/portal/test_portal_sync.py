"""`python -m knowledge sync` against a local server that speaks the portal's interface."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time

import pytest

from knowledge import __main__ as command_line
from knowledge.models import RecordStatus
from knowledge.settings import ROOT
from tests.fixtures.catalogue import portal_record
from tests.fixtures.portal_server import MANY, once, replaying


def test_everything_is_fetched_once_and_then_nothing(run, portal, store):
    code, out, _ = run()
    assert code == 0
    assert f"{MANY} records fetched: {MANY} added" in out
    assert store.counts()["portal"] == MANY
    assert len(portal.fetched()) == len(set(portal.fetched())) == MANY
    assert store.get("1.000001").source.url.endswith(portal.details[portal.fetched()[0]]["id"])
    code, out, _ = run()
    assert (code, len(portal.fetched())) == (0, MANY)
    assert "nothing to do" in out


@pytest.mark.requirement("R-04", "R-05")
def test_only_what_is_new_or_changed_is_fetched_and_what_is_gone_is_marked(run, portal, store):
    run()
    portal.publish(portal_record("1.000003", name="Tên khác"))
    portal.publish(portal_record("1.000099"))
    portal.withdraw("1.000007")
    before = len(portal.fetched())
    code, out, _ = run("--by", "Lan", "--why", "hằng ngày")
    assert code == 0
    assert f"{MANY} on the list: 1 new, 1 changed there, 0 to look at again, 1 gone" in out
    assert "2 records fetched: 1 added, 1 changed, 1 removed" in out
    assert len(portal.fetched()) == before + 2
    assert store.get("1.000007").status is RecordStatus.REMOVED
    assert store.history.loads()[0].by == "Lan"
    assert "0 gone" in run()[1], "what is known to be gone is not news"
    portal.publish(portal_record("1.000007"))
    run()
    assert store.get("1.000007").status is RecordStatus.CURRENT


def test_a_change_that_the_list_does_not_show_is_found_by_looking_again(run, portal, store):
    run()
    page_id = next(key for key, record in portal.details.items() if record["code"] == "1.000005")
    portal.details[page_id] = portal.details[page_id] | {"requirementsAndConditions": "Điều kiện mới."}
    assert "nothing to do" in run()[1]
    assert "1 changed" in run("--codes", "1.000005", "1.000006")[1]
    assert f"{MANY} to look at again" in run("--full")[1]
    assert store.get("1.000005").requirements == ("Điều kiện mới.",)


def test_codes_that_are_not_on_the_list_are_named(run, portal):
    code, out, err = run("--codes", "1.000001", "9.999999")
    assert code == 1
    assert "not on the list: 9.999999" in err
    assert "1 records fetched: 1 added" in out
    assert len(portal.fetched()) == 1


def test_a_dry_run_fetches_no_record_and_changes_nothing(run, portal, store):
    code, out, _ = run("--dry-run")
    assert code == 0
    assert f"{MANY} new" in out
    assert portal.fetched() == []
    assert store.counts()["procedures"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MOTCUA_PORTAL_URL", "ftp://x"),
        ("MOTCUA_PORTAL_PAUSE_MS", "-1"),
        ("MOTCUA_PORTAL_PAGE_SIZE", "many"),
        ("MOTCUA_PORTAL_BACKOFF_S", "1 soon"),
        ("MOTCUA_PORTAL_TIMEOUT_S", "nan"),
    ],
)
def test_wrong_settings_are_named(run, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    code, _, err = run()
    assert code == 2
    assert name in err


def test_the_pace_is_kept(portal, run, monkeypatch):
    monkeypatch.setenv("MOTCUA_PORTAL_PAUSE_MS", "250")
    times = []
    portal.faults = [lambda request, body: times.append(asyncio.get_running_loop().time())]
    run("--codes", "1.000001", "1.000002", "1.000003")
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(gaps) >= 4
    assert min(gaps) > 0.05  # a busy machine may look at a request late, and at the next in time


def _listening():
    """Ctrl-C counts in the command also where the tests run in the background of a shell, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGINT])
def test_a_sync_that_is_stopped_goes_on_where_it_was(portal, env, store, way):
    async def stall():
        await asyncio.sleep(30)

    portal.faults = [once(stall, when=lambda body: "id" in body and len(portal.fetched()) > 12)]
    whole = {**os.environ, **env, "MOTCUA_PORTAL_TIMEOUT_S": "60"}
    command = [sys.executable, "-m", "knowledge", "sync"]
    process = subprocess.Popen(command, cwd=ROOT, env=whole, stderr=subprocess.PIPE, preexec_fn=_listening)
    while len(portal.fetched()) <= 12:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(way)
    said = process.communicate(timeout=60)[1].decode()
    if way == signal.SIGINT:
        assert "stopped; what was fetched is kept: run sync again to go on" in said
        assert "Traceback" not in said
    assert store.counts()["procedures"] == 0
    done = len(portal.fetched())
    again = subprocess.run(
        [sys.executable, "-m", "knowledge", "sync"], cwd=ROOT, env=whole, capture_output=True, text=True
    )
    assert again.returncode == 0, again.stderr
    assert "12 records are there from an earlier run" in again.stdout
    assert len(portal.fetched()) == done + MANY - 12
    assert store.counts()["portal"] == MANY


def test_two_syncs_at_once_are_one_too_many(run, tmp_path):
    import fcntl

    (tmp_path / "sync").mkdir()
    with (tmp_path / "sync" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, _, err = run()
    assert code == 2
    assert "another sync is running" in err


@pytest.mark.requirement("R-02")
@pytest.mark.timeout(300)
def test_the_whole_recorded_portal(shared_data, tmp_path, monkeypatch, capsys):
    folder = shared_data / "catalogue"
    server = replaying(folder / "portal_list_2026-07-18.jsonl.gz", folder / "portal_detail_2026-07-18.jsonl.gz")
    server.start()
    try:
        monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("MOTCUA_PORTAL_URL", server.url)
        monkeypatch.setenv("MOTCUA_PORTAL_PAUSE_MS", "0")
        assert command_line.main(["sync"]) == 0
        assert "5664 records fetched: 5664 added" in capsys.readouterr().out
        assert len(server.fetched()) == 5664
    finally:
        server.stop()
