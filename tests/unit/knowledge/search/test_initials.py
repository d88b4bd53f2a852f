"""Abbreviations read from titles."""

from __future__ import annotations

import pytest

from knowledge.search.initials import Initials

TITLES = [
    "Cấp giấy phép lưu hành xe quá tải trọng",
    "Cấp phép kho ngoại quan",
    *(f"Mở rộng kho ngoại quan số {number}" for number in range(6)),
    *(f"Kiểm tra an toàn thực phẩm nhóm {number}" for number in range(3)),
    "Đăng ký đất đai",
    "Điều kiện kinh doanh vàng",
]


@pytest.mark.parametrize(
    ("letters", "meaning"),
    [
        ("gplhx", "giay phep luu hanh xe"),
        ("knq", "kho ngoai quan"),
        ("attp", "an toan thuc pham"),
        ("dkdd", ""),  # four letters in one title only: chance
        ("kdv", ""),
        ("xyzuv", ""),
        ("kn", ""),
        ("gplhxqtt", ""),  # longer than abbreviations are
        ("a2b3c", ""),
        ("", ""),
    ],
)
def test_meaning(letters: str, meaning: str) -> None:
    assert Initials(TITLES).meaning(letters) == meaning


def test_two_readings_of_the_same_letters_are_told_by_neither() -> None:
    titles = [f"{words} {number}" for words in ("kho ngoại quan", "khu nghỉ quân") for number in range(7)]
    assert Initials([*titles, *(f"kinh nghiệm quý {number}" for number in range(7))]).meaning("knq") == ""


def test_the_same_title_counts_once() -> None:
    assert Initials(["kho ngoại quan"] * 50).meaning("knq") == ""


def test_no_titles() -> None:
    assert Initials([]).meaning("gplhx") == ""
