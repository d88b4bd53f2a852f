"""A message to keep: shown whole, printed alone, saved as a picture, copied."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from chat import ANSWER, button, messages, open_chat, say, until
from fake_hub import FakeHub
from playwright.sync_api import Page, expect

TITLE = "Giấy tờ để đăng ký khai sinh"
CARD: dict[str, Any] = {**ANSWER, "card": {"kind": "checklist", "title": TITLE, "file_name": "giay-to-1.001193"}}
PRINTED = "() => document.querySelector('mot-cua-chat').shadowRoot.querySelectorAll('.printing').length"


@pytest.fixture
def chat(page: Page, hub: FakeHub) -> Page:
    hub.answer = lambda text: [CARD] if text == "danh sách" else [{"text": f"Trả lời: {text}"}]
    open_chat(page)
    say(page, "xin chào")
    expect(messages(page, "assistant")).to_have_count(1)
    say(page, "danh sách")
    expect(messages(page, "assistant")).to_have_count(2)
    return page


def test_a_card_is_shown_whole(chat: Page):
    expect(messages(chat, "assistant").last.locator("li:visible")).to_have_count(7)
    expect(chat.get_by_role("button", name="Xem thêm 3 mục")).to_have_count(0)


def test_other_messages_have_no_such_buttons(chat: Page):
    expect(button(chat, "Lưu ảnh")).to_have_count(1)
    expect(button(chat, "In hoặc lưu PDF")).to_have_count(1)


def test_only_the_card_is_on_the_paper(chat: Page):
    chat.evaluate("window.print = () => window.dispatchEvent(new Event('beforeprint'))")
    button(chat, "In hoặc lưu PDF").click()
    chat.emulate_media(media="print")
    shown = chat.locator("mot-cua-chat .message:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Giấy tờ thứ 7")
    assert chat.evaluate(PRINTED) == 1
    assert chat.pdf()[:5] == b"%PDF-"  # prints for real, so the browser says afterwards that it is done
    until(chat, lambda: chat.evaluate(PRINTED) == 0)


def test_the_whole_conversation_is_printed_as_before(chat: Page):
    chat.evaluate("window.print = () => window.dispatchEvent(new Event('beforeprint'))")
    button(chat, "In hoặc lưu PDF").click()
    chat.evaluate("window.dispatchEvent(new Event('afterprint'))")
    button(chat, "Tuỳ chọn").click()
    button(chat, "In cuộc trò chuyện").click()
    chat.emulate_media(media="print")
    expect(messages(chat, "assistant").first).to_be_visible()
    expect(messages(chat, "assistant").last).to_be_visible()


def test_a_picture_is_saved_under_its_name(chat: Page):
    with chat.expect_download() as saving:
        button(chat, "Lưu ảnh").click()
    assert saving.value.suggested_filename == "giay-to-1.001193.png"
    data = saving.value.path().read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width == 1080
    assert 900 < height < 4000
    expect(chat.get_by_text("Đã tạo ảnh")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("../../etc/passwd", "etc-passwd.png"), (None, "danh-sach-giay-to.png"), ("a" * 99, "a" * 60 + ".png")],
)
def test_a_hostile_file_name_is_made_harmless(page: Page, hub: FakeHub, name: str | None, expected: str):
    hub.answer = lambda text: [{**CARD, "card": {"kind": "checklist", "title": TITLE, "file_name": name}}]
    open_chat(page)
    say(page, "danh sách")
    with page.expect_download() as saving:
        button(page, "Lưu ảnh").click()
    assert saving.value.suggested_filename == expected


def test_a_list_too_long_for_a_picture_says_what_else_to_do(page: Page, hub: FakeHub):
    items = [{"text": f"Giấy tờ thứ {number} có tên rất dài " * 8} for number in range(120)]
    hub.answer = lambda text: [{**CARD, "blocks": [{"kind": "list", "ordered": False, "items": items}]}]
    open_chat(page)
    say(page, "danh sách")
    button(page, "Lưu ảnh").click()
    expect(page.get_by_text("Chưa lưu được, xin chụp màn hình")).to_be_visible()


def test_broken_blocks_still_make_a_picture(page: Page, hub: FakeHub):
    hub.answer = lambda text: [{"text": "Danh sách", "blocks": [None, 3, {"kind": "list"}], "card": {"title": None}}]
    open_chat(page)
    say(page, "danh sách")
    with page.expect_download() as saving:
        button(page, "Lưu ảnh").click()
    assert saving.value.path().stat().st_size > 1000
