"""Words under an answer, before they are stored."""

from __future__ import annotations

import pytest

from bot.feedback.words import NOT_SUSPECT, Understood, take_words, understood_from
from bot.hub.wording import Wording
from bot.ops.outcomes import Outcome, is_rateable


def test_personal_numbers_are_masked():
    taken = take_words("số tôi 0903 123 456, cccd 079090001234", NOT_SUSPECT)
    assert "0903" not in taken.text
    assert "079090001234" not in taken.text
    assert taken.masked


@pytest.mark.requirement("R-26")
@pytest.mark.parametrize(
    ("words", "understood"),
    [
        ("cán bộ đòi phong bì mới ký", NOT_SUSPECT),
        ("đút cho họ chút thì họ mới lôi ra", Understood("report_corruption", 0.9)),
        ("họ nói phải có cà phê mới chạy", Understood("ask_procedure", 0.25)),
        ("ổng nhận tiền rồi mới làm", None),
    ],
)
def test_what_may_accuse_is_dropped(words, understood):
    taken = take_words(words, understood)
    assert (taken.text, taken.dropped) == ("", True)


def test_ordinary_words_stay():
    for understood in (NOT_SUSPECT, Understood("ask_procedure", 0.05), None):
        assert take_words("thiếu giấy chứng sinh", understood).text == "thiếu giấy chứng sinh"


@pytest.mark.parametrize(
    ("parsed", "understood"),
    [
        (None, None),
        ([], None),
        ({"intent": None}, None),
        ({"intent": {"name": "x"}}, Understood("x", 0.0)),
        (
            {"intent": {"name": "x"}, "intent_ranking": [{"name": "report_corruption", "confidence": 0.3}]},
            Understood("x", 0.3),
        ),
        ({"intent": {"name": "x"}, "danger": {"intent": "report_corruption", "clause": 0.6}}, Understood("x", 0.6)),
        ({"intent": {"name": "x"}, "danger": {"intent": "report_violence", "clause": 0.6}}, Understood("x", 0.0)),
    ],
)
def test_what_the_assistant_says_is_read_whatever_its_shape(parsed, understood):
    assert understood_from(parsed) == understood


def test_every_outcome_is_rateable_or_not_on_purpose():
    rateable = {one.value for one in Outcome if is_rateable(one.value)}
    assert "answered_procedure" in rateable
    assert "unanswered_no_match" in rateable
    assert "handed_off_hotline" in rateable
    assert not {one for one in rateable if one.startswith(("clarified_", "refused_", "error_"))}
    assert not rateable & {"answered_emergency", "answered_smalltalk", "answered_not_solved"}


def test_all_sentences_are_there():
    assert all(Wording.load().feedback.values())
