"""The page behind the address: everything, escaped, not cached; nothing for a wrong or an old address."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.web_privacy import WebPrivacy
from bot.hub.limits import Rate
from bot.hub.tables import MESSAGE
from bot.privacy.correcting import Copies
from bot.privacy.notice import NoticeFacts, notice_page
from tests.integration.privacy.conftest import CANARY, fill


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'operations.db'}"


@pytest_asyncio.fixture
async def client(desk, database, clock):
    app = web.Application()
    facts = NoticeFacts("Chị Lan <1022>", {"MOTCUA_CONVERSATION_KEPT_DAYS": 30, "MOTCUA_FEEDBACK_KEPT_DAYS": 60}, True)
    pages = WebPrivacy(desk, facts, Copies(lambda: database, clock), Rate(burst=6, per_second=0.001))
    app.router.add_get("/privacy", pages.notice)
    app.router.add_get("/privacy/{secret}", pages.get)
    app.router.add_post("/privacy/{secret}", pages.fetch)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_page_and_file_show_all_that_is_held(client, desk, known, database, clock):
    me = await known()
    nasty = {"conversation_id": me.id, "seq": 2, "role": "assistant", "content": {"text": "<script>alert(1)</script>"}}
    await database.write(lambda connection: fill(connection, MESSAGE, **nasty))
    _, secret = await desk.see(me.sender)
    page = await client.get(f"/privacy/{secret}")
    text = await page.text()
    assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
    assert CANARY in text
    assert "<script" not in text
    assert "PA-2611-000001" in text
    file = await client.get(f"/privacy/{secret}?format=json")
    body = json.loads(await file.text())
    assert "attachment" in file.headers["Content-Disposition"]
    assert {one["name"] for one in body["classes"]} >= {"conversation", "petition", "zalo"}
    clock.pass_by(minutes=16)
    assert (await client.get(f"/privacy/{secret}")).status == 404


async def test_guessing_shows_nothing_and_is_slowed_down(client):
    visitor = {"X-Forwarded-For": "203.0.113.7"}
    answers = [await client.get(f"/privacy/{'x' * 43}", headers=visitor) for _ in range(7)]
    assert [answer.status for answer in answers] == [404] * 6 + [429]
    assert "không dùng được nữa" in await answers[0].text()


async def test_the_notice_says_what_this_installation_does(client, desk, known):
    text = await (await client.get("/privacy")).text()
    assert "Chị Lan &lt;1022&gt;" in text
    assert "30 ngày sau tin cuối" in text
    assert "60 ngày sau khi xong" in text
    assert "máy chủ của Zalo" in text
    for days in ("2 ngày làm việc", "10 ngày", "15 ngày", "20 ngày"):  # decree 356/2025, article 5
        assert days in text
    assert "{" not in text.partition("</style>")[2]
    me = await known()
    _, secret = await desk.see(me.sender)
    assert "30 ngày sau tin cuối" in await (await client.get(f"/privacy/{secret}")).text()


async def test_the_policy_allows_the_style_of_the_page_and_nothing_else(client, desk, known):
    _, secret = await desk.see((await known()).sender)
    for path in ("/privacy", f"/privacy/{secret}"):
        answer = await client.get(path)
        style = (await answer.text()).partition("<style>")[2].partition("</style>")[0]
        named = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = answer.headers["Content-Security-Policy"]
        assert policy.split("; ")[:2] == ["default-src 'none'", f"style-src 'sha256-{named}'"]
        assert "unsafe" not in policy


def test_every_heading_of_the_notice_has_an_address_and_the_list_leads_to_them():
    text = notice_page(NoticeFacts("", {}, zalo=True))
    heads = re.findall(r"<h[23]([^>]*)>", text)
    ids = re.findall(r'id="([^"]+)"', text)
    assert all(head.startswith(' id="') for head in heads)
    assert len(ids) == len(set(ids))
    leads = re.findall(r'href="#([^"]+)"', text)
    assert set(leads) <= set(ids)
    assert len(leads) == text.count("<h2 ")


def test_without_a_name_the_notice_says_so_and_speaks_of_zalo_only_where_it_is():
    text = notice_page(NoticeFacts("", {}, zalo=False))
    assert "chưa được công bố" in text
    assert "máy chủ của Zalo" not in text
