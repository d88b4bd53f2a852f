"""Codes that link channels: what they look like, and what is taken for one."""

from __future__ import annotations

import pytest

from bot.links.codes import DIGITS, LETTERS, new_code, read_code, shown


def test_a_code_is_read_again_however_it_is_typed():
    for _ in range(300):
        code = new_code()
        assert len(code) == 8
        assert set(code) <= set(LETTERS + DIGITS)
        typed = (code, shown(code), code.lower(), f"{code[:4]} {code[4:]}", f"Mã {shown(code)}.", f"“{code}”")
        for text in (*typed, f"liên kết {shown(code)}", f"mã liên kết: {code}"):
            assert read_code(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "khai sinh",
        "59X3-2345",
        "59X3 23456",
        "H29.15-261126-0001",
        "PA-CFHK-2345",
        "23456789",
        "CDFHJKMN",
        "thanh toán",
        "đồng ý",
        "liên kết",
        "liên kết với web",
        "tôi nhắn CDFH2345 được không",
        "",
        "0901234567",
        "ct01 ct02",
    ],
)
def test_words_plates_and_other_codes_are_none(text):
    assert read_code(text) is None


def test_a_mistyped_code_that_is_named_is_one():
    assert read_code("liên kết 0OI1-2345") == "0OI12345"
