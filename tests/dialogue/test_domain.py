"""The parts of the domain fit together; Rasa itself only warns, and exits 0 (see docs/architecture.md)."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.ops.outcomes import Outcome
from knowledge.plain_yaml import plain_yaml

ROOT = Path(__file__).resolve().parents[2]
PARTS = {path: plain_yaml(path.read_text("utf-8")) for path in [ROOT / "domain.yml", *ROOT.glob("domain/*.yml")]}
RULES = [plain_yaml(path.read_text("utf-8")) for path in ROOT.glob("data/rules/*.yml")]
CODE = "\n".join(path.read_text("utf-8") for folder in ("actions", "bot") for path in (ROOT / folder).rglob("*.py"))
PAYLOAD = re.compile(r"^/([a-z_]+)(\{.*\})?$")


def names(section):
    """All names of a section with the part that defines them."""
    for path, part in PARTS.items():
        for item in part.get(section) or []:
            yield (next(iter(item)) if isinstance(item, dict) else item), path.name


def responses():
    return {name: texts for part in PARTS.values() for name, texts in (part.get("responses") or {}).items()}


def steps(key):
    return {step[key] for part in RULES for rule in part["rules"] for step in rule["steps"] if key in step}


@pytest.mark.parametrize("section", ["intents", "responses", "slots", "actions"])
def test_no_name_is_defined_in_two_parts(section):
    counts = Counter(name for name, _ in names(section))
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_intent_has_a_rule():
    assert {name for name, _ in names("intents")} == steps("intent")


def test_every_action_and_response_of_a_rule_exists():
    known = {name for name, _ in names("actions")} | set(responses())
    assert steps("action") - known == set()


def test_every_response_is_used():
    used = steps("action")
    assert [name for name in responses() if name not in used and not _is_said(name)] == []


def _is_said(name):
    """Named in the code, whole or as a feature's moment: f"utter_case_status__{moment}" with "down" or f"fault_{…}"."""
    feature, _, moment = name.partition("__")
    parts = moment.split("_")
    told = [f'"{moment}"', *(f'"{"_".join(parts[:number])}_{{' for number in range(1, len(parts)))]
    return name in CODE or (f"{feature}__{{" in CODE and any(text in CODE for text in told))


def test_every_declared_action_is_written():
    assert [name for name, _ in names("actions") if f'"{name}"' not in CODE] == []


def test_every_button_leads_to_a_known_intent_with_readable_entities():
    intents = {name for name, _ in names("intents")}
    for name, texts in responses().items():
        for button in (button for text in texts for button in text.get("buttons") or []):
            # Rasa fills responses in as templates: braces of a payload are doubled there.
            match = PAYLOAD.match(button["payload"].replace("{{", "{").replace("}}", "}"))
            assert match, f"{name}: {button['payload']}"
            assert match.group(1) in intents, f"{name}: {button['payload']}"
            json.loads(match.group(2) or "{}")


def test_every_outcome_of_a_response_is_declared():
    declared = {outcome.value for outcome in Outcome}
    said = {text["custom"]["answer"]["outcome"] for texts in responses().values() for text in texts if "custom" in text}
    assert said <= declared


@pytest.mark.requirement("R-16")
def test_no_response_asks_for_a_secret():
    for name, texts in responses().items():
        for text in texts:
            assert not re.search(
                r"(vui lòng|anh/chị) (nhập|gửi|cho biết) (mật khẩu|mã OTP|OTP|mã PIN)", text["text"]
            ), name
