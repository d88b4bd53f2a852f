"""An old illness beside an errand is no emergency; the same illness now is one, papers or not."""

from __future__ import annotations

import pytest

from bot.ops.screening.danger import is_emergency


@pytest.mark.parametrize(
    "text",
    [
        "bà đột quỵ liệt nửa người, xin trợ cấp khuyết tật",
        "ba tôi đột quỵ nên không ra phường được",
        "ma em bi dot quy nam mot cho, lam can cuoc sao",
        "con tôi bị động kinh hay co giật, xin trợ cấp hàng tháng cần hồ sơ gì",
        "đứa cháu chết đuối năm kia, giờ gia đình đi khai tử",
        "cứu tui với, tui bấm nhầm nút rồi",
        "em trai mất vì chết đuối lâu rồi, giờ mới khai tử",
        "bị bắn tốc độ mà mất biên bản",
        "tôi vẫn mắc kẹt",
        "mắc kẹt ở bước nộp hồ sơ",
        "quán cơm cháy gần đây",
    ],
)
def test_told_of_the_past_or_of_something_else_it_is_none(text):
    assert not is_emergency(text)


@pytest.mark.parametrize(
    "text",
    [
        "ba tôi đột quỵ rồi",
        "ba tôi vừa đột quỵ, xin giấy chuyển viện ở đâu",
        "má em đang co giật, giấy tờ để đâu không biết",
        "con bé co giật kìa",
        "có đứa chết đuối ngoài kênh",
        "thằng nhỏ chết đuối rồi cứu với",
        "tôi mắc kẹt trong thang máy",
        "có người bị bắn",
        "quán cơm cháy rồi",
        "nghe tiếng súng bên nhà kế",
        "cứu em với",
        "me em dot quy roi",
    ],
)
def test_happening_now_it_is_one(text):
    assert is_emergency(text)
