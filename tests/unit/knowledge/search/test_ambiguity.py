"""What tells a question that names one matter from one that names several alike."""

from __future__ import annotations

import pytest

from knowledge.search.ambiguity import Names, features
from knowledge.search.found import Hit
from knowledge.search.postings import Postings, Weighting
from knowledge.search_rows import SearchRow

TITLES = (
    "Cấp giấy phép nuôi chim",
    "Cấp lại giấy phép nuôi chim",
    "Gia hạn giấy phép nuôi chim",
    "Đăng ký nuôi ong",
    "Đăng ký nuôi ong (thực hiện tại cấp tỉnh)",
)
ROWS = [SearchRow(f"9.00000{n}", title, False, True, (), (), "", ()) for n, title in enumerate(TITLES)]


@pytest.fixture(scope="module")
def names():
    folded = ("cap giay phep nuoi chim", "cap lai giay phep nuoi chim", "gia han giay phep nuoi chim")
    documents = [set(text.split()) for text in (*folded, "dang ky nuoi ong", "dang ky nuoi ong")]
    return Names(ROWS, Postings.build(documents, Weighting.BM25, saturation=0.0, length_penalty=0.0))


def told(names, text, *scores, order=(0, 1, 2, 3, 4)):
    hits = [Hit(ROWS[n].code, ROWS[n].title, score) for n, score in zip(order, scores, strict=False)]
    return features(names, text.split(), text.split(), hits, 0.9)


def test_rivals_that_hold_all_that_is_said_are_counted_by_matter(names):
    assert told(names, "nuoi chim", 0.6, 0.2, 0.1)["rivals"] == pytest.approx(1.0986, abs=1e-3)  # two: log 3
    assert told(names, "nuoi ong", 0.6, 0.3, order=(3, 4))["rivals"] == 0.0  # a twin is no rival
    assert told(names, "nuoi ong", 0.6, 0.3, order=(3, 0))["rivals"] == 0.0  # holds but one of the words


def test_a_twin_adds_to_the_chance_of_the_first(names):
    assert told(names, "nuoi ong", 0.6, 0.3, order=(3, 4))["chance"] == pytest.approx(0.9)


def test_what_the_question_leaves_unsaid_counts_without_the_words_of_offices(names):
    assert told(names, "nuoi ong", 0.9, order=(3,))["first_unsaid"] == 0.0
    assert told(names, "ong", 0.9, order=(3,))["first_unsaid"] > 0.0


def test_an_act_is_told_from_entering(names):
    assert told(names, "gia han giay phep nuoi chim", 0.6, 0.2)["acting"] == 1.0
    entering = told(names, "cap giay phep nuoi chim", 0.6, 0.2)
    assert (entering["acting"], entering["entering"]) == (0.0, 1.0)


def test_chances_spread_over_matters(names):
    even, clear = told(names, "nuoi chim", 0.3, 0.3, 0.3)["spread"], told(names, "nuoi chim", 0.9, 0.01, 0.01)["spread"]
    assert even > clear >= 0.0


def test_holders_are_counted_over_the_city(names):
    assert names.holding({"nuoi", "chim"}) == (3, 0)
    assert names.holding({"nuoi", "lan"}) == (0, 0)
    assert names.holding(()) == (0, 0)


def test_nearness_is_what_held_alike_and_unsaid_are_each_by_itself(names):
    for row in ROWS:
        for text in ("nuoi chim", "cap lai giay phep", "gia han", "ong bay", "dang ky nuoi ong", "la lam", ""):
            said = frozenset(text.split())
            near = names.nearness(said, names.weight(said), row.code)
            held = [names.weight(said & name.words) for name in names.of(row.code)]
            alike = [names.weight(said & n.words) / (names.weight(said | n.words) + 1e-6) for n in names.of(row.code)]
            left = [names.weight(n.telling - said) / (names.weight(n.words) + 1e-6) for n in names.of(row.code)]
            assert (near.held, near.unsaid) == (max(held), min(left))
            assert near.alike == pytest.approx(max(alike), abs=1e-9)
            assert near.held == names.held(said, row.code)
