"""Falls, calls for help and deaths: danger, or an errand with papers."""

from __future__ import annotations

import pytest

from bot.ops.screening.danger import is_bereavement, is_distress, is_emergency
from bot.ops.screening.denunciations import asks_about_denouncing, is_denunciation
from bot.ops.screening.screening import Before, screen


@pytest.mark.parametrize(
    "text",
    ["ba tôi mới té gãy chân, đau quá", "cứu em với", "cứu con với, nhà cháy rồi", "thằng bé ngã từ lầu ba xuống"],
)
def test_falls_and_calls_for_help_are_alarms(text):
    assert is_emergency(text)


@pytest.mark.parametrize(
    "text",
    [
        "bé bị té gãy tay, xin giấy gì nộp cho trường",
        "cứu em với, mai tới hạn bổ sung hồ sơ rồi",
        "bà nội bị té từ hồi tết nên đi lại khó",
        "bị giật điện thoại, khóa định danh sao",
        "điều kiện phòng chống cháy nổ của kho",
        "nhận cháu mồ côi do lũ cuốn cha mẹ làm con nuôi",
    ],
)
def test_a_fall_that_is_over_and_a_deadline_are_none(text):
    assert not is_emergency(text)


@pytest.mark.parametrize(
    "text",
    ["nhà em có người vừa mất", "ba tôi mất ở bệnh viện", "bà cố mất rồi", "ông nội vừa qua đời", "nha co nguoi mat"],
)
def test_a_death_is_told(text):
    assert is_bereavement(text)
    assert not is_emergency(text)


@pytest.mark.parametrize(
    "text", ["ba em mất tích hai ngày nay", "em bị mất giấy tờ", "con tôi mất ý thức rồi", "ba toi vua mat giay to"]
)
def test_what_is_lost_is_nobody_s_death(text):
    assert not is_bereavement(text)


def test_words_of_hunger_and_of_stamps_are_nothing_else():
    assert not is_distress("đói muốn chết, gần đây có gì ăn")
    assert not is_denunciation("cán bộ đòi giấy xác nhận của công ty")
    assert not is_denunciation("nộp phong bì dán tem được không")


def test_the_reference_of_a_request_is_no_code():
    assert screen("mã HT 482-137-2 của tôi tới đâu rồi", Before()).masked == ()


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("đóng cửa quán ăn luôn thì báo ai", True),
        ("em muốn sang tiệm cho người khác thì báo với cơ quan nào", True),
        ("dep quan an roi thi bao ai", True),
        ("mở quán bị cán bộ đòi tiền thì báo ai", False),
        ("đóng quán vì ông chủ tịch thì báo ai", False),
    ],
)
def test_whom_to_tell_of_one_s_own_doing_accuses_nobody(text, own):
    assert asks_about_denouncing(text) is own
