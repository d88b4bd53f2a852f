"""Visitors that are broken, greedy or hostile; pages and their headers."""

from __future__ import annotations

import asyncio
import json
import uuid

import aiohttp
import pytest
from yarl import URL

from bot.channels.web import WebLimits
from bot.channels.web_pages import WidgetFiles
from bot.hub.conversations import ConversationStore
from bot.hub.limits import Rate
from bot.hub.wording import Wording
from tests.fixtures.web_widget import Closed, Widget

REFUSALS = Wording.load().refusals


@pytest.fixture
def database_url(tmp_path):
    """What is tested here does not depend on the database."""
    return f"sqlite:///{tmp_path / 'data' / 'operations.db'}"


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[]",
        "null",
        '{"type":7}',
        '{"type":"say","id":"x"}',
        '{"type":"say","id":"../x","text":"a"}',
        '{"type":"press","id":"a","seq":true,"button":0}',
        '{"type":"press","id":"a","seq":1,"button":-1}',
        '{"type":"press","id":"a","seq":99999999999,"button":0}',
        "[" * 8000,
    ],
)
async def test_malformed_frame_closes_the_socket_and_nothing_else(widget, new_widget, data):
    await widget.socket.send_str(data)
    with pytest.raises(Closed, match="1008"):
        await widget.receive()
    other = new_widget()
    await other.enter(widget.token)
    await other.say("vẫn chạy")
    await other.until("assistant")


async def test_binary_frame_is_refused(widget):
    await widget.socket.send_bytes(b"{}")
    with pytest.raises(Closed, match="1008"):
        await widget.receive()


async def test_unknown_frame_of_a_newer_widget_is_passed_over(widget):
    await widget.send(type="feedback", up=True)
    await widget.send(type="ping")
    await widget.next("pong")


async def test_frame_over_the_limit_is_refused(widget):
    await widget.socket.send_str(json.dumps({"type": "say", "id": "a", "text": "x" * 17_000}))
    with pytest.raises(Closed, match="1009"):
        await widget.receive()


async def test_giant_frame_is_refused_by_its_header_before_it_comes(widget):
    writer = widget.socket._writer.transport
    writer.write(b"\x81\xff" + (1 << 30).to_bytes(8, "big") + b"mask" + b"x" * 1000)
    with pytest.raises(Closed, match="1009"):
        await widget.receive(3)


async def test_foreign_origin_is_answered_403(new_widget):
    for origin in ("https://evil.example", "null", "", "file://", "https://portal.example.evil.example"):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await new_widget(origin=origin).open()


async def test_configured_origin_is_welcome(new_widget):
    portal = new_widget(origin="https://portal.example")
    assert (await portal.enter())["new"] is True


async def test_hello_must_come_first_and_soon(start_hub, session):
    async with start_hub(limits=WebLimits(hello_within=0.2)) as url:
        late, rude = Widget(session, url), Widget(session, url)
        await late.open()
        with pytest.raises(Closed, match="1008"):
            await late.receive(3)
        await rude.open()
        await rude.say("trước khi chào")
        with pytest.raises(Closed, match="1008"):
            await rude.receive(3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "empty"), (" \n\t", "empty"), ("\u200b\u200d", "empty"), ("\x00\x07", "empty"), ("a" * 2001, "too_long")],
)
async def test_empty_and_too_long_are_refused_kindly(widget, text, reason):
    client_id = await widget.say(text)
    refused = await widget.next("refused")
    assert refused == {
        "type": "refused",
        "id": client_id,
        "code": "MESSAGE_REFUSED",
        "text": REFUSALS[next(key for key in REFUSALS if key.value == reason)],
    }


async def test_two_thousand_letters_with_marks_pass(widget, rasa):
    text = "ế" * 2000
    await widget.say(text)
    await widget.until("assistant")
    assert rasa.texts() == [text]


async def test_nul_and_half_characters_do_not_reach_the_store(widget):
    await widget.socket.send_str('{"type":"say","id":"a","text":"a\\u0000b\\ud800c"}')
    assert (await widget.until("citizen"))["content"]["text"] == "abc"
    await widget.until("assistant")


async def test_writing_too_fast_is_refused_kindly_and_what_was_stored_stays_confirmed(widget):
    first = await widget.say("câu 0")
    for number in range(1, 14):
        await widget.say(f"câu {number}")
    refused = await widget.next("refused")
    await widget.say("câu 0", first)
    await widget.quiet(0.5)
    assert refused["text"] == REFUSALS[next(key for key in REFUSALS if key.value == "too_fast")]
    citizen = [frame for frame in widget.messages if frame["role"] == "citizen"]
    assert citizen[-1]["id"] == first or sum(frame["id"] == first for frame in citizen) == 2
    assert len({frame["seq"] for frame in citizen}) == 10
    seqs = sorted({frame["seq"] for frame in widget.messages})
    assert seqs == list(range(1, len(seqs) + 1))


async def test_one_address_is_limited_over_all_its_conversations(start_hub, rasa):
    limits = WebLimits(per_address=Rate(3, 0.01))
    async with start_hub(limits=limits) as url, aiohttp.ClientSession(headers={"X-Forwarded-For": "1.2.3.4"}) as here:
        for number in range(4):
            widget = Widget(here, url)
            await widget.enter()
            await widget.say(f"câu {number}")
            frame = await widget.next("message" if number < 3 else "refused")
        assert frame["code"] == "MESSAGE_REFUSED"
        async with aiohttp.ClientSession(headers={"X-Forwarded-For": "1.2.3.4, 5.6.7.8"}) as elsewhere:
            widget = Widget(elsewhere, url)
            await widget.enter()
            await widget.say("nơi khác")
            await widget.until("assistant")


async def test_too_many_sockets_of_one_address_are_answered_429(start_hub):
    limits = WebLimits(most_sockets_per_address=2)
    async with start_hub(limits=limits) as url, aiohttp.ClientSession(headers={"X-Forwarded-For": "1.2.3.4"}) as here:
        first, second, third = (Widget(here, url) for _ in range(3))
        await first.open()
        await second.open()
        with pytest.raises(aiohttp.WSServerHandshakeError, match="429"):
            await third.open()
        await first.close()
        await asyncio.sleep(0.1)
        await third.open()


async def test_reader_that_never_reads_delays_nobody(start_hub, session, rasa):
    big = "x" * 60_000
    async with start_hub(limits=WebLimits(send_within=0.5)) as url:
        good, host = Widget(session, url), url.removeprefix("http://")
        await good.enter()
        reader, writer = await asyncio.open_connection(*host.split(":"), limit=1024)
        writer.write(
            f"GET /chat/ws HTTP/1.1\r\nHost: {host}\r\nOrigin: {url}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        hello = json.dumps({"type": "hello", "token": good.token, "after": 0}).encode()
        writer.write(b"\x81\xfe" + len(hello).to_bytes(2, "big") + b"\0\0\0\0" + hello)
        reader._transport.pause_reading()
        for number in range(8):
            rasa.replies[f"câu {number}"] = [{"text": big}] * 20
            await good.say(f"câu {number}")
            for _ in range(20):
                await good.until("assistant", timeout=5)
        await asyncio.sleep(1.0)
        await good.say("còn sống")
        assert (await good.until("assistant"))["content"]["text"] == "Trả lời: còn sống"
        writer.close()
        await good.close()


async def test_long_history_is_replayed_whole(widget, new_widget, rasa):
    rasa.replies["nhiều"] = [{"text": f"phần {number}"} for number in range(450)]
    await widget.say("nhiều")
    await widget.whole(451)
    back = new_widget()
    await back.enter(widget.token)
    await back.whole(451)
    await back.quiet()
    assert [seq for seq, _, _ in back.transcript()] == list(range(1, 452))
    assert back.transcript() == widget.transcript()


async def test_stopping_closes_sockets_at_once(start_hub, session):
    async with start_hub() as url:
        widgets = [Widget(session, url) for _ in range(5)]
        for widget in widgets:
            await widget.enter()
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 3
    for widget in widgets:
        with pytest.raises(Closed, match="1001"):
            await widget.receive()


async def test_store_that_fails_confirms_nothing_and_tells_no_secrets(widget, new_widget, monkeypatch):
    async def fail(*_):
        raise RuntimeError("secret")

    with monkeypatch.context() as patch:
        patch.setattr(ConversationStore, "hear", fail)
        client_id = str(uuid.uuid4())
        await widget.say("giữ giúp", client_id)
        with pytest.raises(Closed, match="1011"):
            await widget.receive()
        for _ in range(12):  # more than a person may write at once: sending again is not writing
            again = new_widget()
            await again.enter(widget.token)
            await again.say("giữ giúp", client_id)
            with pytest.raises(Closed, match="1011"):
                await again.next("refused")
    back = new_widget()
    await back.enter(widget.token)
    await back.say("giữ giúp", client_id)
    assert (await back.until("citizen"))["id"] == client_id


async def test_health_and_readiness(hub_url, session, rasa):
    for path, status in (("/healthz", 200), ("/health", 200), ("/readyz", 200)):
        async with session.get(hub_url + path) as response:
            assert response.status == status
    await rasa.stop()
    async with session.get(hub_url + "/readyz") as response:
        assert (response.status, await response.json()) == (503, {"database": True, "assistant": False})
    async with session.get(hub_url + "/healthz") as response:
        assert response.status == 200


async def test_widget_files_are_served_strictly(hub_url, session):
    async with session.get(hub_url + "/widget.js", headers={"Origin": "https://portal.example"}) as response:
        assert response.status == 200
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.content_type == "text/javascript"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        etag = response.headers["ETag"]
    async with session.get(hub_url + "/widget.js", headers={"If-None-Match": etag}) as response:
        assert response.status == 304


async def test_only_configured_portals_may_frame_the_chat_page(hub_url, session):
    async with session.get(hub_url + "/chat") as response:
        assert response.status == 200
        assert "frame-ancestors 'self' https://portal.example" in response.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in response.headers
    async with session.get(hub_url + "/") as response:
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/widget/..%2f..%2fsettings.py", "/widget/%2e%2e/web.py", "/widget//etc/passwd", "/x"]
)
async def test_nothing_outside_the_widget_is_served(hub_url, session, path):
    async with session.get(URL(hub_url + path, encoded=True)) as response:
        assert response.status == 404
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_every_response_carries_the_policy(hub_url, session):
    async with session.get(hub_url + "/nowhere", headers={"Host": "chat.example"}) as response:
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self' ws://chat.example wss://chat.example;" in policy
    assert "frame-ancestors 'none'" in policy


async def test_bug_becomes_a_sentence_with_a_reference(hub_url, session, monkeypatch, caplog):
    async def fail(*_):
        raise ValueError("words of a citizen")

    monkeypatch.setattr(WidgetFiles, "_shared", fail)
    monkeypatch.setattr(WidgetFiles, "_file", lambda *_: 1 / 0)
    async with session.get(hub_url + "/") as response:
        text = await response.text()
    assert response.status == 500
    assert "1022" in text
    assert "Traceback" not in text
    reference = next(record.facts["reference"] for record in caplog.records if record.getMessage() == "request_failed")
    assert reference in text
