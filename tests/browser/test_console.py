"""The console in Chromium: rules of accessibility, the keyboard alone, nothing typed is lost, phone and laptop."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bot.hub.conversations import ConversationStore
from bot.hub.forgetting import FORGETTING
from bot.ops.clock import SystemClock
from bot.petitions.build import build_petitions
from bot.privacy.desk import PrivacyDesk
from bot.privacy.desk_requests import DeskRequests
from bot.privacy.holds import place
from bot.privacy.models import RequestKind
from bot.settings import Settings
from bot.store.operations import OperationsStore
from knowledge.settings import ROOT
from knowledge.working_days import load_calendar
from tests.fixtures.petitions import PHONE, draft
from tests.fixtures.report_month import MONTH, fill_talks, fill_teams

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
AXE = Axe()
ONLY_FAULTS = {"resultTypes": ["violations"]}  # else all that is in order is described as well: half of axe's time
PAINTED = """async () => {
  for (let frame = 0; frame < 2; frame += 1) { await new Promise((done) => requestAnimationFrame(done)); }
  await Promise.all(document.getAnimations().map((one) => one.finished));
}"""  # other colours are there with the next frame, or come slowly
ANSWER = "Hồ sơ đã xong ngày 25/11, mời anh/chị tới nhận kết quả tại quầy số 3."
FIGURES = f"reports?period={MONTH}"
SIZES = {"phone": {"width": 390, "height": 844}, "laptop": {"width": 1280, "height": 800}}


NOW = datetime.now(timezone.utc)
DATA_REQUESTS = (
    (RequestKind.PETITION_ERASE, NOW - timedelta(days=30)),
    (RequestKind.PETITION_SEE, NOW - timedelta(days=4)),
    (RequestKind.PETITION_CORRECT, NOW),
)


class Desk:
    """The hub in a process of its own, in the demonstration mode; its terminal tells the passwords."""

    def __init__(self, data_dir):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "MOTCUA_DATA_DIR": str(data_dir),
            "MOTCUA_CATALOGUE_URL": f"sqlite:///{data_dir / 'catalogue.db'}",
            "MOTCUA_WEB_PORT": str(self.port),
            "MOTCUA_RASA_URL": "http://127.0.0.1:9",
            "MOTCUA_PETITION_OFFICIAL": "on",
            "MOTCUA_DESK_DEMO": "on",
            "MOTCUA_JOBS": "off",
        }
        command = [sys.executable, "-m", "bot.web"]
        environment = {**os.environ, **self.environment}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        lines = [self.process.stdout.readline().split() for _ in range(4)]
        self.passwords = {name: password for _, name, password in lines}
        self._wait()

    def _wait(self):
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the hub does not start")

    def close(self):
        self.process.terminate()
        self.process.wait(10)

    def lodge(self, **changes):
        """A petition as a citizen lodged it; its code."""
        settings = Settings.from_env(self.environment)

        async def work(store):
            parts = build_petitions(settings, store, SystemClock(), b"key")
            return (await parts.service.lodge(draft(**changes))).code

        return self._do(work)

    def fill_figures(self):
        """A month that pages of figures can show."""

        async def work(store):
            for fill in (fill_talks, fill_teams):
                await store().write(fill)

        self._do(work)

    def ask_data(self):
        """Somebody talks, lodges a petition and asks about its data, and a month ago somebody did; returns its code."""
        settings, calendar = Settings.from_env(self.environment), load_calendar()

        async def work(store):
            clock = SystemClock()
            talk = await ConversationStore(store(), clock, FORGETTING).open("web")
            lodged = draft(key=talk.id, sender=talk.rasa_sender)
            code = (await build_petitions(settings, store, clock, b"key").service.lodge(lodged)).code
            for kind, at in DATA_REQUESTS:
                await PrivacyDesk(store, SimpleNamespace(now=lambda at=at: at), calendar).ask_person(
                    talk.rasa_sender, kind
                )
            await DeskRequests(store, clock, calendar, PrivacyDesk(store, clock, calendar)).about_conversation(
                RequestKind.ERASE, talk.id
            )
            await store().write(place, "photo", "Thanh tra đang xem xét", "Chị Lan", clock.now())
            return code

        return self._do(work)

    def _do(self, work):
        """Run `work(store)`; Playwright's own loop runs in this thread."""
        settings = Settings.from_env(self.environment)
        found = []

        async def all_of_it():
            store = OperationsStore(settings.database_url)
            found.append(await work(store))
            store.close()

        thread = threading.Thread(target=lambda: asyncio.run(all_of_it()))
        thread.start()
        thread.join()
        return found[0]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    found = Desk(tmp_path_factory.mktemp("desk"))
    found.fill_figures()
    yield found
    found.close()


def enter(page: Page, desk: Desk, name: str = "mau.quantri") -> Page:
    page.goto(f"{desk.url}/desk")
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu").fill(desk.passwords[name])
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
    return page


def faults_of(page: Page, rules: dict = RULES) -> list[str]:
    if not page.evaluate("'axe' in window"):  # half a megabyte, which a page need not read twice
        page.evaluate(AXE.axe_script)
    found = page.evaluate("options => axe.run(options)", rules | ONLY_FAULTS)["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


def check_page(page: Page, name: str, size: str) -> None:
    """No fault in the light or the dark, and not too wide; MOTCUA_PICTURES: the folder for a picture of each.

    The same page with other colours: in the dark only the rules about colours can find something else.
    """
    for part in page.locator("main details").all():
        part.evaluate("part => { part.open = true }")
    for scheme, rules in (("light", RULES), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # all at once: only the last is looked at
        assert page.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        page.evaluate(PAINTED)
        assert faults_of(page, rules) == [], (name, scheme)
        if pictures := os.environ.get("MOTCUA_PICTURES"):
            page.screenshot(path=f"{pictures}/{name}-{size}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} px too wide"


@pytest.mark.parametrize("size", list(SIZES))
def test_every_page_keeps_the_rules_and_fits(open_context, desk, size):
    code = desk.lodge(key=size, urgent=True)
    page = open_context(viewport=SIZES[size]).new_page()
    page.goto(f"{desk.url}/desk/sign-in")
    check_page(page, "sign-in", size)
    enter(page, desk)
    addresses = ("petitions", f"petitions/{code}", "cases", "cases/notice", "feedback", "feedback/wrong-answers")
    addresses += ("search?words=ho+so", "settings", "settings/hours", "settings/queue_limit", "settings/days_off")
    addresses += ("settings/survey", "settings/closed_note", FIGURES)
    for address in (*addresses, "people", "people/new", "people/mau.canbo", "audit", "switches", "account"):
        if address == "feedback/wrong-answers":
            continue  # needs a catalogue
        page.goto(f"{desk.url}/desk/{address}")
        check_page(page, address.partition("?")[0].replace("/", "-").replace(code, "one"), size)


@pytest.mark.parametrize("size", list(SIZES))
def test_what_is_held_of_a_person_is_found_and_asked_for(open_context, desk, size):
    code = desk.ask_data()
    page = enter(open_context(viewport=SIZES[size]).new_page(), desk)
    page.goto(f"{desk.url}/desk/privacy")
    expect(page.get_by_role("heading", name=re.compile("^DL-")).first).to_be_visible()
    check_page(page, "privacy", size)

    def look(kind, key):
        page.goto(f"{desk.url}/desk/privacy/find")
        page.get_by_label("Người dân cho biết").select_option(kind)
        page.get_by_label("Mã hoặc số").fill(key)
        page.get_by_label("Ai hỏi, vì sao cần tìm").fill("Người dân gọi 1022, hỏi đang giữ gì")
        page.get_by_role("button", name="Tìm").click()

    look("contact", "0912 34")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Mã hoặc số")).to_have_value("0912 34")
    check_page(page, "privacy-find-wrong", size)
    look("contact", "0987 654 321")
    expect(page.get_by_role("heading", name="Kết quả")).to_be_focused()
    expect(page.get_by_text("Không tìm thấy. Kiểm tra lại:")).to_be_visible()
    check_page(page, "privacy-find-nothing", size)
    look("petition", code)
    expect(page.get_by_role("heading", name="Kết quả")).to_be_focused()
    expect(page.get_by_role("link", name=code)).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(PHONE)
    check_page(page, "privacy-find", size)


def test_one_petition_by_the_keyboard_alone(open_context, desk):
    code = desk.lodge(key="keyboard")
    page = open_context().new_page()
    page.goto(f"{desk.url}/desk/petitions")
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    page.keyboard.type("mau.canbo")
    page.keyboard.press("Tab")
    page.keyboard.type(desk.passwords["mau.canbo"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Phản ánh, kiến nghị")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.get_by_role("button", name="Đăng xuất").click()  # a ward's petition: the city's officer does not see it
    page.get_by_label("Tên đăng nhập").fill("mau.phuong")
    page.keyboard.press("Tab")
    page.keyboard.type(desk.passwords["mau.phuong"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hàng chờ")).to_be_visible()
    page.goto(f"{desk.url}/desk/petitions")
    reach(page, code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=code)).to_be_visible()
    reach(page, "Nhận xử lý")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã nhận xử lý")
    reach(page, "Trả lời")
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("Đã xem.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("quá ngắn")
    expect(page.get_by_role("alert")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_label("Trả lời cho người dân")).to_have_value("Đã xem.")
    page.keyboard.press("Control+a")
    page.keyboard.type(ANSWER)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("trả lời")
    expect(page.locator(".history")).to_contain_text(ANSWER)


def reach(page: Page, text: str) -> None:
    """Press Tab until what has the focus bears these words."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    raise AssertionError(f"the keyboard does not reach {text!r}")


def still(route):
    """Answer what a page asks for by itself with nothing."""
    by_itself = route.request.method == "GET" and "hx-request" in route.request.headers
    return route.fulfill(status=204) if by_itself else route.continue_()


def test_a_template_is_put_in_and_what_is_typed_outlives_the_session(open_context, desk):
    code = desk.lodge(key="outlives")
    context = open_context()
    page = enter(context.new_page(), desk, "mau.phuong")
    page.goto(f"{desk.url}/desk/petitions/{code}")
    page.locator("#step-answer summary").click()
    page.locator("#template-answer").select_option(label="Trả lời về chậm trễ")
    page.locator("#step-answer").get_by_role("button", name="Chèn mẫu").click()
    field = page.get_by_label("Trả lời cho người dân")
    expect(field).to_have_value(re.compile(f"^Về phản ánh {code}"))
    chosen = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert field.evaluate(chosen) == "<lý do cụ thể>"  # the first blank, to be typed over
    field.fill(ANSWER)
    page.route("**/desk/**", still)  # a count asked for meanwhile would lead to the door as well
    cookies = [one for one in context.cookies() if one["name"] != "motcua_desk"]
    context.clear_cookies()
    context.add_cookies(cookies)
    page.locator("#step-answer").get_by_role("button", name="Gửi trả lời").click()
    expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
    page.get_by_label("Tên đăng nhập").fill("mau.phuong")
    page.get_by_label("Mật khẩu").fill(desk.passwords["mau.phuong"])
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
    page.goto(f"{desk.url}/desk/petitions/{code}")
    expect(page.get_by_label("Trả lời cho người dân")).to_have_value(ANSWER)
    page.locator("#step-answer").get_by_role("button", name="Gửi trả lời").click()
    expect(page.get_by_role("status")).to_contain_text("trả lời")
    page.wait_for_load_state()  # the script that forgets runs after the words are there
    page.goto(f"{desk.url}/desk/petitions/{code}")
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('desk/'))") == []


def test_the_list_is_filtered_while_typing_and_a_contact_is_shown_in_its_place(open_context, desk):
    code = desk.lodge(key="filter", content="Quầy bò câu trả hồ sơ trễ hai tuần rồi.")
    page = enter(open_context().new_page(), desk, "mau.phuong")
    page.goto(f"{desk.url}/desk/petitions")
    page.get_by_label("Mã hoặc từ cần tìm").press_sequentially("bo cau")
    expect(page.locator("#found li.card")).to_have_count(1)
    expect(page.get_by_role("link", name=code)).to_be_visible()
    page.get_by_role("link", name=code).click()
    page.locator("#step-ask summary").click()
    page.get_by_label("Câu hỏi cho người dân").fill("Anh/chị nộp ngày nào?")
    page.get_by_text("Xem họ tên và cách liên hệ").click()
    page.get_by_label("Lý do cần xem").fill("Gọi hẹn ngày trả")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.locator("#contact")).to_contain_text(PHONE)
    expect(page.get_by_label("Câu hỏi cho người dân")).to_have_value("Anh/chị nộp ngày nào?")


def test_the_keys_are_listed_by_a_question_mark_and_by_a_button(open_context, desk):
    page = enter(open_context().new_page(), desk)
    page.goto(f"{desk.url}/desk/search")
    help_of = page.get_by_role("dialog", name="Phím tắt")
    field = page.get_by_label("Mã hoặc từ cần tìm")
    field.press("?")
    expect(help_of).to_be_hidden()  # in a field it is a character
    expect(field).to_have_value("?")
    page.get_by_role("link", name="Đến nội dung chính").focus()
    page.keyboard.press("?")
    expect(help_of).to_be_visible()
    expect(help_of).to_contain_text("nhận cuộc đang chọn")
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(help_of).to_be_hidden()
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.get_by_role("button", name="Phím tắt").click()
    expect(help_of).to_be_visible()
    page.get_by_role("button", name="Đóng").click()
    expect(help_of).to_be_hidden()


def test_a_setting_is_changed_and_put_back(open_context, desk):
    page = enter(open_context().new_page(), desk)
    page.goto(f"{desk.url}/desk/settings")
    page.get_by_role("link", name="Số người chờ nhiều nhất").click()
    page.get_by_label("Giá trị mới").fill("25")
    page.get_by_label("Lý do (cho lịch sử").fill("Tuần cao điểm đầu năm học")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("status").first).to_contain_text("có hiệu lực ngay")
    expect(page.locator(".history")).to_contain_text("“mặc định” → “25 người”")
    page.get_by_text("Về mặc định: không giới hạn").click()
    page.locator("#reason-0").fill("Đã hết tuần cao điểm")
    assert faults_of(page) == []
    page.get_by_role("button", name="Về mặc định").click()
    expect(page.locator("dl")).to_contain_text("không giới hạn (mặc định)")
