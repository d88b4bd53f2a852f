"""One's own data from the widget's menu: it is asked for as if it had been typed."""

from __future__ import annotations

from chat import ask, button, messages, open_chat
from fake_hub import FakeHub
from playwright.sync_api import Page, expect


def test_the_menu_asks_for_ones_own_data(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "xin chào")
    button(page, "Tuỳ chọn").click()
    button(page, "Dữ liệu của tôi").click()
    expect(button(page, "In cuộc trò chuyện")).to_be_hidden()
    expect(messages(page, "citizen").last).to_contain_text("Cho tôi xem dữ liệu của tôi")
