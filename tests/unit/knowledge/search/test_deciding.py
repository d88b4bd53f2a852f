"""From ranked procedures to a decision, at and beside each bound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.search.deciding import Certainty, Thresholds, choices, decide
from knowledge.search.index import NOTHING, Hit, Ranked

LIMITS = Thresholds(answer=0.8, certain=0.9, inside=0.5, near=0.2)


def hits(*scores):
    return tuple(Hit(f"9.{number:06}", f"Việc {number}", score) for number, score in enumerate(scores))


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("sure", "inside", "certainty"),
    [
        (0.99, 0.19, Certainty.NONE),
        (0.89, 0.2, Certainty.WEAK),
        (0.99, 0.2, Certainty.CLEAR),
        (0.89, 0.49, Certainty.WEAK),
        (0.8, 0.5, Certainty.CLEAR),
        (0.79, 0.5, Certainty.CLOSE),
        (0.0, 1.0, Certainty.CLOSE),
    ],
)
def test_how_sure_the_first_hit_is(sure, inside, certainty):
    assert decide(Ranked(hits(0.9, 0.1), sure, inside), LIMITS) is certainty


@pytest.mark.parametrize(
    ("several", "certainty"), [(0.0, Certainty.CLEAR), (0.29, Certainty.CLEAR), (0.3, Certainty.CLOSE)]
)
def test_several_matters_alike_are_asked_about_however_sure_the_first_is(several, certainty):
    ranked = Ranked(hits(0.9, 0.1), 0.95, 1.0, several=several)
    assert decide(ranked, replace(LIMITS, several=0.3)) is certainty


def test_a_bare_name_is_asked_about_whatever_the_ranker_thinks():
    assert decide(Ranked(hits(0.5, 0.5), 0.99, 0.01, bare=True), LIMITS) is Certainty.CLOSE


def test_without_hits_nothing_is_near():
    assert decide(NOTHING) is Certainty.NONE
    assert decide(Ranked((), 1.0, 1.0)) is Certainty.NONE


def test_the_shipped_bounds_are_in_order():
    limits = Thresholds()
    assert 0.0 < limits.near < limits.inside < 1.0
    assert 0.5 <= limits.answer < limits.certain < 1.0


@pytest.mark.parametrize("count", range(2, 9))
def test_choices_offer_two_to_four(count):
    near = hits(*(0.4 - place / 100 for place in range(count)))
    assert choices(near) == list(near[: min(4, count)])


def test_choices_are_of_different_matter():
    ours, twin = (
        Hit("9.1", "Cấp lại thẻ căn cước", 0.5),
        Hit("9.2", "Cấp lại thẻ căn cước (thực hiện tại cấp tỉnh)", 0.3),
    )
    other = Hit("9.3", "Cấp đổi thẻ căn cước", 0.2)
    assert choices([ours, twin, other]) == [ours, other]
    assert choices([ours, twin]) == [ours, twin]


def test_choices_leave_out_what_is_far_less_likely_but_never_leave_one_alone():
    assert choices(hits(0.6, 0.3, 0.05, 0.04)) == list(hits(0.6, 0.3))
    assert choices(hits(0.97, 0.01, 0.01)) == list(hits(0.97, 0.01))
    assert choices(hits(0.97)) == list(hits(0.97))
    assert choices([]) == []
    assert len(choices(hits(0.3, 0.3, 0.2, 0.1), count=2)) == 2
