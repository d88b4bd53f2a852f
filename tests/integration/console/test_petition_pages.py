"""Petitions in the console: whose they are, what is hidden, every step, and forms that are sent twice or too late."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from bot.attachments.models import Prepared
from bot.petitions.models import PetitionState
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from tests.fixtures import photos
from tests.fixtures.petitions import PHONE, draft

ANSWER = "Hồ sơ đã xong ngày 25/11, mời anh/chị tới nhận kết quả tại quầy số 3."
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}'


@pytest_asyncio.fixture
async def code(services):
    """Of a ward's petition: the officers of ward 26740 answer it."""
    return (await services.petitions.service.lodge(draft())).code


async def state_of(services, code):
    petition, _ = await services.petitions.desk.get(code)
    return petition.state


async def test_an_officer_sees_the_petitions_of_their_units_only(ward, other_ward, officer, administrator, code):
    for browser, status in ((ward, 200), (administrator, 200), (other_ward, 404), (officer, 404)):
        await browser.get("/desk/petitions?state=all")
        assert (code in browser.body) == (status == 200)
        assert await browser.get(f"/desk/petitions?words={code}") == 200
        assert (f"/desk/petitions/{code}" in browser.body) == (status == 200)
        assert await browser.get(f"/desk/petitions/{code}") == status


@pytest.mark.parametrize("step", ["receive", "ask", "answer", "transfer", "refuse", "close", "reopen", "contact"])
async def test_no_step_on_a_petition_of_another_unit(other_ward, ward, code, step, services):
    await ward.get(f"/desk/petitions/{code}")
    fields = {"seen": ward.field("seen"), "text": ANSWER, "reason": "duplicate, xem giúp", "unit": "support"}
    await other_ward.get("/desk/petitions")
    await other_ward.get("/desk/account")
    assert await other_ward.post(f"/desk/petitions/{code}/{step}", **fields) == 404
    _, history = await services.petitions.desk.get(code)
    assert [event.kind.value for event in history] == ["lodged"]


async def test_from_the_list_to_the_answer(ward, code, services):
    await ward.get("/desk/petitions?words=khai sinh")
    assert code in ward.body
    assert "Còn" in ward.body
    await ward.get(f"/desk/petitions/{code}")
    page = f"/desk/petitions/{code}"
    assert await ward.post(f"{page}/receive", seen=ward.field("seen")) == 303
    assert ward.location == f"{page}?done=petition_receive"
    await ward.get(ward.location)
    assert "Đã nhận xử lý." in ward.body
    assert await ward.post(f"{page}/ask", seen=ward.field("seen"), text="Anh/chị nộp ở quầy nào?") == 303
    await ward.get(page)
    assert "chờ người dân" in ward.body
    assert await ward.post(f"{page}/answer", seen=ward.field("seen"), text=ANSWER) == 303
    await ward.get(page)
    assert await ward.post(f"{page}/close", seen=ward.field("seen")) == 303
    await ward.get(page)
    assert await ward.post(f"{page}/reopen", seen=ward.field("seen"), text="Người dân chưa nhận được kết quả.") == 303
    petition, history = await services.petitions.desk.get(code)
    assert petition.state is PetitionState.REOPENED
    assert {event.by for event in history[1:]} == {"Trần Thị Phường"}
    steps = await services.staff.audit.read(AuditFilter(deed=Deed.PETITION_STEP, about=code))
    assert [row.reason for row in steps] == ["reopen", "close", "answer", "ask", "receive"]


async def test_what_is_wrong_stands_beside_the_form_and_nothing_typed_is_lost(ward, code, services):
    await ward.get(f"/desk/petitions/{code}")
    seen = ward.field("seen")
    for text, said in (("Đã xem.", "quá ngắn"), ("Lý do là <lý do cụ thể>, chúng tôi xin lỗi.", "còn chỗ trống")):
        assert await ward.post(f"/desk/petitions/{code}/answer", seen=seen, text=text) == 422
        assert said in ward.body
        assert text.replace("<", "&lt;").replace(">", "&gt;") in ward.body
    fields = {"seen": seen, "reason": "other", "place": "", "text": "Việc này do đơn vị khác làm."}
    assert await ward.post(f"/desk/petitions/{code}/refuse", **fields) == 422
    assert "Ghi nơi phù hợp" in ward.body
    assert fields["text"] in ward.body
    assert await state_of(services, code) is PetitionState.RECEIVED


async def test_a_form_sent_twice_is_done_once(ward, code, services):
    await ward.get(f"/desk/petitions/{code}")
    fields = {"seen": ward.field("seen"), "csrf": ward.token, "text": "Anh/chị nộp ở quầy nào?"}

    async def send():
        async with ward.http.post(f"{ward.url}/desk/petitions/{code}/ask", data=fields, allow_redirects=False) as said:
            return said.status

    assert await asyncio.gather(*(send() for _ in range(5))) == [303] * 5
    _, history = await services.petitions.desk.get(code)
    assert [event.kind.value for event in history] == ["lodged", "asked"]


async def test_an_answer_written_beside_new_words_of_the_citizen_is_not_sent_unseen(ward, code, services):
    await ward.get(f"/desk/petitions/{code}")
    seen = ward.field("seen")
    await services.petitions.service.add_message(code, "web-1", "Tôi đã nhận được rồi, cảm ơn.", "m1")
    assert await ward.post(f"/desk/petitions/{code}/answer", seen=seen, text=ANSWER) == 422
    assert "vừa có việc mới" in ward.body
    assert "Tôi đã nhận được rồi" in ward.body
    assert ANSWER in ward.body
    assert await ward.post(f"/desk/petitions/{code}/answer", seen=ward.field("seen"), text=ANSWER) == 303


async def test_refused_and_transferred(ward, officer, services):
    first = (await services.petitions.service.lodge(draft(key="k1"))).code
    second = (await services.petitions.service.lodge(draft(key="k2", content="Quầy số 2 hướng dẫn sai giấy tờ."))).code
    await ward.get(f"/desk/petitions/{first}")
    fields = {"seen": ward.field("seen"), "reason": "city_services", "place": "", "text": ""}
    assert await ward.post(f"/desk/petitions/{first}/refuse", **fields) == 303
    await ward.get(f"/desk/petitions/{first}")
    assert "Gọi 1022" in ward.body
    await ward.get(f"/desk/petitions/{second}")
    fields = {"seen": ward.field("seen"), "unit": "support", "person": "", "text": "Thuộc tổ hỗ trợ, vì là lỗi chung."}
    assert await ward.post(f"/desk/petitions/{second}/transfer", **fields) == 303
    assert await officer.get(f"/desk/petitions/{second}") == 200  # now also the support team's
    assert await ward.get(f"/desk/petitions/{second}") == 200  # and still of the unit that the citizen knows


async def test_names_and_contacts_are_hidden_until_a_reason_is_given(ward, code, services):
    page = f"/desk/petitions/{code}"
    await ward.get(page)
    assert PHONE not in ward.body
    assert "Nguyễn Văn An" not in ward.body
    assert await ward.post(f"{page}/contact", reason="xem") == 422
    assert PHONE not in ward.body
    assert await ward.post(f"{page}/contact", reason="Gọi hẹn ngày trả kết quả") == 200
    assert PHONE in ward.body
    assert "Nguyễn Văn An" in ward.body
    (row,) = await services.staff.audit.read(AuditFilter(deed=Deed.CONTACT_SEEN))
    assert (row.by, row.about, row.reason) == ("Trần Thị Phường", code, "Gọi hẹn ngày trả kết quả")
    await ward.get(page)
    assert PHONE not in ward.body
    (seen, *_) = await services.staff.audit.read(AuditFilter(deed=Deed.PETITION_SEEN))
    assert seen.about == code


async def test_photos_are_shown_to_who_may_see_the_petition_and_each_look_is_kept(ward, other_ward, services):
    data = photos.jpeg(64, 48)
    kept = await services.attachments.keep("web-1", "upload-1", Prepared(data, 64, 48))
    code = (await services.petitions.service.lodge(draft(attachments=(kept.id,)))).code
    page = f"/desk/petitions/{code}"
    await ward.get(page)
    assert "Xem ảnh 1" in ward.body
    assert await ward.get(f"{page}/photos/1") == 200
    assert ward.raw == data
    assert ward.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert await ward.get(f"{page}/photos/2") == 404
    assert await other_ward.get(f"{page}/photos/1") == 404
    (row,) = await services.staff.audit.read(AuditFilter(deed=Deed.PHOTO_SEEN))
    assert (row.about, row.reason) == (code, "1")


async def test_hostile_words_stay_words(enter, services):
    name = "<b onmouseover=alert(3)>Hải</b>"
    mean = await enter("meo", Role.ADMINISTRATOR, display_name=name)
    lodged = await services.petitions.service.lodge(draft(content=f"Nội dung {HOSTILE}", unit_said=HOSTILE))
    page = f"/desk/petitions/{lodged.code}"
    for path in ("/desk/petitions?words=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/desk/petitions", page):
        await mean.get(path)
        assert "<script>alert" not in mean.body
        assert "<img src=x" not in mean.body
        assert "<b onmouseover" not in mean.body
    assert "&lt;b onmouseover" in mean.body
    assert "{{ 7*7 }}" in mean.body
    assert await mean.post(f"{page}/answer", seen=mean.field("seen"), text=HOSTILE.replace(">", "")[:19]) == 422
    assert "<script" not in mean.body.replace("<script src=", "")


async def test_urgent_ones_stand_first_late_ones_can_be_asked_for(administrator, services, settings):
    calm = (await services.petitions.service.lodge(draft(key="k1"))).code
    urgent = (await services.petitions.service.lodge(draft(key="k2", urgent=True))).code
    await administrator.get("/desk/petitions")
    assert administrator.body.index(urgent) < administrator.body.index(calm)
    assert "KHẨN" in administrator.body
    await administrator.get("/desk/petitions?late=1")
    assert calm not in administrator.body
    assert "Không có phản ánh nào khớp" in administrator.body
    await administrator.get("/desk/petitions?page=99999&state=strange&unit=strange")
    assert "0 phản ánh" in administrator.body


@pytest.mark.parametrize("path", ["petitions?unit=%00", "petitions?words=%00", "petitions/PA%00", "audit?by=a%00"])
async def test_addresses_with_what_no_database_holds(administrator, path):
    assert await administrator.get(f"/desk/{path}") == 404
    assert "Không tìm thấy" in administrator.body


async def test_forms_with_what_no_database_holds(ward, code, services):
    page = f"/desk/petitions/{code}"
    await ward.get(page)
    assert await ward.post(f"{page}/contact", reason="Gọi hẹn\0 ngày trả kết quả") == 200
    await ward.get(page)
    assert await ward.post(f"{page}/answer", seen="99999999999999999999", text=ANSWER) == 422
    assert await ward.post(f"{page}/transfer", seen=ward.field("seen"), unit="commune:\0\0", text="Chuyển giúp") == 422
    assert await ward.post(f"{page}/answer", seen=ward.field("seen"), text=f"\0{ANSWER}\0") == 303
    petition, _ = await services.petitions.desk.get(code)
    assert petition.answer == ANSWER


async def test_a_form_that_is_too_big_is_told_so(ward, code):
    await ward.get(f"/desk/petitions/{code}")
    assert await ward.post(f"/desk/petitions/{code}/answer", seen=ward.field("seen"), text="x" * 200_000) == 413
    assert "quá lớn" in ward.body
