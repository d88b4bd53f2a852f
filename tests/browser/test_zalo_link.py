"""The web's half of linking with Zalo: the menu, the code and its steps, and the way back."""

from __future__ import annotations

import pytest
from chat import ask, button, log, open_chat, say, until
from fake_hub import FakeHub
from playwright.sync_api import Page, expect

GIVEN = {
    "title": "Nhận tin qua Zalo",
    "code": "K7TM-4RXD",
    "steps": ["Mở Zalo.", "Nhắn mã này: K7TM-4RXD", "Bấm “Đồng ý”."],
    "text": "Mã dùng một lần, trong 10 phút.",
}


@pytest.fixture
def linkable(hub: FakeHub) -> FakeHub:
    hub.zalo, hub.link = False, GIVEN
    return hub


def choose(page: Page, name: str) -> None:
    button(page, "Tuỳ chọn").click()
    button(page, name).click()


def test_without_zalo_the_menu_has_no_such_choice(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "xin chào")
    button(page, "Tuỳ chọn").click()
    expect(button(page, "In cuộc trò chuyện")).to_be_visible()
    expect(button(page, "Nhận tin qua Zalo")).to_be_hidden()
    expect(button(page, "Bỏ liên kết Zalo")).to_be_hidden()


def test_a_code_is_shown_with_its_steps_and_nothing_of_it_stays(page: Page, linkable: FakeHub):
    open_chat(page)
    ask(page, "xin chào")
    choose(page, "Nhận tin qua Zalo")
    dialog = page.get_by_role("dialog", name="Nhận tin qua Zalo")
    expect(dialog.locator(".code")).to_have_text("K7TM-4RXD")
    expect(dialog.get_by_role("listitem")).to_have_count(3)
    expect(dialog).to_contain_text("Mã dùng một lần")
    dialog.get_by_role("button", name="Chép").click()
    expect(dialog.get_by_role("button", name="Đã chép")).to_be_visible()
    dialog.get_by_role("button", name="Đóng").click()
    expect(dialog).to_be_hidden()
    kept = "document.querySelector('mot-cua-chat').shadowRoot.textContent + JSON.stringify(sessionStorage)"
    until(page, lambda: "K7TM" not in page.evaluate(kept))  # it goes when the page is told that the dialog has closed


def test_the_dialog_closes_when_it_is_linked_and_the_menu_leads_back(page: Page, linkable: FakeHub):
    open_chat(page)
    ask(page, "xin chào")
    choose(page, "Nhận tin qua Zalo")
    dialog = page.get_by_role("dialog", name="Nhận tin qua Zalo")
    expect(dialog.locator(".code")).to_be_visible()
    linkable.push("Đã liên kết với một tài khoản Zalo.", role="system", zalo_linked=True)
    expect(dialog).to_be_hidden()
    choose(page, "Bỏ liên kết Zalo")
    expect(log(page)).to_contain_text("Trả lời: Bỏ liên kết Zalo")  # the hub has it
    assert linkable.received("say")[-1]["text"] == "Bỏ liên kết Zalo"
    linkable.push("Đã bỏ liên kết với Zalo.", role="system", zalo_linked=False)
    expect(page.locator(".message.system").last).to_contain_text("Đã bỏ liên kết")
    button(page, "Tuỳ chọn").click()
    expect(button(page, "Nhận tin qua Zalo")).to_be_visible()


def test_a_page_that_comes_back_is_told_how_it_stands(page: Page, linkable: FakeHub):
    open_chat(page)
    ask(page, "xin chào")
    linkable.push("Đã liên kết với một tài khoản Zalo.", role="system", zalo_linked=True)
    expect(page.locator(".message.system").last).to_contain_text("Đã liên kết")
    page.reload()  # parted meanwhile, on Zalo's side erased: no message tells it
    expect(page.locator(".message.system").last).to_contain_text("Đã liên kết")
    button(page, "Tuỳ chọn").click()
    expect(button(page, "Nhận tin qua Zalo")).to_be_visible()


def test_why_there_is_no_code_is_said(page: Page, linkable: FakeHub):
    open_chat(page)
    ask(page, "xin chào")
    linkable.link = {"title": "Nhận tin qua Zalo", "text": "Anh/chị lấy mã mới sau 14:05 giúp tôi."}
    choose(page, "Nhận tin qua Zalo")
    dialog = page.get_by_role("dialog", name="Nhận tin qua Zalo")
    expect(dialog).to_contain_text("sau 14:05")
    expect(dialog.locator(".code")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    linkable.stop()
    choose(page, "Nhận tin qua Zalo")
    expect(dialog).to_contain_text("Chưa lấy được mã do mất kết nối.")
    dialog.get_by_role("button", name="Đóng").click()
    linkable.start()
    say(page, "còn đó không")
