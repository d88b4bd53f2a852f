"""Late notices, feedback, people, the audit and the switches."""

from __future__ import annotations

import asyncio
import uuid

import pytest
import pytest_asyncio

from bot.cases.desk import LATE_WITHOUT_NOTICE
from bot.cases.models import CaseState, CaseStatus
from bot.feedback.models import Desk, RatedTurn, Rating, Reason, Thumb
from bot.feedback.store import rate
from bot.ops.clock import SystemClock, city_date
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Feature, Role
from knowledge.working_days import load_calendar
from tests.fixtures.web_widget import Widget
from tests.integration.console.conftest import WARD

CODE = "H29.12-261103-0077"
REASON = "Hồ sơ đang chờ trích lục hộ tịch của phường cũ, gửi từ ngày 20/11."


def notice(key, **changes):
    day = load_calendar().add(city_date(SystemClock().now()), 3).day
    plain = {"key": key, "code": CODE, "apology": "UBND xin lỗi ông/bà vì trễ hẹn.", "reason": REASON}
    return plain | {"next": day.isoformat(), "unit": "UBND phường Tân Định", "due": ""} | changes


async def notices(services):
    today = city_date(SystemClock().now())
    return await services.cases.notices(today, today)


@pytest_asyncio.fixture
async def follow_up(services):
    status = CaseStatus(CODE, CaseState.PROCESSING, unit="UBND phường Nơi Khác")
    return await services.cases.follow_up(status, LATE_WITHOUT_NOTICE)


async def test_a_notice_has_three_parts_and_is_sent_once(officer, services):
    await officer.get("/desk/cases/notice")
    key = officer.field("key")
    assert await officer.post("/desk/cases/notice", **notice(key, apology="", reason="vì nhiều việc")) == 422
    assert "lời xin lỗi" in officer.body
    assert "vì nhiều việc" in officer.body
    assert officer.field("key") == key
    token = officer.token
    for _ in range(2):
        assert await officer.post("/desk/cases/notice", csrf=token, **notice(key)) == 303
    (written,) = await notices(services)
    assert (written.case_code, written.written_by, written.notice.reason) == (CODE, "Nguyễn canbo", REASON)
    await officer.get(officer.location)
    assert "Đã ghi thông báo trễ hạn" in officer.body
    assert REASON in officer.body
    (row,) = await services.staff.audit.read(AuditFilter(deed=Deed.NOTICE_WRITTEN))
    assert row.about == CODE


async def test_a_follow_up_is_closed_with_what_came_of_it(officer, services, follow_up):
    await officer.get("/desk/cases")
    assert "Trễ hạn, chưa có thông báo" in officer.body
    address = f"/desk/cases/follow-ups/{follow_up.id}/close"
    assert await officer.post(address, outcome="xong") == 422
    assert "ít nhất 10 ký tự" in officer.body
    token = officer.token
    for _ in range(2):
        assert await officer.post(address, csrf=token, outcome="Đã gọi và hẹn lại ngày trả.") == 303
    assert await services.cases.open_follow_ups() == []


async def test_a_ward_sees_and_writes_only_of_its_own_dossiers(enter, services, follow_up):
    ward = await enter("phuong", Role.OFFICER, units=(WARD,), display_name="Trần Thị Phường")
    await ward.get("/desk/cases")
    assert CODE not in ward.body
    await ward.get(f"/desk/cases/notice?follow_up={follow_up.id}")
    assert CODE not in ward.body
    assert await ward.post("/desk/cases/notice", **notice(str(uuid.uuid4()), unit="UBND phường Nơi Khác")) == 422
    assert "đúng tên đơn vị" in ward.body
    assert await notices(services) == []
    close = f"/desk/cases/follow-ups/{follow_up.id}/close"
    assert await ward.post(close, outcome="Đóng việc của nơi khác") == 303
    assert len(await services.cases.open_follow_ups()) == 1


async def rated(services, reason, number):
    turn = RatedTurn(f"c-{number}", number, "web", "1.001193", "v1", ("fees",), question="Phí <b>bao nhiêu</b>?")
    now = SystemClock().now()
    store = services.feedback._database()
    return await store.write(rate, now, turn, Rating(Thumb.DOWN, reason, "Sai <script>alert(1)</script>"))


async def test_feedback_is_seen_by_its_desk_only(enter, officer, services):
    editor = await enter("bientap", Role.EDITOR, display_name="Phạm Biên Tập")
    ward = await enter("phuong", Role.OFFICER, units=(WARD,), display_name="Trần Thị Phường")
    wrong, unclear = await rated(services, Reason.WRONG, 1), await rated(services, Reason.UNCLEAR, 2)
    assert (wrong.desk, unclear.desk) == (Desk.EDITOR, Desk.SUPPORT)
    for browser, sees, other in ((editor, wrong, unclear), (officer, unclear, wrong)):
        await browser.get("/desk/feedback")
        assert sees.reference in browser.body
        assert other.reference not in browser.body
        assert await browser.get(f"/desk/feedback/{sees.reference}") == 200
        assert "<script>alert" not in browser.body
        assert await browser.post(f"/desk/feedback/{other.reference}/dismiss", outcome="Không phải việc này") == 404
    await ward.get("/desk/feedback")
    assert unclear.reference not in ward.body
    assert await ward.get(f"/desk/feedback/{unclear.reference}") == 404
    assert await officer.get("/desk/feedback/wrong-answers") == 403
    assert await editor.get("/desk/feedback/wrong-answers") == 503
    assert "Chưa đọc được danh mục" in editor.body
    await asyncio.to_thread(services.catalogue.create)
    assert await editor.get("/desk/feedback/wrong-answers") == 200
    assert wrong.reference in editor.body
    assert "không còn trong danh mục" in editor.body


async def test_feedback_is_assigned_coded_and_closed(officer, services):
    kept = await rated(services, Reason.UNCLEAR, 3)
    page = f"/desk/feedback/{kept.reference}"
    await officer.get(page)
    token = officer.token
    assert await officer.post(f"{page}/assign", owner="Không Có Ai") == 422
    assert "Không có người này" in officer.body
    for _ in range(2):
        assert await officer.post(f"{page}/assign", csrf=token, owner="") == 303
    code = officer_code(await services.feedback.get(kept.reference))
    assert await officer.post(f"{page}/code", csrf=token, code=code) == 303
    assert await officer.post(f"{page}/done", csrf=token, outcome="ngắn") == 422
    for _ in range(2):
        assert await officer.post(f"{page}/done", csrf=token, outcome="Đã viết lại câu trả lời cho rõ.") == 303
    item, history = await services.feedback.get(kept.reference)
    assert (item.follow_up.owner, item.follow_up.state.value) == ("Nguyễn canbo", "done")
    assert [line.what.value for line in history if line.by == "Nguyễn canbo"] == ["assigned", "coded", "done"]
    assert await officer.post(f"{page}/dismiss", csrf=token, outcome="Một câu khác sau khi đóng") == 422
    assert "đã khép lại" in officer.body


def officer_code(found):
    from bot.feedback.bottlenecks import bottlenecks

    item, _ = found
    return next(code for code in bottlenecks() if code != item.bottleneck)


async def test_people_are_added_with_a_password_that_is_shown_once(administrator, open_browser):
    await administrator.get("/desk/people/new")
    fields = {"name": "moi", "display_name": "Người Mới", "role": "officer", "unit": WARD}
    for change, said in (
        ({"name": "Có Dấu"}, "không dấu"),
        ({"name": "quantri"}, "đã có người dùng"),
        ({"display_name": "Nguyễn quantri"}, "Họ tên này đã có"),
        ({"unit": "99999"}, "Không có đơn vị"),
    ):
        assert await administrator.post("/desk/people/new", **fields | change) == 422
        assert said in administrator.body
    assert await administrator.post("/desk/people/new", **fields) == 200
    password = administrator.body.partition('<p class="password"><code>')[2].partition("</code>")[0]
    assert await open_browser().sign_in("moi", password) == 303
    await administrator.get("/desk/people/moi")
    assert password not in administrator.body
    assert await administrator.post("/desk/people/moi/reset") == 200
    assert await open_browser().sign_in("moi", password) == 401


async def test_the_last_administrator_stays(administrator):
    await administrator.get("/desk/people/quantri")
    assert await administrator.post("/desk/people/quantri/disable") == 422
    assert "cuối cùng" in administrator.body
    fields = {"display_name": "Nguyễn quantri", "role": "officer", "unit": "city"}
    assert await administrator.post("/desk/people/quantri", **fields) == 422
    assert await administrator.get("/desk/people") == 200


@pytest.mark.parametrize("path", ["people", "people/new", "people/quantri", "audit", "switches", "privacy"])
async def test_what_is_the_administrators_is_nobody_elses(officer, path):
    assert await officer.get(f"/desk/{path}") == 403
    assert "Không được phép" in officer.body


async def test_the_audit_is_searched_and_only_grows(administrator, services):
    await services.staff.audit.write("Ai Đó", Deed.CONTACT_SEEN, "PA-1234-5678", "gọi lại <i>")
    await administrator.get("/desk/audit?deed=contact_seen&about=PA-1234")
    assert "gọi lại &lt;i&gt;" in administrator.body
    await administrator.get("/desk/audit?deed=contact_seen&by=Ai+Kh%C3%A1c&since=x&until=9999-12-31&before=-1")
    assert "Không có dòng nào khớp" in administrator.body
    await administrator.get("/desk/audit?deed=audit_read")
    assert administrator.body.count("<td>xem nhật ký</td>") == 2


async def test_while_the_assistant_is_off_its_sentence_is_said_and_messages_wait(
    administrator, url, rasa, services, open_browser
):
    widget = Widget(administrator.http, url, None)
    await widget.enter()
    await administrator.get("/desk/switches")
    address = "/desk/switches/assistant"
    assert await administrator.post(f"{address}/off", sentence="Tạm dừng đến 15 giờ chiều nay.", reason="") == 422
    assert "Tạm dừng đến 15 giờ" in administrator.body
    fields = {"sentence": "Tạm dừng đến 15 giờ chiều nay.", "reason": "Cập nhật dữ liệu phí"}
    assert await administrator.post(f"{address}/off", **fields) == 303
    await asyncio.sleep(1.1)  # what was known of the switch before is believed no longer
    await widget.say("phí khai sinh")
    said = await widget.next("message")
    while said["role"] == "citizen":
        said = await widget.next("message")
    assert (said["role"], said["content"]["text"]) == ("system", fields["sentence"])
    assert rasa.texts() == []
    await administrator.get("/desk/switches")
    assert "đang tắt" in administrator.body
    assert await administrator.post(f"{address}/on", reason="Đã cập nhật xong") == 303
    await rasa.until_asked(1)
    assert rasa.texts() == ["phí khai sinh"]
    history = await services.staff.switches.history(Feature.ASSISTANT)
    assert [(one.off, one.reason) for one in history] == [
        (False, "Đã cập nhật xong"),
        (True, "Cập nhật dữ liệu phí"),
    ]
    await widget.close()


async def test_a_feature_is_switched_off_with_what_citizens_read_and_on_again(administrator, services):
    await administrator.get("/desk/switches")
    for feature in Feature:
        assert f'id="title-{feature.value}"' in administrator.body
    fields = {"sentence": "Tạm dừng nhận phản ánh <b>hôm nay</b>.", "reason": "Chuyển đổi hệ thống"}
    assert await administrator.post("/desk/switches/petitions/off", **fields) == 303
    read = f"{fields['sentence']} Cần hỏi thêm, anh/chị gọi 1022."
    assert await services.staff.switches.is_off(Feature.PETITIONS) == read
    assert await services.staff.switches.is_off(Feature.CASES) is None
    await administrator.get("/desk/switches")
    assert "Gửi phản ánh mới: đang tắt" in administrator.body
    assert "Lý do: Chuyển đổi hệ thống" in administrator.body
    assert "&lt;b&gt;hôm nay&lt;/b&gt;. Cần hỏi thêm, anh/chị gọi 1022." in administrator.body
    assert "Trợ lý trả lời tự động: đang bật" in administrator.body
    assert await administrator.post("/desk/switches/petitions/on", reason="Đã chuyển xong") == 303
    assert [one.off for one in await services.staff.switches.history(Feature.PETITIONS)] == [False, True]
