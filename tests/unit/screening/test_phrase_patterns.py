"""All phrases of a group in one pattern find what each of them finds by itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.ops.screening.clauses import FOLDER, Phrases, clauses, load_phrases, normal, typed_with_marks
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT
from knowledge.text import fold, has_diacritics

FILES = ("danger.yml", "denunciations.yml", "short.yml")
SETS = ("safety.jsonl", "safety_blind_9.jsonl", "facts.jsonl")


def messages():
    lines = (line for name in SETS for line in (ROOT / "tests" / "evaluation" / name).read_text("utf-8").splitlines())
    return [json.loads(line)["text"] for line in lines][::4]


def one_by_one(name):
    """Group → marked and folded lines of a file of phrases, its parts put in."""
    groups = plain_yaml(Path(FOLDER / name).read_text("utf-8"))
    parts = groups.pop("parts", {})
    for title, group in groups.items():
        lines, marked, unmarked = (
            [re.sub(r"\{([a-z_]+)\}", lambda found: parts[found[1]], line) for line in group.get(key, "").splitlines()]
            for key in ("phrases", "marked", "unmarked")
        )
        yield title, [*lines, *marked], [*map(fold, lines), *unmarked]


@pytest.mark.parametrize("name", FILES)
def test_one_pattern_finds_what_its_phrases_find(name):
    told = [part for text in messages() for part in clauses(normal(text))]
    hits = 0
    for title, marked, folded in one_by_one(name):
        phrases = load_phrases(name)[title]
        for marks, lines, texts in ((True, marked, told), (False, folded, list(map(fold, told)))):
            alone = [re.compile(rf"(?<!\w)(?:{line})(?!\w)") for line in lines]
            expected = [any(pattern.search(text) for pattern in alone) for text in texts]
            assert [phrases.found_in(text, marks) for text in texts] == expected
            hits += sum(expected)
    assert hits > 10


def test_no_phrases_find_nothing():
    assert not Phrases.of([]).found_in("", marks=True)
    assert not Phrases.of([]).found_in("cháy", marks=False)


def test_who_sets_marks_is_told_by_a_quarter_of_the_words():
    for text in messages():
        listed = [word for word in text.split() if word.isalpha()]
        assert typed_with_marks(text) == (sum(map(has_diacritics, listed)) > 0.25 * len(listed))
