"""No call of the event log can write what a person said: facts are of known names, events are fixed words."""

from __future__ import annotations

import ast
import io
import json
import logging
from functools import lru_cache

from bot.ops.logging import EventLog, JsonLines
from knowledge.settings import ROOT

LEVELS = {"info", "warning", "error", "fault"}
# Names of facts that say that they are what a person said, or who they are.
NEVER = {"text", "words", "content", "message", "phone", "email", "question", "said", "body", "payload", "user_name"}
# Attributes in which people's own words, names and numbers stand.
PERSONAL = {"text", "words", "content", "phone", "called", "question", "sender_name", "contact_value", "body", "wish"}


@lru_cache(maxsize=1)
def calls() -> list[tuple[str, ast.Call]]:
    """(place, call) of every event that is logged."""
    found = []
    for folder in ("bot", "actions", "knowledge"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text("utf-8")
            for node in ast.walk(ast.parse(source)) if "log." in source else ():
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Attribute) and called.attr in LEVELS and ast.unparse(called.value) == "log":
                    found.append((f"{path.relative_to(ROOT)}:{node.lineno}", node))
    return found


def test_events_are_fixed_words():
    assert len(calls()) > 80
    assert [place for place, call in calls() if not isinstance(call.args[0], ast.Constant)] == []


def test_facts_hold_no_words_of_people():
    faults = []
    for place, call in calls():
        for one in call.keywords:
            if one.arg in NEVER:
                faults.append(f"{place}: {one.arg}: what a person said is not logged")
            read = {node.attr for node in ast.walk(one.value) if isinstance(node, ast.Attribute)}
            if read & PERSONAL and not _counted(one.value):
                faults.append(f"{place}: {one.arg} is made of {sorted(read & PERSONAL)}")
    assert faults == []


def _counted(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("len", "bool")


def test_an_errors_words_are_not_written():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("motcua.canary")
    logger.addHandler(handler)
    try:
        cause = ValueError("chim hoàng yến 0912345678")
        EventLog("canary").fault("it_failed", cause, turn="1-2")
    finally:
        logger.removeHandler(handler)
    line = json.loads(out.getvalue())
    assert (line["event"], line["turn"]) == ("it_failed", "1-2")
    assert "ValueError" in line["error"]
    assert "hoàng yến" not in out.getvalue()
    assert "0912345678" not in out.getvalue()
