"""Rasa as it comes, beside the assistant in one run: DIET, TED, an action server over HTTP, trackers in memory.

It is given 30 examples of each of our intents and learns for one round: how well it answers is not what is measured,
and a turn costs the same after one round as after a hundred. After one round it is sure of nothing, so what it falls
back to (`nlu_fallback`) is answered by the same action: else most turns would go without the action server.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import yaml

from knowledge.plain_yaml import plain_yaml
from tools.bench import free_port
from tools.measuring import ROOT, note

EXAMPLES = 30
START_LIMIT = 600.0
"""Seconds; TensorFlow alone takes a minute to load where others use the processor."""
TAIL = 3000
"""Characters of a log that are shown where something failed."""
PIPELINE = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 1},
    {"name": "EntitySynonymMapper"},
    {"name": "FallbackClassifier", "threshold": 0.3},
]
POLICIES = [{"name": "MemoizationPolicy"}, {"name": "RulePolicy"}, {"name": "TEDPolicy", "max_history": 5, "epochs": 1}]
ACTION = """
from rasa_sdk import Action


class Answer(Action):
    def name(self):
        return "action_answer"

    async def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="Anh/chị chuẩn bị tờ khai.")
        return []
"""


@dataclass(frozen=True)
class StockRasa:
    """A running one. `webhook`: its REST channel; `server`, `actions`: the two processes."""

    webhook: str
    server: int
    actions: int


@contextmanager
def stock_rasa(folder: Path) -> Iterator[StockRasa]:
    """Rasa as it comes, trained and running. Its words go to log files in `folder`; a model there is used again."""
    port, actions_port = free_port(), free_port()
    _write_project(folder, actions_port)
    if not any((folder / "models").glob("*.tar.gz")):
        note("training Rasa as it comes")
        training = _start(folder, "train", "rasa", "train", "--quiet")
        if training.wait():
            raise SystemExit(f"Rasa as it comes could not be trained:\n{_tail(folder, 'train')}")
    note("starting Rasa as it comes")
    actions = _start(folder, "actions", "rasa_sdk", "--actions", "actions", "--port", str(actions_port))
    server = _start(folder, "server", "rasa", "run", "--port", str(port), "--interface", "127.0.0.1")
    try:
        webhook = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
        asyncio.run(_wait_for(webhook, server, folder))
        yield StockRasa(webhook, server.pid, actions.pid)
    finally:
        for process in (server, actions):
            process.terminate()
        for process in (server, actions):
            process.wait(30)


def _start(folder: Path, name: str, *module: str) -> subprocess.Popen[bytes]:
    env = os.environ | {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    with (folder / f"{name}.log").open("wb") as log:
        command = [sys.executable, "-W", "ignore", "-m", *module]
        return subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=subprocess.STDOUT)


def _tail(folder: Path, *names: str) -> str:
    """Return the end of each log, under its name."""
    logs = [folder / f"{name}.log" for name in names]
    return "\n".join(f"{log}:\n{log.read_text('utf-8', 'replace')[-TAIL:]}" for log in logs)


def _write_project(folder: Path, actions_port: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    examples = _examples()
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in examples.items()
    ]
    steps = [{"intent": intent} for intent in [*examples, "nlu_fallback"]]
    rules = [{"rule": f"rule {n}", "steps": [step, {"action": "action_answer"}]} for n, step in enumerate(steps)]
    first = [{"intent": intent} for intent in list(examples)[:3]]
    story = [part for step in first for part in (step, {"action": "action_answer"})]
    files = {
        "config.yml": {"recipe": "default.v1", "language": "vi", "pipeline": PIPELINE, "policies": POLICIES},
        "domain.yml": {"version": "3.1", "intents": list(examples), "actions": ["action_answer"]},
        "data/nlu.yml": {"version": "3.1", "nlu": nlu},
        "data/rules.yml": {"version": "3.1", "rules": rules},
        "data/stories.yml": {"version": "3.1", "stories": [{"story": "several", "steps": story}]},
        "endpoints.yml": {"action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"}},
        "credentials.yml": {"rest": None},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    (folder / "actions.py").write_text(ACTION, "utf-8")


def _examples() -> dict[str, list[str]]:
    """Some examples of each intent of ours; those with marked entities are left out."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for entry in plain_yaml(file.read_text("utf-8")).get("nlu") or []:
            if "intent" in entry and "/" not in entry["intent"]:
                lines = [line[2:].strip() for line in entry["examples"].splitlines() if line.startswith("- ")]
                found.setdefault(entry["intent"], []).extend(line for line in lines if not set(line) & set("[]{}"))
    return {intent: texts[:EXAMPLES] for intent, texts in found.items() if len(texts) > 1}


async def _wait_for(webhook: str, server: subprocess.Popen[bytes], folder: Path) -> None:
    """Ask until there is an answer; what is wrong is said with the ends of the logs."""
    end, last = time.monotonic() + START_LIMIT, "nothing"
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        while time.monotonic() < end:
            if server.poll() is not None:
                raise SystemExit(f"Rasa as it comes ended with code {server.returncode}:\n{_tail(folder, 'server')}")
            try:
                async with session.post(webhook, json={"sender": "first", "message": "xin chào"}) as response:
                    last = f"status {response.status}, {await response.text()}"
                    if response.status == 200 and await response.json():
                        return
            except (aiohttp.ClientError, asyncio.TimeoutError) as error:
                last = type(error).__name__
            await asyncio.sleep(0.5)
    logs = _tail(folder, "server", "actions")
    raise SystemExit(f"Rasa as it comes gave no answer within {START_LIMIT:.0f} s; at last {last}:\n{logs}")
