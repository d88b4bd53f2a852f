"""The field: Vietnamese input methods, the limit, the keyboard."""

from __future__ import annotations

from chat import ANSWER, ask, button, field, launcher, log, messages, open_chat, panel, say
from fake_hub import FakeHub
from playwright.sync_api import Page, expect


def test_enter_that_ends_a_composition_does_not_send(page: Page, hub: FakeHub):
    open_chat(page)
    cdp = page.context.new_cdp_session(page)
    for text in ("d", "đ", "đă", "đăn", "đăng"):
        cdp.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    expect(field(page)).to_have_value("đăng")
    enter = {"key": "Process", "windowsVirtualKeyCode": 229, "code": "Enter"}
    cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    field(page).evaluate(
        """(area) => area.dispatchEvent(new KeyboardEvent("keydown",
             { key: "Enter", keyCode: 13, isComposing: true, bubbles: true, cancelable: true, composed: true }))"""
    )
    assert hub.received("say") == []
    cdp.send("Input.insertText", {"text": "đăng"})
    field(page).press_sequentially(" ký")
    field(page).press("Enter")
    expect(messages(page, "citizen")).to_have_text("đăng ký")
    expect(log(page)).to_contain_text("Trả lời: đăng ký")
    assert [frame["text"] for frame in hub.received("say")] == ["đăng ký"]


def test_send_button_during_a_composition_sends_once_and_empties_the_field(page: Page, hub: FakeHub):
    open_chat(page)
    cdp = page.context.new_cdp_session(page)
    cdp.send("Input.imeSetComposition", {"text": "tạm trú", "selectionStart": 7, "selectionEnd": 7})
    button(page, "Gửi").click()
    expect(log(page)).to_contain_text("Trả lời: tạm trú")
    expect(field(page)).to_have_value("")
    assert [frame["text"] for frame in hub.received("say")] == ["tạm trú"]


def test_shift_enter_makes_a_line_and_the_field_grows(page: Page, hub: FakeHub):
    open_chat(page)
    before = field(page).bounding_box()["height"]
    field(page).press_sequentially("một")
    for _ in range(3):
        field(page).press("Shift+Enter")
    field(page).press_sequentially("bốn")
    assert field(page).bounding_box()["height"] > before + 40
    field(page).press("Enter")
    expect(messages(page, "citizen")).to_have_text("một\n\n\nbốn")
    assert abs(field(page).bounding_box()["height"] - before) < 2


def test_text_is_sent_composed_and_clean(page: Page, hub: FakeHub):
    open_chat(page)
    say(page, "  tha\u0309o\u0000 \U0001f600  ")
    expect(messages(page, "assistant")).to_have_text("Trả lời: thảo \U0001f600")
    assert hub.received("say")[0]["text"] == "thảo \U0001f600"


def test_the_limit_is_counted_but_nothing_is_cut_off(page: Page, hub: FakeHub):
    open_chat(page)
    count = page.locator("#count")
    field(page).fill("ă" * 1799)
    expect(count).to_have_text("")
    field(page).fill("ă" * 1990)
    expect(count).to_have_text("Còn 10 ký tự")
    field(page).fill("ă" * 2003)
    expect(count).to_contain_text("Dài quá 3 ký tự")
    field(page).press("Enter")
    button(page, "Gửi").click()
    expect(field(page)).to_have_value("ă" * 2003)
    assert hub.received("say") == []
    field(page).fill("\U0001f600" * 2000)  # 2,000 characters, though 4,000 units of JavaScript
    field(page).press("Enter")
    expect(messages(page, "citizen")).to_have_count(1)
    expect(messages(page, "assistant")).to_have_count(1)


def test_nothing_is_not_sent(page: Page, hub: FakeHub):
    open_chat(page)
    say(page, "  \n ")
    button(page, "Gửi").click()
    ask(page)
    assert hub.only.texts("citizen") == ["Xin chào"]


def test_escape_closes_and_focus_returns_to_the_launcher(page: Page):
    open_chat(page)
    expect(field(page)).to_be_focused()
    field(page).press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(launcher(page)).to_be_focused()
    launcher(page).press("Enter")
    button(page, "Tuỳ chọn").click()
    page.keyboard.press("Escape")  # first the options, then the chat
    expect(panel(page)).to_be_visible()
    expect(button(page, "Tuỳ chọn")).to_be_focused()
    button(page, "Thu nhỏ").click()
    expect(launcher(page)).to_be_focused()


def test_everything_can_be_done_with_the_keyboard(page: Page, hub: FakeHub):
    hub.answer = lambda text: [ANSWER] if text == "khai sinh" else [{"text": f"Trả lời: {text}"}]

    def tab_to(name: str, key: str = "Tab") -> None:
        target = page.locator("mot-cua-chat").get_by_role("button", name=name, exact=True)
        for _ in range(30):
            if target.count() and target.evaluate("node => node.getRootNode().activeElement === node"):
                return
            page.keyboard.press(key)
        raise AssertionError(f"{name} cannot be reached")

    expect(button(page, "Hỏi Trợ lý Một Cửa")).to_be_visible()  # its module comes after the page
    tab_to("Hỏi Trợ lý Một Cửa")
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    page.keyboard.type("khai sinh")
    page.keyboard.press("Enter")
    expect(messages(page, "assistant")).to_be_visible()
    tab_to("Xem thêm 3 mục", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("li:visible").last).to_contain_text("Giấy tờ thứ 7")
    tab_to("Nơi nộp")
    page.keyboard.press("Space")
    expect(log(page)).to_contain_text("Trả lời: Nơi nộp")
    tab_to("Tuỳ chọn", "Shift+Tab")
    page.keyboard.press("Enter")
    tab_to("Rất lớn")
    page.keyboard.press("Enter")
    assert page.locator("mot-cua-chat .root").evaluate("node => getComputedStyle(node).fontSize") == "24px"
    tab_to("Kết thúc và xoá")
    page.keyboard.press("Enter")
    expect(button(page, "Không, quay lại")).to_be_focused()
    tab_to("Xoá cuộc trò chuyện")
    page.keyboard.press("Enter")
    expect(log(page)).to_contain_text("đã kết thúc")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(launcher(page)).to_be_focused()


def test_the_portal_s_shortcuts_do_not_take_letters_typed_in_the_chat(page: Page):
    page.evaluate("window.taken = []; document.addEventListener('keydown', (event) => taken.push(event.key))")
    open_chat(page)
    field(page).press_sequentially("abc/")
    assert page.evaluate("window.taken") == []
    expect(field(page)).to_have_value("abc/")
