"""What is said by the way is left out of the search; what is the matter itself stays."""

from __future__ import annotations

import pytest

from knowledge.search.asides import without_asides


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("đăng ký tạm trú trên vneid được không", "đăng ký tạm trú được không"),
        ("khai tu cho ba em qua dich vu cong", "khai tu cho ba em"),
        ("hộ khẩu Bến Tre mà khai sinh cho con ở SG", "khai sinh cho con ở SG"),
        ("hộ khẩu Đồng Nai muốn làm hộ chiếu thì tới đâu", "muốn làm hộ chiếu thì tới đâu"),
        ("làm khai sinh cho con, hk em ở Cà Mau", "làm khai sinh cho con,"),
    ],
)
def test_channel_and_home_are_said_by_the_way(text, matter):
    assert without_asides(text) == matter


@pytest.mark.parametrize(
    "text",
    [
        "đăng ký vneid mức 2",
        "tài khoản trên vneid bị khóa",
        "chuyển hộ khẩu Bến Tre lên Sài Gòn",
        "cắt hộ khẩu ở Bến Tre",
        "xác nhận thường trú Long An",
        "hộ khẩu Bến Tre",
        "trên vneid được không",
        "",
        "a\u0301\u0301 trên vneid",
    ],
)
def test_what_is_the_matter_itself_stays(text):
    assert without_asides(text) == text
