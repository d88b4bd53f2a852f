"""All ordinary questions there are, and which of them raise an alarm: part of `tools.evaluate_safety`.

Screening and the danger classifier read every one; only what may be danger by either of them (a few in a hundred) goes
through the whole pipeline, so that eleven thousand texts take a minute or two (`bot.nlu.safety_first.may_be_danger`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tqdm import tqdm

from bot.rasa_runtime.model_files import find_newest_model
from bot.rasa_runtime.startup import ModelMissingError
from bot.settings import Settings
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT

SETS = ROOT / "tests" / "evaluation"
NO_QUESTIONS = ("safety*", "masking*")
"""All other sets hold ordinary questions, but for the lines that tell of danger, fraud, codes or bribes in earnest;
the set of masking is of numbers and codes."""
IN_EARNEST = SETS / "in_earnest.txt"
LEARNED_FROM = ROOT / "data" / "nlu"


def of_the_sets() -> list[str]:
    """The turns of all sets that are not of safety, each text once."""
    found = []
    for path in sorted(SETS.glob("*.jsonl")):
        if not any(path.match(pattern) for pattern in NO_QUESTIONS):
            rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            found += [part.get("user", part.get("text")) for row in rows for part in row.get("turns", [row])]
    return _without_earnest(found)


def of_the_examples(safety_intents: Iterable[str], but: Iterable[str] = ()) -> list[str]:
    """The training examples of every intent that is no matter of safety, each text once; none of `but`."""
    found, matters, known = [], set(safety_intents), set(but)
    for path in sorted(LEARNED_FROM.glob("*.yml")):
        for item in plain_yaml(path.read_text("utf-8"))["nlu"]:
            if item.get("intent") and item["intent"] not in matters:
                found += [line.strip()[2:] for line in item["examples"].splitlines()]
    return [text for text in _without_earnest(found) if text not in known]


def _without_earnest(texts: Iterable[str]) -> list[str]:
    earnest = set(IN_EARNEST.read_text("utf-8").splitlines())
    return [text for text in dict.fromkeys(texts) if text and text not in earnest]


def which_may_be_danger(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts of which an alarm may come; the others cannot raise one.

    Wants a trained model, and Rasa imported (`load_conversations`).
    """
    from bot.nlu.danger_classifier import DANGER, DangerClassifier
    from bot.nlu.safety_first import may_be_danger
    from bot.nlu.screener import SCREENING, Screener
    from bot.rasa_runtime.model_parts import load_part

    model = find_newest_model(Settings.from_env().model_dir)
    if model is None:
        raise ModelMissingError("There is no trained model yet. Run `make train`.")
    parts = (Screener({}), load_part(model, DangerClassifier))
    for text in tqdm(list(texts), desc="looking through", file=sys.stderr, disable=None):
        read = _read_by(parts, text)
        if may_be_danger(read.get(SCREENING) or {}, read.get(DANGER)):
            yield text


def _read_by(parts: Iterable[Any], text: str) -> Mapping[str, Any]:
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.message import Message

    message = Message({TEXT: text})
    for part in parts:
        part.process([message])
    return dict(message.data)
