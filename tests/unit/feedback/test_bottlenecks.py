"""Where somebody got stuck, from their words."""

from __future__ import annotations

import pytest

from bot.feedback.bottlenecks import EXAMPLES_FILE, OTHER, bottleneck_in, bottlenecks, learn_ahead, learned
from knowledge.curated import read_yaml
from tools.evaluate_feedback import BLIND, blind, lines_of

LEAST_RIGHT = 0.85


@pytest.mark.requirement("R-21")
def test_messages_written_afterwards_mostly_get_their_code():
    found = blind()
    assert len(found) >= 40
    assert sum(expected == code for expected, code in found) / len(found) >= LEAST_RIGHT


def test_there_are_more_than_a_hundred_examples_and_none_is_in_the_blind_set():
    examples = {str(text) for texts in read_yaml(EXAMPLES_FILE).values() for text in texts}
    assert len(examples) > 100
    assert examples & {line["text"] for line in lines_of(BLIND)} == set()


def test_every_code_has_examples_and_a_name():
    assert set(read_yaml(EXAMPLES_FILE)) == set(bottlenecks())
    assert all(one.name for one in bottlenecks().values())
    assert OTHER in bottlenecks()


@pytest.mark.parametrize("text", ["", "   ", "?", "🙂", "a" * 5000, "\x00", "xyz qwerty"])
def test_words_that_tell_of_nothing_are_other(text):
    assert bottleneck_in(text) == OTHER


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("KHÔNG NHẬN ĐƯỢC MÃ OTP", "otp_not_received"),
        ("khong nhan duoc ma otp", "otp_not_received"),
        ("ko thanh toán đc lệ phí", "payment_failed"),
        ("cổng dịch vụ công bị lỗi", "portal_error"),
    ],
)
def test_capitals_and_marks_make_no_difference(text, code):
    assert bottleneck_in(text) == code


def test_what_an_opinion_needs_may_be_read_and_learned_before_it():
    for one in (bottlenecks, learned):
        one.cache_clear()
    learn_ahead().join(60)
    assert [one.cache_info().currsize for one in (bottlenecks, learned)] == [1, 1]
    before = learned.cache_info().misses
    bottleneck_in("chuyện gì đâu không hà")
    assert learned.cache_info().misses == before
