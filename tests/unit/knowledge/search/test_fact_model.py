"""The model of facts: what it sees, what it finds, and that it is numbers only."""

import numpy as np
import pytest

from knowledge.facts import Fact
from knowledge.search.fact_features import fact_features
from knowledge.search.fact_model import FactModel, _vectorizer
from knowledge.search.hashing import columns, counted
from knowledge.search.normalise import load_lexicon
from knowledge.search.normaliser import Normaliser

NORMALISER = Normaliser(load_lexicon())
MATTERS = ("khai sinh", "căn cước", "kết hôn", "tạm trú", "hộ chiếu", "xây nhà")
LABELLED = [
    (f"{matter} {asked}".strip(), frozenset(facts))
    for matter in MATTERS
    for asked, facts in (
        ("mất bao nhiêu tiền", {Fact.FEE}),
        ("mấy ngày thì xong", {Fact.TIME}),
        ("hết bao nhiêu tiền, mấy ngày", {Fact.FEE, Fact.TIME}),
        ("nộp ở chỗ nào", {Fact.PLACE}),
        ("", set()),
    )
]


@pytest.fixture(scope="module")
def model():
    return FactModel.learn(NORMALISER, LABELLED)


def facts(model, text):
    return set(model.facts(NORMALISER.read(text)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("đăng ký xe mất bao nhiêu tiền", {Fact.FEE}),
        ("dang ky xe may ngay thi xong", {Fact.TIME}),
        ("sang tên nộp ở chỗ nào", {Fact.PLACE}),
        ("hết bao nhiêu tiền, mấy ngày vậy", {Fact.FEE, Fact.TIME}),
        ("căn cước", set()),
        ("", set()),
    ],
)
def test_finds_the_facts_of_matters_it_has_not_seen(model, text, wanted):
    assert facts(model, text) == wanted


def test_finds_them_also_with_a_slip_of_the_finger(model):
    assert Fact.FEE in facts(model, "đăng ký xe mất bao nhêiu tiền")


def test_a_fact_that_the_lexicon_names_needs_less_of_a_chance(model):
    question = NORMALISER.read("căn cước tiền")
    assert set(model.facts(question)) <= set(model.facts(question, list(Fact)))


def test_kept_as_numbers_it_finds_the_same(model):
    again = FactModel.from_arrays(model.arrays())
    assert all(array.dtype.kind in "fU" for array in model.arrays().values())
    assert [facts(again, text) for text, _ in LABELLED] == [facts(model, text) for text, _ in LABELLED]


def test_learning_twice_gives_the_same_model(model):
    assert np.array_equal(FactModel.learn(NORMALISER, LABELLED).weights, model.weights)


def test_nothing_to_learn_from_finds_nothing():
    assert facts(FactModel.learn(NORMALISER, []), "mất bao nhiêu tiền") == set()


def test_features_hold_word_order_gaps_ends_and_letters_across_words():
    found = set(fact_features(NORMALISER.read("em làm được không")))
    assert {"duoc khong", "~em duoc", "$khong", "^em lam", "@c kh", "_2"} <= found


def test_a_wall_of_text_costs_no_more_than_its_beginning():
    assert len(list(fact_features(NORMALISER.read("nộp ở đâu " * 2000)))) < 3000


def test_a_message_is_hashed_to_the_row_that_was_learned_from():
    """To the last bit what scikit-learn's vectorizer gives, which makes the rows to learn from."""
    texts = [text for text, _ in LABELLED] + ["lệ phí lệ phí lệ phí", "Đ", "a" * 400, "1.004194 ct01/a", "bao lâu?!"]
    for text in texts:
        question = NORMALISER.read(text)
        row = _vectorizer().transform([question])
        places, values = counted(columns(fact_features(question), row.shape[1]))
        assert np.array_equal(row.indices, places)
        assert np.array_equal(row.data, values)
        assert values.dtype == row.data.dtype
    assert [len(part) for part in counted(columns([], 2**10))] == [0, 0]
