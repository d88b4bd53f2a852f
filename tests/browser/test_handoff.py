"""Waiting for an officer and being answered by one, as the citizen's window shows it."""

from __future__ import annotations

from chat import ask, log, open_chat, panel
from fake_hub import FakeHub
from playwright.sync_api import Page, expect

WAITING = {"type": "standing", "who": "waiting", "place": 2, "stop": "Không chờ nữa"}


def test_the_place_in_the_queue_stays_in_sight_with_a_way_out(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "gặp cán bộ")
    hub.send(WAITING)
    bar = page.locator(".standing")
    expect(bar).to_contain_text("Đang chờ cán bộ: lượt thứ 2, thời gian chờ chưa rõ")
    hub.send({**WAITING, "place": 1, "minutes": 4})
    expect(bar).to_contain_text("lượt thứ 1, khoảng 4 phút")
    bar.get_by_role("button", name="Không chờ nữa").click()
    expect(log(page)).to_contain_text("Trả lời: Không chờ nữa")  # the hub has it
    assert hub.received("say")[-1]["text"] == "Không chờ nữa"
    hub.send({"type": "standing", "who": "assistant"})
    expect(bar).to_be_hidden()


def test_who_answers_is_named_and_their_name_is_never_markup(page: Page, hub: FakeHub):
    open_chat(page)
    ask(page, "gặp cán bộ")
    name = "Chị <img src=x onerror=alert(1)> Lan"
    hub.push("Tôi là Lan ạ", role="officer", author=name)
    expect(page.locator(".message.officer .who")).to_have_text(f"Cán bộ {name}:")
    hub.send({"type": "standing", "who": "officer", "officer": name})
    expect(panel(page)).to_contain_text(f"{name} đang trả lời anh/chị")
    hub.send({"type": "standing", "who": "officer", "officer": name, "typing": True})
    expect(panel(page)).to_contain_text("đang soạn tin")
    assert page.locator(".panel img").count() == 0
    hub.send({"type": "standing", "who": "assistant"})
    expect(panel(page)).to_contain_text("Trợ lý tự động, không phải cán bộ")
