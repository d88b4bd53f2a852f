"""“Kết thúc và xoá” while the data has to be kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.hub.tables import CONVERSATION
from bot.ops.clock import SystemClock
from bot.privacy.holds import place, release
from bot.privacy.tables import REQUEST
from bot.store.engine import Database, make_engine


@pytest.fixture
def operations(database_url, hub_url):
    database = Database(make_engine(database_url))
    yield database
    database.close()


@pytest.mark.parametrize("whole_class", [False, True])
async def test_what_is_held_is_not_erased_and_the_citizen_reads_why(widget, new_widget, operations, rasa, whole_class):
    await widget.say("Làm hộ chiếu cần gì?")
    await widget.until("assistant")
    (conversation_id,) = await operations.run(lambda c: c.execute(select(CONVERSATION.c.id)).scalars().all())
    name, now = "conversation" if whole_class else conversation_id, SystemClock().now()
    hold = await operations.write(place, name, "vụ việc 12, giữ để xác minh", "Anh Minh", now)
    await widget.send(type="end")
    kept = await widget.next("kept")
    (asked,) = await operations.run(lambda c: c.execute(select(REQUEST)).all())
    assert f"việc giữ số {hold.id}" in kept["text"]
    assert asked.receipt in kept["text"]
    assert "1022" in kept["text"]
    assert "Minh" not in kept["text"]  # the hold's reason and person are for officers
    await widget.send(type="end")  # pressed again: the same request, no second sentence
    assert (await widget.next("kept"))["text"] == kept["text"]
    again = new_widget()
    assert (await again.enter(widget.token))["new"] is False
    await again.until("system")
    assert [text for _, _, text in again.transcript()][-1] == kept["text"]
    assert [role for _, role, _ in again.transcript()] == ["citizen", "assistant", "system"]

    await operations.write(release, hold.id, "đã xác minh xong", "Anh Minh", now)
    await again.send(type="end")
    await again.next("ended")
