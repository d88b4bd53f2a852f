"""Personal data in the console: requests with the law's days, holds, the nights' reports; administrators only."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData, select, text

from bot.hub.tables import MESSAGE
from bot.petitions.models import Contact, ContactKind
from bot.privacy.models import Field, RequestKind, Right
from bot.privacy.requests import begin
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from bot.store.engine import Database, make_engine
from knowledge.working_days import load_calendar
from tests.fixtures.petitions import draft
from tests.integration.console.conftest import WARD

SENDER = text("SELECT rasa_sender FROM conversation WHERE id = :id")
STATE = text("SELECT state, outcome, petition_code FROM privacy_request WHERE id = :id")
GONE = text("UPDATE privacy_request SET conversation_id = NULL")


@pytest.fixture
def hub_database(settings):
    database = Database(make_engine(settings.database_url))
    yield database
    database.close()


async def test_a_request_is_taken_in_hand_and_ended(administrator, services, hub_database):
    def ask(connection):
        now = services.clock.now()
        kind = RequestKind.PETITION_ERASE
        return begin(connection, load_calendar(), kind, "c-1", "web", now, petition_code="PA-2611-000001")

    request = await hub_database.write(ask)
    await administrator.get("/desk/privacy")
    assert request.receipt in administrator.body
    assert "PA-2611-000001" in administrator.body
    assert "quá hạn" not in administrator.body
    assert "còn 20 ngày" in administrator.body
    assert await administrator.post(f"/desk/privacy/requests/{request.receipt}/done", outcome="") == 422, "by chance"
    assert await administrator.post(f"/desk/privacy/requests/{request.receipt}/acknowledge") == 303
    await administrator.get("/desk/privacy?done=data_acknowledge")
    assert "đã xác nhận" in administrator.body
    assert await administrator.post(f"/desk/privacy/requests/{request.receipt}/done", outcome="kept") == 303
    await administrator.get("/desk/privacy?done=data_done")
    assert "Không có yêu cầu nào đang mở" in administrator.body
    assert await administrator.post(f"/desk/privacy/requests/{request.receipt}/done", outcome="kept") == 422
    await administrator.get("/desk/audit?deed=data_request_step")
    assert request.receipt in administrator.body


async def test_a_hold_needs_a_reason_and_is_released_with_one(administrator):
    await administrator.get("/desk/privacy")
    assert await administrator.post("/desk/privacy/holds", name="feedback", reason="ngắn") == 422
    assert await administrator.post("/desk/privacy/holds", name="không có", reason="thanh tra yêu cầu") == 422
    assert await administrator.post("/desk/privacy/holds", name="feedback", reason="thanh tra yêu cầu <b>") == 303
    await administrator.get("/desk/privacy?done=hold_placed")
    assert "thanh tra yêu cầu &lt;b&gt;" in administrator.body
    assert await administrator.post("/desk/privacy/holds/1/release", reason="đã xong thanh tra") == 303
    await administrator.get("/desk/privacy?done=hold_released")
    assert "Không giữ gì" in administrator.body
    assert await administrator.post("/desk/privacy/holds/1/release", reason="đã xong thanh tra") == 422


OLD_NAME, OLD_PHONE = "Nguyễn Văn Cũ Kỹ", "0912000111"


@pytest.fixture
def lodged(hub, services, hub_database):
    """A petition from a conversation, and what was asked about its data there."""

    async def make(kind, right=None):
        entry = await hub.hub.enter("web", None)
        found = await hub.database.run(lambda connection: connection.execute(SENDER, {"id": entry.conversation.id}))
        sender = found.scalar()
        contact = Contact(ContactKind.PHONE, OLD_PHONE)
        mine = draft(sender=sender, sender_name=OLD_NAME, contact=contact, commune_code=WARD)
        receipt = await services.petitions.service.lodge(mine)

        def ask(connection):
            now = services.clock.now()
            calendar = load_calendar()
            return begin(
                connection, calendar, kind, entry.conversation.id, "web", now, petition_code=receipt.code, right=right
            )

        return entry.conversation.id, receipt.code, await hub_database.write(ask)

    return make


async def told_in(database, conversation_id):
    mine = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == conversation_id).order_by(MESSAGE.c.seq)
    return [row.content["text"] for row in await database.run(lambda connection: connection.execute(mine).all())]


async def where_it_stands(database, words):
    """Tables in which `words` stand, whatever the column."""

    def look(connection):
        known = MetaData()
        known.reflect(connection)
        rows = ((table.name, str(row)) for table in known.sorted_tables for row in connection.execute(select(table)))
        return {name for name, text in rows if words in text}

    return await database.run(look)


async def test_a_wrong_number_is_corrected_and_nothing_keeps_the_old_one(ward, services, lodged, hub_database):
    officer = ward
    talk, code, request = await lodged(RequestKind.PETITION_CORRECT)
    address = f"/desk/petitions/{code}/correct"
    assert await officer.get(address) == 200
    assert OLD_PHONE not in officer.body
    why = "gọi số cũ 0912000111 không được, đã đối chiếu tại quầy"
    assert await officer.post(address, name="Nguyễn Văn Đúng", contact="0987 654 321", reason="ngắn") == 422
    assert await officer.post(address, name="", contact="không phải số", reason=why) == 422
    assert "Không đọc được số điện thoại" in officer.body
    assert await officer.post(address, name=OLD_NAME, contact="", reason=why) == 422, "nothing would change"
    assert await where_it_stands(hub_database, OLD_PHONE) == {"petition_party"}
    assert await officer.post(address, name="Nguyễn Văn Đúng", contact="0987 654 321", reason=why) == 303

    assert await where_it_stands(hub_database, OLD_PHONE) == set()
    assert await where_it_stands(hub_database, OLD_NAME) == set()
    ((role, name, contact),) = await services.petitions.desk.see_contact(code, "Cán bộ")
    assert (role, name, contact) == ("owner", "Nguyễn Văn Đúng", Contact(ContactKind.PHONE, "0987654321"))
    (said,) = await told_in(hub_database, talk)
    assert code in said
    assert "Họ tên và số liên lạc" in said
    assert "1022" in said
    assert "0987" not in said
    found = await services.petitions.service.look_up(code, "4321", "another-conversation")
    assert found.view is not None, "it is proven with the new number"
    assert (await services.petitions.service.look_up(code, "0111", "a-third-one")).view is None
    (line,) = await services.staff.audit.read(AuditFilter(deed=Deed.PETITION_CORRECTED))
    assert (line.about, line.by) == (code, "Trần Thị Phường")
    assert line.reason.startswith("name,contact: gọi số cũ")
    await officer.get(f"/desk/petitions/{code}")
    assert "sửa thông tin người gửi" in officer.body
    over = await hub_database.run(lambda connection: connection.execute(STATE, {"id": request.id}).one())
    assert tuple(over) == ("done", "done", None), "the request about it is over, and names no petition any more"


async def test_another_units_petition_is_not_corrected(enter, lodged):
    _, code, _ = await lodged(RequestKind.PETITION_CORRECT)
    other = await enter("phuongkhac", Role.OFFICER, units=("26743",))
    address = f"/desk/petitions/{code}/correct"
    assert await other.get(address) == 404
    await other.get("/desk/account")
    assert await other.post(address, name="Ai Đó", contact="", reason="đã đối chiếu tại quầy") == 404


async def test_a_copy_is_fetched_once_by_a_button(administrator, services, lodged, hub_database):
    talk, _, request = await lodged(RequestKind.PETITION_SEE)
    steps = f"/desk/privacy/requests/{request.receipt}"
    await administrator.get("/desk/privacy")
    assert await administrator.post(f"{steps}/acknowledge") == 303
    await administrator.get("/desk/privacy")
    assert await administrator.post(f"{steps}/print") == 200
    assert OLD_PHONE in administrator.body
    assert "attachment" in administrator.headers["Content-Disposition"]
    await administrator.get("/desk/privacy")
    assert await administrator.post(f"{steps}/copy") == 303
    taken, sent = await told_in(hub_database, talk)
    assert f"đã nhận xem xét yêu cầu {request.receipt}" in taken
    path = next(word for word in sent.split() if word.startswith(administrator.url)).removeprefix(administrator.url)
    for _ in range(2):  # whoever only looks at the address has not fetched it
        assert await administrator.get(path) == 200
        assert OLD_PHONE not in administrator.body
    assert await administrator.post(path, csrf="") == 200
    assert f"Số liên lạc: {OLD_PHONE}" in administrator.body
    assert f"Họ tên: {OLD_NAME}" in administrator.body
    assert await administrator.post(path, csrf="") == 404
    assert "đã được mở một lần" in administrator.body
    assert await administrator.get(path) == 404
    rows = await services.staff.audit.read(AuditFilter(deed=Deed.DATA_REQUEST_STEP))
    assert [row.reason for row in rows] == ["copy", "print", ""]


async def test_a_copy_cannot_be_sent_where_nobody_asks_any_more(administrator, lodged, hub_database):
    _, _, request = await lodged(RequestKind.PETITION_SEE)
    await hub_database.write(lambda connection: connection.execute(GONE))
    await administrator.get("/desk/privacy")
    assert await administrator.post(f"/desk/privacy/requests/{request.receipt}/copy") == 422
    assert "cuộc trò chuyện đã xoá" in administrator.body
    hostile = await administrator.post(f"/desk/privacy/requests/{request.receipt}/done", outcome="taken_back")
    assert hostile == 422
    assert "chọn kết quả của yêu cầu trước" in administrator.body
    assert await administrator.post(f"/desk/privacy/requests/{request.receipt}/done", outcome="done") == 303
    over = await hub_database.run(lambda connection: connection.execute(STATE, {"id": request.id}).one())
    assert tuple(over) == ("done", "done", None)


def pressed(body, name):
    """The value of the hidden field of a form as it was shown."""
    return body.partition(f'name="{name}" value="')[2].partition('"')[0]


async def test_old_and_new_stand_side_by_side_and_one_press_applies_it(administrator, services, lodged, hub_database):
    talk, code, request = await lodged(RequestKind.PETITION_CORRECT, Right(Field.PHONE, "0987654321"))
    steps = f"/desk/privacy/requests/{request.receipt}"
    await administrator.get("/desk/privacy")
    for shown in (OLD_PHONE, "0987654321", "Sửa như người dân đề nghị", "gọi số đang ghi"):
        assert shown in administrator.body
    seal = pressed(administrator.body, "seal")
    assert await administrator.post(f"{steps}/apply", seal="0" * 64) == 422
    assert "vừa thay đổi" in administrator.body
    assert await administrator.post(f"{steps}/undo") == 422
    assert await administrator.post(f"{steps}/apply", seal=seal) == 303
    await administrator.get("/desk/privacy?done=data_apply")
    assert "Hoàn lại như trước" in administrator.body
    assert "Sửa như người dân đề nghị" not in administrator.body
    assert await administrator.post(f"{steps}/apply", seal=seal) == 422, "pressed twice it is applied once"
    assert await administrator.post(f"{steps}/done", outcome="done") == 422, "the system ends it"
    assert await told_in(hub_database, talk) == []
    assert await administrator.post(f"{steps}/undo") == 303
    ((_, name, contact),) = await services.petitions.desk.see_contact(code, "Cán bộ")
    assert (name, contact.value) == (OLD_NAME, OLD_PHONE)
    lines = [row.reason for row in await services.staff.audit.read(AuditFilter(deed=Deed.DATA_REQUEST_STEP))]
    assert f"apply {code} phone" in lines
    assert f"undo {code} phone" in lines
    assert "values shown" in lines
    assert OLD_PHONE not in str(lines)


async def test_what_is_corrected_by_hand_ends_what_was_asked_about_just_that(ward, lodged, hub_database):
    _, code, request = await lodged(RequestKind.PETITION_CORRECT, Right(Field.NAME, "Nguyễn Văn Đúng"))
    address = f"/desk/petitions/{code}/correct"
    await ward.get(address)
    why = "đã đối chiếu tại quầy"
    assert await ward.post(address, name="", contact="0987 654 321", reason=why) == 303
    stands = await hub_database.run(lambda connection: connection.execute(STATE, {"id": request.id}).one())
    assert stands.state == "waiting", "the name was not corrected yet"
    await ward.get(address)
    assert await ward.post(address, name="Nguyễn Văn Đúng", contact="", reason=why) == 303
    over = await hub_database.run(lambda connection: connection.execute(STATE, {"id": request.id}).one())
    assert tuple(over) == ("done", "done", None)
