"""@names in notes: who hears of them, what is new, and that a mention opens nothing."""

from __future__ import annotations

import pytest
import pytest_asyncio

from bot.handoff.models import Asked, Officer
from bot.staff.models import Role
from tests.integration.console.conftest import WARD

NOTE = "@lan xem giúp <b>phần lệ phí</b>, cả @phuong và @khongco"


@pytest.fixture
def desk_clock(clock):
    return clock


@pytest_asyncio.fixture
async def handed(hub):
    await hub.handoff.presence.arrive(Officer("p-0", "Người trực", ("city",)))
    entry = await hub.hub.enter("web", None)
    await hub.hub.say(entry.conversation.id, "c1", "lệ phí khai sinh")
    return await hub.ownership.ask(entry.conversation.id, Asked())


async def count(browser):
    assert await browser.get("/desk/mentions/count") == 200
    return browser.body


async def test_who_is_named_sees_it_once_and_nobody_else(officer, enter, handed, hub):
    lan, ward = await enter("lan", Role.OFFICER), await enter("phuong", Role.OFFICER, units=(WARD,))
    page = f"/desk/conversations/{handed.id}"
    await officer.get(page)
    assert await officer.post(f"{page}/note", text=NOTE) == 303
    assert "done=handed_note_some" in officer.location
    assert "1 mới" in await count(lan)
    for other in (ward, officer):
        assert "mới" not in await count(other)
    await lan.get("/desk/mentions")
    assert "@lan xem giúp &lt;b&gt;" in lan.body
    assert "chưa đọc" in lan.body
    await ward.get("/desk/mentions")
    assert "Chưa có ghi chú nào nhắc" in ward.body
    mark = f"/desk/mentions/{(await hub.handoff.mentions.of(await person(hub, handed)))[0].note_id}"
    assert await lan.post(f"{mark}/read") == 303
    assert "mới" not in await count(lan)
    assert await lan.get("/desk/mentions") == 200
    assert await lan.post(f"{mark}/unread") == 303
    assert await ward.get("/desk/mentions") == 200
    assert await ward.post(f"{mark}/read") == 303  # another's: nothing happens
    assert "1 mới" in await count(lan)
    async with lan.http.get(lan.url + page, headers={"X-Live": "1"}) as seen:
        assert seen.status == 200
    assert "1 mới" in await count(lan)  # a page that reads itself has not been looked at
    await lan.get(page)
    assert "mới" not in await count(lan)


async def person(hub, handed):
    (note,) = await hub.ownership.queue.notes(handed.id)
    return note.mentions[0]


async def test_mentions_go_with_the_conversation(officer, enter, handed, hub):
    lan = await enter("lan", Role.OFFICER)
    page = f"/desk/conversations/{handed.id}"
    await officer.get(page)
    assert await officer.post(f"{page}/note", text="@lan nhé") == 303
    assert "done=handed_note&" in officer.location + "&"
    await hub.hub.end(handed.conversation_id)
    assert "mới" not in await count(lan)
    await lan.get("/desk/mentions")
    assert "nhé" not in lan.body
