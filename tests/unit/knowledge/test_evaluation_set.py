"""The questions for measuring are well-formed, and none of them is what the assistant has learned from."""

import json
import os
from pathlib import Path

import pytest

from knowledge.curated import read_all
from knowledge.facts import Fact
from knowledge.paper_check.models import Verdict
from knowledge.plain_yaml import plain_yaml
from knowledge.search.fact_model import read_fact_questions
from knowledge.search.learning_doubts import AMBIGUITY_QUESTIONS, OUTSIDE_QUESTIONS, read_questions
from knowledge.search.samples import load_samples
from knowledge.text import fold, typed_words

ROOT = Path(__file__).resolve().parents[3]
VERDICTS = {verdict.value for verdict in Verdict}
SETS = sorted((ROOT / "tests/evaluation").glob("*.jsonl"))
DEVELOPMENT = Path(os.environ.get("MOTCUA_SHARED") or ROOT.parent / "shared") / "data" / "questions_dev"
SAFETY_KINDS = {
    "emergency", "violence", "distress", "credentials", "scam", "denunciation", "trouble", "complaint", "petition",
    "legal", "city_service", "insult", "number", "none",
}  # fmt: skip
OF_THEIR_OWN = ("bottlenecks", "digital_help", "petition", "places")
"""Sets whose tools know their own kinds."""
SHORTEST_COMPARED = 4
"""Words: shorter ones ("cảm ơn em", "lệ phí bao nhiêu") are everybody's."""


def folded(text):
    return " ".join(typed_words(fold(text)))


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def texts_of(row):
    return [row["text"]] if "text" in row else [turn["user"] for turn in row["turns"]]


def asked(paths):
    """Folded text → where it stands."""
    return {
        folded(text): f"{path.name}:{number}"
        for path in paths
        for number, row in enumerate(rows(path), start=1)
        for text in texts_of(row)
    }


def learned_names_and_questions():
    """Names and questions by folded text; a name that is but a part of the official title is left out."""
    found = {}
    for record in read_all():
        found |= {folded(text): f"{record.code}: {text}" for text in record.sample_questions}
        title = f" {folded(record.title)} "
        names = (text for text in record.aliases if f" {folded(text)} " not in title)
        found |= {folded(text): f"{record.code}: {text}" for text in names}
    for code, said in load_samples().items():
        found |= {folded(text): f"{code}: {text}" for text in (*said.aliases, *said.questions)}
    return found


def learned_examples():
    found = {}
    for path in sorted((ROOT / "data/nlu").glob("*.yml")):
        for item in plain_yaml(path.read_text("utf-8"))["nlu"]:
            for line in item.get("examples", "").splitlines() if "intent" in item else ():
                found[folded(line)] = f"{path.name}: {line.strip()}"
    found |= {folded(text): f"fact questions: {text}" for text, _ in read_fact_questions()}
    for path, groups in ((AMBIGUITY_QUESTIONS, ("several", "one")), (OUTSIDE_QUESTIONS, ("outside", "inside"))):
        found |= {folded(text): f"{path.name}: {text}" for group in read_questions(path, *groups) for text in group}
    return found


def in_both(questions, learned):
    return [f"{questions[text]} is {learned[text]}" for text in questions.keys() & learned.keys()]


def longer(questions):
    return {text: place for text, place in questions.items() if len(text.split()) >= SHORTEST_COMPARED}


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_every_row_is_well_formed(path):
    facts = {fact.value for fact in Fact}
    for row in rows(path):
        for part in row.get("turns", [row]):
            assert part.get("user", part.get("text")).strip()
            assert set(part.get("fields", ())) <= facts
            assert all(isinstance(code, str) for code in part.get("codes", ()))
        kinds = (
            SAFETY_KINDS if path.stem.startswith("safety") else {"", "answer", "clarify", "outside", "none", *VERDICTS}
        )
        assert row.get("expect", "") in kinds or path.stem.startswith(OF_THEIR_OWN)
        if "turns" in row:
            assert row["kind"] in {"single", "multi", "other"}


def test_there_is_something_to_compare():
    assert len(asked(SETS)) > 1000
    assert len(learned_names_and_questions()) > 5000
    assert len(learned_examples()) > 4000


def test_no_question_is_a_sample_question_or_a_name():
    assert in_both(asked(SETS), learned_names_and_questions()) == []


def test_no_question_is_a_training_example():
    assert in_both(longer(asked(SETS)), learned_examples()) == []


def test_no_question_for_tuning_is_a_sample_question_a_name_or_an_example():
    if not DEVELOPMENT.is_dir():
        pytest.skip("no shared data: set MOTCUA_SHARED to the folder that holds data/questions_dev")
    questions = asked(sorted(DEVELOPMENT.glob("*.jsonl")))
    assert len(questions) > 100
    assert in_both(questions, learned_names_and_questions()) == []
    assert in_both(longer(questions), learned_examples()) == []
