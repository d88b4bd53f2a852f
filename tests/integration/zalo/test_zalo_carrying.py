"""An answer and what is sent of it are one transaction: what happens where that, or the process, ends too early."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from bot.channels.zalo_work import ZaloWork
from bot.store.prepared import Prepared
from bot.zalo import statements
from bot.zalo.sender import Sender
from tests.integration.zalo.conftest import until

pytestmark = pytest.mark.asyncio
ME = "246845883529197922"


def ask(url, question):
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(question))]
    engine.dispose()
    return rows


def answers(url):
    return ask(url, "SELECT seq FROM message WHERE role = 'assistant'")


def queued(url):
    return ask(url, "SELECT seq, state FROM zalo_outbox WHERE seq > 1 ORDER BY seq")


@pytest.fixture
def dies_before_it_sends(monkeypatch):
    """Once switched on: as if the process was killed between the commit and the call."""
    switch, go_on = [], Sender._go_on
    monkeypatch.setattr(Sender, "_go_on", lambda self, *args: None if switch else go_on(self, *args))
    return switch


@pytest.mark.parametrize("arrived", [False, True])
async def test_what_was_begun_is_asked_after_and_sent_once(
    start_zalo_hub, zalo, database_url, http, dies_before_it_sends, arrived
):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: len(zalo.sent) >= 2)
        dies_before_it_sends.append(True)
        await zalo.post(http, url, zalo.event(ME, "hai"))
        await until(lambda: (5, "sending") in queued(database_url))
        await asyncio.sleep(1.2)  # a look finds nothing to send: it is held, and marked
        assert zalo.texts_to(ME)[2:] == []
        if arrived:
            await send_behind_our_back(http, zalo, "Trả lời: hai")
    dies_before_it_sends.clear()
    async with start_zalo_hub():
        await until(lambda: (5, "sent") in queued(database_url))
    assert zalo.texts_to(ME)[2:] == ["Trả lời: hai"]


async def send_behind_our_back(http, zalo, words):
    """What the killed process had sent, without living to note it."""
    body = {"recipient": {"user_id": ME}, "message": {"text": words}}
    async with http.post(f"{zalo.url}/v3.0/oa/message/cs", json=body, headers={"access_token": zalo.access}) as told:
        assert (await told.json())["error"] == 0


async def test_an_answer_that_cannot_be_queued_is_not_stored_and_asked_for_again(
    start_zalo_hub, zalo, zalo_rasa, database_url, http, monkeypatch
):
    later, left = Prepared.later, []

    def fails_once(self, connection, **given):
        if self is statements.ADD_PART and left:
            left.pop()
            raise OperationalError("INSERT", {}, Exception("disk"))
        later(self, connection, **given)

    monkeypatch.setattr(Prepared, "later", fails_once)
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        # the welcome is passed on by itself: beside it, the first answer may be stored without being carried
        await until(lambda: ask(database_url, "SELECT queued_seq FROM zalo_person") == [(3,)])
        left.append(1)
        await zalo.post(http, url, zalo.event(ME, "hai"))
        await until(lambda: len(zalo.sent) >= 3)
        await asyncio.sleep(0.3)
    assert left == []
    assert zalo_rasa.texts() == ["một", "hai", "hai"]  # the answer was undone with what was queued of it
    assert len(answers(database_url)) == 2
    assert zalo.texts_to(ME)[1:] == ["Trả lời: một", "Trả lời: hai"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_answer_in_no_shape_into_parts_is_stored(start_zalo_hub, zalo, database_url, http, monkeypatch):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: len(zalo.sent) >= 2)
        parts, broken = ZaloWork._parts, [True]

        def breaks(self, conversation_id, message):
            if broken:
                raise ValueError("no parts")
            return parts(self, conversation_id, message)

        monkeypatch.setattr(ZaloWork, "_parts", breaks)
        await zalo.post(http, url, zalo.event(ME, "hai"))
        await until(lambda: len(answers(database_url)) == 2)
        broken.clear()
        await until(lambda: zalo.texts_to(ME)[2:] == ["Trả lời: hai"])  # the look finds it


async def test_two_hubs_send_each_answer_once_and_in_order(start_zalo_hub, zalo, database_url, http):
    async with start_zalo_hub(port=8080) as one, start_zalo_hub(port=8081) as other:
        for number in range(8):
            await zalo.post(http, (one, other)[number % 2], zalo.event(ME, f"câu {number}"))
        await until(lambda: len(zalo.sent) >= 9)
        await asyncio.sleep(1.2)  # both have looked for what was left
    assert zalo.texts_to(ME)[1:] == [f"Trả lời: câu {number}" for number in range(8)]
    assert zalo.faults == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_was_said_while_nobody_carried_goes_first(start_zalo_hub, zalo, database_url, http):
    """A message that another hub stored, and has not queued yet, is queued with the answer, before it."""
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: ask(database_url, "SELECT queued_seq FROM zalo_person") == [(3,)])
        await until(lambda: len(zalo.sent) == 2)  # else it is deleted before it was sent
        engine = create_engine(database_url)
        with engine.begin() as connection:  # of long ago, so that no look finds it before the answer
            connection.execute(text("UPDATE zalo_person SET queued_seq = 1"))
            connection.execute(text("DELETE FROM zalo_outbox"))
            connection.execute(text("UPDATE conversation SET updated_at = '2026-01-01 00:00:00+00:00'"))
        engine.dispose()
        await zalo.post(http, url, zalo.event(ME, "hai"))
        await until(lambda: len(zalo.sent) >= 4)
    assert zalo.texts_to(ME)[1:] == ["Trả lời: một", "Trả lời: một", "Trả lời: hai"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_with_no_room_to_send_it_is_queued_with_the_answer_and_sent_later(
    start_zalo_hub, zalo, database_url, http, monkeypatch
):
    monkeypatch.setattr(Sender, "_begun_on", lambda self: None)
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: zalo.texts_to(ME)[1:] == ["Trả lời: một"])
    assert zalo.faults == []
