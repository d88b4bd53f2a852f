"""Sending photos: chosen, looked at, taken out, sent with progress, over a broken connection, and seen again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from chat import button, field, log, messages, open_chat, say, until
from fake_hub import FakeHub
from PIL import Image
from playwright.sync_api import Locator, Page, Request, expect

from tests.fixtures import photos

ASKING: dict[str, Any] = {"text": "Anh/chị gửi ảnh giúp tôi.", "expects": ["photos"]}
IDENTITY = "Ảnh này có mã của giấy tờ tuỳ thân nên tôi không nhận."
REFUSAL = (422, {"code": "PHOTO_REFUSED", "reason": "identity_paper", "text": IDENTITY})


def tray(page: Page) -> Locator:
    return page.get_by_role("region", name="Gửi ảnh")


def files(*names: str, data: bytes | None = None) -> list[dict[str, Any]]:
    return [{"name": name, "mimeType": "image/jpeg", "buffer": data or photos.telling_jpeg()} for name in names]


def choose(page: Page, chosen: list[dict[str, Any]] | Path, opener: str = "Gửi ảnh") -> None:
    with page.expect_file_chooser() as chooser:
        button(page, opener).click()
    chooser.value.set_files(chosen)


@pytest.fixture
def asked(page: Page, hub: FakeHub) -> Page:
    be_asked(page, hub)
    return page


def be_asked(page: Page, hub: FakeHub) -> None:
    page.on("filechooser", lambda chooser: None)  # or the first key may come before the browser hands choosers over
    hub.answer = lambda text: [ASKING] if text == "tôi muốn gửi ảnh" else [{"text": f"Trả lời: {text}"}]
    open_chat(page)
    say(page, "tôi muốn gửi ảnh")
    expect(tray(page)).to_be_visible()


def test_photos_can_be_sent_only_while_they_are_asked_for(page: Page, hub: FakeHub):
    open_chat(page)
    say(page, "xin chào")
    expect(log(page)).to_contain_text("Trả lời: xin chào")
    expect(tray(page)).to_have_count(0)
    hub.push(**ASKING)
    expect(tray(page)).to_contain_text("Không gửi ảnh giấy tờ tuỳ thân, mã QR, thẻ ngân hàng.")
    say(page, "thôi ạ")
    expect(log(page)).to_contain_text("Trả lời: thôi ạ")
    expect(tray(page)).to_have_count(0)


def test_two_photos_are_sent_as_one_message(asked: Page, hub: FakeHub):
    choose(asked, files("CCCD Nguyen Van A.jpg", "b.jpg"))
    expect(tray(asked).get_by_role("img", name="Ảnh 1")).to_be_visible()
    expect(tray(asked).locator("canvas")).to_have_count(2)
    assert hub.uploads == []  # nothing leaves the device before "Gửi"
    button(asked, "Gửi 2 ảnh").click()
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 2 ảnh")
    expect(log(asked)).to_contain_text("Trả lời: Đã gửi 2 ảnh")
    expect(tray(asked)).to_have_count(0)
    (frame,) = hub.received("photos")
    assert frame["photos"] == [name.replace("-", "") for name, _ in hub.uploads]
    assert "Nguyen" not in str(hub.frames)


def test_what_the_camera_wrote_does_not_leave_the_device(asked: Page, hub: FakeHub):
    choose(asked, files("a.jpg"))
    button(asked, "Gửi 1 ảnh").click()
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 1 ảnh")
    ((_, body),) = hub.uploads
    assert b"MARKER" not in body
    assert Image.open(io.BytesIO(body)).size == (640, 480)


def test_a_large_photo_is_made_smaller_and_upright_before_it_is_sent(asked: Page, hub: FakeHub):
    sent = photos.encode(photos.scene(4000, 3000), exif=photos.exif(6), quality=92)
    choose(asked, files("a.jpg", data=sent))
    button(asked, "Gửi 1 ảnh").click()
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 1 ảnh")
    picture = Image.open(io.BytesIO(hub.uploads[0][1]))
    assert picture.size == (2304, 3072)
    assert picture.getpixel((2200, 100))[0] > 200  # the red corner is where the camera was held up


def test_one_is_taken_out_before_sending(asked: Page, hub: FakeHub):
    choose(asked, files("a.jpg", "b.jpg"))
    button(asked, "Bỏ ảnh 1").click()
    expect(tray(asked).get_by_role("img")).to_have_count(1)
    expect(button(asked, "Bỏ ảnh 1")).to_be_focused()
    choose(asked, files("c.jpg"), "Thêm ảnh")
    button(asked, "Gửi 2 ảnh").click()
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 2 ảnh")
    assert len(hub.uploads) == 2


def test_more_than_five_are_not_chosen(asked: Page):
    choose(asked, files(*(f"{n}.jpg" for n in range(7))))
    expect(tray(asked).get_by_role("listitem")).to_have_count(5)
    expect(tray(asked)).to_contain_text("Mỗi lần gửi tối đa 5 ảnh.")
    expect(button(asked, "Thêm ảnh")).to_have_count(0)
    button(asked, "Bỏ ảnh 5").click()
    expect(button(asked, "Thêm ảnh")).to_be_visible()


def test_an_identity_paper_is_refused_and_the_others_can_go(asked: Page, hub: FakeHub):
    hub.judge = lambda body: REFUSAL if len(hub.uploads) == 1 else None
    choose(asked, files("card.jpg", "b.jpg"))
    button(asked, "Gửi 2 ảnh").click()
    refused = tray(asked).locator("li.refused")
    expect(refused).to_contain_text(IDENTITY)
    expect(button(asked, "Gửi 2 ảnh")).to_be_disabled()
    assert hub.received("photos") == []
    button(asked, "Bỏ ảnh 1").click()
    button(asked, "Gửi 1 ảnh").click()
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 1 ảnh")
    assert len(hub.uploads) == 2  # what had arrived is not sent again


def test_what_the_browser_cannot_open_goes_to_the_hub_which_says_why(asked: Page, hub: FakeHub):
    heic = b"\0\0\0\x18ftypheic" + b"\0" * 99
    hub.judge = lambda body: (415, {"code": "PHOTO_REFUSED", "reason": "heic", "text": "Ảnh này ở định dạng HEIC."})
    choose(asked, files("a.heic", data=heic))
    button(asked, "Gửi 1 ảnh").click()
    expect(tray(asked)).to_contain_text("Ảnh này ở định dạng HEIC.")
    assert hub.uploads[0][1] == heic


def test_an_empty_file_and_a_giant_one_are_told_here(asked: Page, hub: FakeHub, tmp_path: Path):
    choose(asked, [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b""}])
    expect(tray(asked)).to_contain_text("Tệp này trống")
    button(asked, "Bỏ ảnh 1").click()
    giant = tmp_path / "b.jpg"  # read from the disk: handed over it would be 15 MB of letters
    giant.write_bytes(b"\xff\xd8\xff" + b"\0" * (11 * 1024 * 1024))
    choose(asked, giant)
    expect(tray(asked)).to_contain_text("lớn quá 10 MB")
    expect(button(asked, "Gửi 1 ảnh")).to_be_disabled()
    assert hub.uploads == []


def test_progress_is_shown_while_the_photo_goes(asked: Page, hub: FakeHub):
    hub.photo_gate.clear()
    choose(asked, files("a.jpg"))
    button(asked, "Gửi 1 ảnh").click()
    expect(tray(asked).get_by_role("progressbar", name="Ảnh 1")).to_be_visible()
    expect(tray(asked)).to_contain_text("Đang kiểm tra…")
    hub.loop.call_soon_threadsafe(hub.photo_gate.set)
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 1 ảnh")


def test_a_photo_taken_out_while_it_goes_is_not_sent(asked: Page, hub: FakeHub):
    hub.photo_gate.clear()
    choose(asked, files("a.jpg", "b.jpg"))
    button(asked, "Gửi 2 ảnh").click()
    expect(tray(asked)).to_contain_text("Đang kiểm tra…")
    button(asked, "Bỏ ảnh 1").click()
    hub.loop.call_soon_threadsafe(hub.photo_gate.set)
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 1 ảnh")
    expect(log(asked)).to_contain_text("Trả lời: Đã gửi 1 ảnh")  # the hub has it
    (frame,) = hub.received("photos")
    assert frame["photos"] == [hub.uploads[-1][0].replace("-", "")]


def test_photos_survive_a_lost_connection(asked: Page, hub: FakeHub):
    choose(asked, files("a.jpg", "b.jpg"))
    hub.stop()
    button(asked, "Gửi 2 ảnh").click()
    expect(tray(asked)).to_contain_text("Mất kết nối, đang gửi lại…")
    hub.start()
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 2 ảnh", timeout=20_000)
    expect(log(asked)).to_contain_text("Trả lời: Đã gửi 2 ảnh")
    assert len(hub.received("photos")) >= 1
    assert hub.only.texts("citizen").count("Đã gửi 2 ảnh") == 1


def test_a_photo_whose_answer_was_lost_is_sent_again_under_the_same_name(asked: Page, hub: FakeHub):
    hub.judge = lambda body: (503, {"text": "bận"}) if len(hub.uploads) == 1 else None
    choose(asked, files("a.jpg"))
    button(asked, "Gửi 1 ảnh").click()
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 1 ảnh")
    assert [name for name, _ in hub.uploads] == [hub.uploads[0][0]] * 2


def test_when_it_fails_again_and_again_the_citizen_is_told_and_may_try(asked: Page, hub: FakeHub):
    asked.clock.install()
    answered: list[Request] = []
    asked.on("requestfinished", lambda request: answered.append(request) if request.method == "PUT" else None)
    hub.judge = lambda body: (503, {"text": "Hệ thống đang bận."}) if len(hub.uploads) <= 6 else None
    choose(asked, files("a.jpg"))
    button(asked, "Gửi 1 ảnh").click()
    for tries in range(1, 7):
        # In steps shorter than any pause between two tries, else a fast one is followed by the next in one step
        until(asked, lambda tries=tries: len(answered) == tries or asked.clock.run_for(500))
        expect(tray(asked)).to_contain_text("đang gửi lại" if tries < 6 else "Hệ thống đang bận.")
    expect(tray(asked)).to_contain_text("Anh/chị kiểm tra mạng rồi bấm gửi lần nữa.")
    button(asked, "Gửi 1 ảnh").click()
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 1 ảnh")


def test_words_typed_in_between_do_not_lose_the_chosen_photos(asked: Page, hub: FakeHub):
    choose(asked, files("a.jpg"))
    say(asked, "chờ chút")
    expect(log(asked)).to_contain_text("Trả lời: chờ chút")
    expect(tray(asked)).to_have_count(0)
    hub.push(**ASKING)
    expect(tray(asked).get_by_role("img", name="Ảnh 1")).to_be_visible()


def test_one_s_own_photo_is_seen_again_also_after_a_reload(asked: Page, hub: FakeHub):
    choose(asked, files("a.jpg", "b.jpg"))
    button(asked, "Gửi 2 ảnh").click()
    expect(button(asked, "Xem ảnh 2")).to_be_visible()
    asked.reload()
    button(asked, "Xem ảnh 2").click()
    view = asked.get_by_role("dialog", name="Ảnh 2")
    expect(view.get_by_role("img", name="Ảnh 2")).to_be_visible()
    asked.keyboard.press("Escape")
    expect(view).to_have_count(0)
    expect(log(asked)).to_be_visible()  # the chat itself stayed open
    hub.photos.clear()
    button(asked, "Xem ảnh 1").click()
    expect(asked.get_by_role("dialog", name="Ảnh 1")).to_contain_text("Ảnh này không còn được lưu.")


def test_what_was_uploaded_before_a_reload_and_not_sent_is_taken_back(asked: Page, hub: FakeHub):
    hub.judge = lambda body: REFUSAL if len(hub.uploads) == 2 else None
    choose(asked, files("a.jpg", "b.jpg"))
    button(asked, "Gửi 2 ảnh").click()
    expect(tray(asked).locator("li.refused")).to_have_count(1)
    assert len(hub.photos) == 1
    asked.reload()
    expect(tray(asked)).to_be_visible()
    until(asked, lambda: not hub.photos)


def test_ending_the_conversation_takes_everything_away(asked: Page, hub: FakeHub):
    choose(asked, files("a.jpg"))
    button(asked, "Tuỳ chọn").click()
    button(asked, "Kết thúc và xoá").click()
    button(asked, "Xoá cuộc trò chuyện").click()
    expect(tray(asked)).to_have_count(0)
    expect(asked.locator("mot-cua-chat canvas")).to_have_count(0)


def test_a_message_of_photos_that_is_refused_says_why(asked: Page, hub: FakeHub):
    hub.refuse = lambda text: "Lúc này tôi chưa cần ảnh." if text.startswith("Đã gửi") else None
    choose(asked, files("a.jpg"))
    button(asked, "Gửi 1 ảnh").click()
    expect(log(asked)).to_contain_text("Lúc này tôi chưa cần ảnh.")
    button(asked, "Đóng").click()
    expect(log(asked)).not_to_contain_text("Lúc này tôi chưa cần ảnh.")
    expect(field(asked)).to_have_value("")


def test_everything_can_be_done_by_keyboard(asked: Page, hub: FakeHub):
    button(asked, "Gửi ảnh").focus()
    with asked.expect_file_chooser() as chooser:
        asked.keyboard.press("Enter")
    chooser.value.set_files(files("a.jpg", "b.jpg"))
    expect(button(asked, "Gửi 2 ảnh")).to_be_visible()
    button(asked, "Bỏ ảnh 1").focus()
    asked.keyboard.press("Enter")
    expect(button(asked, "Bỏ ảnh 1")).to_be_focused()
    for _ in range(2):
        asked.keyboard.press("Tab")
    expect(button(asked, "Gửi 1 ảnh")).to_be_focused()
    asked.keyboard.press("Enter")
    expect(messages(asked, "citizen").last).to_have_text("Đã gửi 1 ảnh")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_context, hub: FakeHub, scheme: str, tmp_path: Path):
    context = open_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=scheme)
    page = context.new_page()
    page.goto(hub.url)
    be_asked(page, hub)
    hub.judge = lambda body: REFUSAL if len(hub.uploads) == 2 else None
    choose(page, files("a.jpg", "b.jpg"))
    button(page, "Gửi 2 ảnh").click()
    expect(tray(page).locator("li.refused")).to_have_count(1)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_on_a_small_phone_everything_is_large_enough_and_the_talk_stays_visible(phone: Page, hub: FakeHub):
    be_asked(phone, hub)
    expect(button(phone, "Chụp ảnh")).to_be_visible()
    choose(phone, files(*(f"{n}.jpg" for n in range(5))))
    expect(tray(phone).get_by_role("listitem")).to_have_count(5)
    for place in range(tray(phone).get_by_role("button").count()):
        control = tray(phone).get_by_role("button").nth(place)
        if control.is_visible():
            assert control.bounding_box()["height"] >= 44
    assert log(phone).bounding_box()["height"] > 80
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
