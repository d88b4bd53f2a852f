"""The door: sessions, lockout, forms of other pages, where one is led, first passwords, the second factor."""

from __future__ import annotations

import time

import pyotp
import pytest

from bot.staff.models import Role
from bot.staff.people import PersonDraft
from tests.integration.console.conftest import PASSWORD


async def test_nothing_is_shown_without_a_session(open_browser):
    browser = open_browser()
    for path in ("/desk", "/desk/", "/desk/petitions", "/desk/audit", "/desk/account"):
        assert await browser.get(path) == 303
        assert browser.location == f"/desk/sign-in?next={path}"
        assert browser.body == "303: See Other"


async def test_who_is_signed_out_while_a_part_is_asked_for_comes_back_to_the_page(open_browser):
    browser, part = open_browser(), {"HX-Request": "true"}
    assert await browser.get("/desk/talks/count", part | {"Referer": f"{browser.url}/desk/petitions?late=1"}) == 303
    assert browser.location == "/desk/sign-in?next=/desk/petitions?late%3D1"
    assert await browser.get("/desk/talks/count", part) == 303
    assert browser.location == "/desk/sign-in?next=/desk/"


async def test_signing_in_makes_a_new_secret_and_leads_on(add, open_browser):
    await add("canbo", Role.OFFICER)
    browser = open_browser()
    browser.keep("planted-by-somebody")
    assert await browser.sign_in("canbo", target="%2Fdesk%2Fpetitions%3Flate%3D1") == 303
    assert browser.location == "/desk/petitions?late=1"
    first = browser.cookie
    assert first != "planted-by-somebody"
    assert len(first) > 40
    set_cookie = browser.headers.getall("Set-Cookie")
    assert any("motcua_desk=" in one and "HttpOnly" in one and "SameSite=Lax" in one for one in set_cookie)
    assert await browser.sign_in("canbo") == 303
    assert browser.cookie != first
    other = open_browser()
    other.keep(first)
    assert await other.get("/desk/petitions") == 303  # the session before it ended in the database, too


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/desk/",
        "//evil.example/desk",
        "/\\evil.example",
        "/desk/../evil",
        "/desk//evil.example",
        "x",
    ],
)
async def test_nobody_is_led_elsewhere(add, open_browser, target):
    await add("canbo", Role.OFFICER)
    browser = open_browser()
    await browser.get("/desk/sign-in")
    assert await browser.post("/desk/sign-in", name="canbo", password=PASSWORD, code="", next=target) == 303
    assert browser.location == "/desk/"


async def test_wrong_name_and_wrong_password_are_told_the_same(add, open_browser):
    await add("canbo", Role.OFFICER)
    browser = open_browser()
    said = []
    for name, password in (("canbo", "sai-mật-khẩu-rồi"), ("khongco", PASSWORD)):
        assert await browser.sign_in(name, password) == 401
        said.append(browser.body.replace(name, "…").replace(browser.token, "…"))
    assert said[0] == said[1]
    assert browser.cookie is None


async def test_five_wrong_tries_lock_out_also_the_right_password(add, open_browser, services):
    await add("canbo", Role.OFFICER)
    browser = open_browser()
    for _ in range(5):
        assert await browser.sign_in("canbo", "sai-mật-khẩu-rồi") == 401
    assert await browser.sign_in("canbo") == 429
    other = open_browser()  # another browser, the same count: it is in the database
    assert await other.sign_in("canbo") == 429
    assert "Sai quá nhiều lần" in other.body
    rows = await services.staff.audit.read()
    assert [row.deed.value for row in rows][:5] == ["sign_in_failed"] * 5


async def test_a_form_of_another_page_signs_nobody_in(add, open_browser):
    await add("canbo", Role.OFFICER)
    browser = open_browser()
    await browser.get("/desk/sign-in")
    fields = {"name": "canbo", "password": PASSWORD, "code": "", "next": ""}
    assert await browser.post("/desk/sign-in", csrf="", **fields) == 403
    await browser.get("/desk/sign-in")
    assert await browser.post("/desk/sign-in", headers={"Sec-Fetch-Site": "cross-site"}, **fields) == 403
    assert await browser.post("/desk/sign-in", headers={"Origin": "https://evil.example"}, **fields) == 403
    assert browser.cookie is None


async def test_forms_need_the_token_of_their_session(officer, enter, services):
    other = await enter("khac", Role.OFFICER, display_name="Người Khác")
    await other.get("/desk/account")
    await officer.get("/desk/account")
    token = officer.token
    for given, headers in (
        ("", None),
        ("0" * 64, None),
        (other.token, None),
        (token, {"Sec-Fetch-Site": "same-site"}),
        (token, {"Origin": "https://evil.example"}),
    ):
        assert await officer.post("/desk/sign-out", csrf=given or "x", headers=headers) == 403
        assert "Không được phép" in officer.body
    assert await officer.get("/desk/account") == 200
    assert await officer.post("/desk/sign-out", csrf=token) == 303
    assert await officer.get("/desk/account") == 303


async def test_a_session_that_is_revoked_ends_at_once(officer, services):
    assert await officer.get("/desk/petitions") == 200
    person = await services.staff.people.find("canbo")
    assert await services.staff.service.revoke_all(person, "command") == 1
    assert await officer.get("/desk/petitions") == 303


async def test_who_is_disabled_is_out_and_stays_out(officer, administrator, services):
    await administrator.get("/desk/people/canbo")
    assert await administrator.post("/desk/people/canbo/disable") == 303
    assert await officer.get("/desk/petitions") == 303
    assert await officer.sign_in("canbo") == 401


async def test_roles_hold_from_the_next_request_on(officer, administrator):
    assert await officer.get("/desk/people") == 403
    await administrator.get("/desk/people/canbo")
    fields = {"display_name": "Nguyễn canbo", "role": "editor", "unit": "city"}
    assert await administrator.post("/desk/people/canbo", **fields) == 303
    assert await officer.get("/desk/petitions") == 403
    assert await officer.get("/desk/feedback") == 200


async def test_a_given_password_is_changed_first(services, open_browser):
    draft = PersonDraft("moi", "Người Mới", frozenset({Role.OFFICER}), ("city",))
    given = await services.staff.people.add(draft, "command")
    browser = open_browser()
    assert await browser.sign_in("moi", given) == 303
    assert browser.location == "/desk/account"
    assert await browser.get("/desk/petitions") == 303
    assert browser.location == "/desk/account"
    await browser.get("/desk/account")
    for new, said in (("ngắn", "ít nhất 12"), ("matkhau123456", "dễ đoán"), (given, "phải khác")):
        assert await browser.post("/desk/account/password", old=given, new=new) == 422
        assert said in browser.body
    assert await browser.post("/desk/account/password", old="sai", new=PASSWORD) == 422
    assert await browser.post("/desk/account/password", old=given, new=PASSWORD) == 303
    assert await browser.get("/desk/petitions") == 200


async def test_the_second_factor_is_asked_for_and_each_code_is_good_once(officer, open_browser):
    await officer.get("/desk/account")
    assert await officer.post("/desk/account/totp") == 200
    secret = officer.body.partition("<code>")[2].partition("</code>")[0]
    assert await officer.post("/desk/account/totp/confirm", code="000000") == 422
    now = pyotp.TOTP(secret)
    used = now.now()
    assert await officer.post("/desk/account/totp/confirm", code=used) == 303
    browser = open_browser()
    assert await browser.sign_in("canbo") == 401
    assert await browser.sign_in("canbo", code=used) == 401  # it was used to switch it on
    following = now.at(int(time.time()) + 30)
    assert await browser.sign_in("canbo", code=following) == 303
    again = open_browser()
    assert await again.sign_in("canbo", code=following) == 401
    await officer.get("/desk/account")
    assert await officer.post("/desk/account/totp/end", password="sai") == 422
    assert await officer.post("/desk/account/totp/end", password=PASSWORD) == 303
    assert await again.sign_in("canbo") == 303


async def test_one_sees_and_ends_only_ones_own_sessions(officer, enter, services):
    other = await enter("khac", Role.OFFICER, display_name="Người Khác")
    person = await services.staff.people.find("khac")
    (session,) = await services.staff.service.sessions(person)
    await officer.get("/desk/account")
    assert session.id not in officer.body
    assert await officer.post("/desk/account/sessions", session=session.id) == 303
    assert await other.get("/desk/petitions") == 200


async def test_every_answer_carries_the_headers(officer):
    for path in ("/desk/petitions", "/desk/nothing-here", "/desk/sign-in"):
        await officer.get(path)
        policy = officer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'none'" in policy
        assert officer.headers["Cache-Control"] == "no-store"
        assert officer.headers["X-Content-Type-Options"] == "nosniff"
        assert "<script>" not in officer.body
        assert " style=" not in officer.body


async def test_an_unknown_page_is_a_kind_page(officer):
    assert await officer.get("/desk/khong-co") == 404
    assert "Không tìm thấy" in officer.body
    assert await officer.post("/desk/petitions") == 404
