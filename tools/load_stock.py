"""Rasa as it comes, beside the assistant in one run: DIET, TED, an action server over HTTP, trackers in memory.

It is given 30 examples of each of our intents and learns for one round: how well it answers is not what is measured,
and a turn costs the same after one round as after a hundred.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import yaml

from tools.bench import free_port
from tools.measuring import PYTHON, ROOT, note

EXAMPLES = 30
START_LIMIT = 300.0
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


@contextmanager
def stock_rasa(folder: Path) -> Iterator[str]:
    """Rasa as it comes, trained and running: the address of its REST channel."""
    port, actions_port = free_port(), free_port()
    _write_project(folder, actions_port)
    env = os.environ | {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    note("training Rasa as it comes")
    quiet = {"cwd": folder, "env": env, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*PYTHON, "rasa", "train", "--quiet"], check=True, **quiet)  # type: ignore[call-overload]
    commands = (
        [*PYTHON, "rasa_sdk", "--actions", "actions", "--port", str(actions_port)],
        [*PYTHON, "rasa", "run", "--port", str(port), "--interface", "127.0.0.1"],
    )
    running = [subprocess.Popen(command, **quiet) for command in commands]  # type: ignore[call-overload]
    try:
        webhook = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
        asyncio.run(_wait_for(webhook))
        yield webhook
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def _write_project(folder: Path, actions_port: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    examples = _examples()
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in examples.items()
    ]
    steps = [{"intent": intent} for intent in examples]
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
        for entry in yaml.safe_load(file.read_text("utf-8")).get("nlu") or []:
            if "intent" in entry and "/" not in entry["intent"]:
                lines = [line[2:].strip() for line in entry["examples"].splitlines() if line.startswith("- ")]
                found.setdefault(entry["intent"], []).extend(line for line in lines if not set(line) & set("[]{}"))
    return {intent: texts[:EXAMPLES] for intent, texts in found.items() if len(texts) > 1}


async def _wait_for(webhook: str) -> None:
    end = time.monotonic() + START_LIMIT
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < end:
            try:
                async with session.post(webhook, json={"sender": "first", "message": "xin chào"}) as response:
                    if response.status == 200 and await response.json():
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.5)
    raise SystemExit(f"Rasa as it comes gave no answer within {START_LIMIT:.0f} s")
