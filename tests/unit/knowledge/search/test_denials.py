"""What is denied is not what is meant; questions that end in "phải không" deny nothing."""

from __future__ import annotations

import pytest

from knowledge.search.denials import asserted


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("không phải khai sinh, khai tử cơ", "khai tử cơ"),
        ("ko phải đăng ký xe mà là sang tên xe", "sang tên xe"),
        ("dạ không phải tạm trú; thường trú cơ ạ", "thường trú cơ ạ"),
        ("khong phai cap doi, cap lai the can cuoc", "cap lai the can cuoc"),
        ("khai tử chứ không phải khai sinh", "khai tử"),
        ("làm lại căn cước, không phải cấp đổi", "làm lại căn cước"),
    ],
)
def test_what_is_denied_is_left_out(text, meant):
    assert asserted(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "không phải",
        "đăng ký kết hôn có phải khám sức khỏe không",
        "tôi không phải người Việt Nam thì đăng ký kết hôn sao",
        "hộ khẩu giấy hết xài rồi phải không",
        "làm online thì không phải ra phường hả em",
        "giấy xác nhận không thuộc diện cấp giấy phép lao động",
        "",
        "không phải " * 300,
    ],
)
def test_what_denies_nothing_stays_whole(text):
    assert asserted(text) == text
