"""The field for a reply: what is typed while one is on its way is kept, and what did not arrive too."""

from __future__ import annotations

import time

import pytest
from chat import messages
from playwright.sync_api import expect
from test_console import SIZES, Desk, faults_of
from test_desk_talk import citizen, on_duty, picture, put_in_queue

FIRST, THEN = "Chào anh/chị ạ.", " Mai anh/chị"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    found = Desk(tmp_path_factory.mktemp("reply"))
    yield found
    found.close()


def talk(open_context, desk, **options):
    """An officer's page with a talk in hand, and the citizen's; no request of the officer's is held up yet."""
    officer = on_duty(open_context(**options).new_page(), desk)
    person = citizen(open_context, desk)
    officer.goto(f"{desk.url}/desk/conversations/{put_in_queue(desk)}")
    officer.get_by_role("button", name="Nhận", exact=True).click()
    officer.wait_for_url("**done=handed_claim*", wait_until="load")  # keys mean nothing before the scripts are there
    return officer, person, officer.get_by_label("Trả lời người dân")


def hold_up(officer):
    """Keep the next reply on its way until `continue_` or `abort` is called on what is returned.

    A key that is pressed while the page is being brought up to date may go nowhere; then it is pressed again.
    """
    held = []
    officer.route("**/reply", lambda route: held.append(route), times=1)
    for _ in range(6):
        officer.get_by_label("Trả lời người dân").press("Control+Enter")
        again = time.monotonic() + 5
        while not held and time.monotonic() < again:
            officer.wait_for_timeout(20)
        if held:
            return held[0]
    raise AssertionError("no reply was sent")


def where(field) -> list[int]:
    return field.evaluate("one => [document.activeElement === one, one.selectionStart, one.selectionEnd]")


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("phone", "dark"), ("laptop", "dark")])
def test_what_is_typed_while_a_reply_is_on_its_way_is_kept(open_context, desk, size, scheme, tmp_path):
    officer, person, reply = talk(open_context, desk, viewport=SIZES[size], color_scheme=scheme)
    reply.fill(FIRST)
    on_its_way = hold_up(officer)
    reply.press_sequentially(THEN)
    for _ in range(3):
        officer.keyboard.press("ArrowLeft")
    on_its_way.continue_()
    expect(messages(person, "officer")).to_have_text([FIRST])
    expect(reply).to_have_value(THEN)
    assert where(reply) == [True, len(THEN) - 3, len(THEN) - 3]
    expect(officer.get_by_role("button", name="Gửi")).to_be_enabled()
    reply.press("End")
    officer.keyboard.type(" nhớ mang <giấy tờ>")
    officer.keyboard.press("Control+Enter")  # a blank is left: it does not go
    expect(officer.locator("#reply-fault")).to_contain_text("<")
    expect(reply).to_have_value(f"{THEN} nhớ mang <giấy tờ>")
    assert where(reply)[0]
    assert faults_of(officer) == []
    assert officer.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    picture(officer, f"reply-refused-{size}-{scheme}", tmp_path)
    reply.fill("Mai nhớ mang giấy tờ.")
    officer.keyboard.press("Control+Enter")
    expect(messages(person, "officer")).to_have_text([FIRST, "Mai nhớ mang giấy tờ."])
    expect(officer.locator("#reply-fault")).to_be_empty()
    officer.reload()
    expect(reply).to_have_value("")  # and the draft of what was sent is gone


def test_a_second_reply_goes_after_the_first_and_none_goes_twice(open_context, desk):
    officer, person, reply = talk(open_context, desk)
    reply.fill(FIRST)
    on_its_way = hold_up(officer)
    officer.keyboard.press("Control+Enter")  # impatient
    officer.keyboard.press("Control+Enter")
    on_its_way.continue_()
    expect(reply).to_have_value("")
    reply.fill("Câu hai.")
    on_its_way = hold_up(officer)
    officer.keyboard.press("Control+a")
    officer.keyboard.type("Câu ba.")
    officer.keyboard.press("Control+Enter")
    on_its_way.continue_()
    expect(messages(person, "officer")).to_have_text([FIRST, "Câu hai.", "Câu ba."])
    expect(reply).to_have_value("")


def test_what_did_not_arrive_is_still_there_with_what_was_typed_since(open_context, browser, desk):
    watched, person, _ = talk(open_context, desk)
    # Not watched for faults: the browser and htmx write this one to the console.
    context = browser.new_context(storage_state=watched.context.storage_state())
    officer = context.new_page()
    officer.goto(watched.url)
    reply = officer.get_by_label("Trả lời người dân")
    reply.fill(FIRST)
    on_its_way = hold_up(officer)
    reply.press_sequentially(THEN)
    on_its_way.fulfill(status=503, body="")
    expect(officer.get_by_text("Chưa gửi được")).to_be_visible()
    expect(reply).to_have_value(FIRST + THEN)
    officer.get_by_role("button", name="Gửi").click()
    expect(messages(person, "officer")).to_have_text([FIRST + THEN])
    expect(officer.get_by_text("Chưa gửi được")).to_be_hidden()
    expect(reply).to_have_value("")
    context.close()


def test_a_talk_that_ended_meanwhile_takes_nothing_away(open_context, desk):
    officer, person, reply = talk(open_context, desk)
    reply.fill(FIRST)
    on_its_way = hold_up(officer)
    other = officer.context.new_page()
    other.goto(officer.url)
    other.locator("#step-give_back summary").click()
    other.locator("#step-give_back").get_by_role("button", name="Trả cho trợ lý").click()
    expect(person.locator("mot-cua-chat")).to_contain_text("chuyển lại cho trợ lý")
    reply.press_sequentially(THEN)
    on_its_way.continue_()
    expect(officer.locator("#fault-reply")).to_be_visible()
    expect(reply).to_have_value(FIRST + THEN)
    expect(messages(person, "officer")).to_have_count(0)


def test_a_word_that_an_input_method_composes_is_not_torn(open_context, desk):
    officer, person, reply = talk(open_context, desk)
    reply.fill(FIRST)
    on_its_way = hold_up(officer)
    typing = officer.context.new_cdp_session(officer)
    typing.send("Input.imeSetComposition", {"text": "được", "selectionStart": 4, "selectionEnd": 4})
    on_its_way.continue_()
    expect(messages(person, "officer")).to_have_text([FIRST])
    expect(reply).to_have_value(f"{FIRST}được")  # the word is not done
    typing.send("Input.insertText", {"text": "được"})
    expect(reply).to_have_value("được")


def test_without_scripts_a_reply_goes_and_what_was_refused_is_kept(open_context, desk):
    officer, person, _ = talk(open_context, desk)
    plain = open_context(java_script_enabled=False).new_page()
    plain.context.add_cookies(officer.context.cookies())
    plain.goto(officer.url)
    field = plain.get_by_label("Trả lời người dân")
    field.fill("Mang <giấy tờ> ạ.")
    plain.get_by_role("button", name="Gửi").click()
    expect(plain.locator("#fault-reply")).to_be_visible()
    expect(field).to_have_value("Mang <giấy tờ> ạ.")
    field.fill("Mang căn cước ạ.")
    plain.get_by_role("button", name="Gửi").click()
    expect(plain.locator("[data-done]")).to_be_visible()
    expect(messages(person, "officer")).to_have_text(["Mang căn cước ạ."])
    expect(field).to_have_value("")
