"""Which records are about one matter, so that a citizen is not asked to choose between them."""

from __future__ import annotations

import pytest

from knowledge.search.matters import matter_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cấp lại thẻ căn cước", "Cấp lại thẻ căn cước (thực hiện tại cấp tỉnh)"),
        ("Hưởng chế độ thai sản", "Giải quyết hưởng chế độ thai sản"),
        ("HƯỞNG BẢO HIỂM XÃ HỘI MỘT LẦN.", "Giải quyết hưởng bảo hiểm xã hội một lần"),
        ("Chứng thực chữ ký trong các giấy tờ", "Chứng thực chữ ký trong các giấy tờ (áp dụng cả điểm chỉ)"),
    ],
)
def test_level_edition_and_note_make_no_other_matter(one, other):
    assert matter_of(one) == matter_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cấp lại thẻ căn cước", "Cấp đổi thẻ căn cước"),
        ("Đăng ký kết hôn", "Đăng ký kết hôn có yếu tố nước ngoài"),
        ("Công nhận hòa giải viên (cấp xã)", "Thôi làm hòa giải viên (cấp xã)"),
    ],
)
def test_what_is_done_and_to_what_does(one, other):
    assert matter_of(one) != matter_of(other)


def test_a_title_of_nothing_else_keeps_its_note():
    assert matter_of("(cấp xã)") == ""
    assert matter_of("(nuôi ong)") == "nuoi ong"
