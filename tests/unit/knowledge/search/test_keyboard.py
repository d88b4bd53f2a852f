"""Keystrokes that nobody turned into letters: Telex and VNI are read, and words that only look like them stay."""

from __future__ import annotations

import unicodedata

import pytest

from knowledge.search.keyboard import decode_keystrokes, is_syllable
from knowledge.text import fold

TELEX = {
    "ddawng": "đăng",
    "kys": "ký",
    "tajm": "tạm",
    "truws": "trứ",
    "trus": "trú",
    "thuowngf": "thường",
    "nguwowif": "người",
    "dduwowcj": "được",
    "quaanj": "quận",
    "quyeenf": "quyền",
    "giaays": "giấy",
    "gif": "gì",
    "giuwx": "giữ",
    "hooj": "hộ",
    "hoon": "hôn",
    "tichj": "tịch",
    "keets": "kết",
    "ketes": "kết",
    "nhaapj": "nhập",
    "khoong": "không",
    "ngoaif": "ngoài",
    "nguyeenx": "nguyễn",
    "tieengs": "tiếng",
    "vieetj": "việt",
    "hoaf": "hòa",
    "hofa": "hòa",
    "thuyr": "thủy",
    "uyr": "ủy",
    "dangd": "đang",
    "xuaats": "xuất",
}
VNI = {
    "d9a8ng": "đăng",
    "ky1": "ký",
    "tam5": "tạm",
    "tru1": "trú",
    "ngu7o7i2": "người",
    "nguo72i": "người",
    "nguo7i2": "người",
    "d9u7o7c5": "được",
    "qua6n5": "quận",
    "quyen62": "quyền",
    "gia6y1": "giấy",
    "ho6n": "hôn",
    "ke61t": "kết",
    "kha63u": "khẩu",
    "xua61t": "xuất",
    "bao3": "bảo",
    "hie63m": "hiểm",
    "kho6ng": "không",
    "so7": "sơ",
    "a2": "à",
}


@pytest.mark.parametrize(("keys", "word"), [*TELEX.items(), *VNI.items()])
def test_keystrokes_become_the_word_that_was_meant(keys, word):
    assert decode_keystrokes(keys) == word
    assert unicodedata.is_normalized("NFC", decode_keystrokes(keys))


@pytest.mark.parametrize(
    "word",
    [
        "app",
        "zalo",
        "wifi",
        "oto",
        "web",
        "sms",
        "email",
        "facebook",
        "online",
        "free",
        "ok",
        "tiktok",
        "grab",
        "shopee",
        "vneid",
        "covid",
        "karaoke",
        "internet",
        "fax",
        "file",
        "link",
        "pass",
        "code",
        "form",
        "card",
        "sim",
        "atm",
        "laptop",
        "ipad",
        "iphone",
        "gmail",
        "google",
        "cccd",
        "gplx",
        "bhyt",
        "mst",
        "kt3",
        "ana",
    ],
)
def test_words_that_are_no_keystrokes_stay(word):
    assert decode_keystrokes(word) == ""


@pytest.mark.parametrize("word", ["khai", "sinh", "hoa", "quan", "nghieng", "dang", "ky"])
def test_words_without_any_key_stay(word):
    assert decode_keystrokes(word) == ""


@pytest.mark.parametrize(
    "word", ["", "a", "1", "2a", "32a", "q7", "p5", "1a2", "12345", "a1a1a1", "th1j5", "ddd", "www"]
)
def test_house_numbers_and_codes_are_no_keystrokes(word):
    assert decode_keystrokes(word) == ""


@pytest.mark.parametrize("word", ["a" * 5_000, "d9" * 3_000, "1" * 3_000, "aw" * 3_000, "s\u0301", "🙂1"])
def test_long_and_strange_words_are_no_keystrokes(word):
    assert decode_keystrokes(word) == ""


@pytest.mark.parametrize("folded", ["a", "an", "nghieng", "quyen", "giay", "khuya", "thuong", "uy", "ngoeo", "y"])
def test_what_can_be_one_syllable(folded):
    assert is_syllable(folded)


@pytest.mark.parametrize("folded", ["", "b", "app", "zalo", "nghiengg", "wifi", "khaisinh", "đang", "tr", "1", "an an"])
def test_what_cannot_be_one_syllable(folded):
    assert not is_syllable(folded)


def test_every_decoded_word_is_a_syllable_once_its_marks_are_off():
    for keys in (*TELEX, *VNI):
        decoded = decode_keystrokes(keys)
        assert is_syllable(fold(decoded)), keys
