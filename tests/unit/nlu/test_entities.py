"""Codes, choices and agencies that a pattern decides, and their look-alikes."""

from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.entities import choice_number, find_entities

TODAY = date(2026, 11, 26)


def values(text, entity):
    return [found["value"] for found in find_entities(text, TODAY) if found["entity"] == entity]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("H29.12-261101-0042", "H29.12-261101-0042"),
        ("h29.12-261101-0042", "H29.12-261101-0042"),
        ("000.00.01.H29-210519-0003", "000.00.01.H29-210519-0003"),
        ("38.98.H29-210519-0003", "38.98.H29-210519-0003"),
        ("H15.50.05.13-261008-0975", "H15.50.05.13-261008-0975"),
        ("G15.18-261101-123456", "G15.18-261101-123456"),
        ("H29.12-261101-1234567", "H29.12-261101-1234567"),
        ("H29.12 - 261101 - 0042", "H29.12-261101-0042"),
        ("H29.12–261101–0042", "H29.12-261101-0042"),
        ("H29.12—261101—0042", "H29.12-261101-0042"),
        ("H29.12-2611O1-OO42", "H29.12-261101-0042"),
        ("H29.12 261101 0042", "H29.12-261101-0042"),
        ("H29.12.261101.0042", "H29.12-261101-0042"),
        ("H09.12-250630-0001", "H09.12-250630-0001"),
    ],
)
@pytest.mark.parametrize("sentence", ["{}", "Hồ sơ {} tới đâu rồi?", "mã:{}.", "({})"])
def test_case_codes(typed, code, sentence):
    assert values(sentence.format(typed), "case_code") == [code]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("H29.12-261301-0042", "no_such_day"),
        ("H29.12-261130-0042", "in_future"),
        ("H29.12-261101-004", "number_length"),
        ("H29.12-26111-0042", "date_length"),
        ("H29.12-261101", "torn"),
    ],
)
def test_what_is_wrong_with_a_case_code(typed, fault):
    text = f"xem giùm {typed} nhé"
    assert values(text, "case_code") == []
    assert values(text, "case_code_fault") == [fault]


@pytest.mark.parametrize(
    "text",
    [
        "0903-123456-7890",
        "090-123456-7890",
        "2026-11-22",
        "22-11-2026",
        "028.38290000",
        "079-195-001234",
        "H29.12-261301-0042",
        "H29.12-260230-0042",
        "H29.12-261101-004",
        "H29.12-261101-00421234",
        "xH29.12-261101-0042",
        "H29.12-261101-0042abc",
        "1.004194",
        "163/QĐ-BTP",
        "85/2019/TT-BTC",
        "9704-366800-1234-5678",
        "1234-261101-0042",
    ],
)
def test_look_alikes_are_no_case_codes(text):
    assert values(text, "case_code") == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1.004194", ["1.004194"]),
        ("thủ tục 1.004194 là gì", ["1.004194"]),
        ("mã 1.004194.", ["1.004194"]),
        ("1.001193.000.00.00.H29", ["1.001193"]),
        ("1.004194 và 2.000815", ["1.004194", "2.000815"]),
        ("11.004194", []),
        ("1.0041945", []),
        ("1.00419", []),
        ("1004194", []),
        ("số 0.1.004194", []),
        ("15.000 đồng", []),
        ("1.000.000 đồng", []),
    ],
)
def test_procedure_codes(text, codes):
    assert values(text, "procedure_code") == codes


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("2.", 2),
        ("10", 10),
        ("số 3", 3),
        ("số 3 nhé", 3),
        ("chọn 2", 2),
        ("em chọn số 4 ạ", 4),
        ("cái thứ hai", 2),
        ("cái đầu tiên", 1),
        ("cai dau", 1),
        ("thứ nhất", 1),
        ("thu ba", 3),
        ("mục 2 đi", 2),
        ("phương án 1", 1),
        ("thủ tục số 2", 2),
        ("một", 1),
        ("bốn", 4),
        ("năm", 5),
        ("0", 0),
        ("99", 99),
        ("２", 2),
        ("đâu", None),
        ("ở đâu", None),
        ("từ", None),
        ("bà", None),
        ("mốt", None),
        ("100", None),
        ("²", None),
        ("1 và 2", None),
        ("2 ngày", None),
        ("cái nào cũng được", None),
        ("không", None),
        ("", None),
        ("đăng ký thường trú", None),
    ],
)
def test_the_number_of_a_choice(text, number):
    assert choice_number(text) == number


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("ra ủy ban phường", "Ủy ban nhân dân cấp xã"),
        ("UBND quận 1", "Ủy ban nhân dân cấp xã"),
        ("phòng tư pháp", "Ủy ban nhân dân cấp xã"),
        ("công an quận", "Công an cấp xã"),
        ("bộ phận một cửa", "Trung tâm Phục vụ hành chính công"),
    ],
)
def test_old_bodies_lead_to_those_of_today(text, agency):
    assert agency in values(text, "agency")


def test_entities_have_the_shape_rasa_expects():
    (found,) = find_entities("mã 1.004194")
    assert found == {
        "entity": "procedure_code",
        "value": "1.004194",
        "start": 3,
        "end": 11,
        "extractor": "PatternEntityExtractor",
    }


@pytest.mark.parametrize(
    "text", ["", "9" * 10_000, "1." * 5_000, "H29." * 3_000 + "-261101-0042", "-" * 9_000, "\x00"], ids=range(6)
)
def test_hostile_texts_are_harmless(text):
    assert isinstance(find_entities(text), list)
