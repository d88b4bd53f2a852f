"""What goes out over Zalo: once, in order, whatever Zalo answers."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from bot.hub.models import Draft
from bot.hub.side_notes import SideNotes
from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.store.engine import Database, make_engine
from bot.zalo import sender
from tests.fixtures.zalo_server import APP_ID, APP_SECRET, OA_SECRET
from tests.integration.zalo.conftest import consent, until

pytestmark = pytest.mark.asyncio
ME = "246845883529197922"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Pauses of tenths instead of seconds."""
    monkeypatch.setattr(sender, "_FIRST_PAUSE", timedelta(milliseconds=100))
    monkeypatch.setattr(sender, "_STOPPED_PAUSE", timedelta(milliseconds=500))


def states(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT state, code FROM zalo_outbox ORDER BY id")).fetchall()
    engine.dispose()
    return [(row.state, row.code) for row in rows]


async def say_to_one_silent_for_months(url):
    database = Database(make_engine(url))
    silent = text("UPDATE zalo_person SET interacted_at = '2026-01-01 00:00:00+00:00'")
    await database.write(lambda connection: connection.execute(silent))
    whose = text("SELECT conversation_id FROM zalo_person")
    conversation_id = await database.run(lambda connection: connection.execute(whose).scalar())
    await SideNotes(database, SystemClock()).add(conversation_id, "news", None, Draft({"text": "Có tin mới ạ."}))
    database.close()


@pytest.mark.parametrize("fault", ["drop", "html", -32, -200, -777])
async def test_a_fault_that_passes_delays_and_keeps_the_order(start_zalo_hub, zalo, http, fault):
    zalo.answers = [0, fault, fault]
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await zalo.post(http, url, zalo.event(ME, "hai", at=time.time() + 1))
        await until(lambda: len(zalo.sent) >= 3)
        await asyncio.sleep(0.5)
    assert zalo.texts_to(ME)[1:] == ["Trả lời: một", "Trả lời: hai"]


async def test_an_answer_that_is_lost_doubles_nothing(start_zalo_hub, zalo, zalo_rasa, http):
    zalo.answers = [0, "drop_after", "drop_after", "drop_after"]
    zalo_rasa.replies["cảm ơn"] = [{"text": "Không có chi ạ."}]
    async with start_zalo_hub() as url:
        for number in range(3):  # the same sentence three times, each lost: told apart by Zalo's own ids
            await zalo.post(http, url, zalo.event(ME, "cảm ơn", at=time.time() + number))
        await until(lambda: len(zalo.sent) >= 4)
        await asyncio.sleep(1.5)
    assert zalo.texts_to(ME)[1:] == ["Không có chi ạ."] * 3


async def test_a_citizen_who_cannot_be_written_to_is_given_up_until_they_write(
    start_zalo_hub, zalo, database_url, http
):
    zalo.refuse[ME] = -213
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: ("given_up", -213) in states(database_url))
        zalo.refuse.clear()
        await zalo.post(http, url, zalo.event(ME, "hai", at=time.time() + 1))
        await until(lambda: "Trả lời: hai" in zalo.texts_to(ME))


async def test_our_own_fault_is_given_up_and_the_next_goes_out(start_zalo_hub, zalo, database_url, http):
    zalo.answers = [0, -201]
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: ("given_up", -201) in states(database_url))
        await zalo.post(http, url, zalo.event(ME, "hai", at=time.time() + 1))
        await until(lambda: "Trả lời: hai" in zalo.texts_to(ME))


async def test_what_only_a_person_can_mend_is_held_and_goes_on_after(start_zalo_hub, zalo, database_url, http):
    zalo.answers = [0, -221, -221]
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: ("held", -221) in states(database_url))
        await until(lambda: "Trả lời: một" in zalo.texts_to(ME))


async def test_a_closed_window_is_not_even_tried_and_opens_with_the_next_word(start_zalo_hub, zalo, database_url, http):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: len(zalo.sent) >= 2)
        await say_to_one_silent_for_months(database_url)
        tried = len(zalo.sent)
        await until(lambda: ("held", -230) in states(database_url), timeout=20)
        assert len(zalo.sent) == tried
        await zalo.post(http, url, zalo.event(ME, "hai", at=time.time() + 1))
        await until(lambda: zalo.texts_to(ME)[2:] == ["Có tin mới ạ.", "Trả lời: hai"])
    assert zalo.faults == []


async def test_without_a_token_messages_wait(start_zalo_hub, zalo, database_url, http):
    async with start_zalo_hub(consented=False) as url:
        await zalo.post(http, url, zalo.event(ME, "một"))
        await until(lambda: [state for state, _ in states(database_url)][:1] == ["held"])
        assert zalo.sent == []
        secrets = {"MOTCUA_ZALO_APP_SECRET": APP_SECRET, "MOTCUA_ZALO_OA_SECRET": OA_SECRET}
        kept = {"MOTCUA_DATABASE_URL": database_url, "MOTCUA_SECRET": "test secret", "MOTCUA_ZALO_APP_ID": APP_ID}
        settings = Settings.from_env({**kept, **secrets})
        await consent(settings, zalo)
        await until(lambda: "Trả lời: một" in zalo.texts_to(ME))


async def test_no_more_calls_in_a_minute_than_all_processes_may(start_zalo_hub, zalo, database_url, http):
    async with start_zalo_hub(MOTCUA_ZALO_PER_MINUTE="3") as url:
        for number in range(4):
            await zalo.post(http, url, zalo.event(str(number), "một"))
        minute = time.time() // 60
        await until(lambda: len(zalo.sent) >= 3)
        await asyncio.sleep(1.0)
    if time.time() // 60 == minute:
        assert len(zalo.sent) == 3
    assert len(states(database_url)) == 8


async def test_a_long_answer_comes_whole_in_parts(start_zalo_hub, zalo, zalo_rasa, http):
    lines = [f"- Giấy tờ số {number}: " + "nội dung " * 12 for number in range(60)]
    zalo_rasa.replies["danh sách"] = [{"text": "\n".join(lines)}]
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "danh sách"))
        await until(lambda: sum(map(len, zalo.texts_to(ME)[1:])) > 6000)
    told = "\n".join(zalo.texts_to(ME)[1:]).split("\n")
    assert told == [line.strip() for line in lines]
    assert zalo.faults == []
