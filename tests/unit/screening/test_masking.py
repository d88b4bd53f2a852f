"""What is taken out of a message before it is written, and what is left alone."""

from __future__ import annotations

import unicodedata

import pytest

from bot.ops.screening.credentials import passes_luhn
from bot.ops.screening.kinds import CREDENTIALS, Kind, kinds_masked_in, kinds_named, labels
from bot.ops.screening.masking import mask

OTP, PASSWORD = labels().masks[Kind.OTP], labels().masks[Kind.PASSWORD]


@pytest.mark.requirement("R-16")
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("otp la 123456", f"otp la {OTP}"),
        ("mã OTP: 12 34 56 nhé", f"mã OTP: {OTP} nhé"),
        ("ma xac thuc 4 5 6 7 8 9", f"ma xac thuc {OTP}"),
        ("otp123456", f"otp{OTP}"),
        ("gửi otp cho bot nhé １２３４５６", f"gửi otp cho bot nhé {OTP}"),
        ("otp là một hai ba bốn năm sáu", f"otp là {OTP}"),
        ("mã nó gửi về nè 771204", f"mã nó gửi về nè {OTP}"),
        ("ngân hàng gửi con số 440918, nhập liền nha", f"ngân hàng gửi con số {OTP}, nhập liền nha"),
        ("bác bấm 115599 mà không vô", f"bác bấm {OTP} mà không vô"),
        ("mật khẩu thuế của tiệm tôi: Tiem#2024", f"mật khẩu thuế của tiệm tôi: {PASSWORD}"),
        ("pass em đặt chung là meomeo99", f"pass em đặt chung là {PASSWORD}"),
        ("mk: abc@123", f"mk: {PASSWORD}"),
        ("mật khẩu của em là hoaquynhanh", f"mật khẩu của em là {PASSWORD}"),
        ("passcode vneid 123456", f"passcode vneid {labels().masks[Kind.PASSCODE]}"),
        ("pin 4 3 2 1", f"pin {labels().masks[Kind.PIN]}"),
        ("4111 1111 1111 1111", labels().masks[Kind.CARD_NUMBER]),
        ("cvv 123", f"cvv {labels().masks[Kind.CARD_CODE]}"),
    ],
)
def test_codes_and_passwords_are_taken_out(text, kept):
    masked = mask(text)
    assert masked.text == kept
    assert masked.credentials


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("căn cước 079 085 001 234", Kind.CITIZEN_ID),
        ("coi giúp hồ sơ 079085001234", Kind.CITIZEN_ID),
        ("tra ho so so 079 085 001 234", Kind.CITIZEN_ID),
        ("cmnd 025123456", Kind.IDENTITY_NUMBER),
        ("hộ chiếu C1234567", Kind.PASSPORT),
        ("gọi +84 912 345 678", Kind.PHONE),
        ("sdt O912345678", Kind.PHONE),
        ("(028) 3829 7052", Kind.PHONE),
        ("stk 1234567 acb", Kind.BANK_ACCOUNT),
        ("sổ bhxh 7912345678", Kind.INSURANCE_NUMBER),
        ("thẻ DN4797912345678", Kind.INSURANCE_NUMBER),
        ("mst 0312345678-001", Kind.TAX_CODE),
        ("thư về nga.le@hcm.vn", Kind.EMAIL),
    ],
)
def test_personal_numbers_are_taken_out_and_only_they(text, kind):
    masked = mask(text)
    assert masked.kinds == (kind,)
    assert not masked.credentials
    assert not any(char.isdigit() for char in masked.text.replace("079 085", ""))


@pytest.mark.parametrize(
    "text",
    [
        "hồ sơ H29.12-261101-0042 tới đâu",
        "h29.12 261101 0042",
        "H29.O9-261O05-0123",
        "000.00.01.H29-261020-1234",
        "H29.091-234567-8901",
        "29.12-261101-0042",
        "thủ tục 1.004194 và 1.004194.000.00.00.H29",
        "quyết định 1872/QĐ-BTP ngày 20/11/2025",
        "sinh 12-03-1990, cưới 20251126",
        "lệ phí 500000 hay 15.000đ, thuế 2.000.000.000 đồng",
        "gọi 1022, 113, 1900 1234, 18001096",
        "nhà 123/45/6 Lê Văn Sỹ, thửa 1024 tờ 56",
        "thửa đất số 1234567890",
        "mật khẩu phải có mấy ký tự",
        "mk muốn hỏi, mk là sinh viên",
        "pass lại sạp chợ",
        "mã otp là gì, mất otp vneid phải làm sao",
        "mã hồ sơ 123456",
        "hồ sơ 261101004212",
        "viên pin 4000 mAh",
    ],
)
def test_official_numbers_dates_amounts_and_questions_are_left_alone(text):
    assert mask(text).text == text
    assert mask(text).kinds == ()


def test_what_a_form_asked_for_passes_but_never_a_credential():
    assert mask("0901234567", expected=[Kind.PHONE]).text == "0901234567"
    assert mask("0901234567", expected=[Kind.EMAIL]).kinds == (Kind.PHONE,)
    assert mask("otp 123456", expected=[Kind.PHONE, Kind.OTP]).kinds == (Kind.OTP,)


def test_a_bare_number_is_a_code_when_codes_were_spoken_of():
    assert mask("8841").text == "8841"
    assert mask("8841", code_spoken_of=True).text == OTP
    assert mask("500000").text == "500000"
    assert mask("500000", code_spoken_of=True).text == OTP


def test_masked_text_comes_back_as_it_is():
    once = mask("gọi 0901234567, otp là 123456, mật khẩu là Abc@123")
    assert mask(once.text, code_spoken_of=True).text == once.text
    assert set(kinds_masked_in(once.text)) == set(once.kinds) == {Kind.OTP, Kind.PASSWORD, Kind.PHONE}


def test_invisible_and_decomposed_letters_hide_nothing():
    assert mask("otp là 1\u200b2\u200b3456").text == f"otp là {OTP}"
    decomposed = unicodedata.normalize("NFD", "mật khẩu của em là Hoa@1980")
    assert "Hoa@1980" not in mask(decomposed).text


def test_names_of_kinds_from_a_message_are_not_trusted():
    assert kinds_named(["phone", "otp", "nonsense", 7, None]) == {Kind.PHONE}
    assert kinds_named("phone") == frozenset()
    assert kinds_named(None) == frozenset()


def test_check_digit():
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")
    assert len(CREDENTIALS) == 6
    assert set(labels().masks) == set(Kind)
