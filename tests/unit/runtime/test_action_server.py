"""The action server: what Rasa is answered, what is logged, and who may read its figures."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import zlib
from textwrap import dedent

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.nlu import petition_kind
from bot.ops.logging import EventLog, bind_turn, configure_logging, current_turn
from bot.rasa_runtime import action_server
from bot.rasa_runtime.action_calls import ActionCalls, turn_of
from bot.rasa_runtime.action_server import build_app
from bot.services import default_services
from knowledge.settings import ROOT
from knowledge.topics import load_topics

ACTIONS = """
from rasa_sdk import Action
from rasa_sdk.events import SessionStarted, SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection
from bot.ops.logging import EventLog

class Greet(Action):
    def name(self): return "small_greet"
    async def run(self, dispatcher, tracker, domain):
        EventLog("small").info("greeted")
        dispatcher.utter_message(text="Chào")
        return []

class BreakDown(Action):
    def name(self): return "small_break_down"
    async def run(self, dispatcher, tracker, domain):
        raise KeyError(tracker.latest_message["text"])

class Tidy(Action):
    def name(self): return "small_tidy"
    async def run(self, dispatcher, tracker, domain):
        return [SlotSet(*pair) for pair in tracker.get_slot("to_set")]

class Begin(Action):
    def name(self): return "small_begin"
    async def run(self, dispatcher, tracker, domain):
        return [SlotSet("a", None), SessionStarted(), SlotSet("a", None)]

class Validate(Action):
    def name(self): return "validate_small"
    async def run(self, dispatcher, tracker, domain):
        return [SlotSet("a", None)]

class Decline(Action):
    def name(self): return "small_decline"
    async def run(self, dispatcher, tracker, domain):
        raise ActionExecutionRejection("small_decline", "not now")
"""


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    (folder / "small_actions.py").write_text(dedent(ACTIONS), "utf-8")
    sys.path.insert(0, str(folder))
    yield ActionCalls("small_actions")
    sys.path.remove(str(folder))


@pytest.fixture
def written():
    stream = io.StringIO()
    configure_logging("INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    bind_turn("")


@pytest.fixture
async def client(calls):
    async with TestClient(TestServer(build_app(calls, "secret"))) as client:
        yield client


def call(action, turn="3f2a9c11-4"):
    message = {"text": "tôi là Bí Mật", "metadata": {"turn": turn}, "intent": {}, "entities": []}
    tracker = {"sender_id": "web-1", "slots": {}, "latest_message": message, "events": [], "active_loop": {}}
    return {"next_action": action, "sender_id": "web-1", "tracker": tracker, "domain": {}, "version": "3.6.21"}


async def test_an_action_answers_and_its_log_carries_the_turn(client, written):
    response = await client.post("/webhook", json=call("small_greet"))
    assert response.status == 200
    assert (await response.json())["responses"][0]["text"] == "Chào"
    assert [line["turn"] for line in written() if line["event"] == "greeted"] == ["3f2a9c11-4"]


async def test_a_deflated_call_is_read_as_rasa_may_send_it(client):
    body = zlib.compress(json.dumps(call("small_greet")).encode())
    headers = {"Content-Encoding": "deflate", "Content-Type": "application/json"}
    assert (await client.post("/webhook", data=body, headers=headers)).status == 200


async def test_a_bug_becomes_a_reference_and_nobodys_words_are_logged(client, written):
    response = await client.post("/webhook", json=call("small_break_down"))
    assert response.status == 200
    said = (await response.json())["responses"][0]
    assert said["response"] == "utter_fallback__internal_error"
    line = next(line for line in written() if line["event"] == "action_failed")
    assert (line["reference"], line["turn"]) == (said["reference"], "3f2a9c11-4")
    assert "Bí Mật" not in json.dumps(line, ensure_ascii=False)


async def test_a_rejection_is_told_as_the_stock_server_tells_it(client):
    response = await client.post("/webhook", json=call("small_decline"))
    assert response.status == 400
    assert (await response.json())["action_name"] == "small_decline"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"'])
async def test_what_is_no_call_is_refused(client, body):
    response = await client.post("/webhook", data=body, headers={"Content-Type": "application/json"})
    assert response.status == 400


async def test_figures_need_the_token_and_tell_of_actions(client):
    assert (await client.get("/metrics")).status == 404
    await client.post("/webhook", json=call("small_greet"))
    response = await client.get("/metrics", headers={"Authorization": "Bearer secret"})
    assert 'motcua_stage_seconds_count{stage="action"}' in await response.text()
    assert (await (await client.get("/health")).json()) == {"status": "ok"}
    assert {"name": "small_greet"} in await (await client.get("/actions")).json()


@pytest.mark.parametrize("turn", [None, 4, "x" * 100, "3f2a9c11-4\nforged", "0912345678", {"a": 1}])
def test_only_a_turns_name_is_bound(turn):
    bind_turn(turn)
    assert current_turn() == ""


def test_a_call_without_a_question_of_the_hub_has_no_turn():
    assert turn_of({}) is None
    assert turn_of({"tracker": {"latest_message": None}}) is None


def test_lines_outside_a_turn_name_none(written):
    EventLog("x").info("listening")
    assert "turn" not in written()[0]


async def test_it_has_read_everything_before_it_listens(monkeypatch, tmp_path):
    """The first citizens waited for it, and Rasa took the process for hung."""
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    started = []
    monkeypatch.setattr(action_server.web, "run_app", lambda app, **_: started.append(app))
    learned = (petition_kind._model, load_topics, default_services)
    for one in learned:
        one.cache_clear()
    await asyncio.to_thread(action_server.main, ["--port", "0"])
    assert all(one.cache_info().currsize == 0 for one in learned)
    async with TestServer(started[0]):
        assert all(one.cache_info().currsize for one in learned)


def test_it_holds_no_rasa():
    modules = "bot.rasa_runtime.action_server, actions.procedure"
    code = f"import sys, {modules}; print({{'rasa', 'tensorflow'}} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


async def slots_of(calls, action, slots):
    asked = call(action)
    asked["tracker"]["slots"] = slots
    events = (await calls.run(asked))["events"]
    return [(event["name"], event["value"]) if event["event"] == "slot" else event["event"] for event in events]


async def test_a_slot_that_is_so_already_is_not_set_once_more(calls):
    to_set = [["a", None], ["b", "x"], ["b", "x"], ["a", 1], ["a", None], ["strange", None], ["same", ["x"]]]
    slots = {"a": None, "b": None, "same": ["x"], "to_set": to_set}
    assert await slots_of(calls, "small_tidy", slots) == [("b", "x"), ("a", 1), ("a", None), ("strange", None)]


@pytest.mark.parametrize(("kept", "value"), [(1, True), (0, False), (1, 1.0), ([1], [True]), ({"a": 0}, {"a": False})])
async def test_numbers_and_truth_are_told_apart(calls, kept, value):
    assert await slots_of(calls, "small_tidy", {"a": kept, "to_set": [["a", value]]}) == [("a", value)]


async def test_after_a_new_session_and_from_a_validator_every_slot_is_set(calls):
    assert await slots_of(calls, "small_begin", {"a": None}) == ["session_started", ("a", None)]
    assert await slots_of(calls, "validate_small", {"a": None}) == [("a", None)]
