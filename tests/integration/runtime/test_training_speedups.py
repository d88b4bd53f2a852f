"""What is left out of a training changes nothing that is learned from."""

from __future__ import annotations

from copy import deepcopy

import pytest
from rasa.engine.training.hooks import TrainingHook
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa_runtime.training_speedups import apply_training_speedups


def collections():
    """Return three collections that share an example, with blanks round a name, synonyms and responses."""
    hello = {TEXT: "xin chào", INTENT: " greet "}
    return [
        TrainingData([Message(dict(hello)), Message({TEXT: "tạm biệt", INTENT: "bye"})], {"cccd": "căn cước"}),
        TrainingData(
            [Message(dict(hello)), Message({TEXT: "cảm ơn"})],
            {"cmnd": "chứng minh"},
            [{"name": "code", "pattern": "[A-Z]"}],
        ),
        TrainingData(lookup_tables=[{"name": "x", "elements": ["a"]}], responses={"faq/a": [{"text": "đây"}]}),
    ]


def told(data):
    examples = [message.data for message in data.training_examples]
    return examples, data.entity_synonyms, data.regex_features, data.lookup_tables, data.responses


@pytest.fixture
def patched(monkeypatch):
    for kind, name in (
        (TrainingData, "merge"),
        (TrainingData, "sanitize_examples"),
        (TrainingHook, "on_before_node"),
        (TrainingHook, "on_after_node"),
    ):
        monkeypatch.setattr(kind, name, kind.__dict__[name])  # put back afterwards
    return apply_training_speedups


def test_collections_are_merged_as_rasa_merges_them(patched):
    first, *others = collections()
    expected = deepcopy(told(first.merge(*others, None)))
    patched()
    first, *others = collections()
    merged = first.merge(*others, None)
    assert told(merged) == expected
    assert len(merged.training_examples) == 3


def test_examples_are_shared_and_their_collections_stay_as_they_were(patched):
    patched()
    first, *others = collections()
    before = deepcopy(told(first))
    merged = first.merge(*others)
    assert told(first) == before
    assert merged.training_examples[0] is first.training_examples[0]
