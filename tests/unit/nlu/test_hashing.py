"""Rows made here are those of scikit-learn's HashingVectorizer, to the last bit: models may stem from either."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import hstack
from sklearn.feature_extraction.text import HashingVectorizer

from bot.nlu.danger_features import DangerVectorizer, concept_features
from bot.nlu.hashing import matrix
from bot.nlu.noise import noisy_variants
from bot.nlu.story_classifier import StoryVectorizer, load_stories, story_features
from bot.nlu.word_features import WordVectorizer, features
from knowledge.search.samples import load_samples

DIMENSIONS = 2**15
HOSTILE = (
    "",
    " ",
    "?!",
    "x",
    "a" * 3000,
    "ă " * 900,
    "\u0301\u0301",
    "đđ",
    "１２",
    "1.004194 ct01/a",
    "𝓬𝓱á𝔂",
    "\ud800",
    "\0",
)


def texts():
    asked = [text for said in load_samples().values() for text in said.questions]
    told = [text for listed in load_stories().values() for text in listed]
    return [*HOSTILE, *(variant for text in (*asked[::60], *told[::4]) for variant in noisy_variants(text, 1))]


def of_sklearn(analyzer, listed, dimensions):
    hashing = HashingVectorizer(analyzer=analyzer, n_features=dimensions, alternate_sign=False, dtype=np.float32)
    return hashing.transform(listed)


@pytest.mark.parametrize(
    ("vectorizer", "concepts", "width"),
    [
        (WordVectorizer(DIMENSIONS), None, 0),
        (DangerVectorizer(DIMENSIONS), concept_features, 2**12),
        (StoryVectorizer(DIMENSIONS), story_features, 2**13),
    ],
)
def test_rows_are_those_of_scikit_learn(vectorizer, concepts, width):
    listed = [text for text in texts() if text.isprintable() or text == "\0"]
    expected = of_sklearn(features, listed, DIMENSIONS)
    if concepts:
        expected = hstack([expected, 0.4 * of_sklearn(concepts, listed, width)], "csr")
    found = matrix(vectorizer, listed)
    assert len(listed) > 400
    assert found.shape == expected.shape
    assert (found != expected).nnz == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_too_odd(text):
    row = WordVectorizer(DIMENSIONS).row(text)
    assert len(set(row.columns.tolist())) == len(row.columns) == len(row.values)
    assert np.isfinite(row.values).all()


def test_a_matrix_of_nothing_is_empty():
    assert matrix(WordVectorizer(DIMENSIONS), []).shape == (0, DIMENSIONS)
