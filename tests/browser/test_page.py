"""The chat on a page: small screens, accessibility, other people's portals."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from chat import ANSWER, ask, button, field, launcher, log, messages, open_chat, panel, say, until
from fake_hub import STRICT, FakeHub
from playwright.sync_api import Page, expect

LOOSE = "default-src * data: 'unsafe-inline'"


def check_axe(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    found = [f"{rule['id']}: {[node['html'][:120] for node in rule['nodes']]}" for rule in violations]
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_context, hub: FakeHub, scheme: str):
    hub.answer = lambda text: [ANSWER]
    page = open_context(color_scheme=scheme).new_page()
    page.goto(hub.url)
    launcher(page).wait_for()
    check_axe(page)
    open_chat(page)
    check_axe(page)
    say(page, "khai sinh")
    expect(messages(page, "assistant")).to_be_visible()
    hub.push("Chào anh/chị", role="officer")
    hub.push("Hệ thống bận", role="system")
    hub.deaf = True
    say(page, "chưa gửi được")
    hub.stop()
    expect(page.get_by_text("Chưa gửi được", exact=True)).to_be_visible()
    check_axe(page)
    button(page, "Tuỳ chọn").click()
    check_axe(page)
    button(page, "Kết thúc và xoá").click()
    check_axe(page)


def test_axe_finds_nothing_on_the_full_page_chat(open_context, hub: FakeHub):
    page = open_context().new_page()
    page.goto(f"{hub.url}/chat")
    expect(panel(page)).to_be_visible()
    expect(page.get_by_role("button", name="Thu nhỏ")).to_have_count(0)
    ask(page)
    check_axe(page)
    box = panel(page).bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1280, 800)


@pytest.mark.parametrize("size", ["Thường", "Rất lớn"])
def test_a_320_px_phone_scrolls_nothing_sideways(phone: Page, hub: FakeHub, size: str):
    long = {"text": "https://dichvucong.gov.vn/" + "a" * 300, "buttons": [{"title": "x" * 120}]}
    hub.answer = lambda text: [ANSWER, long]
    open_chat(phone)
    button(phone, "Tuỳ chọn").tap()
    button(phone, size).tap()
    button(phone, "Tuỳ chọn").tap()
    field(phone).fill("dài" * 200)
    button(phone, "Gửi").tap()
    expect(messages(phone, "assistant")).to_have_count(2)
    wide = phone.evaluate(
        """() => {
          const root = document.querySelector("mot-cua-chat").shadowRoot;
          const shown = root.querySelectorAll(".panel, .panel *:not(.sr, .who, svg *)");
          const scrolls = (node) => /auto|scroll/.test(getComputedStyle(node).overflowX) && node.clientWidth;
          const tooWide = (node) => node.getBoundingClientRect().right > 320.5
            || (scrolls(node) && node.scrollWidth > node.clientWidth + 1);
          return [document.documentElement, ...shown].filter(tooWide).map((node) => node.className || node.tagName);
        }"""
    )
    assert wide == []
    assert panel(phone).bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 640}


def test_texts_and_targets_are_large_enough(phone: Page, hub: FakeHub):
    hub.answer = lambda text: [ANSWER]
    open_chat(phone)
    field(phone).fill("khai sinh")
    button(phone, "Gửi").tap()
    expect(messages(phone, "assistant")).to_be_visible()
    button(phone, "Tuỳ chọn").tap()
    small = phone.evaluate(
        """() => {
          const root = document.querySelector("mot-cua-chat").shadowRoot;
          const visible = (node) => node.offsetParent && node.offsetWidth > 2;
          const shown = [...root.querySelectorAll(".panel *")].filter(visible);
          const smallTarget = (node) => node.matches("button, textarea, .source a")
            && (node.offsetHeight < 44 || node.offsetWidth < 44);
          return shown.filter((node) => parseFloat(getComputedStyle(node).fontSize) < 16 || smallTarget(node))
            .map((node) => `${node.tagName} ${node.className} ${node.offsetWidth}x${node.offsetHeight}`);
        }"""
    )
    assert small == []


def test_a_phone_is_not_covered_by_its_keyboard_on_opening_and_the_page_behind_stays(phone: Page):
    open_chat(phone)
    expect(panel(phone)).to_be_focused()
    expect(field(phone)).not_to_be_focused()
    assert phone.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"
    phone.keyboard.press("Shift+Tab")
    expect(button(phone, "Gửi")).to_be_focused()
    phone.keyboard.press("Tab")
    expect(button(phone, "Tuỳ chọn")).to_be_focused()
    button(phone, "Thu nhỏ").tap()
    assert phone.evaluate("getComputedStyle(document.documentElement).overflow") != "hidden"


def test_a_window_made_narrow_turns_the_panel_into_a_full_screen(page: Page):
    open_chat(page)
    assert panel(page).get_attribute("aria-modal") is None
    page.set_viewport_size({"width": 400, "height": 400})  # as low as with a phone's keyboard up
    expect(panel(page)).to_have_attribute("aria-modal", "true")
    expect(page.locator(".secrets")).to_have_css("position", "absolute")
    assert panel(page).bounding_box() == {"x": 0, "y": 0, "width": 400, "height": 400}
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(panel(page)).not_to_have_attribute("aria-modal", "true")
    assert page.evaluate("document.documentElement.style.overflow") == ""


def test_pressed_before_it_is_loaded_it_opens_when_it_is(open_context, hub: FakeHub):
    page = open_context().new_page()
    held = []
    page.route("**/element.js*", lambda route: held.append(route))
    page.goto(hub.url, wait_until="commit")  # what is held up keeps the page from being loaded
    page.get_by_role("button", name="Bắt đầu hỏi").click()
    until(page, lambda: held)
    held[0].continue_()
    expect(field(page)).to_be_focused()


def test_a_module_that_fails_to_load_is_asked_for_again(open_context, hub: FakeHub):
    page = open_context().new_page()
    tries = []

    def once_bad(route) -> None:
        tries.append(route.request.url)
        if len(tries) == 1:
            route.fulfill(content_type="text/javascript", body="throw new Error('down')")
        else:
            route.continue_()

    page.route("**/element.js*", once_bad)
    page.goto(hub.url)
    expect(launcher(page)).to_be_visible()
    assert len(tries) == 2


def test_the_portal_s_styles_stay_outside(open_context, hub: FakeHub):
    html = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Cổng</title><style>html { font-size: 40px }
      * { color: red !important; font-size: 30px !important; text-transform: uppercase !important }
      button, textarea, p, div { display: none !important }</style>
      <link rel="icon" href="data:,"><script src="/widget.js" defer></script><p>Cổng</p></html>"""
    hub.pages["/portal/loud"] = (LOOSE, html)
    page = open_context().new_page()
    page.goto(f"{hub.url}/portal/loud")
    open_chat(page)
    ask(page)
    style = "node => { const s = getComputedStyle(node); return [s.fontSize, s.textTransform, s.color] }"
    assert messages(page, "assistant").evaluate(style) == ["17px", "none", "rgb(23, 33, 46)"]


def test_a_portal_on_another_origin_needs_one_script_tag(open_context, hub: FakeHub):
    chat = hub.url
    policy = f"default-src 'none'; script-src {chat}; connect-src {chat.replace('http', 'ws')}"
    html = f"""<!doctype html><html lang="vi"><meta charset="utf-8"><title>Cổng</title>
      <link rel="icon" href="data:,"><script src="{chat}/widget.js" defer></script><body>Cổng</body></html>"""
    hub.pages["/portal/other"] = (policy.replace("default-src", "img-src data:; default-src"), html)
    page = open_context().new_page()
    page.goto(f"http://localhost:{hub.port}/portal/other")
    open_chat(page)
    ask(page)
    assert page.locator("mot-cua-chat").count() == 1


def test_an_element_placed_by_the_portal_is_used_with_its_attributes(open_context, hub: FakeHub):
    html = f"""<!doctype html><html lang="vi"><meta charset="utf-8"><title>Cổng</title><link rel="icon" href="data:,">
      <script src="/widget.js" defer></script><script src="/widget.js" defer></script>
      <body><mot-cua-chat open title="Phường Bến Thành" hub="{hub.url}"></mot-cua-chat></body></html>"""
    hub.pages["/portal/placed"] = (STRICT, html)
    page = open_context().new_page()
    page.goto(f"{hub.url}/portal/placed")
    expect(page.get_by_role("dialog", name="Phường Bến Thành")).to_be_visible()
    assert page.locator("mot-cua-chat").count() == 1
    assert page.locator("mot-cua-chat").get_attribute("title") is None
    page.evaluate("document.querySelector('mot-cua-chat').removeAttribute('open')")
    expect(launcher(page)).to_be_visible()
    page.reload()  # the citizen closed it: it stays closed
    expect(launcher(page)).to_be_visible()
    assert panel_is_closed(page)


def panel_is_closed(page: Page) -> bool:
    return page.locator("mot-cua-chat .panel").is_hidden()


def test_taken_out_and_put_back_it_goes_on(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "một")
    page.evaluate("window.chat = document.querySelector('mot-cua-chat'); chat.remove()")
    hub.push("trong lúc vắng")
    page.evaluate("document.body.append(window.chat)")
    expect(log(page)).to_contain_text("trong lúc vắng")
    ask(page, "hai")


def test_paper_shows_the_whole_conversation_and_nothing_else(page: Page, hub: FakeHub):
    hub.answer = lambda text: [ANSWER]
    open_chat(page)
    say(page, "khai sinh")
    expect(messages(page, "assistant")).to_be_visible()
    page.evaluate("window.print = () => { window.dispatchEvent(new Event('beforeprint')); window.printed = true }")
    button(page, "Tuỳ chọn").click()
    button(page, "In cuộc trò chuyện").click()
    page.emulate_media(media="print")
    expect(messages(page, "assistant").locator("li:visible")).to_have_count(7)
    expect(page.get_by_text("In lúc")).to_be_visible()
    for hidden in (page.locator("main"), field(page), button(page, "Chép")):
        expect(hidden).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator("main")).to_be_visible()


def test_forced_colours_and_reduced_motion(open_context, hub: FakeHub):
    page = open_context(forced_colors="active", reduced_motion="reduce").new_page()
    page.goto(hub.url)
    open_chat(page)
    ask(page)
    hub.send({"type": "typing", "on": True})
    assert page.locator("div.typing i").first.evaluate("node => getComputedStyle(node).animationName") == "none"
    assert messages(page, "assistant").evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"
    check_axe(page)
