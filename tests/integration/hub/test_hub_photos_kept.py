"""Photos in the store behind a real hub, on both databases: how many, whose, attached, erased, encrypted."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from photo_client import PhotoClient, rows, sender_of
from sqlalchemy import select

from bot.attachments.cipher import Cipher
from bot.attachments.models import PhotoState
from bot.attachments.service import Attachments, Limits
from bot.attachments.tables import ATTACHMENT, ATTACHMENT_DATA, METADATA
from bot.errors import PhotoUnreadableError
from bot.jobs.registry import build_runner
from bot.ops.clock import SystemClock
from bot.services import build_case_services
from bot.settings import Settings
from tests.fixtures import photos
from tests.fixtures.web_widget import Widget

SECRET = b"a-key-for-photos"


async def test_ten_may_wait_and_one_can_be_taken_back(citizen, photo_database):
    kept = [await citizen.send(photos.jpeg(60, 40)) for _ in range(10)]
    status, answer = await citizen.put(photos.jpeg(60, 40))
    assert (status, answer["reason"]) == (409, "too_many")
    assert await citizen.delete(kept[0]) == 204
    assert (await citizen.get(kept[0]))[0] == 404
    assert (await citizen.put(photos.jpeg(60, 40)))[0] == 201
    assert len(await rows(photo_database, ATTACHMENT_DATA)) == 10
    await citizen.give(*kept[1:7])
    assert "đủ số ảnh" in (await citizen.widget.next("refused"))["text"]


async def test_no_more_than_a_conversation_may_have(citizen, attachments, photo_database):
    attachments._limits = Limits(a_conversation=2)
    for number in range(2):
        photo = await citizen.send(photos.jpeg(60, 40))
        sender = await sender_of(photo_database)
        await attachments.attach([photo], sender, "petition", f"P-{number}")
    with pytest.raises(Exception, match="too_many"):
        await attachments.check_room(sender)
    attachments._limits = Limits(pending_bytes=1)
    await citizen.send(photos.jpeg(60, 40))
    with pytest.raises(Exception, match="busy"):
        await attachments.check_room("somebody-else")


async def test_erasing_the_conversation_erases_what_belongs_to_nothing(citizen, attachments, photo_database):
    loose, attached = await citizen.send(photos.jpeg()), await citizen.send(photos.jpeg())
    await attachments.attach([attached], await sender_of(photo_database), "petition", "P-1")
    await citizen.widget.send(type="end")
    await citizen.widget.next("ended")
    (row,) = await rows(photo_database)
    assert (row.id, row.sender, row.state) == (attached, "", "attached")
    assert [kept.attachment_id for kept in await rows(photo_database, ATTACHMENT_DATA)] == [attached]
    assert (await citizen.get(attached))[0] == 401
    assert await attachments.open(loose) is None
    assert (await attachments.open(attached)).attachment.owner_id == "P-1"
    assert await attachments.open_own("", attached) is None


async def test_a_conversation_erased_while_a_photo_is_looked_at_gets_none(citizen, photo_database):
    coming = asyncio.create_task(citizen.put(photos.jpeg(4000, 3000)))
    await asyncio.sleep(0.15)
    await citizen.widget.send(type="end")
    await citizen.widget.next("ended")
    status, _ = await coming
    assert status in (401, 409)  # by whether the token or the question for photos is missed first
    assert await rows(photo_database) == []


async def test_photos_are_attached_once_to_one_owner_by_their_sender_only(citizen, attachments, photo_database):
    ids = [await citizen.send(photos.jpeg(60, 40)) for _ in range(3)]
    sender = await sender_of(photo_database)
    assert await attachments.attach(ids, "web-somebody", "petition", "P-9") == []
    for _ in range(2):
        attached = await attachments.attach([ids[1], ids[0], "nothing"], sender, "petition", "P-1")
        assert [one.id for one in attached] == [ids[1], ids[0]]
        assert {one.state for one in attached} == {PhotoState.ATTACHED}
    assert [one.id for one in await attachments.attach(ids, sender, "petition", "P-2")] == [ids[2]]
    assert [one.id for one in await attachments.of_owner("petition", "P-2")] == [ids[2]]
    assert await citizen.delete(ids[0]) == 204
    assert (await citizen.get(ids[0]))[0] == 200  # attached: no longer the citizen's to take back here


async def test_attaching_is_undone_with_the_transaction_it_is_part_of(citizen, attachments, photo_database):
    photo = await citizen.send(photos.jpeg(60, 40))
    sender = await sender_of(photo_database)

    def lodge(connection):
        assert len(attachments.attach_in(connection, [photo], sender, "petition", "P-1")) == 1
        raise RuntimeError("the petition was not written")

    with pytest.raises(RuntimeError):
        await photo_database.write(lodge)
    assert (await rows(photo_database))[0].state == "pending"


async def test_erased_pictures_are_gone_and_that_there_were_some_is_known(citizen, attachments, photo_database):
    ids = [await citizen.send(photos.jpeg(60, 40)) for _ in range(3)]
    await attachments.attach(ids, await sender_of(photo_database), "petition", "P-1")
    assert await attachments.erase(ids[0])
    assert not await attachments.erase(ids[0])
    assert await attachments.erase_of_owner("petition", "P-1") == 2
    assert await rows(photo_database, ATTACHMENT_DATA) == []
    kept = await attachments.of_owner("petition", "P-1")
    assert [(one.state, one.sha256, one.size) for one in kept] == [(PhotoState.ERASED, "", 0)] * 3
    assert await attachments.open(ids[0]) is None
    assert (await citizen.get(ids[0]))[0] == 404


async def test_what_was_never_attached_goes_after_a_day(citizen, attachments, photo_database):
    old, attached = await citizen.send(photos.jpeg(60, 40)), await citizen.send(photos.jpeg(60, 40))
    await attachments.attach([attached], await sender_of(photo_database), "petition", "P-1")
    now = SystemClock().now()

    class Later:
        def __init__(self, **time):
            self.moment = now + timedelta(**time)

        def now(self):
            return self.moment

    attachments._clock = Later(hours=23)
    assert await attachments.remove_stale() == 0
    attachments._clock = Later(hours=25)
    assert await attachments.remove_stale() == 1
    assert [row.id for row in await rows(photo_database)] == [attached]
    await citizen.give(old)
    assert "không còn được lưu" in (await citizen.widget.next("refused"))["text"]


async def test_a_picture_opens_with_its_own_key_under_its_own_name_only(citizen, attachments, photo_database):
    first, second = await citizen.send(photos.jpeg(60, 40)), await citizen.send(photos.jpeg(80, 40))
    other = Attachments(lambda: photo_database, Cipher([b"another"]), SystemClock())
    with pytest.raises(PhotoUnreadableError):
        await other.open(first)
    changed = Attachments(lambda: photo_database, Cipher([b"new", SECRET]), SystemClock())
    assert (await changed.open(first)).data == (await attachments.open(first)).data

    def swap(connection):
        data = {row.attachment_id: row.data for row in connection.execute(select(ATTACHMENT_DATA))}
        for here, there in ((first, second), (second, first)):
            change = ATTACHMENT_DATA.update().where(ATTACHMENT_DATA.c.attachment_id == here)
            connection.execute(change.values(data=data[there]))

    await photo_database.write(swap)
    with pytest.raises(PhotoUnreadableError):
        await attachments.open(first)
    status, _, body = await citizen.get(first)
    assert status == 500
    assert b"Traceback" not in body


async def test_two_hubs_share_the_photos(start_hub, session, rasa):
    async with start_hub() as one, start_hub(port=8081) as two:
        widget = Widget(session, one)
        await widget.enter()
        client = PhotoClient(session, one, widget, rasa)
        await client.be_asked()
        photo = await client.send(photos.jpeg())
        client.url = client.origin = two
        assert (await client.get(photo))[0] == 200
        await widget.close()


async def test_migration_makes_the_tables_of_the_code(photo_database):
    def differences(connection):
        def ours(_thing, name, kind, _reflected, _other):
            return kind != "table" or name in METADATA.tables

        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        found = compare_metadata(context, METADATA)
        return [change for change in found if change[0] not in ("remove_index",)]  # indexes stand in the migration

    assert await photo_database.run(differences) == []


async def test_the_job_removes_what_is_too_old(citizen, attachments, photo_database, start_hub, environment):
    await citizen.send(photos.jpeg(60, 40))

    def age(connection):
        connection.execute(ATTACHMENT.update().values(created_at=SystemClock().now() - timedelta(hours=25)))

    await photo_database.write(age)
    services = build_case_services(Settings.from_env(environment))
    try:
        assert await build_runner(services).run("stale_photos") == {"removed": 1}
        assert await rows(photo_database) == []
    finally:
        await services.close()
