"""The solver takes the steps of scikit-learn's, and so comes out where that does, also when it is stopped early."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.sparse import random as random_rows
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from bot.nlu.softmax import Problem, fit

STRENGTH, TOLERANCE = 12.0, 5e-3


def made_up(classes=5, rows=300, columns=80):
    chance = np.random.default_rng(3)
    texts = random_rows(rows, columns, 0.1, "csr", dtype=np.float64, random_state=3)
    taught = (texts @ chance.normal(size=(columns, classes)) + chance.normal(size=(rows, classes))).argmax(axis=1)
    return texts, taught


def of_sklearn(texts, taught, rounds, weighed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=STRENGTH, max_iter=rounds, tol=TOLERANCE, class_weight=weighed)
        return model.fit(texts, taught)


@pytest.mark.parametrize("weighed", [None, "balanced"])
@pytest.mark.parametrize("rounds", [1, 5, 15, 500])
def test_weights_are_those_of_scikit_learn(rounds, weighed):
    texts, taught = made_up()
    counts = np.bincount(taught)
    importance = (len(taught) / (len(counts) * counts))[taught] if weighed else np.ones(len(taught))
    weights, bias = fit(Problem(texts, taught, importance, 1 / STRENGTH), rounds, TOLERANCE)
    model = of_sklearn(texts, taught, rounds, weighed)
    np.testing.assert_allclose(weights, model.coef_.T, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(bias, model.intercept_, rtol=1e-5, atol=1e-6)


def test_the_number_of_processors_changes_nothing(monkeypatch):
    texts, taught = made_up()
    problem = Problem(texts, taught, np.ones(len(taught)), 1 / STRENGTH)
    found = []
    for number in (1, 3):
        monkeypatch.setattr("bot.nlu.softmax.os.cpu_count", lambda number=number: number)
        found.append(fit(problem, 20, TOLERANCE)[0])
    assert np.array_equal(*found)


def test_what_is_learned_already_is_left_as_it_is():
    texts, taught = made_up()
    weights, bias = fit(Problem(texts, taught, np.ones(len(taught)), 1 / STRENGTH), 0, TOLERANCE)
    assert not weights.any()
    assert not bias.any()
