"""The stream of signals: what it tells, to whom, how long, and what a browser that comes back is told."""

from __future__ import annotations

import asyncio

import pytest

from bot.console import live_stream
from bot.hub.build import build_hub
from bot.ops.clock import SystemClock
from tests.integration.console.conftest import running

WAIT = 6.0


class Stream:
    """Reads a browser's stream event by event."""

    def __init__(self, browser, query="", last=None, url=None):
        headers = {"Last-Event-ID": last} if last else {}
        address = f"{url or browser.url}/desk/live{query}"
        self._request = browser.http.get(address, headers=headers, allow_redirects=False)

    async def __aenter__(self):
        self.response = await self._request.__aenter__()
        return self

    async def __aexit__(self, *error):
        self.response.close()

    async def event(self):
        fields = {}
        while True:
            line = (await asyncio.wait_for(self.response.content.readline(), WAIT)).decode()
            if not line:
                return None
            if line == "\n" and "event" in fields:
                return fields
            name, _, value = line.rstrip("\n").partition(":")
            fields[name] = value.strip()

    async def topics(self):
        """The topics of the next event that holds any."""
        while True:
            event = await self.event()
            if event is None or event["data"]:
                return set(event["data"].split()) if event else set()


@pytest.fixture
def hub(settings, services):
    parts = build_hub(settings, SystemClock())
    yield parts
    parts.trackers.close()
    parts.database.close()


async def say(hub, text="Tôi hỏi giấy khai sinh"):
    entry = await hub.hub.enter("web", None)
    await hub.hub.say(entry.conversation.id, "c1", text)
    return entry.conversation.id


async def test_what_another_process_stores_is_signalled_and_nothing_of_it_told(officer, hub):
    async with Stream(officer) as stream:
        assert stream.response.status == 200
        assert stream.response.content_type == "text/event-stream"
        assert stream.response.headers["Cache-Control"] == "no-store"
        await stream.event()
        name = await say(hub, "Số nhà tôi là 12 Lê Lợi")
        assert f"conversation:{name}" in await stream.topics()


async def test_who_comes_back_is_told_what_was_missed_by_any_process(officer, hub, settings):
    async with Stream(officer) as stream:
        last = (await stream.event())["id"]
    await asyncio.sleep(0.01)
    name = await say(hub)
    async with running(settings) as other, Stream(officer, last=last, url=other) as stream:
        assert f"conversation:{name}" in await stream.topics()


@pytest.mark.parametrize("since", ["1", "99999999999999"])
async def test_who_was_away_too_long_reads_everything_anew(officer, since):
    async with Stream(officer, last=since) as stream:
        assert await stream.topics() == {"all"}


async def test_nonsense_in_place_of_the_last_moment_is_now(officer):
    async with Stream(officer, "?since=-1%20or%201=1") as stream:
        assert (await stream.event())["event"] == "changed"


async def test_the_stream_of_a_revoked_session_ends(officer, services, monkeypatch):
    monkeypatch.setattr(live_stream, "CHECK_SECONDS", 0.1)
    async with Stream(officer) as stream:
        await stream.event()
        await services.staff.service.revoke_all(await services.staff.people.find("canbo"), "command")
        while (last := await stream.event())["event"] == "changed":  # who signs in is present: the queue changes
            pass
        assert last["event"] == "ended"
        assert await stream.event() is None
    assert await officer.get("/desk/live") == 303
    assert await officer.get("/desk/live/session") == 303


async def test_a_stream_alone_does_not_keep_a_session_alive(officer, services, monkeypatch):
    monkeypatch.setattr(live_stream, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(live_stream, "HEARTBEAT_SECONDS", 0.1)
    person = await services.staff.people.find("canbo")
    before = (await services.staff.service.sessions(person))[0].seen_at
    async with Stream(officer) as stream:
        heard = [(await stream.event())["data"] for _ in range(8)]
        # Heartbeats; who listens is present, which changes the queue and what waits with it
        assert {topic for data in heard for topic in data.split()} <= {"queue", "mentions", "held"}
        assert heard.count("") >= 4
    assert (await services.staff.service.sessions(person))[0].seen_at == before


async def test_streams_end_with_the_process_and_hold_nothing_up(officer, settings):
    async with running(settings) as url:
        streams = [Stream(officer, url=url) for _ in range(5)]
        for stream in streams:
            await stream.__aenter__()
            await stream.event()
    for stream in streams:
        assert await stream.event() is None
        await stream.__aexit__()
