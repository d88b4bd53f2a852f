"""The questions for measuring are well-formed, and none of them is what the assistant has learned from."""

import json
from pathlib import Path

import yaml

from knowledge.curated import read_all
from knowledge.facts import Fact
from knowledge.text import words

ROOT = Path(__file__).resolve().parents[3]
ROWS = [json.loads(line) for line in (ROOT / "tests/evaluation/residents.jsonl").read_text("utf-8").splitlines()]
SHORTEST_COMPARED = 4
"""Words: shorter ones ("cảm ơn em", "lệ phí bao nhiêu") are everybody's."""


def folded(text):
    return " ".join(words(text))


def asked():
    texts = {folded(turn["user"]) for row in ROWS for turn in row["turns"]}
    return {text for text in texts if len(text.split()) >= SHORTEST_COMPARED}


def test_every_row_is_well_formed():
    facts = {fact.value for fact in Fact}
    for row in ROWS:
        assert row["kind"] in {"single", "multi", "other"}
        for turn in row["turns"]:
            assert turn["user"].strip()
            assert set(turn["fields"]) <= facts


def test_no_question_is_a_sample_question_or_a_name():
    learned = {folded(text) for record in read_all() for text in (*record.aliases, *record.sample_questions)}
    assert not asked() & learned


def test_no_question_is_a_training_example():
    learned = set()
    for path in (ROOT / "data/nlu").glob("*.yml"):
        for item in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            learned |= {folded(line.lstrip("- ")) for line in item.get("examples", "").splitlines()}
    assert not asked() & learned
