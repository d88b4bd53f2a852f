"""What must not be written down: shown as the hub stored it, with one line why, and a way to end and erase."""

from __future__ import annotations

from chat import ask, button, messages, open_chat, say
from fake_hub import FakeHub
from playwright.sync_api import Page, expect


def test_what_was_masked_is_shown_masked_with_the_reason(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "xin chào")
    hub.push(text="mã otp là [đã che: mã OTP]", role="citizen", masked=["otp"])
    expect(messages(page, "citizen").last).to_have_text("mã otp là [đã che: mã OTP]")
    expect(page.locator(".message.citizen .why")).to_have_count(1)


def test_words_that_were_dropped_give_way_to_the_stub(page: Page, hub: FakeHub):
    hub.answer = lambda text: [{"text": "Ở đây không nhận tố cáo."}]
    open_chat(page)
    say(page, "chuyện không nên viết")
    expect(messages(page, "assistant")).to_have_count(1)
    stored = hub.only.messages[0]
    stored["content"] = {"text": "[nội dung không được lưu]", "dropped": True}
    hub.send(stored)
    expect(messages(page, "citizen")).to_have_text("[nội dung không được lưu]")
    expect(page.get_by_text("chuyện không nên viết")).to_have_count(0)
    expect(page.locator(".message.citizen .why")).to_be_visible()


def test_ending_is_offered_under_the_answer_and_asked_once_more(page: Page, hub: FakeHub):
    hub.answer = lambda text: [
        {"text": "Ở đây không nhận tố cáo.", "end": True, "buttons": [{"title": "Gửi phản ánh"}]}
    ]
    open_chat(page)
    say(page, "tố cáo")
    button(page, "Kết thúc và xoá").click()
    expect(page.get_by_role("dialog", name="Kết thúc và xoá cuộc trò chuyện?")).to_be_visible()
    assert hub.received("end") == []
    button(page, "Xoá cuộc trò chuyện").click()
    expect(page.get_by_text("Cuộc trò chuyện đã kết thúc và được xoá.")).to_be_visible()
    assert len(hub.received("end")) == 1
