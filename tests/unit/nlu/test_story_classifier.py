"""Stories of offices: what their likelihood leads to, and that their lines are none of the measured ones."""

from __future__ import annotations

import json

import pytest

from bot.nlu.story_classifier import Story, load_stories, story_features, story_of
from knowledge.settings import ROOT
from knowledge.text import words

NONE, CLEAR, CLOSE = {"certainty": "none"}, {"certainty": "clear"}, {"certainty": "close"}


@pytest.mark.parametrize(
    ("told", "intent", "link", "facts", "expected"),
    [
        (0.25, "nlu_fallback", NONE, [], Story.OFFERED),
        (0.25, "ask_procedure", CLEAR, [], None),
        (0.35, "ask_procedure", CLEAR, [], Story.BESIDE),
        (0.35, "ask_procedure", CLEAR, ["fee"], None),
        (0.95, "ask_procedure", NONE, ["fee"], Story.BESIDE),
        (0.25, "ask_procedure", CLOSE, [], Story.BESIDE),
        (0.99, "report_corruption", NONE, [], None),
        (0.99, "report_emergency", NONE, [], None),
        (0.99, "check_paper", CLOSE, [], None),
        (0.10, "nlu_fallback", NONE, [], None),
    ],
)
def test_what_a_likelihood_leads_to(told, intent, link, facts, expected):
    assert story_of(told, intent, link, facts) is expected


def test_concepts_are_found_without_marks():
    with_marks, without = story_features("lần nào cũng bị trả về"), story_features("lan nao cung bi tra ve")
    assert "repeats" in with_marks
    assert with_marks == without


def test_no_line_is_one_that_is_measured():
    measured = set()
    for path in (ROOT / "tests" / "evaluation").glob("petition_*.jsonl"):
        measured |= {tuple(words(json.loads(line)["text"])) for line in path.read_text("utf-8").splitlines()}
    assert measured
    assert not [line for lines in load_stories().values() for line in lines if tuple(words(line)) in measured]
