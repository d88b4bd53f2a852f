"""Ready replies: whose they are, one name for one, nobody writes over what they have not seen."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.desk.tables import METADATA
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from bot.store.operations import OperationsStore
from tests.integration.console.conftest import WARD

TEXT = "Chào anh/chị, tôi là cán bộ của phường.\nTôi xem hồ sơ rồi trả lời ngay."
HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'


def test_migrations_make_the_tables_of_the_code(database_url):
    store = OperationsStore(database_url)
    with store().engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = [
            entry
            for entry in compare_metadata(context, METADATA)
            if not isinstance(entry, tuple) or entry[0] not in ("remove_index", "remove_table")
        ]
    store.close()
    assert differences == []


async def write(browser, shortcut="chao", text=TEXT, title="Lời chào", unit=WARD):
    await browser.get("/desk/replies/new")
    fields = {"shortcut": shortcut, "title": title, "text": text, "unit": unit, "key": browser.field("key")}
    return await browser.post("/desk/replies/new", **fields)


async def the_reply(services):
    return (await services.desk.replies.of(None))[0]


@pytest_asyncio.fixture
async def ward(enter):
    return await enter("phuong", Role.OFFICER, units=(WARD,))


async def test_added_changed_taken_out_with_its_history(ward, services):
    assert await ward.get("/desk/replies") == 200
    assert "chưa có mẫu nào" in ward.body
    assert await write(ward) == 303
    await ward.get(ward.location)
    assert "/chao" in ward.body
    reply = await the_reply(services)
    await ward.get(f"/desk/replies/{reply.id}")
    fields = {"version": ward.field("version"), "shortcut": "/chao", "title": "Chào", "text": "Chào anh/chị."}
    assert await ward.post(f"/desk/replies/{reply.id}", **fields) == 303
    history = await services.desk.replies.history(reply.id)
    assert [(one.version, one.text) for one in history] == [(2, "Chào anh/chị."), (1, TEXT)]
    await ward.get(f"/desk/replies/{reply.id}")
    assert TEXT.split("\n")[1] in ward.body
    assert await ward.post(f"/desk/replies/{reply.id}/remove", version="2") == 303
    assert await services.desk.replies.of(None) == []
    assert await ward.get(f"/desk/replies/{reply.id}") == 404
    assert await write(ward) == 303  # the name is free again
    rows = await services.staff.audit.read(AuditFilter(deed=Deed.READY_REPLY_CHANGED))
    assert [row.reason for row in rows] == ["add", "remove", "change", "add"]


async def test_another_units_replies_are_not_there(ward, enter, services, administrator):
    await write(ward)
    reply = await the_reply(services)
    other = await enter("phuongkhac", Role.OFFICER, units=("26743",))
    await other.get("/desk/replies")
    assert "/chao" not in other.body
    await other.get("/desk/account")
    for path in ("", "/remove"):
        assert (
            await other.post(f"/desk/replies/{reply.id}{path}", version="1", shortcut="x", title="x", text="x") == 404
        )
    assert await other.get(f"/desk/replies/{reply.id}") == 404
    assert await write(other, unit=WARD) == 422
    assert await administrator.get(f"/desk/replies/{reply.id}") == 200
    assert len(await services.desk.replies.history(reply.id)) == 1


@pytest.mark.parametrize("fields", [{"shortcut": "Có dấu"}, {"title": " "}, {"text": " "}, {"text": "x" * 2001}])
async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(ward, fields, services):
    assert await write(ward, **fields) == 422
    assert 'role="alert"' in ward.body
    assert await services.desk.replies.of(None) == []


async def test_a_name_is_one_replys_and_a_form_sent_twice_adds_one(ward, services):
    await ward.get("/desk/replies/new")
    fields = {"csrf": ward.token, "key": ward.field("key"), "unit": WARD}
    fields |= {"shortcut": "chao", "title": "Lời chào", "text": TEXT}

    async def send(**changed):
        address = f"{ward.url}/desk/replies/new"
        async with ward.http.post(address, data=fields | changed, allow_redirects=False) as said:
            return said.status

    assert await asyncio.gather(*(send() for _ in range(5))) == [303] * 5
    assert len(await services.desk.replies.of(None)) == 1
    assert await write(ward, text="Khác") == 422
    assert "Chọn tên khác" in ward.body


async def test_nobody_writes_over_a_version_that_they_have_not_seen(ward, services):
    await write(ward)
    reply = await the_reply(services)
    await ward.get(f"/desk/replies/{reply.id}")
    fields = {"version": "1", "shortcut": "chao", "title": "A", "text": "Một"}
    assert await ward.post(f"/desk/replies/{reply.id}", **fields) == 303
    await ward.get(f"/desk/replies/{reply.id}")
    assert await ward.post(f"/desk/replies/{reply.id}", **fields | {"text": "Hai"}) == 422
    assert "vừa được người khác sửa" in ward.body
    assert "Hai" in ward.body
    assert (await services.desk.replies.get(reply.id)).text == "Một"


async def test_hostile_words_stay_words(ward, services):
    assert await write(ward, text=HOSTILE, title=HOSTILE) == 303
    reply = await the_reply(services)
    for path in ("/desk/replies", f"/desk/replies/{reply.id}"):
        await ward.get(path)
        assert "<script>alert(1)" not in ward.body
        assert "&lt;script&gt;alert(1)" in ward.body
