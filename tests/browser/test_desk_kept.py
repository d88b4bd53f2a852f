"""The console's pages bring themselves up to date under an officer's hands: no key, press or word is lost by it."""

from __future__ import annotations

import pytest
from chat import messages
from playwright.sync_api import Page, expect
from test_console import Desk
from test_desk_talk import citizen, on_duty, put_in_queue
from test_live_talks import OFF, hold, in_store

from bot.staff.switches import Switches

FRESH = """id => new Promise((done) => {
  const heard = () => { document.removeEventListener("htmx:afterSettle", heard); done(); };
  document.addEventListener("htmx:afterSettle", heard);
  htmx.trigger(document.getElementById(id), "live");
})"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    found = Desk(tmp_path_factory.mktemp("kept"))
    in_store(found, lambda database, clock: Switches(lambda: database, clock).set(*OFF))
    yield found
    found.close()


@pytest.fixture
def officer(open_context, desk):
    return on_duty(open_context().new_page(), desk)


def refresh(page: Page, region: str) -> None:
    """What the live signal does."""
    page.evaluate(FRESH, region)


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.tagName")


def test_a_button_of_the_queue_keeps_the_focus(open_context, desk, officer):
    citizen(open_context, desk)
    request = put_in_queue(desk)
    officer.goto(f"{desk.url}/desk/queue")
    row = officer.locator("li", has=officer.locator(f"#row-{request}"))
    row.get_by_role("button").focus()
    refresh(officer, "queue")
    officer.keyboard.press("Enter")
    expect(officer.locator("#reply-text")).to_be_visible()


def test_a_row_that_goes_leaves_its_place_to_the_keys(open_context, desk, officer):
    requests = []
    for number in range(3):
        citizen(open_context, desk, f"Câu {number}")
        requests.append(put_in_queue(desk, f"Câu {number}"))
    officer.goto(f"{desk.url}/desk/queue")
    rows = officer.locator("[data-row]")
    before = rows.evaluate_all("all => all.map((one) => one.id)")
    at = before.index(f"row-{requests[1]}")
    rows.nth(at).focus()
    other = officer.context.new_page()
    other.goto(f"{desk.url}/desk/queue")
    other.locator("li", has=other.locator(f"#row-{requests[1]}")).get_by_role("button").click()
    expect(other.locator("#reply-text")).to_be_visible()
    expect(officer.locator(f"#row-{requests[1]}")).to_have_count(0)
    officer.keyboard.press("n")  # meant for the one that went: takes no other
    officer.wait_for_timeout(300)
    assert officer.url.endswith("/desk/queue")
    officer.keyboard.press("j")
    assert focused(officer) == before[at + 1]


def test_a_press_that_a_refresh_falls_into_counts_once(open_context, desk, officer):
    citizen(open_context, desk)
    request = put_in_queue(desk)
    officer.goto(f"{desk.url}/desk/queue")
    button = officer.locator("li", has=officer.locator(f"#row-{request}")).get_by_role("button")
    button.hover()
    officer.mouse.down()
    officer.evaluate("htmx.trigger(document.getElementById('queue'), 'live')")
    officer.wait_for_timeout(1000)
    officer.mouse.up()
    expect(officer.locator("#reply-text")).to_be_visible()


def test_approving_keeps_its_focus_and_words_stay_with_their_answer(open_context, desk, officer):
    person = citizen(open_context, desk)
    hold(desk, "Câu thứ nhất ạ.")
    officer.goto(f"{desk.url}/desk/talks")
    officer.locator("[data-row]").first.click()
    officer.get_by_role("button", name="Duyệt và gửi").focus()
    refresh(officer, "state")
    officer.keyboard.press("Enter")
    expect(messages(person, "assistant")).to_have_text(["Câu thứ nhất ạ."])
