"""Letter groups counted once a word give the vectors that counting them text by text gives."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.search.char_grams import CharGrams
from knowledge.search.index import ProcedureIndex
from knowledge.store import SearchRow

TEXTS = [
    text.split() for text in ("dang ky tam tru", "dang ky thuong tru", "cap lai the can cuoc", "xoa tam tru tam tru")
]


def text_by_text(tokens):
    """The plain way: every group of every text."""
    joined = " ".join(tokens)
    padded = [f" {token} " for token in tokens]
    within = [word[i : i + size] for word in padded for size in (3, 4, 5) for i in range(len(word) - size + 1)]
    return within + [f"_{joined[i : i + 6]}" for i in range(len(joined) - 5)]


@pytest.mark.parametrize("query", ["tam tru", "dang ki tam chu", "can cuoc cong dan", "thuong"])
def test_texts_are_as_alike_as_when_counted_one_by_one(query):
    plain, ours = TfidfVectorizer(analyzer=text_by_text, sublinear_tf=True), CharGrams()
    known = plain.fit_transform(TEXTS)
    expected = (plain.transform([query.split()]) @ known.T).toarray()
    learnt = ours.fit_transform(TEXTS)
    found = (ours.transform([query.split()]) @ learnt.T).toarray()
    assert np.allclose(found, expected, atol=1e-6)
    assert found.max() > 0.1


def test_a_catalogue_of_short_titles_can_be_searched():
    rows = [
        SearchRow(f"1.00000{n}", title, True, True, (), (), "", ()) for n, title in enumerate(("Xe", "Đò"), start=1)
    ]
    assert [hit.code for hit in ProcedureIndex(rows).search("xe")][:1] == ["1.000001"]
    assert ProcedureIndex([]).search("xe") == []
