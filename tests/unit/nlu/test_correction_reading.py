"""What a message says about one's own data."""

import pytest

from bot.nlu.correction_reading import asks_for_rights


@pytest.mark.parametrize(
    ("text", "rights"),
    [
        ("luật cho tôi quyền gì với dữ liệu cá nhân", True),
        ("toi co nhung quyen nao voi du lieu", True),
        ("quyền của tôi với dữ liệu cá nhân ở đây", True),
        ("tôi có quyền xem dữ liệu cá nhân của mình không", False),
        ("theo luật bảo vệ dữ liệu cá nhân tôi muốn xem dữ liệu", False),
    ],
)
def test_rights_are_asked_for_or_what_is_held(text, rights):
    assert asks_for_rights(text) is rights
