"""Procedures side by side: what each is for, only the facts that differ, what is unpublished, each source."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge import blocks
from knowledge.contrasting import contrast, within
from knowledge.models import OnlineLevel, Sibling
from tests.fixtures.catalogue import TODAY, procedure

A = procedure("1.000001", "Đăng ký nuôi chim", siblings=(Sibling("1.000002", "chim đã đăng ký, nay sắp hết hạn"),))
B = procedure("1.000002", "Gia hạn nuôi chim", summary="Dùng khi giấy nuôi chim sắp hết hạn.")


def said(*records):
    return blocks.to_text(contrast(records, TODAY))


@pytest.mark.requirement("R-02", "R-05")
def test_each_is_named_with_what_it_is_for_and_its_source():
    text = said(A, B)
    assert "1. Đăng ký nuôi chim – Dùng khi anh/chị muốn nuôi bồ câu tại nhà." in text
    assert "2. Gia hạn nuôi chim – Dùng khi giấy nuôi chim sắp hết hạn. Chọn khi: chim đã đăng ký" in text
    assert "Mã thủ tục 1.000001" in text
    assert "Mã thủ tục 1.000002" in text
    assert text.count("11/QĐ-BNV") == 2


def test_only_facts_that_differ_are_set_side_by_side():
    ways = tuple(replace(way, times=()) for way in B.submission_methods)
    text = said(A, replace(B, submission_methods=ways))
    assert "Thời gian giải quyết:\n• Đăng ký nuôi chim: 3 ngày làm việc\n• Gia hạn nuôi chim: chưa công bố" in text
    assert "\nPhí, lệ phí:" not in text
    assert "Giống nhau theo dữ liệu công bố: phí, lệ phí" in text


def test_where_nothing_published_differs_that_is_said():
    assert "được công bố như nhau" in said(A, replace(B, online_level=A.online_level))


def test_of_what_no_record_holds_nothing_is_said():
    bare = [
        replace(
            record,
            submission_methods=(),
            dossier=(),
            online_level=OnlineLevel.UNKNOWN,
            handling_agency="",
            intake_address="",
        )
        for record in (A, B)
    ]
    text = said(*bare)
    assert "chưa công bố" not in text
    assert "Những điểm khác nhau" not in text


def test_the_advice_that_ends_a_caution_stands_once():
    old = date(2020, 1, 1)
    text = said(
        replace(A, checked_on=old), replace(B, checked_on=old, needs_recheck=True, recheck_reason="Có nghị định mới.")
    )
    assert text.count("Trước khi nộp") == 1
    assert "Có nghị định mới." in text


def test_two_things_of_one_procedure_are_told_apart_by_its_own_words():
    record = replace(A, who="Giấy số 1 được nhờ người khác. Giấy số 2 phải tự làm.", requirements=())
    text = blocks.to_text(within(record, ["giấy nuôi chim số 1", "giấy nuôi chim số 2"], TODAY))
    assert "• Giấy số 1 được nhờ người khác.\n• Giấy số 2 phải tự làm." in text
    assert "Mã thủ tục 1.000001" in text


def test_a_record_that_does_not_tell_them_apart_says_so():
    record = replace(A, who="Ai nuôi thì nộp.", requirements=(), notes=())
    assert "không nói hai loại này khác nhau" in blocks.to_text(within(record, ["giấy số 1", "giấy số 2"], TODAY))
