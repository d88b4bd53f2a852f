"""Months and days are those of the city."""

from __future__ import annotations

from datetime import date

import pytest

from bot.errors import ReportRefusedError
from bot.reports.months import closes_on
from bot.reports.periods import month_before, month_span, next_month


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "2026-1", "26-10", "", "2026-10-01", "2026-10\n", "٢٠٢٦-١٠", "9999-12"]
)
def test_what_is_no_month_is_refused(month):
    with pytest.raises(ReportRefusedError) as refused:
        month_span(month)
    assert refused.value.context["reason"] == "month"


@pytest.mark.requirement("R-39")
def test_a_month_begins_and_ends_at_midnight_in_the_city():
    span = month_span("2028-02")
    assert (span.since, span.until) == (date(2028, 2, 1), date(2028, 2, 29))
    assert f"{span.begins:%Y-%m-%d %H:%M}" == "2028-01-31 17:00"
    assert f"{span.ends:%Y-%m-%d %H:%M}" == "2028-02-29 17:00"
    assert len(list(span.days())) == 29


def test_months_follow_one_another():
    assert month_before("2026-01") == "2025-12"
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert closes_on(month_span("2026-10")) == date(2026, 11, 8)
