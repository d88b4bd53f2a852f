"""Dossier codes as citizens type them."""

from __future__ import annotations

import random
from datetime import date

import pytest

from bot.ops.case_codes import CodeFault, complete_code, find_case_codes
from bot.ops.screening.screening import Before, screen

TODAY = date(2026, 11, 26)


def codes(text: str) -> list[str]:
    return [str(found.code) for found in find_case_codes(text, TODAY) if found.code]


@pytest.mark.parametrize(
    "typed",
    [
        "H29.12-261101-0042",
        "h29.12-261101-0042",
        "Hồ sơ H29.12-261101-0042 tới đâu rồi",
        "H29.12 - 261101 - 0042",
        "H29.12 261101 0042",
        "H29 . 12-261101-0042",
        "H29.12–261101—0042",
        "H29.12−261101‑0042",
        "H29.12--261101--0042",
        "H29.12_261101_0042",
        "H29.12-26 11 01-0042",
        "H29.12-261101-OO42",
        "H29.12-26IlO1-oo42",
        "H29.12-2611010042",
        "mã:H29.12-261101-0042.",
        "(H29.12-261101-0042)",
        "em nộp hôm mùng 1, chị ở quầy đưa tờ giấy ghi H29.12-261101-0042 mà giờ gọi 0901234567 không ai nghe",
        "H29.12\u00a0261101\u20090042".replace("\u2009", " "),
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str):
    assert codes(typed) == ["H29.12-261101-0042"]


@pytest.mark.parametrize(
    "typed",
    [
        "000.00.01.H29-210519-0003",
        "38.98.H29-210519-0003",
        "H15.50.05.13-261008-0975",
        "H09-261008-1801234",
        "12.34-261008-0001",
    ],
)
def test_codes_of_other_shapes_and_provinces_are_read(typed: str):
    assert codes(typed) == [typed]


def test_an_o_in_the_unit_is_a_zero():
    assert codes("OOO.oo.O1.hO9-210519-0003") == ["000.00.01.H09-210519-0003"]


def test_several_codes_each_once_in_order():
    text = "H29.13-261102-0043, H29.12-261101-0042 và h29.13 261102 0043"
    assert codes(text) == ["H29.13-261102-0043", "H29.12-261101-0042"]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("H29.12-261301-0042", CodeFault.NO_SUCH_DAY),
        ("H29.12-260230-0042", CodeFault.NO_SUCH_DAY),
        ("H29.12-091101-0042", CodeFault.NO_SUCH_DAY),
        ("H29.12-261127-0042", CodeFault.IN_FUTURE),
        ("H29.12-2611-0042", CodeFault.DATE_LENGTH),
        ("H29.12-20261101-0042", CodeFault.DATE_LENGTH),
        ("H29.12-261101-042", CodeFault.NUMBER_LENGTH),
        ("H29.12-261101-00000042", CodeFault.NUMBER_LENGTH),
        ("H29.12-261101", CodeFault.TORN),
    ],
)
def test_what_is_wrong_is_said(typed: str, fault: CodeFault):
    (found,) = find_case_codes(f"hồ sơ {typed} sao rồi", TODAY)
    assert (found.typed, found.code, found.fault) == (typed, None, fault)


def test_today_is_not_the_future():
    assert codes("H29.12-261126-0042") == ["H29.12-261126-0042"]


@pytest.mark.parametrize(
    "typed",
    [
        "0901 234 567", "0901-234567-1234", "028-123456-7890", "tài khoản 123-456789-0123", "1.004194",
        "1.004194.000.00.00.H29", "9354/QĐ-BCA-C06", "24-11-2026", "28 261101 0042", "079-261301-1234", "", "-", "H29",
        "Mẫu CT01", "giấy A4-2024", "QĐ 766/QĐ-TTg", "từ 15-20-2611", "TT 53/2025/TT-BCA",
    ],
)  # fmt: skip
def test_other_numbers_are_no_codes(typed: str):
    assert find_case_codes(typed, TODAY) == ()


def test_hostile_text_is_read_without_an_error_and_spans_fit():
    chance = random.Random(11)
    alphabet = "H29.O0oIl-–_ 1261101\u200b\u0301đĐ🙂\n٣"
    for _ in range(10_000):
        text = "".join(chance.choices(alphabet, k=chance.randint(0, 60)))
        for found in find_case_codes(text, TODAY):
            assert text[found.start : found.end] == found.typed
            assert (found.code is None) != (found.fault is None)
            assert found.code is None or find_case_codes(str(found.code), TODAY)[0].code == found.code


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("261102-0004", "261102-0004"),
        ("mã của tôi là 261102 – 0004 ạ", "261102-0004"),
        ("hồ sơ 261102 0004 tới đâu", "261102-0004"),
        ("biên nhận số 2611020004", "261102-0004"),
        ("26l1O2-0004", "261102-0004"),
        ("hồ sơ căn cước thế nào rồi 261102-0004", "261102-0004"),
    ],
)
def test_a_code_without_its_unit_is_found_and_lacks_it(text, part):
    found = find_case_codes(text, TODAY)
    assert [(one.code, one.fault, one.part) for one in found] == [(None, CodeFault.NO_UNIT, part)]
    assert screen(text, Before(code_spoken_of=True)).text == text


@pytest.mark.parametrize(
    "text",
    [
        "mã otp là 261102-0004",
        "stk 261102-00045",
        "261102",
        "2611020004",
        "261102 0004",
        "0912 345678",
        "091234-5678",
        "079188-001234",
        "261302-0004",
        "271102-0004",
        "15.000.000-20.000.000",
    ],
)
def test_other_numbers_are_no_code_without_its_unit(text):
    assert find_case_codes(text, TODAY) == ()


def test_a_one_time_code_stays_masked_however_it_is_written():
    for text in ("mã otp 261102-0004", "mã là 261102", "261102", "otp: 261102 0004"):
        assert "2611" not in screen(text).text


def test_a_unit_by_itself_completes_what_lacked_it():
    completed = complete_code("261102-0004", " h29.12. ", TODAY)
    assert completed is not None
    assert str(completed.code) == "H29.12-261102-0004"
    assert complete_code("261102-0004", "xin chào", TODAY) is None
    assert complete_code("261102-0004", "H29.12 tới đâu rồi", TODAY) is None
