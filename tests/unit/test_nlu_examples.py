"""Training examples of the intents: enough of each, none twice."""

from __future__ import annotations

from collections import Counter, defaultdict

from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT
from knowledge.text import fold, typed_words

LEAST = 40


def examples():
    found = defaultdict(list)
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for item in plain_yaml(path.read_text("utf-8"))["nlu"]:
            if "intent" in item:
                lines = item.get("examples", "").splitlines()
                found[item["intent"]] += [line.strip()[2:] for line in lines if line.strip()]
    return found


def folded(text):
    return " ".join(typed_words(fold(text)))


def test_every_intent_has_enough_different_examples():
    counts = {intent: len(set(map(folded, texts))) for intent, texts in examples().items()}
    assert len(counts) > 20
    assert {intent: count for intent, count in counts.items() if count < LEAST} == {}


def test_no_example_stands_under_two_intents():
    owners = defaultdict(set)
    for intent, texts in examples().items():
        for text in texts:
            owners[text.lower()].add(intent)
    assert {text: intents for text, intents in owners.items() if len(intents) > 1} == {}


def test_no_example_stands_twice():
    twice = Counter(text for texts in examples().values() for text in texts)
    assert [text for text, times in twice.items() if times > 1] == []
