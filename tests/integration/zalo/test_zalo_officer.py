"""An officer writes to a citizen on Zalo: their words go out as theirs, and the window can be seen."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from bot.hub.conversations import add_messages
from bot.hub.models import Draft, Role
from bot.hub.tables import CONVERSATION
from bot.ops.clock import SystemClock
from bot.store.engine import Database, make_engine
from bot.zalo.people import People, Window
from bot.zalo.windows import Windows
from tests.integration.zalo.conftest import until

pytestmark = pytest.mark.asyncio
ME = "246845883529197922"


@pytest.fixture
def store(database_url):
    database = Database(make_engine(database_url))
    yield database
    database.close()


def take_over(connection, conversation_id, *texts):
    """As an officer's desk does: the conversation is theirs, their words are stored in it."""
    now = SystemClock().now()
    mine = CONVERSATION.c.id == conversation_id
    connection.execute(CONVERSATION.update().where(mine).values(status="officer", updated_at=now))
    add_messages(connection, conversation_id, Role.OFFICER, tuple(Draft({"text": words}) for words in texts), now)


async def test_an_officers_words_go_out_in_order_and_the_assistant_is_silent(
    start_zalo_hub, zalo, zalo_rasa, http, store
):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "cho tôi gặp cán bộ"))
        await until(lambda: len(zalo.sent) >= 2)
        people = People(lambda: store, SystemClock())
        conversation_id = (await people.find(ME)).conversation_id
        await store.write(take_over, conversation_id, "Tôi là Hạnh, cán bộ phường.", "Anh/chị cần gì ạ?")
        await until(lambda: len(zalo.sent) >= 4)
        await zalo.post(http, url, zalo.event(ME, "tôi mất giấy hẹn"))
        part = [{"type": "sticker", "payload": {"id": "1", "url": "https://x.zdn.vn/a"}}]
        await zalo.post(http, url, zalo.event(ME, "", name="user_send_sticker", attachments=part))
        await store.write(take_over, conversation_id, "Dạ, tôi xem ngay.")
        await until(lambda: len(zalo.sent) >= 5)
        seen = await Windows(lambda: store, SystemClock()).of(conversation_id)
    assert zalo.texts_to(ME)[2:] == ["Tôi là Hạnh, cán bộ phường.", "Anh/chị cần gì ạ?", "Dạ, tôi xem ngay."]
    assert zalo_rasa.texts() == ["cho tôi gặp cán bộ"]
    assert (seen.window, seen.held, seen.failed, seen.why) == (Window.FREE, 0, 0, "")
    assert timedelta(hours=47) < seen.until - SystemClock().now() <= timedelta(hours=48)


@pytest.mark.parametrize(("days", "window"), [(3, Window.PAID), (8, Window.CLOSED)])
async def test_what_a_closed_window_holds_is_seen_and_goes_out_when_the_citizen_writes(
    start_zalo_hub, zalo, http, store, days, window
):
    windows, people = Windows(lambda: store, SystemClock()), People(lambda: store, SystemClock())
    async with start_zalo_hub() as url:
        await zalo.post(http, url, zalo.event(ME, "xin chào"))
        await until(lambda: len(zalo.sent) >= 2)
        conversation_id = (await people.find(ME)).conversation_id
        long_ago = SystemClock().now() - timedelta(days=days)
        await store.write(_last_wrote, long_ago)
        await store.write(take_over, conversation_id, "Hồ sơ của anh/chị đã xong.")
        seen = await windows.of(conversation_id)
        began = time.time()
        while not seen.held and time.time() - began < 15:
            seen = await windows.of(conversation_id)
        assert (seen.window, seen.held, seen.waiting, seen.failed) == (window, 1, 0, 0)
        assert seen.why
        assert seen.until == (long_ago + timedelta(days=7) if window is Window.PAID else None)
        assert len(zalo.sent) == 2
        await zalo.post(http, url, zalo.event(ME, "tôi đây"))
        await until(lambda: "Hồ sơ của anh/chị đã xong." in zalo.texts_to(ME))
        assert (await windows.of(conversation_id)).window is Window.FREE


async def test_a_conversation_that_is_not_on_zalo_has_no_window(start_zalo_hub, store):
    async with start_zalo_hub():
        assert await Windows(lambda: store, SystemClock()).of("00000000-0000-0000-0000-000000000000") is None


def _last_wrote(connection, at):
    from bot.zalo.tables import PERSON

    connection.execute(PERSON.update().where(PERSON.c.user_id == ME).values(interacted_at=at))
