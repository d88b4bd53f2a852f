"""Danger, accusations, and what may stay written down of a message."""

from __future__ import annotations

import pytest

from bot.ops.screening.kinds import Kind, labels
from bot.ops.screening.screening import (
    Before,
    Matter,
    after_answer,
    as_content,
    read_before,
    screen,
    screened_before,
)


@pytest.mark.parametrize(
    "text",
    [
        "nhà tui đang cháy lớn",
        "Tôi đi chứng thực về. Ba tôi tự nhiên bất tỉnh, kêu không dậy. Làm sao",
        "co nguoi bi dam chay mau",
        "cho hỏi tạm trú, mà khoan, có trộm trong nhà",
    ],
)
def test_danger_is_seen_also_in_the_middle(text):
    assert screen(text).matter is Matter.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "giấy phép phòng cháy chữa cháy",
        "chạy xe máy cần bằng gì",
        "chay grab dan tem gi",
        "nhà bị cháy hết giấy tờ làm lại sao",
        "trợ cấp tai nạn lao động",
    ],
)
def test_papers_about_danger_are_no_alarm(text):
    assert screen(text).matter is None


@pytest.mark.requirement("R-26")
@pytest.mark.parametrize(
    "text",
    [
        "anh cán bộ A đòi 500 ngàn mới ký",
        "có cò bao trọn gói 4 triệu, chia cho cán bộ",
        "can bo phuong goi y lot tay",
        "tôi muốn tố cáo ông chủ tịch",
        "anh cán bộ A nhận phong bì",
    ],
)
def test_nothing_stays_of_an_accusation(text):
    screened = screen(text)
    assert screened.text == labels().dropped
    assert screened.dropped
    assert screened.payload == "/report_corruption"
    assert as_content(screened) == {"text": labels().dropped, "dropped": True}
    assert screen(screened.text).text == screened.text


@pytest.mark.parametrize(
    "text",
    [
        "đơn tố cáo nộp ở đâu",
        "thủ tục giải quyết tố cáo",
        "lớp bồi dưỡng nghiệp vụ cho cán bộ",
        "phí 500 ngàn phải không",
        "giá cò nuôi",
        "cán bộ đòi bản sao khai sinh",
        "nộp tiền cho cán bộ hay chuyển khoản",
        "công an giả gọi điện đòi chuyển tiền, xưng cán bộ thuế",
    ],
)
def test_questions_and_other_matters_are_no_accusation(text):
    assert not screen(text).dropped


def test_danger_in_an_accusation_goes_first():
    screened = screen("cán bộ đòi 2 triệu mới ký, giờ nó đang cầm dao rượt tui")
    assert screened.dropped
    assert screened.payload == "/report_emergency"


def test_more_of_a_refused_accusation_is_dropped_too_but_not_a_question():
    before = read_before({"answer": {"outcome": "refused_denunciation"}})
    assert before == Before(denunciation_refused=True)
    assert screen("nó tên Hùng, ngồi quầy số 2", before).dropped
    assert not screen("nó tên Hùng, ngồi quầy số 2").dropped
    assert not screen("vậy gửi đơn ở đâu", before).dropped
    assert not screen("làm căn cước cần gì", before).dropped


def test_what_was_asked_before_is_read_from_the_message():
    assert read_before({"expects": ["phone", "otp"]}).expected == {Kind.PHONE}
    assert read_before({"answer": {"outcome": "refused_credentials"}}).code_spoken_of
    assert read_before(None) == read_before({"answer": None, "expects": "phone"}) == Before()


def test_the_answer_shows_what_rules_did_not():
    assert after_answer("quà cáp thì mới xong", ["refused_denunciation"]).dropped
    assert after_answer("số đó là 4417", ["refused_credentials"]).masked == (Kind.OTP,)
    assert after_answer("có cần gửi mã không", ["refused_credentials"]) is None
    assert after_answer("làm căn cước", ["answered_procedure", None]) is None


def test_a_screened_message_tells_its_kinds():
    told = screened_before(screen("otp 123456, cháy nhà rồi cứu với").text)
    assert (told.masked, told.matter) == ((Kind.OTP,), Matter.EMERGENCY)
