"""Postings against a plain computation by the book, kept on disk, and with nothing in them."""

from __future__ import annotations

import io
import math
import random
from collections import Counter

import numpy as np
import pytest

from knowledge.search.postings import Postings, Weighting

TERMS = ["dang", "ky", "tam", "tru", "thuong", "khai", "sinh", "cap", "lai", "the", "can", "cuoc", "doi", "bang", "xe"]
CHANCE = random.Random(3)
DOCUMENTS = [CHANCE.choices(TERMS, k=CHANCE.randint(0, 12)) for _ in range(25)]
QUERIES = [["tam", "tru"], ["tam", "tam", "tru"], ["khai", "nowhere"], ["nowhere"], [], TERMS, ["xe"] * 7]


def naive_bm25(documents, query, saturation, length_penalty):
    average = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        score = 0.0
        for term in set(query):
            holders = sum(term in other for other in documents)
            times = document.count(term)
            if not times:
                continue
            rarity = math.log(1 + (len(documents) - holders + 0.5) / (holders + 0.5))
            length = 1 - length_penalty + length_penalty * len(document) / average
            score += rarity * times * (saturation + 1) / (times + saturation * length)
        scores.append(score)
    return scores


def naive_cosine(documents, query):
    known = {term for document in documents for term in document}
    holders = {term: sum(term in document for document in documents) for term in known}
    rarities = {term: math.log((1 + len(documents)) / (1 + holders[term])) + 1 for term in known}

    def weighted(words):
        strange = max(rarities.values())
        return {term: (1 + math.log(number)) * rarities.get(term, strange) for term, number in Counter(words).items()}

    asked = weighted(query)
    scores = []
    for document in documents:
        held = weighted(document)
        lengths = math.dist(held.values(), [0] * len(held)) * math.dist(asked.values(), [0] * len(asked))
        product = sum(weight * held.get(term, 0.0) for term, weight in asked.items())
        scores.append(product / lengths if lengths else 0.0)
    return scores


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
@pytest.mark.parametrize(("saturation", "length_penalty"), [(1.2, 0.5), (1.2, 0.75), (0.0, 0.0), (2.0, 1.0)])
def test_bm25_is_that_of_the_book(query, saturation, length_penalty):
    postings = Postings.build(DOCUMENTS, Weighting.BM25, saturation, length_penalty)
    single = list(dict.fromkeys(query))  # each word of a query counts once
    expected = naive_bm25(DOCUMENTS, single, saturation, length_penalty)
    assert postings.scores(query) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_cosine_is_that_of_the_book(query):
    scores = Postings.build(DOCUMENTS, Weighting.COSINE).scores(query)
    assert scores == pytest.approx(naive_cosine(DOCUMENTS, query), abs=1e-5)


def test_a_document_is_exactly_like_itself():
    postings = Postings.build(DOCUMENTS, Weighting.COSINE)
    for place, document in enumerate(DOCUMENTS):
        if document:
            assert postings.scores(document)[place] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("weighting", list(Weighting))
def test_scores_have_one_place_a_document(weighting):
    postings = Postings.build(iter(DOCUMENTS), weighting)
    assert postings.count == len(DOCUMENTS)
    assert postings.scores(["tam"]).shape == (len(DOCUMENTS),)
    assert "tam" in postings
    assert "nowhere" not in postings


def test_a_rare_term_tells_more_and_one_that_none_holds_the_most():
    postings = Postings.build([["a", "b"], ["a"], ["a", "c"]], Weighting.BM25)
    assert postings.rarity_of("b") > postings.rarity_of("a") > 0
    assert postings.rarity_of("nowhere") == postings.rarity_of("b") == postings.strange


@pytest.mark.parametrize("weighting", list(Weighting))
@pytest.mark.parametrize("documents", [DOCUMENTS, [], [[], []], [["một"]]], ids=["many", "none", "blank", "one"])
def test_kept_on_disk_they_score_the_same(weighting, documents):
    postings = Postings.build(documents, weighting)
    file = io.BytesIO()
    np.savez(file, **postings.arrays("titles"))
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        again = Postings.from_arrays(dict(arrays), "titles")
    assert (again.weighting, again.terms, again.count) == (weighting, postings.terms, len(documents))
    for query in QUERIES:
        assert again.scores(query) == pytest.approx(postings.scores(query), rel=2e-3)


@pytest.mark.parametrize("weighting", list(Weighting))
def test_without_documents_there_are_no_scores_and_no_faults(weighting):
    empty = Postings.build([], weighting)
    assert empty.scores(["tam", "tru"]).shape == (0,)
    assert (empty.count, empty.terms, empty.strange) == (0, (), 0.0)
    assert empty.rarity_of("tam") == 0.0


def test_a_term_of_many_documents_keeps_those_where_it_weighs_most():
    documents = [["chung"] * times + ["rieng"] * (times == 2) for times in (1, 4, 2, 3)]
    whole = Postings.build(documents, Weighting.BM25, length_penalty=0.0)
    cut = Postings.build(documents, Weighting.BM25, length_penalty=0.0, most_holders=2)
    expected = whole.scores(["chung"])
    expected[[0, 2]] = 0.0
    assert cut.scores(["chung"]) == pytest.approx(expected)
    assert cut.scores(["rieng"]) == pytest.approx(whole.scores(["rieng"]))
    assert cut.rarity_of("chung") == whole.rarity_of("chung")


@pytest.mark.parametrize("weighting", Weighting)
def test_several_queries_at_once_score_as_each_alone(weighting):
    postings = Postings.build(DOCUMENTS, weighting)
    queries = (DOCUMENTS[0], [], ["unknown"], [*DOCUMENTS[1], *DOCUMENTS[0], "unknown"])
    together = postings.scores_of(queries)
    assert together.shape == (len(queries), len(DOCUMENTS))
    for query, scores in zip(queries, together, strict=True):
        assert scores == pytest.approx(postings.scores(query), abs=1e-6)
    assert not together[1].any()
    assert together[3].any()


@pytest.mark.parametrize("weighting", list(Weighting))
def test_one_call_for_all_terms_gives_what_a_call_for_each_gives(weighting):
    """To the last bit: terms are added up in the order in which the queries name them."""
    kept = Postings.build(DOCUMENTS, weighting)
    for queries in ((QUERIES[0], QUERIES[5]), (QUERIES[1],), (QUERIES[3], QUERIES[4]), QUERIES):
        shares = [kept.asked(query) for query in queries]
        expected = np.zeros((len(queries), kept.count), dtype=np.float32)
        for place in dict.fromkeys(place for share in shares for place in share):
            begin, end = kept.pointers[place], kept.pointers[place + 1]
            for row, share in zip(expected, shares, strict=True):
                row[kept.holders[begin:end]] += kept.weights[begin:end] * np.float32(share.get(place, 0.0))
        assert np.array_equal(kept.scores_of(queries), expected)
