"""What a citizen does in the chat, in the words of the page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

LIST_ITEMS = [{"text": f"Giấy tờ thứ {number}", "detail": f"Bản chính, {number} bản"} for number in range(1, 8)]
ANSWER: dict[str, Any] = {
    "text": "Đăng ký khai sinh cần bảy loại giấy tờ.",
    "blocks": [
        {"kind": "heading", "text": "Giấy tờ cần nộp"},
        {"kind": "paragraph", "text": "Anh/chị chuẩn bị:"},
        {"kind": "list", "ordered": True, "items": LIST_ITEMS},
        {"kind": "notice", "text": "Nộp trong 60 ngày."},
        {
            "kind": "source",
            "title": "Đăng ký khai sinh",
            "code": "Mã thủ tục: 1.001193",
            "decision": "Quyết định 1/QĐ-BTP ngày 20/11/2025",
            "checked": "Kiểm tra ngày 18/07/2026",
            "url": "https://dichvucong.gov.vn/p/home/dvc-tthc.html?ma=1.001193",
        },
    ],
    "buttons": [{"title": "Lệ phí"}, {"title": "Nơi nộp"}],
    "answer": {"outcome": "answered_procedure"},
}


def launcher(page: Page) -> Locator:
    return page.get_by_role("button", name="Hỏi Trợ lý Một Cửa")


def panel(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Trợ lý Một Cửa")


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Câu hỏi của anh/chị")


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def messages(page: Page, role: str) -> Locator:
    return page.locator(f"mot-cua-chat .message.{role} .bubble")


def open_chat(page: Page) -> None:
    launcher(page).click()
    expect(panel(page)).to_be_visible()


def say(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Enter")


def ask(page: Page, text: str = "Xin chào") -> None:
    """Ask and read the answer of the default fake hub."""
    say(page, text)
    expect(log(page)).to_contain_text(f"Trả lời: {text}")


def until(page: Page, true: Callable[[], object]) -> None:
    """Wait for what no page shows, as that the hub has received something; the page goes on meanwhile."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not come true"
        page.wait_for_timeout(10)


def order(page: Page) -> list[str]:
    """Every bubble from top to bottom."""
    return [text.strip() for text in page.locator("mot-cua-chat .message .bubble").all_inner_texts()]
