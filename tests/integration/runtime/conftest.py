from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Wait for a condition that another process brings about."""

    def wait(condition: Callable[[], object], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"did not come true within {seconds} s"
            time.sleep(0.05)

    return wait


TINY = {
    "config.yml": """
        recipe: default.v1
        language: vi
        assistant_id: tiny
        importers:
        - name: bot.domain_importer.DomainPartsImporter
        pipeline:
        - name: KeywordIntentClassifier
        policies:
        - name: RulePolicy
          enable_fallback_prediction: false
        """,
    "domain.yml": """
        version: "3.1"
        intents: [greet]
        actions: [tiny_greet]
        session_config: {session_expiration_time: 480, carry_over_slots_to_new_session: false}
        """,
    "domain/errors.yml": """
        version: "3.1"
        intents: [break_down, decline]
        actions: [tiny_break_down, tiny_decline, validate_tiny_form]
        slots:
          code:
            type: text
            mappings:
            - type: from_text
              conditions: [{active_loop: tiny_form}]
        forms:
          tiny_form: {required_slots: [code]}
        responses:
          utter_ask_code: [{text: "Mã nào ạ?"}]
          utter_declined: [{text: "Không làm được."}]
          utter_fallback__internal_error: [{text: "Xin lỗi, mã {reference}"}]
        """,
    "data/nlu.yml": """
        version: "3.1"
        nlu:
        - intent: greet
          examples: |
            - xin chào
        - intent: break_down
          examples: |
            - hỏng
        - intent: decline
          examples: |
            - từ chối
        """,
    "data/rules.yml": """
        version: "3.1"
        rules:
        - rule: greet
          steps: [{intent: greet}, {action: tiny_greet}]
        - rule: break down
          steps: [{intent: break_down}, {action: tiny_break_down}]
        - rule: a form
          steps: [{intent: decline}, {action: tiny_form}, {active_loop: tiny_form}]
        """,
    "tiny_actions/__init__.py": "",
    "tiny_actions/all.py": """
        from rasa_sdk import Action
        from rasa_sdk.interfaces import ActionExecutionRejection

        class Greet(Action):
            def name(self): return "tiny_greet"
            async def run(self, dispatcher, tracker, domain):
                buttons = [{"title": "Hỏng", "payload": "/break_down"}]
                dispatcher.utter_message(text="Chào", buttons=buttons, json_message={"answer": {"a": 1}})
                return []

        class BreakDown(Action):
            def name(self): return "tiny_break_down"
            async def run(self, dispatcher, tracker, domain):
                raise KeyError(tracker.latest_message["text"])

        class Decline(Action):
            def name(self): return "tiny_decline"
            async def run(self, dispatcher, tracker, domain):
                raise ActionExecutionRejection("tiny_decline", "not now")

        class ValidateTinyForm(Action):
            def name(self): return "validate_tiny_form"
            async def run(self, dispatcher, tracker, domain):
                raise RuntimeError("checked nothing")
        """,
}


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Rasa project of a few lines, with actions that go wrong."""
    root = tmp_path_factory.mktemp("tiny")
    for name, text in TINY.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def tiny_model(tiny_project: Path) -> Path:
    """Its model, trained as `make train` does it."""
    from bot.rasa_runtime.training import ensure_model

    return ensure_model(tiny_project, tiny_project / "models")


@pytest.fixture(scope="session")
def tiny_talker(tiny_project: Path, tiny_model: Path):
    """Its assistant, with the actions in this process."""
    from bot.rasa_runtime.conversation import Conversations
    from bot.rasa_runtime.in_process_actions import InProcessActions

    sys.path.insert(0, str(tiny_project))
    return Conversations.load(tiny_model, InProcessActions("tiny_actions"))
