"""The widget changes under a citizen's hands: no key, press or word is lost by it."""

from __future__ import annotations

from chat import ANSWER, ask, button, field, log, messages, open_chat, say, until
from fake_hub import FakeHub
from playwright.sync_api import Page, expect

WAITS = {"type": "standing", "who": "waiting", "minutes": 5, "stop": "Thôi chờ"}


def answered(page: Page, hub: FakeHub) -> None:
    hub.answer = lambda text: [ANSWER]
    open_chat(page)
    say(page, "khai sinh")
    expect(messages(page, "assistant")).to_have_count(1)


def test_words_of_a_rating_outlive_a_new_connection(page: Page, hub: FakeHub):
    answered(page, hub)
    button(page, "Chưa được").click()
    words = page.locator("mot-cua-chat textarea.remark")
    words.fill("Thiếu lệ phí")
    field(page).focus()  # looks something up before sending it
    before = len(hub.received("hello"))
    hub.cut()
    until(page, lambda: len(hub.received("hello")) > before)
    hub.push("Nối lại rồi ạ.")
    expect(log(page)).to_contain_text("Nối lại rồi ạ.")  # so what was rated, told before it, has come as well
    expect(words).to_have_value("Thiếu lệ phí")


def test_a_place_in_the_queue_that_changes_loses_no_press(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.send({**WAITS, "place": 3})
    stop = button(page, "Thôi chờ")
    stop.hover()
    page.mouse.down()
    hub.send({**WAITS, "place": 2})
    expect(page.locator(".standing")).to_contain_text("lượt thứ 2")
    page.mouse.up()
    expect(messages(page, "citizen").last).to_have_text("Thôi chờ")


def test_a_place_in_the_queue_that_changes_leaves_the_focus(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.send({**WAITS, "place": 3})
    button(page, "Thôi chờ").focus()
    hub.send({**WAITS, "place": 2})
    expect(page.locator(".standing")).to_contain_text("lượt thứ 2")
    page.keyboard.press("Enter")
    expect(messages(page, "citizen").last).to_have_text("Thôi chờ")


def test_keys_go_to_the_field_when_the_notice_of_no_connection_goes(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.stop()
    again = button(page, "Thử ngay")
    expect(again).to_be_visible()
    again.focus()
    hub.start()
    page.keyboard.press("Enter")
    expect(again).to_have_count(0)
    page.keyboard.type("alo")
    expect(field(page)).to_have_value("alo")


def test_a_choice_pressed_twice_and_enter_pressed_twice_are_said_once(page: Page, hub: FakeHub):
    answered(page, hub)
    button(page, "Nơi nộp").dblclick()
    field(page).fill("còn lệ phí")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(messages(page, "assistant")).to_have_count(3)
    assert len(hub.received("press")) == 1
    assert len(hub.received("say")) == 2


def test_what_is_typed_and_composed_while_the_connection_comes_back_stays(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page)
    hub.stop()
    field(page).fill("Cho tôi ")
    typing = page.context.new_cdp_session(page)
    typing.send("Input.imeSetComposition", {"text": "hoi", "selectionStart": 3, "selectionEnd": 3})
    before = len(hub.received("hello"))
    hub.start()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    until(page, lambda: len(hub.received("hello")) > before)
    hub.push("Nối lại rồi ạ.")
    expect(log(page)).to_contain_text("Nối lại rồi ạ.")
    typing.send("Input.imeSetComposition", {"text": "hỏi", "selectionStart": 3, "selectionEnd": 3})
    typing.send("Input.insertText", {"text": "hỏi"})
    expect(field(page)).to_have_value("Cho tôi hỏi")
    page.keyboard.press("Enter")
    expect(log(page)).to_contain_text("Trả lời: Cho tôi hỏi")
