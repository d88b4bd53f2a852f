"""A late notice has an apology, a reason that says something, and a date that is a working day ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.cases.notices import NoticeDraft, NoticeFault, faults_of, is_generic
from bot.ops.case_codes import find_case_codes
from knowledge.working_days import load_calendar

TODAY = date(2026, 11, 20)
CODE = find_case_codes("H29.12-261102-0012", TODAY)[0].code
GOOD = NoticeDraft(
    CODE,
    "Ủy ban nhân dân phường xin lỗi ông/bà.",
    "Phải đo lại ranh giới thửa đất vì bản vẽ và thực địa lệch nhau",
    date(2026, 11, 30),
    "officer-7",
)


def faults(**changes):
    return faults_of(replace(GOOD, **changes), TODAY, load_calendar())


def test_a_whole_notice_may_be_sent():
    assert faults() == ()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"code": None}, NoticeFault.CODE_INVALID),
        ({"apology": ""}, NoticeFault.NO_APOLOGY),
        ({"apology": "Kính gửi ông bà, hồ sơ bị trễ."}, NoticeFault.NO_APOLOGY),
        ({"reason": "   "}, NoticeFault.NO_REASON),
        ({"reason": "Máy in hỏng"}, NoticeFault.SHORT_REASON),
        ({"reason": "Do khách quan nên hồ sơ chưa xử lý kịp"}, NoticeFault.GENERIC_REASON),
        ({"next_return_date": None}, NoticeFault.NO_DATE),
        ({"next_return_date": TODAY}, NoticeFault.DATE_PASSED),
        ({"next_return_date": date(2026, 11, 1)}, NoticeFault.DATE_PASSED),
        ({"next_return_date": date(2026, 11, 24)}, NoticeFault.DAY_OFF),
        ({"next_return_date": date(2026, 11, 22)}, NoticeFault.DAY_OFF),
        ({"reason": "Phải đo lại thửa đất " * 200}, NoticeFault.TOO_LONG),
        ({"written_by": " "}, NoticeFault.NO_WRITER),
    ],
)
def test_what_is_missing_is_said(changes, fault):
    assert faults(**changes) == (fault,)


def test_all_faults_are_said_at_once():
    found = faults(apology="", reason="", next_return_date=None)
    assert found == (NoticeFault.NO_APOLOGY, NoticeFault.NO_REASON, NoticeFault.NO_DATE)


@pytest.mark.parametrize(
    "reason",
    [
        "do khách quan", "Đang xử lý.", "Vì lý do công việc nên hồ sơ bị trễ", "ho so nhieu qua nen chua xu ly kip",
        "Hồ sơ của ông bà hiện nay đang trong quá trình giải quyết", "Đang trình lãnh đạo ký duyệt",
        "DO SỐ LƯỢNG HỒ SƠ LỚN, ĐANG XEM XÉT",
    ],
)  # fmt: skip
def test_phrases_that_explain_nothing_are_generic(reason):
    assert is_generic(reason)


@pytest.mark.parametrize(
    "reason",
    [
        "Đang chờ kết quả trích đo của Chi nhánh Văn phòng đăng ký đất đai gửi ngày 12/11",
        "Do sự cố mất điện toàn khu phố ngày 18/11, máy chủ hộ tịch ngừng hai ngày",
        "Cán bộ thẩm định nghỉ ốm đột xuất, hồ sơ đã chuyển cho cán bộ khác",
        "Cơ quan thuế chưa trả thông báo nghĩa vụ tài chính",
    ],
)
def test_a_reason_of_its_own_may_hold_such_a_phrase(reason):
    assert not is_generic(reason)
