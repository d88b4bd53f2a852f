"""Codes of petitions: what is read out and typed comes back; any slip is noticed; nothing else is taken for one."""

from __future__ import annotations

import itertools
import random
from datetime import date

import pytest

from bot.ops.case_codes import find_case_codes
from bot.ops.petition_codes import (
    ALPHABET,
    find_petition_codes,
    has_torn_code,
    new_petition_code,
    parse_petition_code,
)
from bot.ops.screening.masking import mask

CHANCE = random.Random(11)
CODES = [new_petition_code(CHANCE.choice) for _ in range(300)]


def bare(code):
    return code.replace("-", "")[2:]


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        lambda code: code.lower(),
        lambda code: code.replace("-", " "),
        lambda code: code.replace("-", ""),
        lambda code: bare(code),
        lambda code: bare(code).lower().replace("0", "o").replace("1", "l"),
        lambda code: f"  {code} . ",
        lambda code: code.replace("-", "–"),
        lambda code: " ".join(code.replace("-", "")),
    ],
)
def test_read_as_it_is_typed(typed):
    assert [parse_petition_code(typed(code)) for code in CODES] == CODES


def test_any_wrong_and_any_two_swapped_characters_are_noticed():
    for code in CODES[:100]:
        chars = bare(code)
        for place, char in itertools.product(range(8), ALPHABET):
            if chars[place] != char:
                assert parse_petition_code(chars[:place] + char + chars[place + 1 :]) is None
        for one, other in itertools.combinations(range(8), 2):
            if chars[one] != chars[other]:
                swapped = list(chars)
                swapped[one], swapped[other] = swapped[other], swapped[one]
                assert parse_petition_code("".join(swapped)) is None


def test_found_in_a_message_with_and_without_prefix():
    for code in CODES[:50]:
        half = f"{bare(code)[:4]} {bare(code)[4:]}"
        for text in (f"cho hỏi phản ánh {code.lower()} tới đâu rồi", f"mã {half} nhé", f"{code}, 4567"):
            assert find_petition_codes(text) == (code,), text
    assert find_petition_codes(f"{CODES[0]} và {CODES[1]} và {CODES[0]}") == (CODES[0], CODES[1])


@pytest.mark.parametrize(
    "text",
    [
        "số của tôi 0901 234 567",
        "hồ sơ H29.12-261102-0012",
        "1234 5678",
        "tôi nộp ngày 20/11/2026 lúc 10:30",
        "thủ tục 2.000815 phí 2.000 đồng",
        "CCCD 079123456789",
        "phạt 12345678 đồng",
        "",
    ],
)
def test_no_number_of_another_kind_is_taken_for_a_code(text):
    assert find_petition_codes(text) == ()


def test_a_torn_or_mistyped_code_is_noticed_as_one():
    code = CODES[0]
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert has_torn_code(f"xem {wrong}")
    assert has_torn_code(f"xem {code[:7]}")
    assert not has_torn_code(f"xem {code}")
    assert not has_torn_code("pa ta làm sao")


def test_codes_pass_the_masks_and_are_no_case_codes():
    for code in CODES:
        for text in (f"mã {code}", f"tra {code.lower()}", code.replace("-", " ")):
            assert mask(text).text == text
            assert find_case_codes(text, date(2026, 12, 1)) == ()


def test_codes_are_of_letters_and_digits_that_cannot_be_confused():
    assert not set("OIQLSZBGDPNJUW") & set(ALPHABET)
    assert all(sum(map(str.isalpha, bare(code))) >= 2 for code in CODES)
    assert len(set(CODES)) == len(CODES)
