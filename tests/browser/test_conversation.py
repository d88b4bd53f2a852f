"""Asking and reading: a round trip, answers in blocks, quick replies, hostile text."""

from __future__ import annotations

import pytest
from chat import ANSWER, ask, button, field, launcher, log, messages, open_chat, order, panel, say
from fake_hub import FakeHub
from playwright.sync_api import Page, expect


def test_first_message_makes_a_round_trip(page: Page, hub: FakeHub):
    open_chat(page)
    expect(panel(page)).to_contain_text("không phải cán bộ")
    say(page, "Làm căn cước\ncho con")
    expect(messages(page, "citizen")).to_have_text("Làm căn cước\ncho con")
    expect(messages(page, "assistant")).to_have_text("Trả lời: Làm căn cước\ncho con")
    expect(page.locator(".message.citizen .state")).to_have_text("Đã gửi")
    expect(field(page)).to_have_value("")
    assert hub.received("hello")[0] == {"type": "hello", "token": None, "after": 0}
    assert len(hub.received("say")) == 1


def test_nothing_is_asked_of_the_hub_before_the_chat_is_opened(page: Page, hub: FakeHub):
    launcher(page).wait_for()
    assert hub.connects == 0


def test_a_suggestion_is_sent_when_pressed_and_the_suggestions_go(page: Page, hub: FakeHub):
    open_chat(page)
    suggestions = page.locator(".suggestions button")
    expect(suggestions).to_have_count(4)
    text = suggestions.first.inner_text()
    suggestions.first.click()
    expect(log(page)).to_contain_text(f"Trả lời: {text}")
    expect(suggestions.first).to_be_hidden()
    assert hub.only.texts("citizen") == [text]


def test_the_portal_can_put_a_question_into_the_field(page: Page, hub: FakeHub):
    page.get_by_role("button", name="Đăng ký tạm trú mất bao nhiêu ngày?").click()
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("Đăng ký tạm trú mất bao nhiêu ngày?")
    assert hub.received("say") == []


def test_quick_replies_press_once_and_retire(page: Page, hub: FakeHub):
    hub.answer = lambda text: [ANSWER] if text == "khai sinh" else [{"text": f"Trả lời: {text}"}]
    open_chat(page)
    say(page, "khai sinh")
    group = page.get_by_role("group", name="Câu trả lời gợi ý")
    group.get_by_role("button", name="Nơi nộp").click()
    expect(log(page)).to_contain_text("Trả lời: Nơi nộp")
    expect(group).to_have_count(0)
    expect(field(page)).to_be_focused()
    (press,) = hub.received("press")
    assert (press["seq"], press["button"]) == (2, 1)
    assert order(page)[2:] == ["Nơi nộp", "Trả lời: Nơi nộp"]


def test_quick_replies_of_history_are_not_offered_again(page: Page, hub: FakeHub):
    hub.answer = lambda text: [ANSWER]
    open_chat(page)
    say(page, "một")
    expect(page.locator(".choices:not(.suggestions)")).to_have_count(1)
    say(page, "hai")
    expect(messages(page, "assistant")).to_have_count(2)
    page.reload()
    expect(messages(page, "assistant")).to_have_count(2)
    expect(page.locator(".choices:not(.suggestions)")).to_have_count(1)


def test_a_long_list_is_folded_and_unfolded(page: Page, hub: FakeHub):
    hub.answer = lambda text: [ANSWER]
    open_chat(page)
    say(page, "khai sinh")
    items = messages(page, "assistant").locator("li:visible")
    expect(items).to_have_count(4)
    button(page, "Xem thêm 3 mục").click()
    expect(items).to_have_count(7)
    expect(items.nth(4)).to_be_focused()
    button(page, "Thu gọn").click()
    expect(items).to_have_count(4)


def test_the_source_is_a_card_with_a_safe_link(page: Page, hub: FakeHub):
    hub.answer = lambda text: [ANSWER]
    open_chat(page)
    say(page, "khai sinh")
    card = page.locator(".source")
    for line in ("Đăng ký khai sinh", "Mã thủ tục: 1.001193", "Quyết định 1/QĐ-BTP", "Kiểm tra ngày 18/07/2026"):
        expect(card).to_contain_text(line)
    link = card.get_by_role("link", name="Xem tại dichvucong.gov.vn (mở trang mới)")
    assert link.get_attribute("href") == ANSWER["blocks"][-1]["url"]
    assert link.get_attribute("target") == "_blank"
    assert "noopener" in link.get_attribute("rel")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://dichvucong.gov.vn",
        "data:text/html,x",
        "//evil.example",
        "https://a:b@evil.example",
        5,
    ],
)
def test_only_https_addresses_become_links(page: Page, hub: FakeHub, url):
    source = {"kind": "source", "title": "Nguồn", "url": url}
    hub.answer = lambda text: [{"text": f"Xem {url}", "blocks": [{"kind": "paragraph", "text": f"Xem {url}"}, source]}]
    open_chat(page)
    say(page, "nguồn")
    expect(messages(page, "assistant")).to_contain_text("Xem")
    hrefs = messages(page, "assistant").locator("a").evaluate_all("links => links.map((link) => link.href)")
    assert hrefs == []


def test_hostile_text_stays_text(page: Page, hub: FakeHub):
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script><a href='javascript:alert(3)'>x</a> &amp; **đậm**"
    hub.answer = lambda text: [
        {
            "text": hostile,
            "blocks": [
                {"kind": "paragraph", "text": hostile},
                {"kind": "heading", "text": hostile},
                {"kind": "list", "items": [{"text": hostile, "detail": hostile}]},
                {"kind": "notice", "text": hostile},
                {"kind": "source", "title": hostile, "code": hostile, "url": "javascript:alert(4)"},
                {"kind": "constructor", "text": hostile},
            ],
            "buttons": [{"title": hostile}],
        }
    ]
    open_chat(page)
    say(page, hostile)
    expect(messages(page, "assistant")).to_contain_text("**đậm**")
    assert messages(page, "assistant").inner_text().count(hostile) == 8
    expect(messages(page, "citizen")).to_have_text(hostile)
    assert page.locator("mot-cua-chat :is(img, script, iframe)").count() == 0
    assert page.locator("mot-cua-chat .message a").count() == 0


def test_broken_messages_are_shown_as_far_as_possible(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.push("Chữ trơn", blocks=[None, 5, {"kind": "list"}, {"kind": "mới", "text": ""}], buttons=[None, {}, "x"])
    hub.push("Không phải khối", blocks="x", buttons={"a": 1})
    hub.push("Khối mới", blocks=[{"kind": "map", "text": "Bản đồ tới UBND phường"}])
    hub.push("Vai lạ", role="robot")
    expect(log(page)).to_contain_text("Vai lạ")
    assert order(page)[2:] == ["Chữ trơn", "Không phải khối", "Bản đồ tới UBND phường", "Vai lạ"]


def test_an_officer_is_shown_as_an_officer(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.push("Tôi là Lan, bộ phận một cửa.", role="officer")
    expect(page.locator(".message.officer .who")).to_have_text("Cán bộ:")
    expect(page.locator(".about")).to_have_text("Cán bộ đang trả lời anh/chị")
    hub.push("Tôi trả lời tiếp.", role="assistant")
    expect(page.locator(".about")).to_have_text("Trợ lý tự động, không phải cán bộ")


def test_days_are_separated_and_times_are_the_city_s(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    for message in hub.only.messages:
        message["at"] = "2025-01-31T18:30:00Z"
    page.reload()
    expect(page.locator(".day")).to_have_text("01/02/2025")
    expect(page.locator("time").first).to_have_text("01:30")
    hub.push("Sáng nay")
    expect(page.locator(".day")).to_have_text(["01/02/2025", "Hôm nay"])


def test_typing_is_shown_said_once_and_goes_with_the_answer(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.send({"type": "typing", "on": True})
    expect(page.locator("div.typing")).to_be_visible()
    announcer = page.locator(".root > [role=status]")
    expect(announcer).to_have_text("Trợ lý đang soạn câu trả lời")
    hub.push("Đây ạ")
    expect(page.locator("div.typing")).to_be_hidden()


def test_an_answer_can_be_copied(page: Page, hub: FakeHub):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hub.answer = lambda text: [ANSWER]
    open_chat(page)
    say(page, "khai sinh")
    button(page, "Chép").click()
    expect(button(page, "Đã chép")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == ANSWER["text"]


def test_a_refused_message_can_be_changed_and_sent_again(page: Page, hub: FakeHub):
    hub.refuse = lambda text: "Gửi hơi nhanh." if text == "nhanh quá" else None
    open_chat(page)
    say(page, "nhanh quá")
    expect(page.locator(".message.citizen .state")).to_contain_text("Không gửi được. Gửi hơi nhanh.")
    page.reload()  # it is not lost, and it is not sent again by itself
    expect(page.locator(".message.citizen .state")).to_contain_text("Không gửi được. Gửi hơi nhanh.")
    button(page, "Sửa và gửi lại").click()
    expect(field(page)).to_have_value("nhanh quá")
    expect(messages(page, "citizen")).to_have_count(0)
    ask(page, "chậm lại")
    assert hub.only.texts("citizen") == ["chậm lại"]
    assert len(hub.received("say")) == 2


def test_a_new_answer_is_read_from_its_beginning(page: Page, hub: FakeHub):
    hub.answer = lambda text: [{"text": "\n".join(f"Dòng {number}" for number in range(80))}]
    open_chat(page)
    say(page, "dài")
    expect(messages(page, "assistant")).to_be_visible()
    expect(button(page, "Xem tiếp")).to_be_visible()
    top = messages(page, "assistant").bounding_box()["y"] - log(page).bounding_box()["y"]
    assert 0 <= top < 200
    onward = button(page, "Xem tiếp").element_handle()
    for _ in range(8):
        onward.evaluate("node => node.click()")
    expect(button(page, "Xem tiếp")).to_be_hidden()
    expect(log(page)).to_be_focused()


def test_reading_older_messages_is_not_disturbed(page: Page, hub: FakeHub):
    open_chat(page)
    for number in range(8):
        ask(page, f"câu {number}")
    log(page).evaluate("node => (node.scrollTop = 0)")
    expect(button(page, "Xem tiếp")).to_be_visible()
    hub.push("Tin mới tới")
    expect(messages(page, "assistant")).to_have_count(9)
    assert log(page).evaluate("node => node.scrollTop") == 0
