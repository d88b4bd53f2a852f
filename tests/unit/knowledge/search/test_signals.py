"""Signals: named columns of finite numbers, the right procedure ahead, and no answer told while learning."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.search.corpus import Entry, entries
from knowledge.search.index import ProcedureIndex
from knowledge.search.matrices import FACTS, Matrices, letter_groups, title_words
from knowledge.search.normalise import load_lexicon
from knowledge.search.samples import Samples
from knowledge.search.signals import Asking, Signals, _top, signal_names
from tests.fixtures.small_catalogue import (
    MADE_UP,
    FakeEncoder,
    hand_ranker,
    small_entries,
    small_records,
    small_rows,
)

CODES = list(MADE_UP)
QUESTIONS = ["đăng ký tạm trú", "tính nuôi vài cặp bồ câu trên sân thượng", "xyz", "đăng ký đăng ký đăng ký", "15 tuổi"]


@pytest.fixture(scope="module")
def index():
    return ProcedureIndex.build(small_entries(), FakeEncoder(), ranker=hand_ranker(), fact_questions=())


def signals_of(index, text, without=None, with_vector=False):
    question = index.read(text)
    signals = Signals(index.matrices, Asking.of(question, index.lexicon), without)
    if with_vector:
        signals.add(index.matrices.likeness(FakeEncoder().encode(question.marked)))
    return signals


def column(index, text, name, **how):
    every = np.arange(len(index.rows))
    return signals_of(index, text, **how).rows(every)[:, signal_names().index(name)]


def test_names_are_unique():
    names = signal_names()
    assert len(set(names)) == len(names)
    assert set(FACTS) <= set(names)


@pytest.mark.parametrize("with_vector", [False, True])
@pytest.mark.parametrize("text", QUESTIONS)
def test_each_candidate_has_one_finite_number_a_name(index, text, with_vector):
    signals = signals_of(index, text, with_vector=with_vector)
    places = signals.candidates()
    rows = signals.rows(places)
    assert rows.shape == (len(places), len(signal_names()))
    assert np.isfinite(rows).all()
    assert len(set(places.tolist())) == len(places)


def test_without_a_vector_its_columns_are_zero(index):
    of_vector = np.array([name.startswith("vector") for name in signal_names()])
    rows = signals_of(index, "đăng ký tạm trú").rows(np.arange(len(CODES)))
    assert not rows[:, of_vector].any()
    assert signals_of(index, "đăng ký tạm trú", with_vector=True).rows(np.arange(len(CODES)))[:, of_vector].any()


def test_the_rank_by_vector_counts_from_the_nearest_title(index):
    of, vector = index.matrices, FakeEncoder().encode("đăng ký tạm trú")
    scores = of.title_vectors @ vector - 0.05 * of.facts[:, FACTS.index("outside")]
    expected = 1.0 / (1.0 + np.argsort(np.argsort(-scores)))
    assert column(index, "đăng ký tạm trú", "vector_rank", with_vector=True) == pytest.approx(expected)


def test_centred_likeness_is_that_of_vectors_without_the_mean_of_their_kind(index):
    of, vector = index.matrices, FakeEncoder().encode("đăng ký tạm trú")
    titles, asked = of.title_vectors - of.title_vectors.mean(axis=0), vector - of.example_vectors.mean(axis=0)
    lengths = np.linalg.norm(titles, axis=1) * np.linalg.norm(asked)
    assert of.centred(of.title_vectors @ vector, vector) == pytest.approx(titles @ asked / lengths, abs=1e-4)


@pytest.mark.parametrize("code", CODES)
def test_a_title_is_highest_in_its_own_signals(index, code):
    title = MADE_UP[code][0]
    for name in ("words", "letters", "marked", "held", "alike"):
        found = column(index, title, name)
        assert found[CODES.index(code)] == pytest.approx(found.max()), name


@pytest.mark.parametrize("code", CODES)
def test_a_sample_question_leads_to_its_procedure_by_its_example(index, code):
    question = MADE_UP[code][2][0]
    assert column(index, question, "example")[CODES.index(code)] == pytest.approx(1.0, abs=0.01)
    assert column(index, question, "example_vote").argmax() == CODES.index(code)
    assert CODES.index(code) in signals_of(index, question).candidates()


def test_an_example_that_is_left_out_tells_nothing(index):
    question, place = MADE_UP["9.000008"][2][0], CODES.index("9.000008")
    own = np.flatnonzero(index.matrices.owners == place)
    for name in ("example", "example_words", "example_letters", "example_marked", "example_vote"):
        assert column(index, question, name)[place] > 0.3
        assert column(index, question, name, without=own)[place] == 0.0
    seen = column(index, question, "vector_example", with_vector=True)[place]
    assert column(index, question, "vector_example", without=own, with_vector=True)[place] < seen


def test_only_the_example_that_is_left_out_is_missed(index):
    place = CODES.index("9.000001")
    own = np.flatnonzero(index.matrices.owners == place)
    alias = MADE_UP["9.000001"][1][1]
    assert column(index, alias, "example", without=own[2:])[place] == pytest.approx(
        column(index, alias, "example")[place]
    )


def test_votes_of_the_nearest_examples_are_shares(index):
    votes = column(index, "đăng ký tạm trú", "example_vote")
    assert votes.sum() == pytest.approx(1.0, abs=1e-5)
    assert (votes >= 0).all()


def test_an_asked_action_is_told_from_one_that_nobody_asked_for(index):
    again, plain = CODES.index("9.000016"), CODES.index("9.000005")
    assert column(index, "đăng ký lại khai sinh", "asked_again")[[again, plain]].tolist() == [1.0, 0.0]
    assert column(index, "đăng ký khai sinh", "unasked_again")[[again, plain]].tolist() == [1.0, 0.0]


def test_everyday_words_bring_official_ones_beside_them(index):
    asking = Asking.of(index.read("làm đám cưới cần gì"), index.lexicon)
    assert {"ket", "hon"} <= set(asking.added)
    assert "gi" not in asking.subject


@pytest.mark.parametrize("text", ["đăng ký", "xyz"])
def test_a_catalogue_of_one_procedure_without_examples_does_no_harm(text):
    bare = [Entry(small_rows(["9.000001"])[0], (), (), "", "", False, False, False)]
    index = ProcedureIndex.build(bare, FakeEncoder(), ranker=hand_ranker(), fact_questions=())
    signals = signals_of(index, text)
    assert signals.candidates().tolist() == [0]
    assert np.isfinite(signals.rows(np.array([0]))).all()
    assert not index.matrices.has_vectors


def test_arrays_come_back_as_they_were(index):
    again = Matrices.from_arrays(index.matrices.arrays())
    assert again.has_vectors
    assert again.owners.tolist() == index.matrices.owners.tolist()
    assert again.title_vectors == pytest.approx(index.matrices.title_vectors, abs=1e-3)
    for text in QUESTIONS:
        asking = Asking.of(index.read(text), index.lexicon)
        every = np.arange(len(CODES))
        old, new = (Signals(matrices, asking).rows(every) for matrices in (index.matrices, again))
        assert new == pytest.approx(old, abs=5e-3)


def test_entries_add_up_what_record_and_samples_say_each_text_once():
    said = {"9.000001": Samples(("Làm Tạm Trú", "KT ba"), ("hỏi tạm trú",))}
    records = {record.code: record for record in small_records(["9.000001", "9.000002"])}
    first, second = entries(small_rows(["9.000001", "9.000002"]), records, said)
    assert first.aliases == ("làm tạm trú", "làm KT3", "KT ba")
    assert first.questions == ("mới dọn tới nhà trọ thì đăng ký sao", "hỏi tạm trú")
    assert second.aliases == ("nhập hộ khẩu",)
    assert "Tờ khai nuôi chim" in first.body
    assert first.for_citizens
    assert not first.of_forces


def test_an_entry_without_a_record_stands_by_its_title():
    (entry,) = entries(small_rows(["9.000001"]), {}, {})
    assert (entry.body, entry.for_citizens) == ("", False)


def test_words_that_all_titles_share_are_left_out_of_them():
    assert title_words("Thủ tục đăng ký nuôi chim (cấp xã)", load_lexicon()) == ["dang", "ky", "nuoi", "chim"]


def test_groups_of_letters_lie_in_words_and_across_them():
    groups = letter_groups(["tam", "tru"])
    assert {" ta", "tam", " tam ", "_tam tr"} <= set(groups)
    assert letter_groups([]) == []


@pytest.mark.parametrize("length", [0, 1, 5, 6, 7, 300, 5000])
def test_the_highest_are_those_of_a_sorted_list(length):
    scores = np.random.default_rng(length).normal(size=length).astype(np.float32)
    assert set(_top(scores, 6).tolist()) == set(np.argsort(-scores)[:6].tolist())


def test_of_equal_scores_no_more_are_taken_than_asked_for():
    assert len(set(_top(np.zeros(5000, dtype=np.float32), 6).tolist())) == 6
