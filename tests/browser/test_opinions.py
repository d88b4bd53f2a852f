"""Thumbs, reasons and the survey: by mouse, by keyboard, on a small phone, offline, after a reload."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from chat import ANSWER, button, launcher, log, messages, open_chat, panel, say, until
from fake_hub import FakeHub
from playwright.sync_api import Locator, Page, WebSocket, expect

UP, DOWN = "Hữu ích", "Chưa được"
THANKS = {"text": "Dạ không có gì ạ.", "answer": {"outcome": "answered_smalltalk"}, "survey": True}


@pytest.fixture
def answering(hub: FakeHub) -> FakeHub:
    hub.answer = lambda text: [THANKS if text == "cảm ơn" else ANSWER]
    return hub


def ask(page: Page, text: str = "khai sinh") -> None:
    before = messages(page, "assistant").count()
    say(page, text)
    expect(messages(page, "assistant")).to_have_count(before + 1)


def status(page: Page) -> Locator:
    return page.locator("mot-cua-chat .rating .rated")


def go_away(page: Page, hub: FakeHub, sockets: list[WebSocket]) -> None:
    """Have the hub stop, and the page hear of it: until then it takes what it sends for sent."""
    hub.stop()
    until(page, lambda: sockets[0].is_closed())


@pytest.fixture
def sockets(page: Page) -> list[WebSocket]:
    """Those that the page opens, in order."""
    found: list[WebSocket] = []
    page.on("websocket", lambda socket: found.append(socket))
    return found


def survey(page: Page) -> Locator:
    return log(page).get_by_role("group", name="Anh/chị có hài lòng với trợ lý không?").first


def check_axe(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    assert [f"{rule['id']}: {[node['html'][:120] for node in rule['nodes']]}" for rule in violations] == []


def test_thumb_up_is_confirmed_and_taken_back(page: Page, answering: FakeHub):
    open_chat(page)
    ask(page)
    expect(button(page, UP)).to_have_attribute("aria-pressed", "false")
    button(page, UP).click()
    expect(button(page, UP)).to_have_attribute("aria-pressed", "true")
    expect(status(page)).to_have_text("Đã lưu: up")
    button(page, UP).click()
    expect(button(page, UP)).to_have_attribute("aria-pressed", "false")
    expect(status(page)).to_have_text("Đã lưu: None")
    assert [frame["thumb"] for frame in answering.received("rate")] == ["up", None]


def test_thumb_down_offers_reasons_and_words(page: Page, answering: FakeHub):
    answering.mask = lambda rating: rating | ({"words": "gọi [đã che]"} if "words" in rating else {})
    open_chat(page)
    ask(page)
    button(page, DOWN).click()
    for reason in ("Sai", "Thiếu", "Khó hiểu", "Không đúng việc tôi hỏi", "Thông tin cũ", "Khác"):
        expect(button(page, reason)).to_be_visible()
    button(page, "Sai").click()
    expect(button(page, "Sai")).to_have_attribute("aria-pressed", "true")
    button(page, "Thông tin cũ").click()
    expect(button(page, "Sai")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("textbox", name="Viết thêm").fill("gọi 0903123456")
    button(page, "Gửi góp ý").click()
    expect(button(page, "Sai")).to_have_count(0)
    expect(button(page, DOWN)).to_be_focused()
    # What the hub answered is seen: only now has it surely received what was sent.
    expect(page.locator("mot-cua-chat .rating textarea")).to_have_value("gọi [đã che]")
    last = answering.received("rate")[-1]
    assert (last["thumb"], last["reason"], last["words"]) == ("down", "outdated", "gọi 0903123456")
    button(page, UP).click()
    expect(status(page)).to_have_text("Đã lưu: up")
    assert set(answering.received("rate")[-1]) == {"type", "id", "seq", "thumb"}


def test_a_reload_shows_what_was_rated(page: Page, answering: FakeHub):
    open_chat(page)
    ask(page)
    button(page, DOWN).click()
    expect(status(page)).to_have_text("Đã lưu: down")
    button(page, "Thiếu").click()
    expect(status(page)).to_have_text("Đã lưu: down")  # empty meanwhile: said of the reason now
    page.reload()
    expect(button(page, DOWN)).to_have_attribute("aria-pressed", "true")
    expect(status(page)).to_have_text("Đã ghi góp ý GY-7K3MPA.")
    expect(button(page, "Thiếu")).to_have_count(0)
    assert len(answering.received("rate")) == 2  # nothing is sent again


def test_a_rating_waits_for_the_hub_also_over_a_reload(page: Page, answering: FakeHub, sockets: list[WebSocket]):
    open_chat(page)
    ask(page)
    ask(page, "lệ phí")
    go_away(page, answering, sockets)
    button(page, DOWN).first.click()
    button(page, "Sai").first.click()
    button(page, UP).last.click()
    expect(status(page).first).to_have_text("Chưa gửi được. Khi có mạng, đánh giá sẽ tự gửi.")
    answering.start()
    expect(status(page).first).to_have_text("Đã lưu: down")
    expect(status(page).last).to_have_text("Đã lưu: up")
    kept = answering.only.ratings
    assert [(seq, rating["thumb"], rating.get("reason")) for seq, rating in sorted(kept.items())] == [
        (2, "down", "wrong"),
        (4, "up", None),
    ]


def test_an_unconfirmed_rating_is_sent_again_after_a_reload(page: Page, answering: FakeHub):
    open_chat(page)
    ask(page)
    answering.deaf = True
    button(page, UP).click()
    until(page, lambda: answering.received("rate"))
    answering.deaf = False
    page.reload()
    expect(button(page, UP)).to_have_attribute("aria-pressed", "true")
    expect(status(page)).to_have_text("Đã lưu: up")
    ids = [frame["id"] for frame in answering.received("rate")]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_what_the_hub_refuses_shows_its_sentence_and_the_old_state(page: Page, answering: FakeHub):
    answering.refuse = lambda text: "Góp ý dài quá." if "dài" in text else None
    open_chat(page)
    ask(page)
    button(page, DOWN).click()
    expect(status(page)).to_have_text("Đã lưu: down")
    page.get_by_role("textbox", name="Viết thêm").fill("dài")
    button(page, "Gửi góp ý").click()
    expect(status(page)).to_have_text("Góp ý dài quá.")
    expect(page.locator("mot-cua-chat .note")).to_have_count(0)


def test_two_windows_show_the_same_rating(open_context, page: Page, answering: FakeHub):
    open_chat(page)
    ask(page)
    answering.send({"type": "rated", "seq": 2, "thumb": "up", "reference": "GY-7K3MPA"})
    expect(button(page, UP)).to_have_attribute("aria-pressed", "true")


def test_only_answers_have_thumbs(page: Page, answering: FakeHub):
    open_chat(page)
    ask(page)
    answering.push("Chào anh/chị", role="officer")
    answering.push("Hệ thống bận", role="system")
    answering.push("Anh/chị cần gì ạ?", answer={"outcome": "clarified_choice"})
    expect(messages(page, "assistant")).to_have_count(2)
    expect(button(page, UP)).to_have_count(1)


def test_by_keyboard_alone(page: Page, answering: FakeHub):
    answering.mask = lambda rating: rating | ({"words": "đã nhận"} if "words" in rating else {})
    open_chat(page)
    ask(page)
    button(page, DOWN).focus()
    page.keyboard.press("Enter")
    expect(button(page, DOWN)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    expect(button(page, "Sai")).to_be_focused()
    page.keyboard.press("Space")
    expect(button(page, "Sai")).to_have_attribute("aria-pressed", "true")
    for _ in range(6):
        page.keyboard.press("Tab")
    page.keyboard.type("sai lệ phí")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(button(page, DOWN)).to_be_focused()
    expect(page.locator("mot-cua-chat .rating textarea")).to_have_value("đã nhận")
    assert answering.received("rate")[-1]["words"] == "sai lệ phí"
    assert answering.only.texts("citizen") == ["khai sinh"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_is_opened(open_context, answering: FakeHub, scheme: str):
    page = open_context(color_scheme=scheme).new_page()
    page.goto(answering.url)
    open_chat(page)
    ask(page)
    button(page, DOWN).click()
    button(page, "Sai").click()
    check_axe(page)
    ask(page, "cảm ơn")
    button(page, "Không hài lòng").click()
    check_axe(page)


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("size", ["Thường", "Rất lớn"])
def test_a_small_phone_has_room_for_every_target(open_context, answering: FakeHub, width: int, size: str):
    options = {"viewport": {"width": width, "height": 700}, "has_touch": True, "is_mobile": True}
    page = open_context(**options).new_page()
    page.goto(answering.url)
    open_chat(page)
    button(page, "Tuỳ chọn").tap()
    button(page, size).tap()
    button(page, "Tuỳ chọn").tap()
    ask(page)
    button(page, DOWN).tap()
    ask(page, "cảm ơn")
    button(page, "Không hài lòng").tap()
    expect(survey(page).get_by_role("checkbox", name="Cho phép nhắn lại")).to_be_visible()
    boxes = page.evaluate(
        """() => [...document.querySelector("mot-cua-chat").shadowRoot
          .querySelectorAll(".rating button, .survey button, .consent")]
          .filter((node) => node.offsetParent).map((node) => {
            const { left, right, width, height } = node.getBoundingClientRect();
            return { name: node.textContent, left, right, width, height };
          })"""
    )
    assert len(boxes) >= 18
    assert [box for box in boxes if box["height"] < 44 or box["width"] < 44] == []
    assert [box for box in boxes if box["left"] < 0 or box["right"] > width] == []
    assert log(page).evaluate("log => log.scrollWidth > log.clientWidth") is False


def test_the_survey_is_answered_step_by_step(page: Page, answering: FakeHub):
    open_chat(page)
    ask(page)
    ask(page, "cảm ơn")
    expect(survey(page)).to_be_visible()
    button(page, "Không hài lòng").click()
    expect(survey(page)).to_contain_text("Đã lưu khảo sát")
    survey(page).get_by_role("button", name="Khó hiểu").click()
    survey(page).get_by_role("textbox").fill("viết ngắn lại")
    survey(page).get_by_role("button", name="Gửi góp ý").click()
    expect(survey(page).get_by_role("button")).to_have_count(0)
    until(page, lambda: len(answering.received("survey")) == 3)
    frames = answering.received("survey")
    assert [set(frame) - {"type", "id", "satisfaction"} for frame in frames] == [set(), {"reason"}, {"reason", "words"}]
    assert len({frame["id"] for frame in frames}) == 1
    page.reload()
    expect(messages(page, "assistant")).to_have_count(2)
    expect(survey(page)).to_have_count(0)


def test_who_may_be_written_to_ticks_a_box(page: Page, answering: FakeHub):
    open_chat(page)
    ask(page)
    ask(page, "cảm ơn")
    button(page, "Bình thường").click()
    tick = survey(page).get_by_role("checkbox", name="Cho phép nhắn lại")
    expect(tick).not_to_be_checked()
    tick.check()
    survey(page).get_by_role("textbox").fill("nhắn lại giúp tôi")
    survey(page).get_by_role("button", name="Gửi góp ý").click()
    until(page, lambda: "words" in (answering.only.survey_answer or {}))
    expect(survey(page)).to_contain_text("Đã lưu khảo sát")
    assert answering.only.survey_answer["contact"] is True


def test_the_survey_can_be_left_out(page: Page, answering: FakeHub):
    open_chat(page)
    ask(page)
    ask(page, "cảm ơn")
    survey(page).get_by_role("button", name="Bỏ qua").click()
    expect(survey(page).get_by_role("button")).to_have_count(0)
    until(page, lambda: answering.only.survey != "unasked")
    assert answering.only.survey == "skipped"


def test_the_survey_waits_for_the_hub(page: Page, answering: FakeHub, sockets: list[WebSocket]):
    open_chat(page)
    ask(page)
    ask(page, "cảm ơn")
    go_away(page, answering, sockets)
    button(page, "Hài lòng").click()
    expect(survey(page)).to_contain_text("Chưa gửi được")
    answering.start()
    expect(survey(page)).to_contain_text("Đã lưu khảo sát")
    assert answering.only.survey_answer["satisfaction"] == "satisfied"


def test_before_erasing_it_is_asked_where_it_was_not_asked_yet(page: Page, answering: FakeHub):
    open_chat(page)
    ask(page)
    button(page, "Tuỳ chọn").click()
    button(page, "Kết thúc và xoá").click()
    dialog = page.get_by_role("dialog", name="Kết thúc và xoá cuộc trò chuyện?")
    check_axe(page)
    dialog.get_by_role("button", name="Hài lòng", exact=True).click()
    dialog.get_by_role("button", name="Xoá cuộc trò chuyện").click()
    expect(panel(page)).to_contain_text("đã kết thúc và được xoá")
    assert [frame["satisfaction"] for frame in answering.received("survey")] == ["satisfied"]
    types = [frame["type"] for frame in answering.frames]
    assert types.index("survey") < types.index("end")


def test_a_dialog_that_is_closed_again_has_asked(page: Page, answering: FakeHub):
    open_chat(page)
    ask(page)
    button(page, "Tuỳ chọn").click()
    button(page, "Kết thúc và xoá").click()
    button(page, "Không, quay lại").click()
    button(page, "Tuỳ chọn").click()
    button(page, "Kết thúc và xoá").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Hài lòng", exact=True)).to_have_count(0)
    until(page, lambda: answering.only.survey != "unasked")
    assert answering.only.survey == "skipped"


def test_nothing_is_asked_before_erasing_a_mere_greeting(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "xin chào")
    button(page, "Tuỳ chọn").click()
    button(page, "Kết thúc và xoá").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Hài lòng", exact=True)).to_have_count(0)
    button(page, "Xoá cuộc trò chuyện").click()
    expect(launcher(page).or_(panel(page)).first).to_be_visible()
    assert hub.received("survey") == []


def test_a_hub_without_ratings_shows_none(page: Page, hub: FakeHub):
    hub.answer = lambda text: [{"text": "Trả lời", "answer": {"outcome": "answered_other"}}]
    open_chat(page)
    ask(page)
    expect(button(page, UP)).to_have_count(0)
