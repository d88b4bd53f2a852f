"""The linter's page in a real browser: hundreds of findings, by keyboard, on a phone, on paper."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from knowledge.linting.models import Context
from knowledge.linting.report import as_html
from knowledge.linting.runner import lint
from tests.fixtures.linting import DAY, fee, portals, rows

MANY = 130
HOSTILE = "<script>window.hacked = true</script><img src=x onerror='window.hacked = true'>"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    subjects = [portals(f"1.{number:06}", **fee(0, f"{number}.000 đồng")) for number in range(1, MANY + 1)]
    subjects += [portals("2.000001", name=f"Nuôi chim {HOSTILE}", **rows("Sổ hộ khẩu"))]
    path = tmp_path_factory.mktemp("linting") / "page.html"
    path.write_text(as_html(lint(subjects, Context(DAY)), DAY, of_catalogue=True), "utf-8")
    return path.as_uri()


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desk", "phone"])
def page(browser, request, address):
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(address)
    yield page
    page.close()
    assert faults == []


def expect_shown(page, many, rule="fee_zero_with_amount"):
    """A group that is opened, and what stays of it, is there a moment after the key."""
    expect(page.locator(f"[data-rule={rule}] li:not([hidden])")).to_have_count(many)


def test_a_group_shows_fifty_and_more_on_demand(page):
    group = page.locator("[data-rule=fee_zero_with_amount]")
    assert not group.get_attribute("open")
    group.locator("summary").focus()
    page.keyboard.press("Enter")
    expect_shown(page, 50)
    group.get_by_role("button", name="Hiện thêm 50 (còn 80)").press("Enter")
    expect_shown(page, 100)
    assert page.evaluate("document.activeElement.closest('li').matches('[data-rule] li:nth-child(51)')")
    group.get_by_role("button", name="Hiện thêm 30 (còn 30)").press("Enter")
    expect_shown(page, MANY)
    expect(group.locator(".more")).to_be_hidden()


def test_filters_narrow_and_count(page):
    page.get_by_label("Mã, tên hoặc nội dung").fill("1.000007")
    expect_shown(page, 1)
    page.get_by_label("Mã, tên hoặc nội dung").fill("SỔ HỘ KHẨU")
    expect(page.locator("#shown")).to_have_text("1")
    expect(page.locator("details[data-rule]:visible")).to_have_count(1)
    page.get_by_label("Mã, tên hoặc nội dung").fill("")
    page.get_by_label("Loại lỗi").select_option("fee_zero_with_amount")
    expect(page.locator("#shown")).to_have_text(str(MANY))
    expect(page.locator("details[data-rule]:visible")).to_have_attribute("open", "")
    page.get_by_label("Mức độ").select_option("error")
    expect(page.locator("#shown")).to_have_text("0")


def test_what_was_seen_is_kept_and_can_be_hidden(page):
    box = page.get_by_role("checkbox", name="Đã xem 2.000001")
    box.first.focus()
    page.keyboard.press("Space")
    expect(page.locator("#seen")).to_have_text("1")
    # Chromium hands on what a page stores a moment later; a reload in the same millisecond may still read what was.
    page.wait_for_timeout(500)
    page.reload()
    expect(page.locator("#seen")).to_have_text("1")
    assert box.first.is_checked()
    before = page.locator("#shown").inner_text()
    page.locator("#done").select_option("no")
    assert int(page.locator("#shown").inner_text().replace(".", "")) == int(before.replace(".", "")) - 1
    page.evaluate("localStorage.clear()")


def test_a_hostile_title_stays_text_and_nothing_overflows(page):
    page.locator("#open").click()
    assert page.evaluate("window.hacked") is None
    assert page.get_by_text(HOSTILE).first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_open_groups_are_whole_and_controls_are_gone(page):
    page.locator("[data-rule=fee_zero_with_amount] summary").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect_shown(page, MANY)
    expect(page.locator("form")).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect_shown(page, 50)


def test_the_page_is_accessible(page):
    page.locator("#open").click()
    violations = Axe().run(page).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"][:80]) for found in violations] == []
