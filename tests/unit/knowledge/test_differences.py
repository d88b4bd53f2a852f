"""What differs between two records, in words an editor reads: one line a fact, and the change in sight."""

from __future__ import annotations

import pytest

from knowledge.differences import differences, in_words
from knowledge.models import DossierCase, DossierComponent
from tests.fixtures.catalogue import procedure

LONG = "Người nộp chuẩn bị hồ sơ và nộp tại nơi tiếp nhận trong giờ làm việc, " * 8


def said(first, second):
    return [in_words(item) for item in differences(first, second)]


def papers(*names):
    return (DossierCase("standard", "", tuple(DossierComponent(f"row{n}", name) for n, name in enumerate(names))),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Điền tờ khai.", "Nộp."), ("Bước 1: Điền tờ khai.", "Bước 2: Nộp.")),
        (("a) Tờ khai", "b) Ảnh"), ("1. Tờ khai", "2. Ảnh")),
        ((f"- {LONG}một", f"- {LONG}hai"), (f"đ) {LONG}một", f"e) {LONG}hai")),
    ],
)
def test_numbering_is_no_difference(before, after):
    assert said(procedure(steps=before), procedure(steps=after)) == []
    assert said(procedure(dossier=papers(*before)), procedure(dossier=papers(*after))) == []


def test_numbers_that_say_something_stay_differences():
    assert said(procedure(steps=("15 ngày.",)), procedure(steps=("20 ngày.",))) == [
        "Các bước thực hiện: «15 ngày.» → «20 ngày.»"
    ]
    assert len(said(procedure(requirements=("1.5 m",)), procedure(requirements=("2.5 m",)))) == 1


def test_what_was_reworded_stands_in_one_line_among_others():
    before = papers("Tờ khai đăng ký theo mẫu số 01", "Bản sao giấy phép lái tàu", "Ảnh chân dung")
    after = papers("Tờ khai đăng ký theo mẫu số 02", "Ảnh chân dung", "Hợp đồng thuê chỗ", "Sơ đồ vị trí")
    assert sorted(said(procedure(dossier=before), procedure(dossier=after))) == [
        "Giấy tờ, bỏ: «Bản sao giấy phép lái tàu»",
        "Giấy tờ, thêm: «Hợp đồng thuê chỗ»",
        "Giấy tờ, thêm: «Sơ đồ vị trí»",
        "Giấy tờ: «Tờ khai đăng ký theo mẫu số 01» → «Tờ khai đăng ký theo mẫu số 02»",
    ]


def test_a_change_deep_in_a_long_text_is_shown():
    (line,) = said(procedure(summary=f"{LONG}hết ngày 1."), procedure(summary=f"{LONG}hết ngày 2."))
    assert line.startswith("Dùng khi nào: «… ")
    assert line.endswith("hết ngày 2.»")
    assert "hết ngày 1.» → «…" in line
    assert len(line) < 300


def test_a_text_that_begins_differently_is_shown_from_its_beginning():
    (line,) = said(procedure(summary=f"Một {LONG}"), procedure(summary=f"Hai {LONG}"))
    assert line.startswith("Dùng khi nào: «Một Người nộp")
    assert "» → «Hai Người nộp" in line


def test_capitals_alone_are_no_difference():
    assert said(procedure(handling_agency="Công an cấp xã"), procedure(handling_agency="Công an cấp Xã")) == []
