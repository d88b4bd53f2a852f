"""Questions typed badly on purpose: the same slips every time."""

from __future__ import annotations

import pytest

from knowledge.search.noise import NOISES, with_slips
from knowledge.text import fold

TEXTS = [f"mẫu câu hỏi thứ {number} về đăng ký tạm trú" for number in range(40)]


@pytest.mark.parametrize("text", TEXTS)
def test_slips_are_the_same_for_the_same_text_and_seed(text):
    assert with_slips(text) == with_slips(text)
    assert abs(len(with_slips(text)) - len(text)) <= 2


def test_slips_change_nearly_every_text_and_another_seed_changes_it_otherwise():
    assert sum(with_slips(text) != text for text in TEXTS) > 35
    assert sum(with_slips(text, seed=1) != with_slips(text) for text in TEXTS) > 30


@pytest.mark.parametrize("text", ["", "a", "ab", "1 2 3", "?!", "🙂"])
def test_a_text_without_room_for_a_slip_stays(text):
    assert with_slips(text) == text


def test_no_slips_asked_for_none_made():
    assert with_slips(TEXTS[0], count=0) == TEXTS[0]


def test_slips_touch_letters_only():
    text = "mã 1.004194 ngày 12/3"
    assert [char for char in with_slips(text, count=5) if char.isdigit()] == [char for char in text if char.isdigit()]


def test_each_noise_by_name():
    assert list(NOISES) == ["as typed", "without diacritics", "two slips"]
    assert NOISES["as typed"]("Tạm trú") == "Tạm trú"
    assert NOISES["without diacritics"]("Tạm trú") == fold("Tạm trú") == "tam tru"
    assert NOISES["two slips"](TEXTS[0]) == with_slips(TEXTS[0])
