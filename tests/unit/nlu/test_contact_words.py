"""A telephone number and a name in people's own words."""

from __future__ import annotations

import pytest

from bot.nlu.contact_words import masked_phone, read_contact


@pytest.mark.parametrize(
    ("text", "phone", "called"),
    [
        ("0901234567", "0901234567", ""),
        ("0901 234 567, gọi cô Ba", "0901234567", "cô Ba"),
        ("sđt của tôi là 0901.234.567", "0901234567", ""),
        ("+84 901 234 567 Nguyễn Thị Lan", "0901234567", "Lan"),
        ("Lan 0283 822 1234", "02838221234", "Lan"),
        ("gọi anh Tư số 0912345678 nha", "0912345678", "anh Tư"),
        ("tôi tên Hùng 0912345678", "0912345678", "Hùng"),
        ("0912345678 nhé em", "0912345678", ""),
        ("0912345678 gọi sau giờ làm", "0912345678", ""),
        ("gọi số này nhé 0912345678 tôi là bác sĩ về hưu sống một mình", "0912345678", ""),
    ],
)
def test_number_and_name(text, phone, called):
    found = read_contact(text)
    assert (found.phone, found.called, found.tried) == (phone, called, True)


@pytest.mark.parametrize("text", ["090123456", "số 12345678901234", "1022", "0401234567", "090 123"])
def test_a_number_that_cannot_be_is_seen_and_not_taken(text):
    assert read_contact(text).phone == ""
    assert read_contact(text).tried


@pytest.mark.parametrize("text", ["", "tôi không nhớ", "qua chat này", "khu phố 3", "H29.12-261102-0004"])
def test_what_is_no_number(text):
    assert read_contact(text).phone == ""


def test_only_the_end_is_shown_again():
    assert masked_phone("0901234567") == "…567"
    assert masked_phone("") == ""
