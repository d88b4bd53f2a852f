"""Looking up what is held about somebody who asks by telephone or at a counter, and asking for it in their name."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from bot.hub.tables import CONVERSATION, MESSAGE
from bot.ops.clock import CITY_TIME
from bot.petitions.models import Contact, ContactKind
from bot.privacy.tables import REQUEST
from bot.referrals.models import About
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from bot.zalo.tables import PERSON
from tests.fixtures.petitions import draft
from tests.integration.console.conftest import WARD

NAME, PHONE, WORDS = "Nguyễn Văn Cũ Kỹ", "0912000111", "bãi rác sau chợ bốc mùi đã ba tuần nay"
TALK_WORDS = "con tôi sinh ở nước ngoài thì khai sinh ở đâu"
WHY = "Người dân gọi 1022, xin biết đang giữ gì"
CHECKED = "Đã gọi lại số trong phản ánh, đọc đúng mã"
DAY = timedelta(days=1)
FIND, BEGIN = "/desk/privacy/find", "/desk/privacy/find/begin"


@pytest.fixture
def database_url(tmp_path):
    """One engine is enough: what asks the databases is tested on both in tests/integration/privacy."""
    return f"sqlite:///{tmp_path / 'data' / 'operations.db'}"


@pytest.fixture
def database(hub):
    return hub.database


@pytest_asyncio.fixture
async def talk(hub, services, database):
    """A conversation that was never handed to anybody, with its petition and its request to a digital team."""
    entry = await hub.hub.enter("web", None)
    await hub.hub.say(entry.conversation.id, "c1", TALK_WORDS)
    of_it = select(CONVERSATION.c.rasa_sender).where(CONVERSATION.c.id == entry.conversation.id)
    sender = await database.run(lambda connection: connection.execute(of_it).scalar())
    contact = Contact(ContactKind.PHONE, PHONE)
    mine = draft(sender=sender, sender_name=NAME, contact=contact, commune_code=WARD, content=WORDS)
    code = (await services.petitions.service.lodge(mine)).code
    help_wanted = await services.referrals.requests.begin(sender, About(), WARD)
    await services.referrals.requests.fill(sender, {"phone": PHONE, "called": "cô Ba"})
    referral, _ = await services.referrals.requests.send(sender, help_wanted.id)
    user = {"user_id": "4711882299", "conversation_id": entry.conversation.id, "queued_seq": 0}
    await database.write(lambda connection: connection.execute(PERSON.insert().values(**user)))
    return {"id": entry.conversation.id, "code": code, "reference": referral.reference, "zalo": "4711882299"}


async def look(browser, kind, key, reason=WHY):
    await browser.get(FIND)
    return await browser.post(FIND, kind=kind, key=key, reason=reason)


def form_for(browser, target):
    """The fields of the form on the page that begins a request for `target`."""
    found = re.search(
        rf'name="target" value="{re.escape(target)}">\s*<input type="hidden" name="seal" value="(\w+)"', browser.body
    )
    return {"target": target, "seal": found.group(1), "reason": CHECKED}


async def rows_of(database):
    query = select(REQUEST).order_by(REQUEST.c.asked_at)
    return await database.run(lambda connection: connection.execute(query).all())


async def told_in(database, conversation_id):
    mine = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == conversation_id).order_by(MESSAGE.c.seq)
    return [row.content["text"] for row in await database.run(lambda connection: connection.execute(mine).all())]


async def test_every_key_leads_to_what_is_held_and_to_no_word_of_it(administrator, services, talk):
    keys = {
        "petition": talk["code"].lower().replace("-", " "),
        "reference": talk["reference"],
        "contact": "+84 912 000 111",
        "zalo": talk["zalo"],
        "conversation": talk["id"],
    }
    for kind, key in keys.items():
        assert await look(administrator, kind, key) == 200
        body = unescape(administrator.body)
        assert re.search(r"tin nhắn trong cuộc trò chuyện này: \d+ \(", body), re.findall(r"<li>.*", body)
        assert "phản ánh, kiến nghị đã gửi: 1" in body, kind
        assert "yêu cầu nhờ Tổ công nghệ số cộng đồng: 1" in body, kind
        assert talk["code"] in body, kind
        for word in (NAME, PHONE, WORDS, TALK_WORDS, "cô Ba"):
            assert word not in body, (kind, word)
        assert key not in administrator.headers.get("Location", "")
    lines = await services.staff.audit.read(AuditFilter(deed=Deed.DATA_LOOKED_FOR))
    assert [line.about for line in lines] == list(reversed(keys))
    assert {line.reason for line in lines} == {f"found 2: {WHY}"}


async def test_the_audit_holds_the_kind_of_a_key_and_never_the_key(administrator, services, talk):
    await look(administrator, "contact", "0912 000 111", "cô Ba số 0912.000.111, 0912000111 xin xoá")
    await look(
        administrator, "petition", talk["code"].lower(), f"phản ánh {talk['code']}, {talk['code'].lower()} xin xem"
    )
    for line in await services.staff.audit.read(AuditFilter(deed=Deed.DATA_LOOKED_FOR)):
        assert "0912" not in line.reason
        assert "000.111" not in line.reason
        assert talk["code"].lower() not in line.reason.lower()
        assert (line.by, line.reason.startswith("found 2: ")) == ("Nguyễn quantri", True)


async def test_what_is_no_key_or_has_no_reason_is_not_looked_up(administrator, services, talk):
    for kind, key, said in (
        ("petition", "PA-0000-0000", "8 ký tự"),
        ("contact", "12345", "Ghi một số điện thoại"),
        ("reference", "XX-12", "GL, GY, DL"),
        ("conversation", "' OR 1=1 --", "36 ký tự"),
        ("zalo", "<script>alert(1)</script>", "không phải số điện thoại"),
        ("mật khẩu", PHONE, "Chọn một loại"),
    ):
        assert await look(administrator, kind, key) == 422, kind
        assert said in unescape(administrator.body)
        assert "<script>alert" not in administrator.body
    assert await look(administrator, "contact", PHONE, "ngắn") == 422
    assert await services.staff.audit.read(AuditFilter(deed=Deed.DATA_LOOKED_FOR)) == []


async def test_an_unknown_key_says_what_to_check_and_many_are_stopped(administrator, services, talk):
    for number in range(15):
        assert await look(administrator, "contact", f"09880000{number:02}") == 200
        assert "Không tìm thấy" in administrator.body
    assert await look(administrator, "contact", PHONE) == 429
    assert "Có quá nhiều lần tìm không ra" in administrator.body
    assert talk["code"] not in administrator.body
    (newest, *_) = await services.staff.audit.read(AuditFilter(deed=Deed.DATA_LOOKED_FOR))
    assert newest.reason == f"limited: {WHY}"


async def test_a_reference_that_names_nobody_any_more_says_so(administrator, hub, services, talk):
    over = text("UPDATE referral SET sender = NULL, phone = NULL, state = 'done'")
    await hub.database.write(lambda connection: connection.execute(over))
    assert await look(administrator, "reference", talk["reference"]) == 200
    assert "không còn gắn với ai" in administrator.body


async def test_an_erasure_waits_a_day_is_told_and_can_be_stopped(administrator, database, talk):
    await look(administrator, "petition", talk["code"])
    fields = form_for(administrator, f"c:{talk['id']}") | {"kind": "erase"}
    assert await administrator.post(BEGIN, **fields) == 200
    assert "Xoá cả cuộc trò chuyện này?" in administrator.body
    assert await rows_of(database) == []
    names = ("target", "seal", "kind", "sure", "reason")
    assert await administrator.post(BEGIN, **{name: administrator.field(name) for name in names}) == 200
    (row,) = await rows_of(database)
    assert row.receipt in administrator.body
    assert (row.state, row.act_after - row.asked_at, row.due_on > row.acknowledge_by) == ("confirmed", DAY, True)
    assert row.receipt in (await told_in(database, talk["id"]))[-1]
    assert await administrator.post(BEGIN, **fields, sure="on") == 200
    assert "đã có từ trước" in administrator.body
    await look(administrator, "petition", talk["code"])
    assert f"/desk/privacy#request-{row.receipt}" in administrator.body
    assert await administrator.post(f"/desk/privacy/requests/{row.receipt}/take_back") == 303
    (row,) = await rows_of(database)
    assert (row.state, row.outcome, row.by) == ("cancelled", "taken_back", "Nguyễn quantri")
    assert "không bị xoá" in (await told_in(database, talk["id"]))[-1]
    await administrator.get("/desk/privacy")
    assert await administrator.post(f"/desk/privacy/requests/{row.receipt}/take_back") == 422


async def test_a_conversation_is_seen_on_paper_by_its_person(administrator, services, database, talk):
    await look(administrator, "reference", talk["reference"])
    fields = form_for(administrator, f"c:{talk['id']}")
    assert await administrator.post(BEGIN, **fields, kind="see") == 200
    (row,) = await rows_of(database)
    assert (row.state, row.conversation_id) == ("waiting", talk["id"])
    await administrator.get("/desk/privacy")
    assert row.receipt in administrator.body
    token = administrator.token
    assert await administrator.post(f"/desk/privacy/requests/{row.receipt}/print") == 200
    assert TALK_WORDS in unescape(administrator.body)
    assert await administrator.post(f"/desk/privacy/requests/{row.receipt}/done", csrf=token, outcome="done") == 303
    (row,) = await rows_of(database)
    assert (row.state, row.conversation_id) == ("done", None)
    lines = await services.staff.audit.read(AuditFilter(deed=Deed.DATA_REQUEST_STEP))
    assert [line.reason for line in lines] == ["", "print", f"begun see: {CHECKED}"]


async def test_consents_are_taken_back_at_once(administrator, database, talk):
    await look(administrator, "conversation", talk["id"])
    fields = form_for(administrator, f"c:{talk['id']}")
    assert await administrator.post(BEGIN, **fields, kind="withdraw") == 200
    (row,) = await rows_of(database)
    assert (row.state, row.receipt in administrator.body) == ("done", True)
    assert await administrator.post(BEGIN, **fields, kind="withdraw") == 422
    assert "Không có đồng ý nào" in administrator.body


async def test_each_request_about_a_petition_gets_the_laws_days(administrator, database, talk):
    await look(administrator, "contact", PHONE)
    fields = form_for(administrator, f"p:{talk['code']}")
    for kind in ("petition_see", "petition_correct", "petition_erase"):
        assert await administrator.post(BEGIN, **fields, kind=kind) == 200
    made = await rows_of(database)
    assert [(row.kind, (row.due_on - row.asked_at.astimezone(CITY_TIME).date()).days) for row in made] == [
        ("petition_see", 10),
        ("petition_correct", 10),
        ("petition_erase", 20),
    ]
    assert {(row.state, row.petition_code, row.conversation_id) for row in made} == {
        ("waiting", talk["code"], talk["id"])
    }
    assert await administrator.post(BEGIN, **fields, kind="erase", sure="on") == 422
    assert len(await rows_of(database)) == 3


async def test_only_what_this_session_has_looked_up_can_be_asked_for(administrator, enter, database, talk):
    other = await enter("khac", Role.ADMINISTRATOR, display_name="Quản Trị Khác")
    await look(other, "petition", talk["code"])
    foreign = form_for(other, f"c:{talk['id']}")
    await administrator.get(FIND)
    for fields in (foreign, {"target": f"c:{talk['id']}", "seal": "", "reason": CHECKED}, {"kind": "see"}):
        assert await administrator.post(BEGIN, **{"kind": "see", **fields}) == 422
        assert "Trang kết quả đã cũ" in administrator.body
    assert await rows_of(database) == []
    officer = await enter("canbo", Role.OFFICER, Role.REVIEWER, Role.EDITOR)
    assert await officer.get(FIND) == 403
