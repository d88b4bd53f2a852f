"""`python -m knowledge sync` against a local server that speaks the portal's interface, and misbehaves as it does."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys

import pytest
from aiohttp import web

from knowledge import __main__ as command_line
from knowledge.models import RecordStatus
from knowledge.portal.client import LIST_PATH
from knowledge.settings import ROOT
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import portal_record
from tests.fixtures.portal_server import BLOCK_PAGE, PortalServer, replaying

MANY = 30


@pytest.fixture
def portal():
    server = PortalServer.of_records(*(portal_record(f"1.{number:06}") for number in range(1, MANY + 1)))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def env(portal, tmp_path, monkeypatch):
    values = {
        "MOTCUA_DATA_DIR": str(tmp_path),
        "MOTCUA_PORTAL_URL": portal.url,
        "MOTCUA_PORTAL_PAUSE_MS": "0",
        "MOTCUA_PORTAL_BACKOFF_S": "0 0 0",
        "MOTCUA_PORTAL_PAGE_SIZE": "7",
        "MOTCUA_PORTAL_TIMEOUT_S": "2",
    }
    monkeypatch.delenv("MOTCUA_CATALOGUE_URL", raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def run(env, capsys):
    def call(*arguments):
        capsys.readouterr()
        code = command_line.main(["sync", *arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return call


@pytest.fixture
def store(tmp_path):
    store = CatalogueStore(f"sqlite:///{tmp_path / 'catalogue.db'}")
    store.create()
    yield store
    store.close()


def once(answer, path=None, when=lambda body: True):
    """A fault that answers `answer` to the next matching request."""

    def fault(request, body):
        return answer() if (path is None or request.path == path) and when(body) else None

    return fault


def page(status=200, text=BLOCK_PAGE, **headers):
    return lambda: web.Response(status=status, text=text, content_type="text/html", headers=headers)


def data(body, status=201):
    return lambda: web.json_response(body, status=status)


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
    "fault",
    [
        page(),
        page(403),
        page(429, **{"Retry-After": "0"}),
        page(500),
        page(503, "gateway"),
        page(200, ""),
        page(201, "{half of"),
        page(200, "maintenance"),
    ],
)
@pytest.mark.parametrize("path", ["list", "detail"])
def test_what_may_pass_is_tried_again(run, portal, fault, path):
    portal.faults = [once(fault, when=lambda body, path=path: ("id" in body) == (path == "detail"))] * 2
    code, out, _ = run()
    assert code == 0
    assert f"{MANY} added" in out


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (page(), "firewall"),
        (page(403), "HTTP 403"),
        (page(500), "HTTP 500"),
        (page(200, "maintenance"), "no JSON: 'maintenance'"),
        (data([1, 2]), "does not understand"),
        (data({"code": "BAD"}, 400), "HTTP 400"),
    ],
)
def test_a_portal_that_stays_faulty_ends_the_sync_and_the_catalogue_is_as_it_was(run, portal, store, fault, said):
    run("--codes", "1.000001")
    before = store.revision(), store.counts()
    done = len(portal.fetched())
    portal.faults = [once(fault, when=lambda body: "id" in body and len(portal.fetched()) > done + 10)] * 50
    code, out, err = run()
    assert code == 2
    assert said in err
    assert f"10 of {MANY - 1} records are fetched and kept: run sync again" in err
    assert (store.revision(), store.counts()) == before
    portal.faults = []
    code, out, _ = run()
    assert code == 0
    assert "10 records are there from an earlier run" in out
    assert store.counts()["portal"] == MANY
    asked = portal.fetched()
    assert len(asked) - len(set(asked)) == asked.count(asked[done + 10]) - 1, "only the one that failed is asked again"


def test_one_record_that_cannot_be_had_costs_only_itself(run, portal, store):
    ids = list(portal.details)
    portal.details.pop(ids[0])
    portal.details[ids[1]] = portal.details[ids[1]] | {"code": "3.000285"}
    portal.details[ids[2]] = portal.details[ids[2]] | {"name": ""}
    portal.details[ids[3]] = '"only a text"'
    code, out, err = run("--max-faults", "1")
    assert code == 1
    assert f"{MANY - 4} records fetched" in out
    assert "1.000001: the portal has no record behind" in err
    assert "1.000002: the record behind 1.000002 is that of 3.000285" in err
    assert "1.000003: 1.000003 has no name" in err
    assert "1.000004: the portal has no record" in err
    assert store.history.loads()[0].counts["faults"] == 4
    assert "4 new" in run("--dry-run")[1], "what could not be had is asked for again the next time"


def test_too_many_faulty_records_stop_the_sync(run, portal, store):
    portal.details.clear()
    code, _, err = run()
    assert code == 2
    assert "21 of 21 records cannot be had" in err
    assert store.counts()["procedures"] == 0


def test_a_list_that_ends_early_removes_nothing(run, portal, store):
    run()
    portal.items = portal.items[:5]
    portal.total = MANY
    code, _, err = run()
    assert code == 1
    assert f"the list is not whole: 5 procedures of {MANY}; nothing is taken for removed" in err
    assert store.get("1.000030").status is RecordStatus.CURRENT


def test_a_list_that_lacks_much_of_what_is_known_is_not_believed(run, portal, store):
    run()
    portal.items = portal.items[:5]
    _, _, err = run()
    assert "the list lacks 25 of 30 known procedures: none is marked as removed" in err
    assert store.get("1.000030").status is RecordStatus.CURRENT
    assert "25 removed" in run("--allow-removals")[1]


@pytest.mark.parametrize(
    "cursors",
    [
        lambda body, last: body["lastId"],
        lambda body, last: "A" if body["lastId"] != "A" else "B",
    ],
)
def test_a_cursor_that_comes_again_ends_the_list(run, portal, cursors):
    def stuck(request, body):
        if request.path != LIST_PATH:
            return None
        answer = {"items": portal.items[:7], "total": MANY, "lastId": cursors(body, portal.items[6]["id"])}
        return web.json_response({"code": "OK", "data": answer}, status=201)

    portal.faults = [stuck] * 20
    code, _, err = run("--dry-run")
    assert code == 0
    assert "the list is not whole: 7 procedures" in err
    assert len(portal.asked) <= 4


@pytest.mark.parametrize(
    "body",
    [{"code": "OK"}, {"code": "OK", "data": None}, {"code": "OK", "data": {"items": "x"}}, {"data": {"items": []}}],
)
def test_a_list_of_another_shape_is_no_empty_catalogue(run, portal, store, body):
    run()
    portal.faults = [once(data(body), LIST_PATH)] * 9
    code, _, err = run()
    assert code == 2
    assert "list" in err
    assert store.counts()["portal"] == MANY


def test_entries_that_are_no_entries_are_passed_over(run, portal):
    portal.items[3:3] = [{"id": "x"}, {"code": "1.000001"}, {"id": "", "code": ""}]
    original = portal._list

    def with_rubbish(body):
        answer = json.loads(original(body).body)
        answer["data"]["items"] += [None, 7, "x", []]
        return web.json_response(answer, status=201)

    portal.items = [item for item in portal.items if item.get("id") and item.get("code")]
    portal._list = with_rubbish
    assert f"{MANY} added" in run()[1]


def test_a_slow_or_broken_connection_is_tried_again(run, portal, monkeypatch):
    monkeypatch.setenv("MOTCUA_PORTAL_TIMEOUT_S", "0.3")

    async def slow():
        await asyncio.sleep(1)
        return web.json_response({})

    def cut(request, body):
        if "id" not in body:
            return None
        request.transport.close()
        return web.Response()

    portal.faults = [once(slow), cut, cut]
    code, out, _ = run()
    assert code == 0
    assert f"{MANY} added" in out


def test_a_portal_that_is_not_there_is_named(run, monkeypatch):
    monkeypatch.setenv("MOTCUA_PORTAL_URL", "http://127.0.0.1:1")
    code, _, err = run()
    assert code == 2
    assert "http://127.0.0.1:1 cannot be reached" in err


def test_a_short_user_agent_is_what_the_firewall_blocks(run, monkeypatch):
    monkeypatch.setenv("MOTCUA_PORTAL_USER_AGENT", "curl/8")
    assert "firewall" in run()[2]


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
    monkeypatch.setenv("MOTCUA_PORTAL_PAUSE_MS", "20")
    times = []
    portal.faults = [lambda request, body: times.append(asyncio.get_running_loop().time())]
    run("--codes", "1.000001", "1.000002", "1.000003")
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(gaps) >= 4
    assert min(gaps) > 0.01


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGINT])
def test_a_sync_that_is_stopped_goes_on_where_it_was(portal, env, store, way):
    async def stall():
        await asyncio.sleep(30)

    portal.faults = [once(stall, when=lambda body: "id" in body and len(portal.fetched()) > 12)]
    whole = {**os.environ, **env, "MOTCUA_PORTAL_TIMEOUT_S": "60"}
    process = subprocess.Popen([sys.executable, "-m", "knowledge", "sync"], cwd=ROOT, env=whole, stderr=subprocess.PIPE)
    while len(portal.fetched()) <= 12:
        assert process.poll() is None
    process.send_signal(way)
    said = process.communicate(timeout=20)[1].decode()
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


def test_a_torn_line_of_what_was_fetched_costs_one_record(portal, run, tmp_path, store):
    def down(request, body):
        return page(500)() if "id" in body and len(portal.fetched()) > 5 else None

    portal.faults = [down] * 9
    run()
    portal.faults = []
    staged = tmp_path / "sync" / "fetched.jsonl"
    staged.write_bytes(staged.read_bytes()[:-40])
    before = len(portal.fetched())
    assert "4 records are there from an earlier run" in run()[1]
    assert len(portal.fetched()) == before + MANY - 4
    assert store.counts()["portal"] == MANY
    assert staged.read_bytes() == b""


def test_two_syncs_at_once_are_one_too_many(run, tmp_path):
    import fcntl

    (tmp_path / "sync").mkdir()
    with (tmp_path / "sync" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, _, err = run()
    assert code == 2
    assert "another sync is running" in err


@pytest.mark.requirement("R-02")
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
