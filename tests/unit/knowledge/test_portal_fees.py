"""Fees of the portal's record: a 0 is not free, words win over a silent cell, ended notes carry their end."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.importers.portal_fees import fees_of
from knowledge.models import FeeKind, FeeStatus


def fees(*rows):
    return fees_of({"fees": list(rows)})


def one(value=0, description="", kind="SERVICE_FEE"):
    (fee,) = fees({"type": kind, "value": value, "description": description})
    return fee


@pytest.mark.requirement("R-20", "R-09")
@pytest.mark.parametrize(
    ("value", "words", "status"),
    [
        (0, "", FeeStatus.NOT_PUBLISHED),
        (None, None, FeeStatus.NOT_PUBLISHED),
        (0, "0", FeeStatus.NOT_PUBLISHED),
        (0, "Không", FeeStatus.NOT_PUBLISHED),
        (0, "Không quy định", FeeStatus.NOT_PUBLISHED),
        (0, "Chưa có quy định.", FeeStatus.NOT_PUBLISHED),
        (0, "Miễn phí", FeeStatus.FREE),
        (0, "- Lệ phí: Miễn lệ phí.", FeeStatus.FREE),
        (0, "Không thu phí", FeeStatus.FREE),
        (0, "Miễn phí cho hộ nghèo", FeeStatus.DESCRIBED),
        (0, "Do Hội đồng nhân dân cấp tỉnh quyết định", FeeStatus.SET_BY_COUNCIL),
        (0, "Theo Nghị quyết của HĐND", FeeStatus.SET_BY_COUNCIL),
        (0, "8.000 đồng/bản, HĐND quyết định", FeeStatus.DESCRIBED),
        (0, "135.000 đồng/lần", FeeStatus.DESCRIBED),
        (15000, "", FeeStatus.AMOUNT),
        (15000.0, "mỗi lần", FeeStatus.AMOUNT),
        (-5, "", FeeStatus.NOT_PUBLISHED),
        (True, "", FeeStatus.NOT_PUBLISHED),
        ("15000", "", FeeStatus.NOT_PUBLISHED),
        (float("inf"), "", FeeStatus.NOT_PUBLISHED),
        (float("nan"), "", FeeStatus.NOT_PUBLISHED),
        (10**30, "", FeeStatus.NOT_PUBLISHED),
        ({"a": 1}, ["x"], FeeStatus.NOT_PUBLISHED),
    ],
)
def test_what_a_cell_and_its_note_mean(value, words, status):
    fee = one(value, words)
    assert fee.status is status
    assert (fee.amount is not None) is (status is FeeStatus.AMOUNT)


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize(
    ("note", "end"),
    [
        ("Áp dụng đến hết ngày 31/12/2025", date(2025, 12, 31)),
        ("đến 1/2/2026", date(2026, 2, 1)),
        ("đến hết 31/12/2025, sau đó đến hết 31/12/2026", date(2026, 12, 31)),
        ("đến hết 31/02/2025", None),
        ("từ 01/01/2025", None),
        ("", None),
    ],
)
def test_the_end_of_a_period_is_read_where_the_note_names_one(note, end):
    assert one(20000, note).valid_to == end


def test_silent_rows_go_where_others_say_more():
    rows = ({"value": 0}, {"value": 7000}, {"value": 7000}, "not a row")
    assert [fee.amount for fee in fees(*rows)] == [7000]
    assert [fee.status for fee in fees({"value": 0}, {"value": 0})] == [FeeStatus.NOT_PUBLISHED]
    assert fees_of({}) == fees_of({"fees": None}) == ()


def test_kinds_are_told_apart():
    assert one(1, kind="FEE").kind is FeeKind.CHARGE
    assert one(1, kind="SERVICE_FEE").kind is FeeKind.FEE
