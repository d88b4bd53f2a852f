"""Talks with the assistant in two browsers: read along, look at an answer before it goes, step in, give back."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest
from chat import messages, open_chat, say
from playwright.sync_api import expect
from sqlalchemy import select
from test_console import SIZES, Desk, enter, faults_of
from test_desk_talk import picture

from bot.approval.rows import keep_answer
from bot.hub.tables import CONVERSATION
from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.staff.models import Feature
from bot.staff.switches import Switches
from bot.store.engine import Database, make_engine
from tests.fixtures.documents import acting_pdf

QUESTION = "Tôi là Nguyễn Văn An, hỏi khai sinh cho cháu"
ANSWER = "Anh/chị mang giấy chứng sinh tới phường, làm trong ngày ạ."


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    found = Desk(tmp_path_factory.mktemp("talks"))
    in_store(found, lambda database, clock: Switches(lambda: database, clock).set(*OFF))  # so that no clock lets go
    yield found
    found.close()


OFF = (Feature.ASSISTANT, True, "Trợ lý tạm nghỉ ít phút ạ.", "để câu trả lời chờ duyệt", "Quản trị viên")


def in_store(desk: Desk, work) -> None:
    """Run something on the desk's database; Playwright's own loop runs in this thread."""

    async def run():
        database = Database(make_engine(Settings.from_env(desk.environment).database_url))
        await work(database, SystemClock())
        database.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()


def hold(desk: Desk, text: str = ANSWER) -> None:
    """Have an answer wait in the newest conversation."""

    async def work(database, clock):
        def write(connection):
            newest = select(CONVERSATION).order_by(CONVERSATION.c.created_at.desc()).limit(1)
            one, now = connection.execute(newest).one(), clock.now()
            drafts = [{"content": {"text": text}, "payloads": [], "effects": {}}]
            due = now + timedelta(minutes=5)
            keep_answer(connection, one.id, 1, one.ownership, one.unit, drafts, now, due)

        await database.write(write)

    in_store(desk, work)


def citizen(open_context, desk: Desk, text: str = QUESTION):
    page = open_context().new_page()
    page.goto(desk.url)
    open_chat(page)
    say(page, text)
    expect(messages(page, "citizen")).to_have_count(1)
    expect(page.locator("mot-cua-chat .message.waiting")).to_have_count(0)  # the hub has it: it is the newest talk
    return page


def test_an_answer_is_looked_at_by_keyboard_and_then_the_officer_steps_in(open_context, desk):
    officer = open_context().new_page()
    enter(officer, desk, "mau.canbo")
    officer.goto(f"{desk.url}/desk/talks")
    person = citizen(open_context, desk)
    row = officer.locator("[data-row]").first
    expect(row).to_contain_text("•••")  # without a reload, and without the name
    hold(desk)
    expect(officer.locator("#talk-count")).to_have_text("1 chờ duyệt")
    row.focus()
    officer.keyboard.press("Enter")
    expect(officer.locator(".held")).to_contain_text(ANSWER)
    officer.get_by_role("button", name="Duyệt và gửi").press("Enter")
    expect(messages(person, "assistant")).to_have_text([ANSWER])
    expect(officer.locator("#transcript")).to_contain_text("cán bộ đã duyệt")
    expect(officer.locator("#talk-count")).to_be_empty()
    say(person, "Còn lệ phí ạ?")
    expect(officer.locator("#transcript .line.citizen")).to_have_count(2)
    officer.get_by_text("Vào cuộc trò chuyện").press("Enter")
    officer.get_by_label("Lý do", exact=True).fill("Người dân cần biết lệ phí")
    officer.keyboard.press("Enter")
    expect(officer.get_by_label("Trả lời người dân")).to_be_visible()
    expect(person.locator("mot-cua-chat")).to_contain_text("Cán bộ Mẫu")
    officer.wait_for_load_state()
    officer.get_by_label("Trả lời người dân").fill("Không mất phí ạ.")
    officer.keyboard.press("Control+Enter")
    expect(messages(person, "officer")).to_have_text(["Không mất phí ạ."])
    officer.get_by_text("Trả cho trợ lý", exact=True).first.click()
    officer.locator("#step-give_back").get_by_role("button", name="Trả cho trợ lý").click()
    expect(person.locator("mot-cua-chat")).to_contain_text("chuyển lại cho trợ lý")


def test_what_an_officer_types_is_kept_while_the_answer_changes(open_context, desk):
    officer = open_context().new_page()
    enter(officer, desk, "mau.canbo")
    person = citizen(open_context, desk)
    hold(desk)
    officer.goto(f"{desk.url}/desk/talks")
    officer.locator("[data-row]").first.click()
    officer.get_by_role("button", name="Đưa vào ô sửa").click()
    field = officer.get_by_label("Lời gửi người dân")
    expect(field).to_have_value(ANSWER)
    field.fill("Mang giấy chứng sinh và căn cước ạ.")
    say(person, "alo")
    expect(officer.locator("#transcript .line.citizen")).to_have_count(2)
    expect(field).to_have_value("Mang giấy chứng sinh và căn cước ạ.")
    field.press("Control+Enter")
    expect(messages(person, "officer")).to_have_text(["Mang giấy chứng sinh và căn cước ạ."])
    expect(officer.locator(".held")).to_have_count(0)


def test_a_file_is_added_sent_and_downloaded(open_context, desk):
    officer = open_context().new_page()
    enter(officer, desk, "mau.canbo")
    person = citizen(open_context, desk)
    officer.goto(f"{desk.url}/desk/talks")
    officer.locator("[data-row]").first.click()
    officer.get_by_text("Vào cuộc trò chuyện").click()
    officer.get_by_label("Lý do", exact=True).fill("Gửi mẫu tờ khai")
    officer.get_by_role("button", name="Vào trả lời").click()
    box = officer.get_by_label("Tệp kèm theo")
    box.set_input_files({"name": "xấu.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload=alert(1)>"})
    expect(officer.locator("#files")).to_contain_text("Chỉ nhận PDF, JPG, PNG")
    officer.get_by_role("button", name="Bỏ tệp xấu.svg").press("Enter")
    box.set_input_files({"name": "Tờ khai <b>.pdf", "mimeType": "application/pdf", "buffer": acting_pdf()})
    expect(officer.locator("#files input")).to_have_count(1)
    expect(officer.locator("#files")).to_contain_text("Tờ khai b.pdf")
    assert faults_of(officer) == []
    officer.get_by_label("Trả lời người dân").fill("Tôi gửi anh/chị mẫu ạ.")
    officer.keyboard.press("Control+Enter")
    expect(officer.locator("#files li")).to_have_count(0)
    link = person.get_by_role("button", name="Tải tệp Tờ khai b.pdf")
    with person.expect_download() as coming:
        link.press("Enter")
    assert coming.value.suggested_filename == "Tờ khai b.pdf"


def test_a_mention_is_counted_without_a_reload(open_context, desk):
    named = open_context().new_page()
    enter(named, desk)
    named.goto(f"{desk.url}/desk/people")
    expect(named.locator("#mention-count")).to_be_empty()
    officer = open_context().new_page()
    enter(officer, desk, "mau.canbo")
    citizen(open_context, desk)
    officer.goto(f"{desk.url}/desk/talks")
    officer.locator("[data-row]").first.click()
    officer.get_by_text("Vào cuộc trò chuyện").click()
    officer.get_by_label("Lý do", exact=True).fill("Hỏi quản trị viên")
    officer.get_by_role("button", name="Vào trả lời").click()
    officer.get_by_text("Thêm ghi chú").click()
    officer.get_by_label("Ghi chú; gõ @").fill("@mau.quantri xem giúp ạ")
    officer.get_by_role("button", name="Lưu ghi chú").click()
    expect(named.locator("#mention-count")).to_have_text("1 mới")
    assert faults_of(named) == []
    named.get_by_role("link", name="Nhắc tôi").press("Enter")
    row = named.get_by_role("link", name="xem giúp ạ")
    expect(row).to_be_visible()
    assert faults_of(named) == []
    row.press("Enter")
    expect(named.locator("#transcript")).to_be_visible()
    expect(named.locator("#mention-count")).to_be_empty()


@pytest.mark.parametrize("size", list(SIZES))
def test_the_pages_keep_the_rules_and_fit(open_context, desk, size, tmp_path):
    page = open_context(viewport=SIZES[size]).new_page()
    enter(page, desk)
    citizen(open_context, desk)
    hold(desk)
    page.goto(f"{desk.url}/desk/talks")
    talk = page.locator("[data-row]").first.get_attribute("href")
    pages = (("/desk/talks", "talks"), (talk, "talk"), ("/desk/approval", "approval"), ("/desk/mentions", "mentions"))
    for address, name in pages:
        page.goto(f"{desk.url}{address}")
        for part in page.locator("main details").all():
            part.evaluate("part => { part.open = true }")
        assert faults_of(page) == [], name
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide"
        picture(page, f"{name}-{size}", tmp_path)
