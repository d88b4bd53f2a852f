"""Small parts: limits, delivery, frames, visitors, wording, logs."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from datetime import datetime, timezone

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.channels import web_frames
from bot.channels.web_frames import FrameInvalidError, Hello, Press, Say, read_frame
from bot.channels.web_guard import content_security_policy
from bot.channels.web_visitors import address_of, origin_is_welcome
from bot.hub.delivery import QUEUE_LENGTH, CatchUp, Ended, LocalDelivery, Typing
from bot.hub.limits import PRUNE_AT, Rate, RateLimiter
from bot.hub.models import Message, Refusal, Role
from bot.hub.outage import Outage
from bot.hub.wording import Wording
from bot.ops.logging import EventLog, configure_logging, new_reference


def test_limiter_gives_a_burst_then_the_pace():
    moment = [0.0]
    limiter = RateLimiter(Rate(burst=2, per_second=0.5), now=lambda: moment[0])
    assert [limiter.take("a") for _ in range(3)] == [True, True, False]
    assert limiter.take("b")
    moment[0] = 2.0
    assert [limiter.take("a") for _ in range(2)] == [True, False]


def test_limiter_takes_no_turn_for_what_came_to_nothing():
    limiter = RateLimiter(Rate(burst=2, per_second=0), now=lambda: 0.0)
    for _ in range(20):
        assert limiter.take("a")
        limiter.give_back("a")
    limiter.give_back("a")  # never more than the burst
    limiter.give_back("unknown")
    assert [limiter.take("a") for _ in range(3)] == [True, True, False]


def test_limiter_forgets_who_is_quiet():
    moment = [0.0]
    limiter = RateLimiter(Rate(burst=1, per_second=1), now=lambda: moment[0])
    for number in range(PRUNE_AT):
        limiter.take(str(number))
    moment[0] = 10.0
    limiter.take("new")
    assert len(limiter._buckets) == 1


def test_limiter_remembers_who_writes_at_the_moment_however_many_have_written():
    moment = [0.0]
    limiter = RateLimiter(Rate(burst=10, per_second=0.5), now=lambda: moment[0])
    for number in range(5 * PRUNE_AT):
        moment[0] += 0.1
        limiter.take(str(number))
        assert len(limiter._buckets) <= PRUNE_AT


def test_limiter_looks_seldom_for_who_is_quiet_where_nobody_is(monkeypatch):
    looks = []
    prune = RateLimiter._prune
    monkeypatch.setattr(RateLimiter, "_prune", lambda self, now: looks.append(now) or prune(self, now))
    limiter = RateLimiter(Rate(burst=10, per_second=0.5), now=lambda: 0.0)
    for number in range(7 * PRUNE_AT):
        limiter.take(str(number))
    assert (len(looks), len(limiter._buckets)) == (3, 7 * PRUNE_AT)


async def test_delivery_reaches_all_readers_of_the_conversation_only():
    delivery = LocalDelivery()
    one, two, other = (delivery.subscribe(name) for name in ("a", "a", "b"))
    delivery.publish("a", Typing(True))
    assert await one.next() == await two.next() == Typing(True)
    assert other._events.empty()
    for reader in (one, two, two):
        delivery.unsubscribe(reader)
    delivery.publish("a", Ended())
    assert delivery.listened() == ["b"]


async def test_slow_reader_is_told_to_catch_up_instead_of_growing():
    delivery = LocalDelivery()
    reader = delivery.subscribe("a")
    for _ in range(QUEUE_LENGTH + 1):
        delivery.publish("a", Typing(True))
    assert await reader.next() == CatchUp()
    assert reader._events.empty()


async def test_one_prober_asks_for_all_who_wait():
    answers = [False, False, True]
    asked = []

    async def is_ready():
        asked.append(1)
        await asyncio.sleep(0)
        return answers[0] if len(asked) == 1 else answers[min(len(asked) - 1, 2)]

    outage = Outage(is_ready, first_pause=0.01)
    assert await outage.wait_until_back() is False
    asked.clear()
    answers[:] = [True]
    assert await outage.wait_until_back() is True
    assert len(asked) == 1


def test_frames_are_read():
    assert read_frame('{"type":"hello"}') == Hello(None, 0)
    assert read_frame('{"type":"hello","token":"t","after":3}') == Hello("t", 3)
    assert read_frame('{"type":"say","id":"a-1","text":"x"}') == Say("a-1", "x")
    assert read_frame('{"type":"press","id":"a","seq":1,"button":0}') == Press("a", 1, 0)
    assert read_frame('{"type":"whatever"}') is None


@pytest.mark.parametrize(
    "data",
    ["", "{}", '{"type":"hello","token":3}', '{"type":"hello","after":-1}', '{"type":"hello","after":1.5}', "NaN"],
)
def test_what_no_widget_sends_is_invalid(data):
    with pytest.raises(FrameInvalidError):
        read_frame(data)


def test_message_frame_is_as_documented():
    at = datetime(2026, 11, 22, 8, 0, 0, 123, tzinfo=timezone.utc)
    frame = json.loads(web_frames.message_frame(Message("c", 1, Role.CITIZEN, at, {"text": "x"}, "id")))
    assert frame == {
        "type": "message",
        "seq": 1,
        "role": "citizen",
        "id": "id",
        "at": "2026-11-22T08:00:00Z",
        "content": {"text": "x"},
    }


def request(peer="8.8.8.8", **headers):
    class Transport:
        def get_extra_info(self, name, default=None):
            return (peer, 1) if name == "peername" else default

    return make_mocked_request(
        "GET", "/", headers={name.replace("_", "-"): value for name, value in headers.items()}, transport=Transport()
    )


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        ("https://chat.example", True),
        ("http://chat.example", True),
        ("https://CHAT.example", True),
        ("https://portal.example", True),
        ("https://portal.example:444", False),
        ("https://chat.example.evil.example", False),
        ("https://evil.example/chat.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_origin(origin, welcome):
    found = request(Host="chat.example", Origin=origin)
    assert origin_is_welcome(found, ("https://portal.example",)) is welcome


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("8.8.8.8", "1.2.3.4", "8.8.8.8"),
        ("127.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.2", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("127.0.0.1", "", None),
        ("127.0.0.1", "nonsense", None),
    ],
)
def test_address_is_believed_only_from_a_near_proxy(peer, forwarded, address):
    assert address_of(request(peer, X_Forwarded_For=forwarded)) == address


def test_policy_takes_no_strange_host():
    assert "ws:" not in content_security_policy("x; script-src *")
    assert "ws://[::1]:8080" in content_security_policy("[::1]:8080")


def test_every_refusal_has_a_sentence():
    wording = Wording.load()
    assert set(wording.refusals) == set(Refusal)
    assert "1022" in wording.away
    assert "ABC234" in wording.internal_error_draft("ABC234").content["text"]
    assert "{reference}" in wording.page_error


def test_log_line_has_facts_and_no_words_of_an_error():
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        configure_logging("INFO", stream)
        try:
            raise ValueError("số căn cước của tôi")
        except ValueError as error:
            EventLog("test").fault("went_wrong", error, turn="a-1")
        EventLog("test").info("fine", ms=3)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["event"], first["level"], first["turn"]) == ("went_wrong", "error", "a-1")
    assert first["error"].startswith("ValueError at test_hub_parts.py:")
    assert "căn cước" not in stream.getvalue()
    assert (second["event"], second["ms"]) == ("fine", 3)


def test_reference_is_short_and_clear():
    reference = new_reference()
    assert len(reference) == 6
    assert not set(reference) & set("01OIBSQG")
