"""Answers of Zalo's interface that others recorded or quoted, each read by the client that meets them in life."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.errors import ZaloDownError, ZaloPayloadError, ZaloRefusedError
from bot.zalo.client import Sent, ZaloClient, ZaloHosts, read_answer
from bot.zalo.codes import Remedy, known_codes, meaning_of, template_meaning_of
from bot.zalo.events import EventKind, read_body, read_event
from bot.zalo.oauth import OAuth

pytestmark = pytest.mark.asyncio


class Tokens:
    async def current(self):
        return "token"

    async def renew(self, refused):
        return "token"


@pytest.fixture
def api(shared_data):
    folder = shared_data / "zalo" / "api"
    if not folder.is_dir():
        pytest.skip("no recorded answers of Zalo's")
    return folder


@asynccontextmanager
async def answering(body):
    """A client whose every call is answered with `body`; yields client, host and the paths that were asked."""
    asked = []

    async def answer(request):
        asked.append(request.path)
        await request.read()
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    client = ZaloClient(ZaloHosts(host, host, host), Tokens())
    try:
        yield client, host, asked
    finally:
        await client.close()
        await runner.cleanup()


async def test_what_sending_is_answered(api):
    wanted = {
        "send_cs_ok": Sent("63ecf43f0df7dba892e6", "reply", 8),
        "send_cs_ok_minimal": Sent("mid_1"),
        "zbs_uid_send_ok": Sent("a4d0243feee163bd3af2", "purchase_quota", 4821),
        "zns_phone_send_ok": Sent("a4d0243feee163bd3af2", "", 499),
    }
    calls = {
        "zbs_uid_send_ok": lambda client: client.send_template("1", "12345", {"code": "x"}),
        "zns_phone_send_ok": lambda client: client.send_template_to_phone("84987654321", "12345", {}, "t1"),
    }
    for name, sent in wanted.items():
        async with answering((api / f"{name}.json").read_bytes()) as (client, _, _asked):
            call = calls.get(name, lambda client: client.send("1", {"text": "chào"}))
            assert await call(client) == sent, name


async def test_quotas_uploads_and_messages_are_read(api):
    async with answering((api / "quota_user_recorded.json").read_bytes()) as (client, _, _asked):
        assert (await client.quota_of("1"))["last_interaction"] == "1712765640000"
    async with answering((api / "quota_user_docs.json").read_bytes()) as (client, _, _asked):
        assert (await client.quota_of("1"))["cs_reply"] == {"remain": 8, "total": 8}
    async with answering((api / "quota_oa_recorded.json").read_bytes()) as (client, _, _asked):
        (row,) = await client.quota_of_account()
        assert (row["quota_type"], row["remain"]) == ("sub_quota", 1997)
    async with answering((api / "upload_image_ok.json").read_bytes()) as (client, _, _asked):
        assert await client.upload("image", b"x", "a.jpg") == "wESbL53O_shdvIPILC7iR_JpC552r_fjukKg"
    item = json.loads((api / "conversation_item.json").read_bytes())
    async with answering(json.dumps({"error": 0, "data": [item]}).encode()) as (client, _, _asked):
        (recent,) = await client.recent("1")
        assert (recent.message_id, recent.ours, recent.text, recent.at) == (
            "92e5d851aa8178dd2192",
            False,
            "Chào shop",
            1619401853770,
        )


async def test_templates_and_their_receipts_are_read(api):
    async with answering((api / "zns_template_info.json").read_bytes()) as (client, _, asked):
        found = await client.template_info("12345")
        assert (found.template_id, found.enabled, found.price_by_id, found.price_by_phone) == ("12345", True, 560, 800)
        assert found.parameters == {"payment_link": 30}
        assert asked == ["/template/info/v2"]
    async with answering((api / "zns_status.json").read_bytes()) as (client, _, asked):
        assert await client.template_status("a4d0243feee163bd3af2") == 1
        assert asked == ["/message/status"]


async def test_people_are_read_in_both_versions(api):
    """The client asks nobody's profile; that its reader bears them keeps the door open."""
    for name, wanted in (
        ("user_detail_v3", "4572947693969771653"),
        ("user_profile_v2_recorded", "4400000000000000014"),
    ):
        assert read_answer(200, (api / f"{name}.json").read_bytes())["user_id"] == wanted


async def test_every_quoted_error_has_a_row_and_is_raised(api):
    for answer in json.loads((api / "errors_oa.json").read_bytes()):
        assert answer["error"] in known_codes()
        async with answering(json.dumps(answer).encode()) as (client, _, asked):
            with pytest.raises(ZaloRefusedError) as caught:
                await client.send("1", {"text": "chào"})
        assert caught.value.context["zalo_code"] == answer["error"]
        assert len(asked) == (2 if meaning_of(answer["error"]).remedy is Remedy.REFRESH else 1)


async def test_a_template_token_error_is_tried_once_with_another_token(api):
    async with answering((api / "zns_error_token.json").read_bytes()) as (client, _, asked):
        with pytest.raises(ZaloRefusedError) as caught:
            await client.send_template_to_phone("84987654321", "12345", {}, "t1")
    assert caught.value.context["zalo_code"] == -124
    assert template_meaning_of(-124).remedy is Remedy.REFRESH
    assert len(asked) == 2


async def test_tokens_and_refusals_of_the_token_host(api):
    async with answering((api / "token_ok.json").read_bytes()) as (_, host, _asked):
        pair = await OAuth(host, "1", "s").refresh("RT")
        assert (pair.access, pair.refresh, pair.seconds) == ("AT", "RT", 90000)
    for name, code in (("token_error_invalid_refresh", -14014), ("token_error_redirect", -14003)):
        async with answering((api / f"{name}.json").read_bytes()) as (_, host, _asked):
            with pytest.raises(ZaloRefusedError) as caught:
                await OAuth(host, "1", "s").refresh("RT")
            assert caught.value.context["zalo_code"] == code


async def test_what_another_product_sends_is_no_event_and_no_answer(api):
    body = (api / "bot_platform_update.json").read_bytes()
    with pytest.raises(ZaloDownError):
        read_answer(200, body)
    try:
        event = read_event(read_body(body), body)
    except ZaloPayloadError:
        return
    assert event.kind is EventKind.OTHER


async def test_none_of_the_recorded_answers_is_left_out(api):
    from pathlib import Path

    here = Path(__file__).read_text("utf-8")
    missing = [file.stem for file in api.glob("*.json") if f'"{file.stem}' not in here and f"{file.name}" not in here]
    assert missing == []
