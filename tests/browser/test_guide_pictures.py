"""A sample talk is played in the demonstration mode, and the pictures of the officers' guide are made on the way.

`make guide-screenshots` puts them beside the guide; every run sees that each picture there can still be made.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from chat import messages
from PIL import Image
from playwright.sync_api import Page, expect
from test_console import enter, faults_of
from test_desk_talk import citizen, desk, on_duty, put_in_queue

from knowledge.settings import ROOT

GUIDE = ROOT / "docs" / "vi" / "ban-lam-viec.md"
COLOURS = 48
__all__ = ["desk"]  # the fixture


def test_every_picture_of_the_guide_is_made(open_context, desk, tmp_path):
    folder = Path(os.environ.get("MOTCUA_GUIDE_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    made: list[str] = []

    def picture(page: Page, name: str) -> None:
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        # Few colours: a tenth of the size, and nothing that a reader sees.
        Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)
        made.append(path.name)

    officer = open_context(viewport={"width": 1100, "height": 720}).new_page()
    officer.goto(f"{desk.url}/desk")
    picture(officer, "dang-nhap")
    on_duty(officer, desk)
    person = citizen(open_context, desk, "Tôi muốn hỏi giấy tờ khai sinh cho cháu ạ")
    request = put_in_queue(desk, "Tôi muốn hỏi giấy tờ khai sinh cho cháu ạ")
    officer.goto(f"{desk.url}/desk/queue")
    expect(officer.get_by_role("link", name="Đăng ký khai sinh").first).to_be_visible()
    picture(officer, "hang-cho")
    officer.goto(f"{desk.url}/desk/conversations/{request}")
    officer.get_by_role("button", name="Nhận", exact=True).click()
    officer.wait_for_url("**done=handed_claim*", wait_until="load")  # keys mean nothing before the scripts are there
    officer.get_by_label("Trả lời người dân").fill("Chào anh/chị, tôi đang xem và trả lời ngay ạ.")
    officer.keyboard.press("Control+Enter")
    expect(messages(person, "officer")).to_have_count(1)
    expect(officer.locator("#transcript .line.officer")).to_have_count(1)
    picture(officer, "cuoc-tro-chuyen")
    officer.goto(f"{desk.url}/desk/search?words=khai+sinh")
    expect(officer.get_by_role("heading", name="Cuộc trò chuyện")).to_be_visible()
    assert faults_of(officer) == []
    picture(officer, "tim-kiem")

    desk.lodge(key="guide")
    chief = enter(open_context(viewport={"width": 1100, "height": 720}).new_page(), desk)
    pages = {
        "petitions": "phan-anh",
        "settings/hours": "thiet-lap",
        "audit": "nhat-ky",
        "people/mau.canbo": "nguoi-dung",
    }
    for address, name in pages.items():
        chief.goto(f"{desk.url}/desk/{address}")
        picture(chief, name)
    shown = re.findall(r"\]\(hinh/([\w-]+\.png)\)", GUIDE.read_text("utf-8"))
    assert sorted(shown) == sorted(made)
    assert all((GUIDE.parent / "hinh" / name).is_file() for name in shown)
