"""Every route of the console, as its table stands: roles, other units' things, forms of other pages, headers, markup.

A route that comes later is walked, too: one with a name in its address that this file does not know fails.
"""

from __future__ import annotations

import re
import uuid
from html.parser import HTMLParser

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import update

from bot.cases.desk import LATE_WITHOUT_NOTICE
from bot.cases.models import CaseState, CaseStatus
from bot.console.app import routes
from bot.feedback.models import RatedTurn, Rating, Reason, Thumb
from bot.feedback.store import rate
from bot.handoff.models import Officer
from bot.hub.tables import CONVERSATION
from bot.ops.clock import SystemClock
from bot.referrals.models import About
from bot.staff.models import Feature, Role
from bot.tuning.models import Setting
from tests.fixtures.petitions import draft
from tests.integration.console.conftest import WARD

OTHER_WARD = "26743"
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7919*7907 }}"
WORKED_OUT = str(7919 * 7907)
EVIL = "https://evil.example/desk/x"
ROUTES = [route for route in routes() if route.method in ("GET", "POST") and "static" not in route.path]
HOLES = re.compile(r"\{(\w+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")
STREAM = "/live"
"""Never ends; its own tests are in test_live_stream.py."""


@pytest.fixture
def database_url(tmp_path):
    """One engine is enough: what is walked here lies above the databases."""
    return f"sqlite:///{tmp_path / 'data' / 'operations.db'}"


@pytest_asyncio.fixture
async def world(hub, services):
    """One of everything, each of one ward or of the support team, full of markup; what addresses name it by."""
    entry, talk = await hub.hub.enter("web", None), await hub.hub.enter("web", None)
    for one in (entry, talk):
        await hub.hub.say(one.conversation.id, "c1", HOSTILE)
    of_ward = update(CONVERSATION).values(unit=WARD)
    await hub.database.write(lambda connection: connection.execute(of_ward))
    holder = Officer(str(uuid.uuid4()), "Người giữ", (WARD,))
    request = await hub.ownership.step_in(entry.conversation.id, holder, HOSTILE)
    await hub.ownership.note(request.id, holder, HOSTILE)
    petition = await services.petitions.service.lodge(draft(content=HOSTILE * 2, sender_name=HOSTILE))
    status = CaseStatus("H29.12-261103-0077", CaseState.PROCESSING, unit="UBND phường Nơi Khác", title=HOSTILE)
    turn = RatedTurn("c-1", 1, "web", "1.001193", "v1", ("fees",), question=HOSTILE)
    kept = await services.feedback._database().write(
        rate, SystemClock().now(), turn, Rating(Thumb.DOWN, Reason.UNCLEAR, HOSTILE)
    )
    reply = await services.desk.replies.add(str(uuid.uuid4()), WARD, "chao", HOSTILE, HOSTILE, HOSTILE[:60])
    help_wanted = await services.referrals.requests.begin("web-7", About(), WARD)
    referral, _ = await services.referrals.requests.send("web-7", help_wanted.id)
    await services.staff.tuner.change(Setting.CLOSED_NOTE, "", HOSTILE, 0, HOSTILE, HOSTILE)
    await services.staff.switches.set(Feature.ASSISTANT, True, HOSTILE, HOSTILE, HOSTILE)
    await services.staff.switches.set(Feature.ASSISTANT, False, "", HOSTILE, HOSTILE)
    return {
        "/queue": {"id": request.id},
        "/talks": {"id": talk.conversation.id, "seq": "1", "place": "1", "step": "approve"},
        "/mentions": {"note": str(uuid.uuid4()), "way": "read"},
        "/approval": {"way": "on"},
        "/privacy": {"receipt": "DL-ABC234", "way": "done", "number": "1"},
        "/conversations": {"id": request.id, "seq": "1", "place": "1", "step": "reply"},
        "/petitions": {"code": petition.code, "place": "1", "step": "receive"},
        "/cases": {"id": (await services.cases.follow_up(status, LATE_WITHOUT_NOTICE)).id},
        "/referrals": {"reference": referral.reference, "step": "confirm"},
        "/feedback": {"reference": kept.reference, "step": "dismiss"},
        "/review": {"conversation": entry.conversation.id, "seq": "1", "id": str(uuid.uuid4())},
        "/replies": {"id": reply.id},
        "/people": {"name": "quantri"},
        "/switches": {"feature": "assistant", "way": "off"},
        "/settings": {"name": "closed_note"},
    }


def address_of(route, world):
    """A route's address with its names filled in."""
    area = f"/{route.path.split('/')[1]}" if route.path else ""
    return "/desk" + HOLES.sub(lambda hole: world[area][hole.group(1)], route.path)


def check_headers(browser, address):
    """What every answer carries, also one that leads on or refuses."""
    policy = browser.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy, address
    assert "default-src 'none'" in policy, address
    assert "unsafe" not in policy, address
    assert browser.headers["X-Frame-Options"] == "DENY", address
    assert browser.headers["X-Content-Type-Options"] == "nosniff", address
    assert "no-store" in browser.headers["Cache-Control"], address
    assert browser.headers["Referrer-Policy"] in ("same-origin", "no-referrer"), address
    assert browser.headers["Cross-Origin-Opener-Policy"] == "same-origin", address


class Markup(HTMLParser):
    """Reads a page as a browser does, and notes what no page of ours has."""

    def __init__(self):
        super().__init__()
        self.faults = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        inline = (tag == "script" and "src" not in given) or tag in ("style", "iframe", "object", "base")
        if inline or any(name.startswith("on") or name == "style" for name in given) or given.get("src") == "x":
            self.faults.append((tag, attributes))
        if any(
            str(given.get(name, "")).strip().lower().startswith("javascript:") for name in ("href", "src", "action")
        ):
            self.faults.append((tag, attributes))


def check_words(browser, address):
    """Nothing that somebody wrote is markup, nothing is inline, nothing is worked out."""
    found = Markup()
    found.feed(browser.body)
    assert found.faults == [], address
    assert WORKED_OUT not in browser.body, address


async def test_without_a_session_nothing_opens_and_nobody_is_led_elsewhere(open_browser, world):
    browser, walked = open_browser(), 0
    for route in ROUTES:
        address = address_of(route, world)
        if route.handler.access.public:
            continue
        if route.method == "GET":
            status = await browser.get(address)
        else:
            status = await browser.post(address, csrf="x", headers={"Referer": EVIL}, text="x", reason="không được")
        assert status == 303, address
        assert re.match(r"/desk/sign-in\?next=(%2Fdesk|/desk)", browser.location), browser.location
        assert "evil" not in browser.location
        check_headers(browser, address)
        walked += 1
    assert walked == len([route for route in ROUTES if not route.handler.access.public])


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_opens_its_own_and_nothing_else(enter, world, role):
    """Pages open with the role and not without it; what changes something is only tried where it is refused."""
    browser = await enter("aido", role, units=("city",), display_name=HOSTILE[:70])
    opened = refused = 0
    for route in ROUTES:
        access, address = route.handler.access, address_of(route, world)
        if access.public or route.path == STREAM:
            continue
        may = role is Role.ADMINISTRATOR or not access.roles or role in access.roles
        if route.method == "GET":
            status = await browser.get(address)
            if browser.token:
                token = browser.token
        elif may:
            continue
        else:
            status = await browser.post(address, csrf=token, text="x", reason="không được phép đâu")
        assert (status != 403) if may else (status == 403), (address, status)
        assert status < 500 or (status == 503 and "danh mục" in browser.body), address  # no catalogue is built here
        check_headers(browser, address)
        check_words(browser, address)
        opened, refused = opened + may, refused + (not may)
    assert opened >= 8
    assert refused >= 20 or role is Role.ADMINISTRATOR


async def test_no_form_of_another_page_changes_anything(administrator, enter, world, services):
    other = await enter("khac", Role.ADMINISTRATOR, display_name="Quản Trị Khác")
    await other.get("/desk/account")
    await administrator.get("/desk/account")
    token, foreign, walked = administrator.token, other.token, 0
    before = await services.staff.audit.read()
    for route in (one for one in ROUTES if one.method == "POST" and not one.handler.access.public):
        address = address_of(route, world)
        tries = [("x", {}), (foreign, {}), (token, {"Origin": "https://evil.example"})]
        tries += [(token, {"Sec-Fetch-Site": "cross-site"}), (token, {"Origin": "null"})]
        for csrf, headers in tries:
            assert await administrator.post(address, csrf=csrf, headers=headers, reason="không phải tôi") == 403, (
                address
            )
            check_headers(administrator, address)
        walked += 1
    assert walked >= 30
    assert await services.staff.audit.read() == before
    assert await administrator.get("/desk/account") == 200  # nor was anybody signed out


async def test_nothing_of_another_unit_opens_by_its_name(enter, world, services, hub):
    stranger = await enter("phuongkhac", Role.OFFICER, units=(OTHER_WARD,), display_name="Phường Khác")
    await stranger.get("/desk/account")
    token, walked, petition = stranger.token, 0, world["/petitions"]["code"]
    fields = {"text": "Tôi sửa của phường bạn.", "reason": "không được xem đâu", "outcome": "answered", "key": ""}
    for route in ROUTES:
        access = route.handler.access
        if not HOLES.search(route.path) or access.public or (access.roles and Role.OFFICER not in access.roles):
            continue
        address = address_of(route, world)
        if route.method == "GET":
            status = await stranger.get(address)
        else:
            status = await stranger.post(address, csrf=token, **fields)
        if address.startswith("/desk/cases/follow-ups"):  # answered as one that is over, or never was
            assert (status, stranger.location) == (303, "/desk/cases?done=follow_up_over")
        elif address.startswith("/desk/mentions"):  # marks a line of one's own, and there is none
            assert status == 303
        else:
            assert status == 404, (route.method, address)
        walked += 1
    assert walked >= 18
    desk = services.petitions.desk
    assert (await desk.get(petition))[0].person == ""
    assert len(await services.cases.open_follow_ups()) == 1
    assert (await hub.ownership.queue.get(world["/conversations"]["id"])).officer_name == "Người giữ"
    assert [one.id for one in await services.desk.replies.of((WARD,))] == [world["/replies"]["id"]]


async def test_a_file_in_place_of_words_breaks_nothing(administrator, world):
    """Its name is markup, its content no text; it is left out, whatever field it comes in."""
    await administrator.get("/desk/account")
    token, walked = administrator.token, 0
    for route in (one for one in ROUTES if one.method == "POST" and not one.handler.access.public):
        if route.path in ("/sign-out", "/account/sessions") or route.path.startswith("/people/{name}/"):
            continue  # need no words
        form = aiohttp.FormData()
        form.add_field("csrf", token)
        for name in ("text", "reason", "what", "value", "name", "outcome", "old", "code", "content", "title"):
            form.add_field(name, b"\xff\x00\xfe", filename=f"{HOSTILE}.png", content_type="image/png")
        address = address_of(route, world)
        status = await administrator._take(
            administrator.http.post(administrator.url + address, data=form, allow_redirects=False)
        )
        assert status < 500, (address, status)
        check_words(administrator, address)
        walked += 1
    assert walked >= 25


async def test_one_address_cannot_try_names_for_ever(open_browser):
    browser = open_browser()
    statuses = [await browser.sign_in(f"ten{number}", "sai-mật-khẩu-rồi") for number in range(24)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert statuses == sorted(statuses)
    assert browser.cookie is None
