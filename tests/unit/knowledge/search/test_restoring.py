"""Diacritics put back: learned from small texts, typed marks kept, unknown words left alone, kept on disk unchanged."""

from __future__ import annotations

import io
import math
import unicodedata
import warnings

import numpy as np
import pytest

from knowledge.search.restoring import Restorer, syllables

TEXTS = [
    ("Đăng ký tạm trú tại nhà trọ", 10),
    ("Đăng ký thường trú vào hộ của chồng", 10),
    ("Giấy khai sinh của bé bị rách", 10),
    ("Bệ nước bị vỡ", 1),
    ("Đổi bằng lái xe máy. Bảng giá đất năm nay", 10),
    ("Từ đủ 14 tuổi trở lên", 5),
]


@pytest.fixture(scope="module")
def restorer():
    return Restorer.train(TEXTS)


@pytest.mark.parametrize(
    ("typed", "restored"),
    [
        ("dang ky tam tru", "đăng ký tạm trú"),
        ("giay khai sinh cua be", "giấy khai sinh của bé"),
        ("doi bang lai xe", "đổi bằng lái xe"),
        ("bang gia dat", "bảng giá đất"),
        ("tu du 14 tuoi", "từ đủ 14 tuổi"),
        ("DANG KY thuong TRU", "đăng ký thường trú"),
        ("dang ky, tam tru!", "đăng ký tạm trú"),
    ],
)
def test_the_neighbours_decide_which_marks(restorer, typed, restored):
    assert restorer.restore(typed) == restored


def test_typed_marks_are_kept(restorer):
    assert restorer.restore("bệ nuoc") == "bệ nước"
    assert restorer.restore("bé") == "bé"
    assert restorer.restore("bảng lai xe").startswith("bảng ")


def test_marks_that_no_text_has_are_taken_for_a_slip(restorer):
    assert restorer.restore("đẵng ký") == "đăng ký"


@pytest.mark.parametrize("word", ["vneid", "qwrt", "zalo", "xin", "2026"])
def test_unknown_words_stay_as_typed(restorer, word):
    assert restorer.restore(f"dang ky {word} tam tru") == f"đăng ký {word} tạm trú"


def test_both_forms_of_unicode_are_one(restorer):
    assert restorer.restore(unicodedata.normalize("NFD", "tạm tru")) == "tạm trú"
    assert unicodedata.is_normalized("NFC", restorer.restore(unicodedata.normalize("NFD", "tạm trú")))
    assert Restorer.train([(unicodedata.normalize("NFD", "tạm trú"), 5)]).restore("tam tru") == "tạm trú"


def test_weight_counts_like_so_many_sentences():
    assert Restorer.train([("má nuôi", 1), ("mà thôi", 5)]).restore("ma") == "mà"
    assert Restorer.train([("má nuôi", 5), ("mà thôi", 1)]).restore("ma") == "má"


def test_sentences_do_not_run_into_each_other():
    apart = Restorer.train([("Nhà má. Mà thôi", 5), ("nhà mà", 1)])
    assert apart.pair_counts.sum() == Restorer.train([("Nhà má\nMà thôi", 5), ("nhà mà", 1)]).pair_counts.sum()
    places = {form: place for place, form in enumerate(apart.forms)}
    assert places["má"] * len(apart.forms) + places["mà"] not in apart.pair_keys


def test_pairs_and_triples_are_counted_right():
    counted = Restorer.train([("một hai ba", 3), ("hai ba", 2)])
    size, places = len(counted.forms), {form: place for place, form in enumerate(counted.forms)}
    pairs = dict(zip(counted.pair_keys.tolist(), counted.pair_counts.tolist(), strict=True))
    triples = dict(zip(counted.triple_keys.tolist(), counted.triple_counts.tolist(), strict=True))
    assert pairs[places["hai"] * size + places["ba"]] == 5
    assert pairs[places["<s>"] * size + places["hai"]] == 2
    assert triples[(places["một"] * size + places["hai"]) * size + places["ba"]] == 3
    assert counted.frequency("hai") == 5
    assert counted.frequency("nam") == 0


def test_what_it_knows_and_what_is_common(restorer):
    assert restorer.knows("dang")
    assert not restorer.knows("đăng")
    assert not restorer.knows("<s>")
    assert "ky" in restorer.common_syllables
    assert "nuoc" not in restorer.common_syllables  # once is not often
    assert all(syllable.isalpha() for syllable in restorer.common_syllables)
    frequencies = [restorer.frequency(syllable) for syllable in restorer.common_syllables]
    assert frequencies == sorted(frequencies, reverse=True)


def test_a_likely_text_fits_better_than_an_unlikely_one(restorer):
    assert restorer.fit("dang ky tam tru") > restorer.fit("tru tam ky dang") > restorer.fit("qwrt zxcv")
    assert restorer.fit("") == 0.0


def test_kept_on_disk_it_restores_the_same(restorer):
    file = io.BytesIO()
    np.savez(file, **restorer.arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        again = Restorer.from_arrays(dict(arrays))
    assert again.forms == restorer.forms
    for text in ("dang ky tam tru", "bang gia dat", "vneid", "be"):
        assert again.restore(text) == restorer.restore(text)
        assert again.fit(text) == pytest.approx(restorer.fit(text))


@pytest.mark.parametrize("texts", [[], [("", 1)], [("... !!!", 3)]])
def test_without_texts_nothing_is_restored_and_nothing_breaks(texts):
    empty = Restorer.train(texts)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert empty.restore("dang ky") == "dang ky"
        assert np.isfinite(empty.fit("dang ky"))
    assert empty.common_syllables == ()
    assert not empty.knows("dang")
    assert Restorer.from_arrays(empty.arrays()).restore("dang ky") == "dang ky"


@pytest.mark.parametrize("text", ["", "   ", "???", "\x00\u200b", "\ud800", "🙂"])
def test_text_without_syllables_gives_nothing(restorer, text):
    assert restorer.restore(text) == ""


def test_syllables_are_small_letters_and_numbers():
    assert syllables("Đăng KÝ 2 xe-máy, mẫu CT01/a_b") == ["đăng", "ký", "2", "xe", "máy", "mẫu", "ct", "01", "a", "b"]


def naive_walk(restorer, typed):
    """The beam search with every count looked up anew at every step."""
    size = len(restorer.forms)
    pairs = dict(zip(restorer.pair_keys.tolist(), restorer.pair_counts.tolist(), strict=True))
    triples = dict(zip(restorer.triple_keys.tolist(), restorer.triple_counts.tolist(), strict=True))
    singles, every = [*restorer.singles.tolist(), 0.1], max(1.0, float(restorer.singles.sum()))
    start = restorer.forms.index("<s>")
    ways = [(0.0, [start, start])]
    for syllable in typed:
        longer = []
        for score, way in ways:
            older, newer = way[-2:]
            together = max(pairs.get(older * size + newer, 0.0), 1.0)
            for option in restorer._options(syllable).tolist():
                single = 0.02 * (singles[option] + 0.1) / every
                pair = 0.38 * pairs.get(newer * size + option, 0.0) / max(singles[newer], 1.0)
                triple = 0.6 * triples.get((older * size + newer) * size + option, 0.0) / together
                longer.append((score + math.log(single + pair + triple + 1e-12), [*way, option]))
        ways = sorted(longer, key=lambda one: -one[0])[:24]
    return [restorer._form(place, one) for place, one in zip(ways[0][1][2:], typed, strict=True)], ways[0][0]


@pytest.mark.parametrize(
    "text",
    ["dang ky tam tru tai nha tro", "giấy khai sinh cua be bi rach", "xyz be bi vo", "tu", "bang gia dat nam nay"],
)
def test_counts_that_are_carried_on_are_those_that_would_be_looked_up(restorer, text):
    typed = syllables(text)
    words, score = naive_walk(restorer, typed)
    assert restorer.restore(text) == " ".join(words)
    assert restorer.fit(text) == pytest.approx(score / len(typed), abs=1e-6)


@pytest.mark.parametrize(
    "typed",
    [
        "đăng ký tạm trú tại nhà trọ dang ky tam tru",
        "giấy khai sinh của bé bi rach, doi bằng lái xe may",
        "bang gia đất năm nay tu du 14 tuổi trở lên",
        "Từ đủ qwz tuổi trở qwz giay qwz",
        "nước",
    ],
)
def test_odds_that_are_not_counted_change_nothing(restorer, typed):
    """Between syllables that can be one form only nothing is counted, unless the odds themselves are asked for."""
    assert restorer.restore(typed).split() == restorer._walk(syllables(typed))[0]
