"""The large catalogue of the search benchmark: as many procedures as asked for, each once, of words that are real."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.search.index import ProcedureIndex
from tests.fixtures.small_catalogue import FakeEncoder, hand_ranker, small_entries
from tools.bench_search_part import Summed, mixed


@pytest.mark.parametrize("count", [1, 5, 200])
def test_a_mixed_catalogue_has_as_many_procedures_as_asked_for(count):
    listed = small_entries()
    found = list(mixed(listed, count))
    assert len(found) == len({one.row.code for one in found}) == count
    known = {word for one in listed for word in one.row.title.split()}
    for one in found[len(listed) :]:
        assert set(one.row.title.split()) <= known
        assert (one.aliases, one.questions, one.row.curated) == ((), (), False)
    assert [one.row.code for one in mixed(listed, count)] == [one.row.code for one in found]


def test_a_sum_of_word_vectors_stands_in_for_an_encoder():
    index = ProcedureIndex.build(small_entries(), FakeEncoder(), ranker=hand_ranker(), fact_questions=())
    encoder = Summed(index.matrices.word_vectors, "fake-1")
    once, again = encoder.encode_many(["đăng ký tạm trú"] * 2)
    assert np.linalg.norm(once) == pytest.approx(1.0, abs=1e-4)
    assert 0.9 < float(once @ again) < 1.0
