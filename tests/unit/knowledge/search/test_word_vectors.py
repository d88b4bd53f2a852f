"""Word vectors: their sum comes near the sentence vector, of texts that they were not learned from too."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from knowledge.search.fitting import unseen
from knowledge.search.index import ProcedureIndex
from knowledge.search.matrices import Matrices
from knowledge.search.word_vectors import WordVectors
from tests.fixtures.small_catalogue import FakeEncoder, hand_ranker, small_entries

WORDS = ("nuôi", "chim", "thả", "diều", "bến", "đò", "lớp", "đàn")
TEXTS = [" ".join(three) for three in permutations(WORDS, 3)]
UNSEEN = ["đò bến chim nuôi", "lớp thả", "diều"]


@pytest.fixture(scope="module")
def learned():
    return WordVectors.learn(TEXTS, np.array(list(FakeEncoder().encode_many(TEXTS))))


def summed(words, text):
    vector = words.centre + words.basis @ words.along(text)
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("text", UNSEEN)
def test_the_sum_of_an_unseen_text_is_nearest_to_its_own_vector(learned, text):
    own = {other: float(summed(learned, text) @ FakeEncoder().encode(other)) for other in UNSEEN}
    assert max(own, key=own.get) == text
    assert own[text] > 0.6


def test_a_text_without_marks_is_known_by_its_folded_words(learned):
    assert summed(learned, "nuoi chim") @ FakeEncoder().encode("nuôi chim") > 0.5


@pytest.mark.parametrize("text", ["", "xyz", "   "])
def test_a_text_of_unknown_words_is_the_centre(learned, text):
    assert not learned.along(text).any()


def test_too_few_texts_teach_nothing():
    texts = ["nuôi chim", "thả diều"]
    assert WordVectors.learn(texts, np.array(list(FakeEncoder().encode_many(texts)))) is None


def test_they_come_back_as_they_were(learned):
    again = WordVectors.from_arrays(learned.arrays("x"), "x")
    assert again.terms == learned.terms
    for text in UNSEEN:
        assert again.along(text) == pytest.approx(learned.along(text))
    assert WordVectors.from_arrays({}, "x") is None


@pytest.fixture(scope="module")
def index():
    return ProcedureIndex.build(small_entries(), FakeEncoder(), ranker=hand_ranker(), fact_questions=())


@pytest.mark.parametrize("text", ["đăng ký tạm trú", "nuôi chim", "xyz"])
def test_likeness_is_that_of_the_sum_to_all_titles_and_examples(index, text):
    found = index.matrices.likeness_of_words(text)
    whole = index.matrices.likeness(found.vector)
    assert np.linalg.norm(found.vector) == pytest.approx(1.0, abs=1e-4)
    assert found.titles == pytest.approx(whole.titles, abs=1e-3)
    assert found.examples == pytest.approx(whole.examples, abs=1e-3)


def test_an_index_keeps_them(index):
    again = Matrices.from_arrays(index.matrices.arrays())
    assert again.word_vectors.terms == index.matrices.word_vectors.terms
    without = ProcedureIndex.build(small_entries(), None, ranker=hand_ranker(), fact_questions=())
    assert Matrices.from_arrays(without.matrices.arrays()).word_vectors is None


def test_the_ranker_learns_from_word_vectors_that_have_not_seen_the_sample(index):
    of = index.matrices
    shares = 4
    texts = [*(row.title for row in index.rows), *(f"phần{place % shares}" for place in range(len(of.owners)))]
    folds = unseen(of, texts)
    assert len(folds) == shares
    for number, fold in enumerate(folds):
        known = {f"phần{share}" for share in range(shares)} & set(fold.word_vectors.terms)
        assert known == {f"phần{share}" for share in range(shares) if share != number}
    without = ProcedureIndex.build(small_entries(), None, ranker=hand_ranker(), fact_questions=())
    assert unseen(without.matrices, texts) == []
