"""The masking set: large enough, all kinds, and its floors hold. A mother ("má") is no code ("mã")."""

from __future__ import annotations

import json

import pytest

from bot.ops.screening.kinds import Kind
from bot.ops.screening.masking import mask
from tools.evaluate_masking import FLOORS, load, measure, totals
from tools.masking_samples import samples


def test_recall_and_precision_hold_over_five_hundred_samples():
    found = load()
    assert found == list(samples()), "python -m tools.evaluate_masking --write"
    assert len(found) >= 500
    counts = measure(found)
    reached = totals(counts, found)
    floors = json.loads(FLOORS.read_text("utf-8"))
    assert {name: reached[name] for name, floor in floors.items() if reached[name] < floor} == {}, [
        line for count in counts.values() for line in count.missed
    ]


@pytest.mark.parametrize("number", ["0373 298 262", "070 113 58 69", "+84 531 204 632"])
def test_a_mothers_number_is_one_number(number):
    masked = mask(f"số của má tôi {number}")
    assert masked.kinds == (Kind.PHONE,)
    assert mask(f"số của má tôi {number}", {Kind.PHONE}).text.endswith(number)  # asked for, so let through


def test_a_code_that_was_sent_is_still_one():
    assert mask("mã nó gửi nè: 481920").kinds == (Kind.OTP,)
    assert mask("mã nó gửi nè: 481 920, 30 giây nữa hết hạn").kinds == (Kind.OTP,)
