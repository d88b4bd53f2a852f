"""`python -m knowledge sync` against a portal that misbehaves: what may pass is tried again, and nothing is lost."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web

from knowledge.models import RecordStatus
from knowledge.portal.client import LIST_PATH
from tests.fixtures.portal_server import MANY, data, once, page


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
