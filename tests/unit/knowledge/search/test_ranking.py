"""The ranker: its file, its probabilities, and what tells how sure it may be."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from knowledge.search import ranking
from knowledge.search.ranking import (
    KINDS,
    Network,
    RankerInvalidError,
    Scale,
    confidence_features,
    inputs,
    load_ranker,
)
from knowledge.search.signals import signal_names
from tests.fixtures.small_catalogue import hand_ranker

NAMES = list(signal_names())
WIDTH = inputs(np.zeros((1, len(NAMES)), dtype=np.float32)).shape[1]


def numbers(**changes):
    network = {name: [0.0] * WIDTH for name in ("mean", "linear")} | {
        "scale": [1.0] * WIDTH,
        "hidden": [[0.0]] * WIDTH,
        "shift": [0.0],
        "output": [0.0],
    }
    scale = {"weights": {"chance": 1.0}, "bias": 0.0}
    return {"signals": NAMES} | {kind: {"network": network, "sure": scale, "inside": scale} for kind in KINDS} | changes


@pytest.fixture
def file(tmp_path):
    """Unit tests touch no disk but for a file of their own."""
    load_ranker.cache_clear()
    yield tmp_path / "ranker.json"
    load_ranker.cache_clear()


def test_a_file_of_these_signals_is_read(file):
    file.write_text(json.dumps(numbers()), "utf-8")
    ranker = load_ranker(file)
    assert set(ranker.networks) == set(ranker.sure) == set(ranker.inside) == set(KINDS)
    assert ranker.scores(np.ones((3, len(NAMES)), dtype=np.float32), "with_vectors").tolist() == [0.0, 0.0, 0.0]


def test_a_file_learned_without_vectors_serves_search_without_them(file):
    learned = numbers()
    del learned["with_vectors"], learned["with_word_vectors"]
    file.write_text(json.dumps(learned), "utf-8")
    assert set(load_ranker(file).networks) == {"without_vectors"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        json.dumps({"signals": NAMES}),
        json.dumps(numbers(without_vectors={})),
        json.dumps(numbers(without_vectors={"network": {"x": 1}, "sure": {}, "inside": {}})),
        json.dumps(numbers(signals=NAMES[1:])),
        json.dumps(numbers(signals=NAMES[::-1])),
        json.dumps(numbers(signals=[*NAMES, "one_more"])),
    ],
    ids=range(11),
)
def test_a_file_that_does_not_fit_is_refused_by_name(file, text):
    file.write_text(text, "utf-8")
    with pytest.raises(RankerInvalidError, match=r"ranker\.json"):
        load_ranker(file)
    assert RankerInvalidError.code == "RANKER_INVALID"


def test_other_signals_are_refused_with_what_to_do(file):
    file.write_text(json.dumps(numbers(signals=["words"])), "utf-8")
    with pytest.raises(RankerInvalidError, match="python -m knowledge fit"):
        load_ranker(file)


def test_a_file_that_is_not_there_is_refused_by_name(file):
    with pytest.raises(RankerInvalidError, match=r"ranker\.json"):
        load_ranker(file)


def test_the_shipped_ranker_fits_the_signals():
    ranker = load_ranker()
    assert set(ranker.networks) == set(KINDS)
    for network in ranker.networks.values():
        assert network.mean.shape == network.scale.shape == network.linear.shape == (WIDTH,)
        assert (network.scale > 0).all()
        assert np.isfinite(network.scores(np.ones((2, WIDTH), dtype=np.float32))).all()
    features = set(confidence_features(np.zeros((1, len(NAMES))), np.ones(1), np.array([True]), 1))
    for scale in (*ranker.sure.values(), *ranker.inside.values()):
        assert set(scale.weights) <= features


def test_a_network_is_a_line_and_one_hidden_layer():
    network = Network(
        mean=np.array([1.0, 0.0]),
        scale=np.array([2.0, 1.0]),
        linear=np.array([3.0, -1.0]),
        hidden=np.array([[1.0], [0.5]]),
        shift=np.array([0.1]),
        output=np.array([2.0]),
    )
    x, y = (5.0 - 1.0) / 2.0, 4.0
    expected = 3.0 * x - y + 2.0 * math.tanh(x + 0.5 * y + 0.1)
    assert network.scores(np.array([[5.0, 4.0]])) == pytest.approx([expected])


def test_inputs_add_how_near_the_nearest_candidate_comes():
    rows = np.zeros((2, len(NAMES)), dtype=np.float32)
    rows[0, NAMES.index("example")], rows[1, NAMES.index("held_added")] = 0.7, 0.4
    wide = inputs(rows)
    assert wide.shape == (2, WIDTH)
    assert wide[:, : len(NAMES)].tolist() == rows.tolist()
    assert wide[0, len(NAMES) :].tolist() == wide[1, len(NAMES) :].tolist() == pytest.approx([0.7, 0.0, 0.4])


@pytest.mark.parametrize("value", [-1e9, -50.0, -1.0, 0.0, 1.0, 50.0, 1e9])
def test_a_scale_gives_a_probability_whatever_comes_in(value):
    probability = Scale({"x": 1.0}, 0.0).probability({"x": value, "unused": 1.0})
    assert 0.0 < probability < 1.0
    if abs(value) < 30:
        assert probability == pytest.approx(1 / (1 + math.exp(-value)))


def test_a_scale_adds_its_bias_and_weighs_each_feature():
    scale = Scale({"a": 2.0, "b": -1.0}, 0.5)
    assert scale.probability({"a": 1.0, "b": 3.0}) == pytest.approx(1 / (1 + math.exp(0.5)))


def features(chances, same, words=3, **columns):
    rows = np.zeros((len(chances), len(NAMES)))
    for name, values in columns.items():
        rows[:, NAMES.index(name)] = values
    return confidence_features(rows, np.array(chances), np.array(same), words)


def test_a_twin_of_the_first_is_no_rival():
    found = features([0.5, 0.3, 0.2], [True, True, False])
    assert found["chance"] == pytest.approx(0.8)
    assert found["lead"] == pytest.approx(math.log(0.8 / 0.2), abs=1e-4)
    assert features([0.6, 0.4], [True, True])["lead"] > 10  # nobody else is left


def test_features_tell_the_first_from_the_best_of_all():
    found = features([0.7, 0.3], [True, False], example=[0.2, 0.9], held_added=[0.5, 0.1], letters_added=[0.3, 0.4])
    assert (found["first_example"], found["example"]) == (0.2, 0.9)
    assert (found["first_held"], found["held"], found["letters"]) == (0.5, 0.5, 0.4)
    assert found["words"] == pytest.approx(math.log(4))
    assert all(math.isfinite(value) for value in found.values())


def test_the_ranker_made_by_hand_has_what_the_shipped_one_has():
    ranker = hand_ranker()
    rows = np.zeros((2, len(NAMES)), dtype=np.float32)
    rows[0, NAMES.index("example")] = 1.0
    first, second = ranker.scores(rows, "without_vectors")
    assert first > second
    assert set(ranker.networks) == set(ranking.KINDS)
