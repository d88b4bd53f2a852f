"""Numbers, dates and fees in words: nothing that the record does not hold."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.facts import Fact, next_facts
from knowledge.formatting import amount_text, by_method, day_text, fee_text, fee_texts, number_text, time_text
from knowledge.models import Fee, FeeStatus, Method, ProcessingTime, SubmissionMethod, TimeUnit
from knowledge.wording import load_wording

SAY = load_wording()
DAY = date(2026, 7, 20)


def test_amounts_days_and_numbers_are_written_the_vietnamese_way():
    assert amount_text(1_350_000) == "1.350.000"
    assert day_text(date(2026, 7, 8)) == "08/07/2026"
    assert (number_text(3.0), number_text(1.5)) == ("3", "1,5")


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (ProcessingTime(3, TimeUnit.WORKING_DAY), "3 ngày làm việc"),
        (ProcessingTime(3, TimeUnit.DAY), "3 ngày"),
        (ProcessingTime(12, TimeUnit.HOUR), "12 giờ"),
        (ProcessingTime(unit=TimeUnit.SAME_DAY), "trong ngày làm việc"),
        (ProcessingTime(7, TimeUnit.WORKING_DAY, case="khi phải xác minh"), "khi phải xác minh: 7 ngày làm việc"),
        (ProcessingTime(text="theo giấy hẹn"), "theo giấy hẹn"),
        (ProcessingTime(), ""),
        (ProcessingTime(0, TimeUnit.WORKING_DAY), ""),
        (ProcessingTime(5, None), ""),
    ],
)
def test_times_say_their_unit_or_nothing(time, text):
    assert time_text(time, SAY) == text


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize(
    ("fee", "text"),
    [
        (Fee(amount=15000, per="lần"), "15.000 đồng/lần"),
        (Fee(amount=15000, per="lần", case="cá nhân"), "15.000 đồng/lần (cá nhân)"),
        (Fee(amount=35000, valid_to=date(2026, 12, 31)), "35.000 đồng (áp dụng đến hết 31/12/2026)"),
        (Fee(amount=35000, valid_from=date(2026, 1, 1)), "35.000 đồng (áp dụng từ 01/01/2026)"),
        (Fee(status=FeeStatus.FREE), "miễn phí"),
        (Fee(status=FeeStatus.NOT_PUBLISHED), "chưa công bố mức thu"),
        (Fee(status=FeeStatus.DESCRIBED, note="theo thỏa thuận"), "theo thỏa thuận"),
    ],
)
def test_fees_in_words(fee, text):
    assert fee_text(fee, SAY) == text


@pytest.mark.requirement("R-20")
def test_a_fee_set_by_the_council_names_no_amount():
    text = fee_text(Fee(status=FeeStatus.SET_BY_COUNCIL), SAY)
    assert "Hội đồng nhân dân Thành phố" in text
    assert "1022" in text
    assert "đồng/" not in text


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize("status", [status for status in FeeStatus if status is not FeeStatus.FREE])
def test_only_a_fee_that_the_record_calls_free_is_called_free(status):
    assert "miễn phí" not in fee_text(Fee(status=status, amount=0 if status is FeeStatus.AMOUNT else None), SAY)


@pytest.mark.requirement("R-20")
def test_an_ended_amount_is_never_named():
    ended = Fee(amount=115000, valid_to=date(2025, 12, 31))
    assert fee_texts([ended, Fee(amount=135000)], DAY, SAY) == ["135.000 đồng"]
    (only,) = fee_texts([ended], DAY, SAY)
    assert "115" not in only
    assert "31/12/2025" in only
    assert fee_texts([ended], date(2025, 12, 31), SAY) == ["115.000 đồng (áp dụng đến hết 31/12/2025)"]


def test_what_holds_for_all_ways_is_said_once():
    methods = [SubmissionMethod(Method.ONLINE), SubmissionMethod(Method.IN_PERSON)]
    assert by_method(methods, [["3 ngày"], ["3 ngày"]], SAY) == [("", ["3 ngày"])]
    assert by_method(methods, [["3 ngày"], ["5 ngày"]], SAY) == [
        ("Trực tuyến", ["3 ngày"]),
        ("Nộp trực tiếp", ["5 ngày"]),
    ]
    assert by_method(methods, [["3 ngày"], []], SAY) == [("Trực tuyến", ["3 ngày"])]
    assert by_method(methods, [[], []], SAY) == []


def test_three_facts_are_offered_next_and_none_that_was_answered():
    for fact in Fact:
        offered = next_facts((fact,))
        assert len(offered) == 3
        assert fact not in offered
    assert next_facts(tuple(Fact)) == []


def test_every_fact_has_a_name_and_a_button():
    for fact in Fact:
        assert SAY(f"facts.{fact.value}")
        assert SAY(f"buttons.{fact.value}")


def test_an_unknown_phrase_is_an_error():
    with pytest.raises(KeyError):
        SAY("fee.no_such_phrase")
