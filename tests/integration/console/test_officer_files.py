"""Files of officers: from the form to the citizen's machine, by a link that is good for minutes and one talk."""

from __future__ import annotations

import uuid
from urllib.parse import quote

import pytest
import pytest_asyncio

from bot.handoff.models import Asked, Officer
from bot.hub.officer_files import clean_name
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from tests.fixtures.documents import acting_pdf, pdf
from tests.integration.console.conftest import WARD

HOSTILE = '../..\\"><img src=x onerror=alert(1)>\u202egpj.exe'


@pytest.fixture
def desk_clock(clock):
    return clock


@pytest_asyncio.fixture
async def held(hub, officer, clock):
    """A talk that the officer holds: its page, and the citizen's entry."""
    await hub.handoff.presence.arrive(Officer("p-0", "Người trực", ("city",)))
    entry = await hub.hub.enter("web", None)
    await hub.hub.say(entry.conversation.id, "c1", "cần mẫu tờ khai")
    handed = await hub.ownership.ask(entry.conversation.id, Asked())
    await officer.get("/desk/queue")
    assert await officer.post(f"/desk/queue/{handed.id}/claim") == 303
    page = f"/desk/conversations/{handed.id}"
    await officer.get(page)
    return page, entry


async def put(browser, page, data, name="to-khai.pdf", upload=None):
    address = f"{browser.url}{page}/files/{upload or uuid.uuid4()}"
    headers = {"X-CSRF-Token": browser.token, "X-File-Name": quote(name)}
    async with browser.http.put(address, data=data, headers=headers, allow_redirects=False) as response:
        return response.status, await response.json() if response.content_type == "application/json" else {}


async def test_a_pdf_reaches_the_citizen_without_what_acts(officer, held, hub, services, clock, enter):
    page, entry = held
    status, kept = await put(officer, page, acting_pdf(), HOSTILE)
    assert status == 200, kept
    fields = {"key": officer.field("key"), "text": "Gửi anh/chị mẫu ạ.", "file": f"{kept['id']}|{HOSTILE}"}
    assert await officer.post(f"{page}/reply", **fields) == 303
    await officer.get(page)
    assert await officer.post(f"{page}/reply", **fields) == 303  # sent twice, it is one
    (message,) = [one for one in await hub.hub.read_on(entry.conversation.id, 0) if one.role.value == "officer"]
    (named,) = message.content["attachments"]
    assert named["kind"] == "document"
    assert named["name"] == clean_name(HOSTILE, "application/pdf")
    address = f"{officer.url}/chat/files/{named['id']}"
    headers = {"Authorization": f"Bearer {entry.token}", "Origin": officer.url}
    async with officer.http.post(address, headers=headers) as answer:
        link = officer.url + (await answer.json())["address"]
    async with officer.http.get(link) as got:
        assert got.status == 200
        data, said = await got.read(), got.headers
    assert data.startswith(b"%PDF-")
    assert b"app.alert" not in data
    assert said["Content-Disposition"].startswith('attachment; filename="tep.pdf"')
    assert "<" not in said["Content-Disposition"]
    assert said["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in said["Content-Security-Policy"]
    stranger = await hub.hub.enter("web", None)
    for token, origin, expected in ((stranger.token, officer.url, 404), ("x", officer.url, 401)):
        headers = {"Authorization": f"Bearer {token}", "Origin": origin}
        async with officer.http.post(address, headers=headers) as answer:
            assert answer.status == expected
    async with officer.http.get(link[:-2] + "xx") as got:
        assert got.status == 404
    assert await officer.get(f"{page}/photos/{message.seq}/1") == 200
    assert officer.headers["Content-Disposition"].startswith("attachment")
    assert (await services.staff.audit.read(AuditFilter(deed=Deed.PHOTO_SEEN)))[0].reason == f"{message.seq}/1"
    ward = await enter("phuong", Role.OFFICER, units=(WARD,))
    assert await ward.get(f"{page}/photos/{message.seq}/1") == 404
    clock.pass_by(minutes=6)
    async with officer.http.get(link) as got:
        assert got.status == 404


async def test_what_is_erased_opens_no_more(officer, held, hub):
    page, entry = held
    _, kept = await put(officer, page, pdf())
    assert await officer.post(f"{page}/reply", key=officer.field("key"), text="Đây ạ.", file=f"{kept['id']}|a") == 303
    link = hub.files.link(await hub.hub.conversation(entry.conversation.id), kept["id"])
    assert await hub.files.follow(link) is not None
    await hub.hub.end(entry.conversation.id)
    assert await hub.files.follow(link) is None
    assert await hub.files.open(entry.conversation.id, kept["id"]) is None


async def test_only_who_holds_the_talk_adds_files_and_bad_ones_are_said(officer, held, hub, enter):
    page, _ = held
    other = await enter("khac", Role.OFFICER)
    await other.get(page)
    assert (await put(other, page, pdf()))[0] == 403
    for data in (b"MZ\x90", b"%PDF-1.7 broken", b"<svg onload=alert(1)>"):
        status, said = await put(officer, page, data)
        assert (status, bool(said["text"])) == (422, True)
    reply = {"key": officer.field("key"), "text": "Đây ạ.", "file": "khongcotepnay|a.pdf"}
    assert await officer.post(f"{page}/reply", **reply) == 422
    assert "Tệp không còn" in officer.body
    assert "khongcotepnay|a.pdf" in officer.body


async def test_a_file_sent_twice_is_kept_once(officer, held):
    page, _ = held
    upload, data = str(uuid.uuid4()), pdf()
    assert (await put(officer, page, data, upload=upload)) == (await put(officer, page, data, upload=upload))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Tờ khai hộ tịch.pdf", "Tờ khai hộ tịch.pdf"),
        ("../../etc/passwd", "etc passwd.pdf"),
        ("a.pdf.exe", "a.pdf"),
        ("\u202eexe.pdf", "exe.pdf"),
        ("\r\nSet-Cookie: x", "Set-Cookie x.pdf"),
        ("", "tep.pdf"),
        ("...", "tep.pdf"),
        ("x" * 300, "x" * 76 + ".pdf"),
    ],
)
def test_names_are_cleaned(name, kept):
    assert clean_name(name, "application/pdf") == kept


async def test_where_a_citizen_on_zalo_is_not_reached_the_officer_reads_so_before_and_the_file_is_refused(
    officer, hub, clock
):
    await hub.handoff.presence.arrive(Officer("p-0", "Người trực", ("city",)))
    entry = await hub.hub.enter("zalo", None)
    await hub.hub.say(entry.conversation.id, "c1", "cần mẫu tờ khai")
    handed = await hub.ownership.ask(entry.conversation.id, Asked())
    page = f"/desk/conversations/{handed.id}"
    await officer.get("/desk/queue")
    assert await officer.post(f"/desk/queue/{handed.id}/claim") == 303
    await officer.get(page)
    assert "Người dân trên Zalo chưa nhận được tệp" in officer.body
    assert 'id="reply-files"' not in officer.body
    status, said = await put(officer, page, pdf())
    assert (status, said["text"].startswith("Tệp không tới được người dân")) == (422, True)
    reply = {"key": officer.field("key"), "text": "Đây ạ.", "file": "khongcotepnay|a.pdf"}
    assert await officer.post(f"{page}/reply", **reply) == 422
    assert "Tệp không tới được người dân" in officer.body
