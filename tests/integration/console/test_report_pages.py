"""The console's figures: whose they are, what may be taken away, what stands there when nothing has happened."""

from __future__ import annotations

import io
import json
import re

import jsonschema
import pytest
import pytest_asyncio
from docx import Document

from bot.reports.bundle import SCHEMA_FILE
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from tests.fixtures.moving_clock import MovingClock
from tests.fixtures.report_month import MONTH, OTHER_WARD, fill_catalogue, fill_month
from tests.integration.console.conftest import WARD, running

OCTOBER = f"/desk/reports?period={MONTH}"


@pytest.fixture
def database_url(tmp_path):
    """What is counted on which engine is tested beside the figures; pages are the same on both."""
    return f"sqlite:///{tmp_path / 'operations.db'}"


@pytest_asyncio.fixture
async def url(settings, services):
    """The hub on Thursday, 26 November 2026."""
    async with running(settings, MovingClock()) as found:
        yield found


@pytest_asyncio.fixture
async def filled(services, settings):
    await services.reports.months.database().write(fill_month)
    fill_catalogue(settings.catalogue.catalogue_url).close()


def words(body):
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


async def test_an_administrator_sees_the_whole_month(administrator, filled):
    assert await administrator.get(OCTOBER) == 200
    said = words(administrator.body)
    assert "Từ 01/10/2026 đến 31/10/2026, toàn bộ dịch vụ" in said
    assert "Lượt tư vấn 60 lượt" in said
    assert "Trợ lý giải quyết trọn 40 66,7%" in said
    assert "Chuyển cán bộ, hẹn gọi lại hoặc 1022 3 5%" in said, "those whose work it is see small numbers"
    assert "Cấp hộ chiếu phổ thông (1.001456) 12 5 5 4 26" in said
    assert "Tạm tính , được chốt từ 08/11/2026" in said
    assert "Trợ lý có 4 thủ tục đang áp dụng cho Thành phố: 0 đã biên tập, 4 theo bản công bố đủ các phần" in said
    assert "Bản công bố của Cổng không ghi ngày xem" in said
    assert "style=" not in administrator.body, "the page's policy forbids it"
    assert administrator.body.count("<svg") == administrator.body.count('aria-hidden="true" focusable="false"')


async def test_an_officer_sees_and_takes_away_their_units_alone(enter, filled, services):
    officer = await enter("phuong", Role.OFFICER, units=(WARD,))
    assert await officer.get(OCTOBER) == 200
    said = words(officer.body)
    assert "các đơn vị của anh/chị" in said
    assert "Yêu cầu gặp cán bộ 6 yêu cầu" in said
    assert "Phản ánh, kiến nghị đã nhận 7 vụ việc" in said
    assert "Lượt tư vấn" not in said
    assert "Tổ hỗ trợ Thành phố" not in said
    assert "Báo cáo tháng" not in said
    token = officer.token
    assert await officer.post("/desk/reports/export", csrf=token, month=MONTH, kind="docx") == 403
    assert await officer.post("/desk/reports/export-units", csrf=token, period=MONTH) == 200
    lines = officer.raw.decode("utf-8-sig").splitlines()
    (total,) = [line.split(",")[5] for line in lines if line.startswith(f"{MONTH},handoffs_by_unit,,,total")]
    assert total in ("5", "10"), "what leaves the console is in fives"
    assert f"{MONTH},stepped_in,,,number,0,lượt,no" in lines
    assert "wait_out_of_hours" not in officer.raw.decode()
    (row,) = await services.staff.audit.read(AuditFilter(deed=Deed.EXPORTED))
    assert row.about == f"figures {MONTH}"


async def test_a_report_is_taken_away_with_a_line_in_the_audit(administrator, filled, services):
    await administrator.get(OCTOBER)
    token = administrator.token
    assert await administrator.post("/desk/reports/export", csrf=token, month=MONTH, kind="docx") == 200
    assert administrator.headers["Content-Disposition"] == 'attachment; filename="bao-cao-2026-10.docx"'
    texts = [one.text for one in Document(io.BytesIO(administrator.raw)).paragraphs]
    assert "BÁO CÁO KẾT QUẢ HOẠT ĐỘNG TRỢ LÝ MỘT CỬA THÁNG 10/2026" in texts
    assert await administrator.post("/desk/reports/export", csrf=token, month=MONTH, kind="json") == 200
    jsonschema.validate(json.loads(administrator.raw), json.loads(SCHEMA_FILE.read_text("utf-8")))
    assert await administrator.post("/desk/reports/export", csrf=token, month=MONTH, kind="csv") == 200
    assert b"handed_over" in administrator.raw
    assert b",3," not in administrator.raw.split(b"handoffs_by_reason")[0].split(b"sessions_by_result")[1]
    rows = await services.staff.audit.read(AuditFilter(deed=Deed.EXPORTED))
    assert [(row.about, row.reason) for row in rows] == [(f"report {MONTH}", kind) for kind in ("csv", "json", "docx")]


@pytest.mark.requirement("R-35")
async def test_late_sends_are_listed_one_by_one_and_taken_away(administrator, enter, filled, services):
    assert await administrator.get("/desk/reports/late?period=month&month=2026-10") == 200
    said = words(administrator.body)
    assert "Gửi từ 01/10/2026 đến 31/10/2026, toàn bộ dịch vụ: 3 việc" in said
    assert "Trả lời phản ánh c7" in said
    assert "Cán bộ gửi sau hạn" in said
    token = administrator.token
    assert await administrator.post("/desk/reports/late/export", csrf=token, period=MONTH) == 200
    lines = administrator.raw.decode("utf-8-sig").splitlines()
    assert lines[0] == "kind,reference,unit,due_on,written_at,told_at,working_days_late,cause,moves"
    assert len(lines) == 4
    assert b"xin l" not in administrator.raw, "nobody's words are in it"
    assert await administrator.post("/desk/reports/late/export", csrf=token, period="2026-13") == 404
    assert await administrator.get("/desk/reports/late?period=2026-13") == 422
    assert "Trả lời phản ánh c12" in words(administrator.body), "the running month is shown"
    assert await administrator.get("/desk/reports/late?period=today") == 200
    assert "không có thông báo hay trả lời nào gửi sau hạn" in words(administrator.body)
    (line,) = await services.staff.audit.read(AuditFilter(deed=Deed.EXPORTED))
    assert (line.about, line.reason) == (f"late {MONTH}", "csv")
    officer = await enter("phuong", Role.OFFICER, units=(OTHER_WARD,))
    assert await officer.get("/desk/reports/late?period=month&month=2026-10") == 200
    assert "các đơn vị của anh/chị: 0 việc" in words(officer.body)


async def test_what_is_no_month_is_said_and_today_is_shown(administrator):
    for wrong in ("2026-13", "abc", "2027-05", "month&month=2026-1"):
        assert await administrator.get(f"/desk/reports?period={wrong}") == 422
        assert "Ngày 26/11/2026" in words(administrator.body)
    token = administrator.token
    assert await administrator.post("/desk/reports/export", csrf=token, month="2026-13", kind="docx") == 404
    assert await administrator.post("/desk/reports/export", csrf=token, month=MONTH, kind="exe") == 404


async def test_nothing_has_happened_yet(administrator):
    assert await administrator.get("/desk/reports") == 200
    said = words(administrator.body)
    assert "Lượt tư vấn 0 lượt" in said
    assert "Chưa phát sinh: Lượt tư vấn theo kênh" in said
    assert "Chưa đọc được danh mục" in said
    assert "Danh mục thủ tục hiện có" not in said
    assert await administrator.get("/desk/reports?period=week") == 200
    assert "Từ 20/11/2026 đến 26/11/2026" in words(administrator.body)
