"""An officer and a citizen in two browsers, through the real hub: the queue, the talk, nothing lost, seven tabs."""

from __future__ import annotations

import asyncio
import os
import threading
from datetime import time

import pytest
from chat import messages, open_chat, say
from playwright.sync_api import Page, expect
from sqlalchemy import select
from test_console import SIZES, Desk, check_page, enter, faults_of

from bot.handoff.models import Asked, Summary
from bot.handoff.queue import Queue
from bot.handoff.shifts import Hours, Shifts, Span
from bot.hub.delivery import LocalDelivery
from bot.hub.ownership import Ownership
from bot.hub.tables import CONVERSATION
from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.store.engine import Database, make_engine
from knowledge.working_days import load_calendar

QUESTION = "Tôi muốn hỏi khai sinh cho cháu"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    found = Desk(tmp_path_factory.mktemp("talk"))
    yield found
    found.close()


def put_in_queue(desk: Desk, question: str = QUESTION) -> str:
    """Have the newest conversation wait for the support team, whatever the hour; its request's id."""
    clock, found = SystemClock(), []
    always = Shifts(Hours(tuple(range(7)), (Span(time(0), time(23, 59, 59)),)), {}, load_calendar())

    async def work():
        database = Database(make_engine(Settings.from_env(desk.environment).database_url))
        ownership = Ownership(lambda: database, clock, Queue(lambda: database, clock, always), LocalDelivery())
        newest = select(CONVERSATION.c.id).order_by(CONVERSATION.c.created_at.desc()).limit(1)
        conversation = await database.run(lambda connection: connection.execute(newest).scalar_one())
        summary = Summary(asked=question, procedure_title="Đăng ký khai sinh")
        found.append(await ownership.ask(conversation, Asked(summary=summary)))
        database.close()

    thread = threading.Thread(target=lambda: asyncio.run(work()))  # Playwright's own loop runs in this thread
    thread.start()
    thread.join()
    assert found[0] is not None, "nobody is on duty"
    return found[0].id


def on_duty(page: Page, desk: Desk) -> Page:
    enter(page, desk, "mau.canbo")
    page.goto(f"{desk.url}/desk/queue")
    if page.get_by_role("button", name="Bắt đầu trực").is_visible():
        page.get_by_role("button", name="Bắt đầu trực").click()
    expect(page.get_by_role("button", name="Tạm nghỉ")).to_be_visible()
    return page


def citizen(open_context, desk: Desk, text: str = QUESTION) -> Page:
    page = open_context().new_page()
    page.goto(desk.url)
    open_chat(page)
    say(page, text)
    expect(messages(page, "citizen")).to_have_count(1)
    expect(page.locator("mot-cua-chat .message.waiting")).to_have_count(0)  # the hub has it: it is the newest talk
    return page


def picture(page: Page, name: str, tmp_path) -> None:
    folder = os.environ.get("MOTCUA_PICTURES") or str(tmp_path)
    page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_from_the_queue_to_the_end_of_a_talk(open_context, desk, tmp_path):
    officer = on_duty(open_context().new_page(), desk)
    officer.goto(f"{desk.url}/desk/replies/new")
    officer.get_by_label("Tên tắt").fill("chao")
    officer.get_by_label("Tên mẫu").fill("Lời chào")
    officer.get_by_label("Nội dung gửi người dân").fill("Chào anh/chị, hẹn gặp <giờ hẹn> ạ.")
    officer.get_by_role("button", name="Lưu").click()
    officer.goto(f"{desk.url}/desk/queue")
    expect(officer.locator("#queue")).to_contain_text("Không có ai đang chờ")
    person = citizen(open_context, desk)
    put_in_queue(desk)
    row = officer.get_by_role("link", name="Đăng ký khai sinh")
    expect(row).to_be_visible()  # without a reload
    picture(officer, "queue-laptop-light", tmp_path)
    assert faults_of(officer) == []
    row.focus()
    officer.keyboard.press("n")
    expect(officer.locator("#transcript")).to_contain_text(QUESTION)
    expect(person.locator("mot-cua-chat")).to_contain_text("Cán bộ Mẫu")
    officer.wait_for_load_state()  # keys mean nothing before the scripts are there
    reply = officer.get_by_label("Trả lời người dân")
    reply.press_sequentially("/ch")
    expect(officer.get_by_role("option", name="/chao")).to_be_visible()
    assert faults_of(officer) == []
    officer.keyboard.press("Enter")
    expect(reply).to_have_value("Chào anh/chị, hẹn gặp <giờ hẹn> ạ.")
    officer.keyboard.type("8 giờ sáng mai")  # the blank is chosen, and typed over
    officer.keyboard.press("Control+Enter")
    expect(messages(person, "officer")).to_have_text(["Chào anh/chị, hẹn gặp 8 giờ sáng mai ạ."])
    expect(officer.locator("#transcript .line.officer")).to_have_count(1)
    expect(reply).to_have_value("")
    expect(officer.locator("#state")).to_contain_text("đã tới máy người dân")
    say(person, HOSTILE)
    expect(officer.locator("#transcript .line.citizen").last).to_contain_text("onerror=alert(1)")
    officer.reload()
    say(person, "Còn lệ phí thì sao ạ?")
    expect(officer.locator("#transcript .line.citizen")).to_have_count(3)
    picture(officer, "conversation-laptop-light", tmp_path)
    officer.locator("#step-close summary").click()
    officer.get_by_label("Kết quả").select_option(label="Đã trả lời")
    officer.get_by_label("Ghi ngắn đã làm gì").fill("Đã hướng dẫn giờ hẹn")
    officer.locator("#step-close").get_by_role("button", name="Kết thúc").click()
    expect(officer.locator("#state")).to_contain_text("Đã hướng dẫn giờ hẹn")
    expect(person.locator("mot-cua-chat")).to_contain_text("Cán bộ đã kết thúc")


def test_what_is_said_while_the_citizen_is_away_arrives_once_and_in_order(open_context, desk):
    officer = on_duty(open_context().new_page(), desk)
    person = citizen(open_context, desk)
    request = put_in_queue(desk)
    officer.goto(f"{desk.url}/desk/conversations/{request}")
    officer.get_by_role("button", name="Nhận", exact=True).click()
    expect(officer.get_by_label("Trả lời người dân")).to_be_visible()
    person.goto("about:blank")  # away; the tab's session stays
    for number in range(1, 4):
        officer.get_by_label("Trả lời người dân").fill(f"Câu {number}")
        officer.get_by_role("button", name="Gửi").click()
        expect(officer.locator("#transcript .line.officer")).to_have_count(number)
        expect(officer.get_by_label("Trả lời người dân")).to_have_value("")
    expect(officer.locator("#state")).to_contain_text("chưa tới máy người dân")
    person.goto(desk.url)
    expect(messages(person, "officer")).to_have_text(["Câu 1", "Câu 2", "Câu 3"])


def test_eight_tabs_share_one_stream_and_all_stay_live(open_context, desk):
    context = open_context()
    first = on_duty(context.new_page(), desk)
    tabs = [first]
    for _ in range(7):
        tab = context.new_page()
        tab.goto(f"{desk.url}/desk/queue")
        tabs.append(tab)
    citizen(open_context, desk, "Câu của tám thẻ")
    request = put_in_queue(desk, "Câu của tám thẻ")
    for tab in tabs:
        expect(tab.locator(f"#row-{request}")).to_be_visible()


@pytest.mark.parametrize("size", list(SIZES))
def test_the_desks_pages_keep_the_rules_and_fit(open_context, desk, size):
    officer = on_duty(open_context(viewport=SIZES[size]).new_page(), desk)
    citizen(open_context, desk)
    request = put_in_queue(desk)
    officer.goto(f"{desk.url}/desk/conversations/{request}")
    officer.get_by_role("button", name="Nhận", exact=True).click()
    expect(officer.get_by_label("Trả lời người dân")).to_be_visible()
    reviewer = open_context(viewport=SIZES[size]).new_page()
    enter(reviewer, desk)
    own = (f"conversations/{request}", "queue?show=all", "replies", "replies/new", "referrals", "search?words=khai")
    for page, addresses in ((officer, own), (reviewer, ("review", "review/unanswered", "review/examples"))):
        for address in addresses:
            page.goto(f"{desk.url}/desk/{address}")
            check_page(page, address.partition("?")[0].replace("/", "-").replace(request, "one"), size)
