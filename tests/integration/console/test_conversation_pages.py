"""Handed-over conversations in the console: whose they are, every step, what is masked, what is sent once."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.console.app import routes
from bot.handoff.models import Asked, Officer, RequestState, Summary
from bot.hub.models import Role as Said
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from bot.zalo.tables import OUTBOX, PERSON
from knowledge.models import Origin
from knowledge.store import CatalogueStore
from tests.fixtures.small_catalogue import small_records
from tests.integration.console.conftest import WARD

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}'
ANSWER = "Anh/chị mang giấy chứng sinh tới phường, làm trong ngày ạ."


@pytest.fixture
def desk_clock(clock):
    return clock


@pytest.fixture
def wait(hub):
    """A citizen who waits for an officer of a unit; the request."""

    async def begin(text="Tôi muốn hỏi khai sinh cho cháu", unit="city", **summary):
        await hub.handoff.presence.arrive(Officer("p-0", "Người trực", (unit,)))
        entry = await hub.hub.enter("web", None)
        await hub.hub.say(entry.conversation.id, "c1", text)
        asked = Asked(unit=unit, summary=Summary(asked=text, **summary))
        return await hub.ownership.ask(entry.conversation.id, asked)

    return begin


async def here(browser):
    await browser.get("/desk/queue")
    assert await browser.post("/desk/presence", here="yes") == 303


async def held(browser, handed):
    await browser.get("/desk/queue")
    assert await browser.post(f"/desk/queue/{handed.id}/claim") == 303
    await browser.get(f"/desk/conversations/{handed.id}")
    return f"/desk/conversations/{handed.id}"


async def texts(hub, handed, role):
    found = await hub.transcripts.newest(handed.conversation_id)
    return [one.content["text"] for one in found if one.role is role]


async def test_the_queue_shows_ones_units_and_how_long_they_wait(officer, ward, other_ward, wait, clock):
    handed = await wait(unit=WARD, procedure_title="Đăng ký khai sinh")
    clock.pass_by(minutes=7)
    for browser, sees in ((ward, True), (officer, True), (other_ward, False)):
        assert await browser.get("/desk/queue") == 200
        assert (handed.id in browser.body) == sees
    assert "chờ 7 phút, sắp lâu" in ward.body
    assert "Đăng ký khai sinh" in ward.body
    assert "Không có ai đang chờ" in other_ward.body
    clock.pass_by(minutes=5)
    await ward.get("/desk/queue")
    assert 'class="clock late">chờ 12 phút, quá lâu' in ward.body
    await ward.get("/desk/queue?show=mine&order=newest_first")
    assert handed.id not in ward.body


async def test_of_two_officers_one_takes_it_and_the_other_is_told_what_to_do(officer, administrator, wait, hub):
    handed = await wait()
    page = await held(officer, handed)
    assert "Nguyễn canbo" in officer.body
    await administrator.get("/desk/queue")
    assert await administrator.post(f"/desk/queue/{handed.id}/claim") == 422
    assert "Đồng nghiệp đã nhận" in administrator.body
    assert await administrator.get(page) == 200
    assert 'id="composer" class="composer"' not in administrator.body
    assert any("Nguyễn canbo" in text for text in await texts(hub, handed, Said.SYSTEM))


async def test_a_reply_sent_twice_is_stored_once_and_told_as_stored(officer, wait, hub):
    handed = await wait()
    page = await held(officer, handed)
    fields = {"csrf": officer.token, "key": officer.field("key"), "text": ANSWER}

    async def send():
        async with officer.http.post(f"{officer.url}{page}/reply", data=fields, allow_redirects=False) as said:
            return said.status

    assert await asyncio.gather(*(send() for _ in range(5))) == [303] * 5
    assert await texts(hub, handed, Said.OFFICER) == [ANSWER]
    await officer.get(page)
    assert "chưa tới máy người dân" in officer.body
    await hub.hub.delivered(handed.conversation_id, (await hub.transcripts.find(handed.conversation_id)).last_seq)
    await officer.get(page)
    assert "đã tới máy người dân" in officer.body


@pytest.mark.parametrize(
    ("text", "said"), [(" ", "Chưa có nội dung"), ("Hẹn anh/chị <ngày hẹn>", "còn chỗ trống"), ("x" * 4001, "quá 4000")]
)
async def test_what_is_wrong_with_a_reply_is_said_and_it_is_kept(officer, wait, hub, text, said):
    page = await held(officer, handed := await wait())
    assert await officer.post(f"{page}/reply", key=officer.field("key"), text=text) == 422
    assert said in officer.body
    assert text.strip()[:40].replace("<", "&lt;").replace(">", "&gt;") in officer.body
    assert await texts(hub, handed, Said.OFFICER) == []


async def test_every_step_from_claim_to_reopen(officer, administrator, wait, hub, clock, services):
    handed = await wait()
    await here(administrator)
    page = await held(officer, handed)
    assert await officer.post(f"{page}/note", text="Hỏi @quantri giúp, @khongco nữa") == 303
    admin = await services.staff.people.find("quantri")
    assert [note.mentions for note in await hub.ownership.queue.notes(handed.id)] == [(admin.id,)]
    await officer.get(page)
    assert "Hỏi @quantri giúp" in officer.body
    assert await officer.post(f"{page}/snooze", until="1h") == 303
    assert (await hub.ownership.queue.get(handed.id)).snoozed_until == clock.now() + timedelta(hours=1)
    await officer.get(page)
    assert await officer.post(f"{page}/snooze", until="1000h") == 422
    assert "trong tương lai" in officer.body
    assert await officer.post(f"{page}/offer", to=admin.id, reason="rành hơn") == 303
    await administrator.get("/desk/queue")
    assert "mời anh/chị tiếp nhận" in administrator.body
    await administrator.get(page)
    assert await administrator.post(f"{page}/decline") == 303
    await officer.get(page)
    assert await officer.post(f"{page}/offer", to=admin.id) == 303
    await administrator.get(page)
    assert await administrator.post(f"{page}/accept") == 303
    await officer.get(page)
    assert await officer.post(f"{page}/reply", key="", text=ANSWER) == 422
    assert ANSWER in officer.body  # what was typed is not lost with the talk
    await administrator.get(page)
    assert await administrator.post(f"{page}/release", reason="") == 422
    assert await administrator.post(f"{page}/release", reason="Hết ca") == 303
    assert (await hub.ownership.queue.get(handed.id)).state is RequestState.WAITING
    assert await officer.post(f"{page}/claim") == 303
    await officer.get(page)
    assert await officer.post(f"{page}/close", outcome="erased", reason="x") == 422
    assert await officer.post(f"{page}/close", outcome="answered", reason="Đã hướng dẫn") == 303
    await officer.get(page)
    assert "Đã hướng dẫn" in officer.body
    assert await officer.post(f"{page}/reopen") == 303
    await officer.get(page)
    assert await officer.post(f"{page}/give_back") == 303
    steps = await services.staff.audit.read(AuditFilter(deed=Deed.CONVERSATION_STEP, about=handed.id))
    done = "note snooze offer decline offer accept release claim close reopen give_back"
    assert [row.reason for row in steps][::-1] == ["claim", *done.split()]


async def test_an_offer_shows_how_long_it_holds_and_lapses(officer, administrator, wait, clock, services):
    handed = await wait()
    await here(administrator)
    page = await held(officer, handed)
    admin = await services.staff.people.find("quantri")
    assert await officer.post(f"{page}/offer", to=admin.id) == 303
    clock.pass_by(seconds=30)
    await administrator.get(page)
    assert 'data-countdown="90"' in administrator.body
    clock.pass_by(seconds=95)
    assert await administrator.post(f"{page}/accept") == 422
    assert "không còn hiệu lực" in administrator.body


async def test_no_address_of_a_conversation_opens_to_another_unit(other_ward, ward, wait, hub):
    """Every route that names a conversation, those that come later included."""
    handed = await wait(unit=WARD)
    await held(ward, handed)
    await other_ward.get("/desk/account")
    walked = 0
    for route in routes():
        if not route.path.startswith(("/conversations/{id}", "/queue/{id}")):
            continue
        path = re.sub(r"\{(seq|place):[^/]*\}+(?=/|$)", "1", route.path.replace("{id}", handed.id))
        steps = ["reply", "close", "note", "accept", "claim"] if "{step" in path else [""]
        for step in steps:
            address = "/desk" + re.sub(r"\{step:[^}]*\}", step, path)
            fields = {"text": "x", "reason": "không được xem đâu", "outcome": "answered", "key": ""}
            post = other_ward.post(address, **fields) if route.method == "POST" else other_ward.get(address)
            csrf = other_ward.token
            assert await post == 404, address
            if not other_ward.token:
                await other_ward.get("/desk/account")
            assert csrf or route.method == "GET"
            walked += 1
    assert walked >= 12
    assert await texts(hub, handed, Said.OFFICER) == []
    assert await ward.get(f"/desk/conversations/{handed.id}/messages?after=0") == 200


async def test_what_is_personal_is_masked_until_a_reason_is_given(officer, wait, services, hub, rasa):
    rasa.always = [{"text": "Dạ."}]  # not the citizen's words again
    handed = await wait("Tôi tên Nguyễn Văn An, sinh 01/02/1990, hồ sơ H29.26.2-251112-0034")
    page = await held(officer, handed)
    transcript = officer.body.split('id="transcript"')[1].split("</section>")[0]
    assert "Nguyễn Văn An" not in transcript
    assert "01/02/1990" not in transcript
    assert "H29.26.2-251112-0034" in transcript
    assert "có phần bị che" in transcript
    assert await officer.post(f"{page}/unmask", reason="xem") == 422
    assert await officer.post(f"{page}/unmask", reason="Cần gửi lại biểu mẫu cho người dân") == 200
    assert "Nguyễn Văn An" in officer.body
    rows = await services.staff.audit.read(AuditFilter(deed=Deed.CONVERSATION_UNMASKED))
    assert [(row.about, row.reason) for row in rows] == [(handed.id, "Cần gửi lại biểu mẫu cho người dân")]
    assert len(await services.staff.audit.read(AuditFilter(deed=Deed.CONVERSATION_SEEN, about=handed.id))) == 1


async def test_hostile_words_and_names_stay_words(wait, enter, hub):
    browser = await enter("lanh", Role.OFFICER, display_name="<b>Lan</b>'\"")
    handed = await wait(HOSTILE, procedure_title=HOSTILE, place=HOSTILE)
    page = await held(browser, handed)
    assert await browser.post(f"{page}/note", text=HOSTILE) == 303
    await browser.get(page)
    assert await browser.post(f"{page}/reply", key=browser.field("key"), text="<img src=x onerror=alert(3)> ạ") == 422
    for address in (page, "/desk/queue?show=mine", f"{page}/messages"):
        await browser.get(address)
        assert "<script>alert(1)" not in browser.body
        assert "<img src=x" not in browser.body
        assert "<b>Lan" not in browser.body
        assert "{{ 7*7 }}" in browser.body or "49" not in browser.body


async def test_the_transcript_goes_on_from_the_last_line_that_is_on_the_page(officer, wait, hub):
    handed = await wait()
    page = await held(officer, handed)
    last = (await hub.transcripts.find(handed.conversation_id)).last_seq
    await hub.hub.say(handed.conversation_id, "c2", "Tôi còn một câu nữa")
    await officer.get(f"{page}/messages?after={last}")
    assert re.findall(r'data-seq="(\d+)"', officer.body) == [str(last + 1)]
    assert "Tôi còn một câu nữa" in officer.body
    await officer.get(f"{page}/messages?after=rubbish")
    assert re.findall(r'data-seq="(\d+)"', officer.body) == [str(seq) for seq in range(1, last + 2)]


async def test_one_question_brings_new_lines_the_state_and_the_notes(officer, wait, hub):
    handed = await wait()
    page = await held(officer, handed)
    state, notes = ('<div id="state" hx-swap-oob="true">', '<div id="notes" hx-swap-oob="true">')
    assert "hx-swap-oob" not in officer.body  # the page itself has them in their places
    assert len(re.findall(rf'data-live="conversation:{handed.conversation_id}', officer.body)) == 1
    last = (await hub.transcripts.find(handed.conversation_id)).last_seq
    assert await officer.post(f"{page}/note", text="Đã gọi phường, chờ trả lời @linh") == 303
    await officer.get(page)
    assert await officer.post(f"{page}/reply", key=officer.field("key"), text=ANSWER) == 303
    await officer.get(f"{page}/messages?after={last}")
    lines, state_on, notes_on = re.split(f"{state}|{notes}", officer.body)
    assert ANSWER in lines
    assert "data-seq" not in state_on + notes_on
    assert "chưa tới máy người dân" in state_on
    assert "Đã gọi phường" in notes_on
    assert "<textarea" not in officer.body  # nothing that is typed into is replaced
    assert "<form" not in officer.body


async def test_an_erased_conversation_says_so(officer, wait, hub):
    handed = await wait()
    page = await held(officer, handed)
    await hub.hub.end(handed.conversation_id)
    assert await officer.get(page) == 200
    assert "Người dân đã xóa" in officer.body
    assert "khai sinh cho cháu" not in officer.body


async def test_presence_needs_a_reason_to_leave(officer, hub, services):
    person = await services.staff.people.find("canbo")
    await here(officer)
    assert (await hub.handoff.presence.of(person.id)).here
    await officer.get("/desk/queue")
    assert await officer.post("/desk/presence", here="no", reason=" ") == 422
    assert await officer.post("/desk/presence", here="no", reason="Họp") == 303
    sign = await hub.handoff.presence.of(person.id)
    assert (sign.here, sign.reason) == (False, "Họp")


async def test_the_catalogue_answers_the_citizens_last_question_with_its_source(officer, wait, settings, monkeypatch):
    # Learning from thousands of messages what is asked for takes seconds; here a procedure is looked for.
    monkeypatch.setattr("knowledge.search.index.read_fact_questions", lambda: [])
    store = CatalogueStore(settings.catalogue.catalogue_url)
    store.create()
    store.write(small_records(), Origin.CURATED)
    handed = await wait("Dạ cho em hỏi đăng ký nuôi chim bồ câu cần giấy tờ gì ạ")
    page = await held(officer, handed)
    assert await officer.get(f"{page}/suggestions") == 200
    assert "Đăng ký nuôi chim bồ câu" in officer.body
    assert "9.000008" in officer.body
    assert 'data-into="reply-text"' in officer.body
    await officer.get(f"{page}/suggestions?words=đăng ký đua ghe ngo")
    assert "9.000021" in officer.body
    await officer.get(f"{page}/suggestions?words=zzzz qqqq")
    assert "Không thấy thủ tục nào" in officer.body


async def test_who_is_no_officer_sees_no_conversation(enter, wait):
    handed = await wait()
    editor = await enter("bientap", Role.EDITOR)
    for address in ("/desk/queue", f"/desk/conversations/{handed.id}"):
        assert await editor.get(address) == 403


@pytest.mark.parametrize(
    ("silent", "said"), [(1, "miễn phí tới"), (60, "quá 48 giờ"), (24 * 8, "quá 7 ngày người dân không nhắn")]
)
async def test_the_window_of_zalo_and_what_did_not_go_out_are_seen(officer, hub, clock, silent, said):
    await hub.handoff.presence.arrive(Officer("p-0", "Người trực", ("city",)))
    entry = await hub.hub.enter("zalo", None)
    await hub.hub.say(entry.conversation.id, "c1", "Tôi cần gặp cán bộ")
    handed = await hub.ownership.ask(entry.conversation.id, Asked(unit="city", summary=Summary(asked="gặp cán bộ")))
    now = clock.now()
    person = {"user_id": "7", "conversation_id": entry.conversation.id, "queued_seq": 1}
    message = {"user_id": "7", "conversation_id": entry.conversation.id, "part": 0, "made_at": now, "due_at": now}

    def store(connection):
        connection.execute(insert(PERSON).values(**person, interacted_at=now - timedelta(hours=silent)))
        connection.execute(insert(OUTBOX).values(**message, seq=2, state="held"))
        connection.execute(insert(OUTBOX).values(**message, seq=3, state="given_up", code=-213))

    await hub.database.write(store)
    await here(officer)
    await officer.get(f"/desk/conversations/{handed.id}")
    assert said in officer.body
    assert "1 tin đang giữ" in officer.body
    assert "1 tin không gửi được" in officer.body


async def test_a_talk_on_the_web_has_no_window(officer, wait):
    handed = await wait()
    await here(officer)
    await officer.get(f"/desk/conversations/{handed.id}")
    assert 'id="window"' not in officer.body
