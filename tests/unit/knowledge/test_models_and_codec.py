"""Records survive the way to JSON and back, and equal records give equal texts."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date

import cattrs
import pytest

from knowledge.codec import digest, dumps, from_dict, to_dict
from knowledge.models import Decision, Fee
from tests.fixtures.catalogue import procedure


def test_a_record_is_the_same_after_writing_and_reading():
    record = procedure()
    assert from_dict(to_dict(record)) == record


def test_empty_fields_are_left_out():
    assert "notes" not in to_dict(procedure())
    assert "newer_decision" not in to_dict(procedure(newer_decision=Decision("9/QĐ", date(2026, 9, 1))))


def test_equal_records_have_one_digest_and_a_changed_fact_another():
    assert digest(dumps(procedure())) == digest(dumps(procedure()))
    assert digest(dumps(procedure(steps=("Khác.",)))) != digest(dumps(procedure()))


@pytest.mark.parametrize("broken", [{"code": "1.000001"}, {"code": "1.000001", "title": "x", "online_level": "maybe"}])
def test_a_record_of_wrong_shape_is_refused(broken):
    with pytest.raises((cattrs.BaseValidationError, ValueError, KeyError)):
        from_dict(broken)


def test_records_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        procedure().title = "khác"


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "holds"),
    [
        (None, None, True),
        (None, date(2026, 7, 20), True),
        (None, date(2026, 7, 19), False),
        (date(2026, 7, 20), None, True),
        (date(2026, 7, 21), None, False),
        (date(2026, 7, 1), date(2026, 7, 31), True),
    ],
)
def test_a_fee_holds_from_first_to_last_day_inclusive(valid_from, valid_to, holds):
    assert Fee(amount=1, valid_from=valid_from, valid_to=valid_to).holds_on(date(2026, 7, 20)) is holds
