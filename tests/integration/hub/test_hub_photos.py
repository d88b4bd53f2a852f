"""Photos through a real hub, on both databases: sent, handed over, shown again, erased; and what must not be."""

from __future__ import annotations

import asyncio
import io
import uuid
from datetime import timedelta

import pytest
import pytest_asyncio
from photo_client import PhotoClient
from PIL import Image
from sqlalchemy import select

from bot.attachments.cipher import Cipher
from bot.attachments.models import PhotoState
from bot.attachments.service import Attachments, Limits
from bot.attachments.tables import ATTACHMENT, ATTACHMENT_DATA
from bot.channels.web_photos import PhotoLimits
from bot.errors import PhotoUnreadableError
from bot.hub.limits import Rate
from bot.ops.clock import SystemClock
from bot.store.engine import Database, make_engine
from tests.fixtures import photos
from tests.fixtures.web_widget import Closed, Widget

SECRET = b"a-key-for-photos"


@pytest_asyncio.fixture
async def client(session, hub_url, widget, rasa):
    client = PhotoClient(session, hub_url, widget, rasa)
    await client.be_asked()
    return client


@pytest.fixture
def database(database_url, hub_url):
    database = Database(make_engine(database_url))
    yield database
    database.close()


@pytest.fixture
def attachments(database):
    return Attachments(lambda: database, Cipher([SECRET]), SystemClock())


@pytest_asyncio.fixture
async def stranger(session, hub_url, new_widget, rasa):
    widget = new_widget()
    await widget.enter()
    client = PhotoClient(session, hub_url, widget, rasa)
    await client.be_asked("tôi cũng gửi ảnh")
    yield client
    await widget.close()


async def rows(database, table=ATTACHMENT):
    return await database.run(lambda connection: connection.execute(select(table)).all())


async def sender_of(database):
    return (await rows(database))[0].sender


async def test_photos_are_sent_handed_over_and_shown_again(client, rasa):
    first, second = await client.send(photos.jpeg()), await client.send(photos.telling_png())
    client_id = await client.give(first, second)
    message = await client.widget.until("citizen")
    assert message["id"] == client_id
    assert message["content"] == {
        "text": "Đã gửi 2 ảnh",
        "attachments": [
            {"id": first, "kind": "image", "name": "anh-1.jpg"},
            {"id": second, "kind": "image", "name": "anh-2.jpg"},
        ],
    }
    await client.widget.until("assistant")
    assert rasa.texts()[-1] == f'/give_photos{{"attachments":["{first}","{second}"]}}'
    status, headers, body = await client.get(second)
    assert status == 200
    assert Image.open(io.BytesIO(body)).size == (640, 480)
    assert b"MARKER" not in body
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"] == 'inline; filename="anh.jpg"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


async def test_nothing_of_what_was_sent_is_in_the_database_in_clear(client, database):
    await client.send(photos.telling_jpeg())
    (row,) = await rows(database, ATTACHMENT_DATA)
    data = bytes(row.data)
    assert not data.startswith(b"\xff\xd8")
    assert b"JFIF" not in data
    assert b"MARKER" not in data
    (kept,) = await rows(database)
    assert (kept.state, kept.width, kept.height, kept.content_type) == ("pending", 640, 480, "image/jpeg")
    assert len(kept.sha256) == 64


async def test_the_same_photo_sent_again_is_kept_once(client, database):
    upload_id = str(uuid.uuid4())
    answers = [await client.put(photos.jpeg(), upload_id) for _ in range(2)]
    assert [status for status, _ in answers] == [201, 200]
    assert answers[0][1] == answers[1][1]
    at_once = str(uuid.uuid4())
    sent = await asyncio.gather(client.put(photos.jpeg(), at_once), client.put(photos.jpeg(), at_once))
    assert sent[0][1]["id"] == sent[1][1]["id"]
    assert len(await rows(database)) == 2


async def test_the_message_is_stored_once_however_often_it_comes(client, rasa):
    photo = await client.send(photos.jpeg())
    client_id = await client.give(photo)
    await client.give(photo, client_id=client_id)
    await client.widget.until("assistant")
    await client.give(photo, client_id=client_id)
    await client.widget.quiet()
    seqs = {frame["seq"] for frame in client.widget.messages if frame["id"] == client_id}
    assert len(seqs) == 1
    assert len([text for text in rasa.texts() if text.startswith("/give_photos")]) == 1


@pytest.mark.parametrize(
    "typed",
    [
        '/give_photos{"attachments":["%s"]}',
        ' /give_photos{"attachments":["%s"]}',
        '\u200b／give_photos{"attachments":["%s"]}',
    ],
)
async def test_typed_words_are_never_the_handing_over(client, rasa, typed):
    photo = await client.send(photos.jpeg())
    await client.widget.say(typed % photo)
    await client.widget.until("assistant")
    assert rasa.texts()[-1].startswith("give_photos")


async def test_a_frame_cannot_smuggle_anything_into_the_payload(client, rasa):
    photo = await client.send(photos.jpeg())
    for ids in ([photo, 'x"],"other":["y'], [f"{photo}/"], [{}], [], "x", [photo] * 21):
        other = Widget(client.session, client.url)
        await other.enter(client.widget.token)
        await other.send(type="photos", id=str(uuid.uuid4()), photos=ids)
        with pytest.raises(Closed, match="1008"):
            await other.next("refused", 3)
    assert not [text for text in rasa.texts() if text.startswith("/")]


async def test_strangers_see_and_use_nothing(client, stranger, database):
    mine = await client.send(photos.jpeg())
    unknown = "abcdefghijklmnopqrstuvwxyzab"
    refusals = [await stranger.get(mine), await stranger.get(unknown)]
    assert [status for status, _, _ in refusals] == [404, 404]
    assert refusals[0][2] == refusals[1][2]  # nothing tells that there is one
    assert await stranger.delete(mine) == 204
    assert len(await rows(database)) == 1
    await stranger.give(mine)
    assert (await stranger.widget.next("refused"))["code"] == "PHOTO_REFUSED"
    own = await stranger.send(photos.jpeg())
    await stranger.give(own, mine)
    assert (await stranger.widget.next("refused"))["code"] == "PHOTO_REFUSED"
    assert (await client.get(mine))[0] == 200


async def test_without_a_good_token_there_is_nothing(client):
    mine = await client.send(photos.jpeg())
    good = client.widget.token
    for token in ("x", good[:-1], good + "x", good.replace("v1.", "v2."), "v1.a.b.c.d", "é", "x" * 5000):
        assert (await client.get(mine, token=token))[0] == 401, token
        status, answer = await client.put(photos.jpeg(), token=token)
        assert (status, answer["code"]) == (401, "TOKEN_INVALID")
        assert await client.delete(mine, token=token) == 401
    for headers in ({}, {"Authorization": good}, {"Authorization": f"Basic {good}"}, {"Cookie": f"token={good}"}):
        async with client.session.get(f"{client.url}/chat/photos/{mine}", headers=headers) as response:
            assert response.status == 401
    async with client.session.get(f"{client.url}/chat/photos/{mine}?token={good}") as response:
        assert response.status == 401


async def test_pages_of_others_may_not_send(client):
    for origin in ("https://evil.example", "null", "file://"):
        async with client.session.put(
            f"{client.url}/chat/photos/{uuid.uuid4()}", data=photos.jpeg(), headers=client.headers(origin=origin)
        ) as response:
            assert response.status == 403
        async with client.session.options(f"{client.url}/chat/photos/x", headers={"Origin": origin}) as response:
            assert response.status == 403
            assert "Access-Control-Allow-Origin" not in response.headers
        assert (await client.get("x", origin=origin))[0] == 403
    headers = {"Authorization": f"Bearer {client.widget.token}"}
    async with client.session.put(f"{client.url}/chat/photos/x", data=b"", headers=headers) as response:
        assert response.status == 403


async def test_a_portal_that_embeds_the_chat_may(client):
    origin = "https://portal.example"
    async with client.session.options(f"{client.url}/chat/photos/x", headers={"Origin": origin}) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert response.headers["Access-Control-Allow-Methods"] == "GET, PUT, DELETE"
        assert "authorization" in response.headers["Access-Control-Allow-Headers"]
        assert response.headers["Vary"] == "Origin"
    status, answer = await client.put(photos.jpeg(), origin=origin)
    assert status == 201
    status, headers, _ = await client.get(answer["id"], origin=origin)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, origin)


@pytest.mark.parametrize(
    ("make", "status", "reason"),
    [
        (lambda: b"", 422, "empty"),
        (lambda: b"<svg onload=alert(1)>", 415, "not_a_photo"),
        (lambda: b"\0\0\0\x18ftypheic" + b"\0" * 99, 415, "heic"),
        (lambda: photos.jpeg()[:3000], 422, "unreadable"),
        (photos.bomb, 422, "too_many_pixels"),
        (lambda: photos.encode(photos.code_on_scene(photos.CARD)), 422, "identity_paper"),
        (lambda: photos.encode(photos.code_on_scene(photos.PAYING)), 422, "account_code"),
        (lambda: b"\xff\xd8\xff" + b"\0" * (10 * 1024 * 1024), 413, "too_big"),
    ],
)
async def test_what_is_refused_says_why_and_leaves_nothing(client, database, tmp_path, make, status, reason):
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    told, answer = await client.put(make())
    assert (told, answer["reason"], answer["code"]) == (status, reason, "PHOTO_REFUSED")
    assert "Anh/chị" in answer["text"]
    assert await rows(database) == []
    assert await rows(database, ATTACHMENT_DATA) == []
    new = {path.name for path in tmp_path.rglob("*") if path.is_file()} - {path.name for path in before}
    assert new <= {"operations.db-wal", "operations.db-shm", "tracker.db"}


async def test_an_identity_paper_is_not_even_in_the_write_ahead_log(client, tmp_path):
    picture = photos.encode(photos.code_on_scene(photos.CARD))
    await client.put(picture)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert picture[2000:2064] not in data
            assert b"079090012345" not in data


async def test_a_body_without_end_is_cut_off(client, database):
    async def endless():
        while True:
            yield b"\xff\xd8\xff" + b"\0" * 65_536

    try:
        status, answer = await client.put(endless())
        assert (status, answer["reason"]) == (413, "too_big")
    except (ConnectionError, OSError):
        pass  # the hub hung up on it, which is as good
    assert await rows(database) == []
    assert (await client.put(photos.jpeg()))[0] == 201


async def test_photos_are_taken_only_while_they_are_asked_for(client):
    kept = await client.send(photos.jpeg())
    await client.widget.say("cảm ơn")
    await client.widget.until("assistant")
    status, answer = await client.put(photos.jpeg())
    assert (status, answer["reason"]) == (409, "not_expected")
    await client.give(kept)
    assert "chưa cần ảnh" in (await client.widget.next("refused"))["text"]


async def test_a_word_from_the_city_in_between_does_not_close_the_question(client, rasa):
    rasa.replies["hai ý"] = [{"custom": {"text": "Gửi ảnh nhé.", "expects": ["photos"]}}, {"text": "Tôi chờ."}]
    await client.widget.say("hai ý")
    await client.widget.until("assistant")
    await client.widget.until("assistant")
    assert (await client.put(photos.jpeg()))[0] == 201


async def test_ten_may_wait_and_one_can_be_taken_back(client, database):
    kept = [await client.send(photos.jpeg(60, 40)) for _ in range(10)]
    status, answer = await client.put(photos.jpeg(60, 40))
    assert (status, answer["reason"]) == (409, "too_many")
    assert await client.delete(kept[0]) == 204
    assert (await client.get(kept[0]))[0] == 404
    assert (await client.put(photos.jpeg(60, 40)))[0] == 201
    assert len(await rows(database, ATTACHMENT_DATA)) == 10
    await client.give(*kept[1:7])
    assert "đủ số ảnh" in (await client.widget.next("refused"))["text"]


async def test_no_more_than_a_conversation_may_have(client, attachments, database):
    attachments._limits = Limits(a_conversation=2)
    for number in range(2):
        photo = await client.send(photos.jpeg(60, 40))
        sender = await sender_of(database)
        await attachments.attach([photo], sender, "petition", f"P-{number}")
    with pytest.raises(Exception, match="too_many"):
        await attachments.check_room(sender)
    attachments._limits = Limits(pending_bytes=1)
    await client.send(photos.jpeg(60, 40))
    with pytest.raises(Exception, match="busy"):
        await attachments.check_room("somebody-else")


async def test_too_many_too_fast_are_asked_to_wait(start_hub, session, rasa):
    limits = PhotoLimits(per_conversation=Rate(burst=2, per_second=0.01))
    async with start_hub(photo_limits=limits) as url:
        widget = Widget(session, url)
        await widget.enter()
        client = PhotoClient(session, url, widget, rasa)
        await client.be_asked()
        statuses = [(await client.put(photos.jpeg(60, 40)))[0] for _ in range(3)]
        assert statuses == [201, 201, 429]
        await widget.close()


async def test_erasing_the_conversation_erases_what_belongs_to_nothing(client, attachments, database):
    loose, attached = await client.send(photos.jpeg()), await client.send(photos.jpeg())
    await attachments.attach([attached], await sender_of(database), "petition", "P-1")
    await client.widget.send(type="end")
    await client.widget.next("ended")
    (row,) = await rows(database)
    assert (row.id, row.sender, row.state) == (attached, "", "attached")
    assert [kept.attachment_id for kept in await rows(database, ATTACHMENT_DATA)] == [attached]
    assert (await client.get(attached))[0] == 401
    assert await attachments.open(loose) is None
    assert (await attachments.open(attached)).attachment.owner_id == "P-1"
    assert await attachments.open_own("", attached) is None


async def test_a_conversation_erased_while_a_photo_is_looked_at_gets_none(client, database):
    coming = asyncio.create_task(client.put(photos.jpeg(4000, 3000)))
    await asyncio.sleep(0.15)
    await client.widget.send(type="end")
    await client.widget.next("ended")
    status, _ = await coming
    assert status == 401
    assert await rows(database) == []


async def test_photos_are_attached_once_to_one_owner_by_their_sender_only(client, attachments, database):
    ids = [await client.send(photos.jpeg(60, 40)) for _ in range(3)]
    sender = await sender_of(database)
    assert await attachments.attach(ids, "web-somebody", "petition", "P-9") == []
    for _ in range(2):
        attached = await attachments.attach([ids[1], ids[0], "nothing"], sender, "petition", "P-1")
        assert [one.id for one in attached] == [ids[1], ids[0]]
        assert {one.state for one in attached} == {PhotoState.ATTACHED}
    assert [one.id for one in await attachments.attach(ids, sender, "petition", "P-2")] == [ids[2]]
    assert [one.id for one in await attachments.of_owner("petition", "P-2")] == [ids[2]]
    assert await client.delete(ids[0]) == 204
    assert (await client.get(ids[0]))[0] == 200  # attached: no longer the citizen's to take back here


async def test_attaching_is_undone_with_the_transaction_it_is_part_of(client, attachments, database):
    photo = await client.send(photos.jpeg(60, 40))
    sender = await sender_of(database)

    def lodge(connection):
        assert len(attachments.attach_in(connection, [photo], sender, "petition", "P-1")) == 1
        raise RuntimeError("the petition was not written")

    with pytest.raises(RuntimeError):
        await database.write(lodge)
    assert (await rows(database))[0].state == "pending"


async def test_erased_pictures_are_gone_and_that_there_were_some_is_known(client, attachments, database):
    ids = [await client.send(photos.jpeg(60, 40)) for _ in range(3)]
    await attachments.attach(ids, await sender_of(database), "petition", "P-1")
    assert await attachments.erase(ids[0])
    assert not await attachments.erase(ids[0])
    assert await attachments.erase_of_owner("petition", "P-1") == 2
    assert await rows(database, ATTACHMENT_DATA) == []
    kept = await attachments.of_owner("petition", "P-1")
    assert [(one.state, one.sha256, one.size) for one in kept] == [(PhotoState.ERASED, "", 0)] * 3
    assert await attachments.open(ids[0]) is None
    assert (await client.get(ids[0]))[0] == 404


async def test_what_was_never_attached_goes_after_a_day(client, attachments, database):
    old, attached = await client.send(photos.jpeg(60, 40)), await client.send(photos.jpeg(60, 40))
    await attachments.attach([attached], await sender_of(database), "petition", "P-1")
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
    assert [row.id for row in await rows(database)] == [attached]
    await client.give(old)
    assert "không còn được lưu" in (await client.widget.next("refused"))["text"]


async def test_a_picture_opens_with_its_own_key_under_its_own_name_only(client, attachments, database):
    first, second = await client.send(photos.jpeg(60, 40)), await client.send(photos.jpeg(80, 40))
    other = Attachments(lambda: database, Cipher([b"another"]), SystemClock())
    with pytest.raises(PhotoUnreadableError):
        await other.open(first)
    changed = Attachments(lambda: database, Cipher([b"new", SECRET]), SystemClock())
    assert (await changed.open(first)).data == (await attachments.open(first)).data

    def swap(connection):
        data = {row.attachment_id: row.data for row in connection.execute(select(ATTACHMENT_DATA))}
        for here, there in ((first, second), (second, first)):
            change = ATTACHMENT_DATA.update().where(ATTACHMENT_DATA.c.attachment_id == here)
            connection.execute(change.values(data=data[there]))

    await database.write(swap)
    with pytest.raises(PhotoUnreadableError):
        await attachments.open(first)
    status, _, body = await client.get(first)
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


async def test_the_hub_answers_others_while_photos_are_looked_at(client, stranger):
    coming = [asyncio.create_task(client.put(photos.jpeg(4000, 3000))) for _ in range(2)]
    await asyncio.sleep(0.1)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await stranger.widget.send(type="ping")
    await stranger.widget.next("pong")
    assert loop.time() - began < 1.0
    assert [status for status, _ in await asyncio.gather(*coming)] == [201, 201]


async def test_names_that_are_no_names_lead_nowhere(client):
    for name in ("..%2f..%2fsecret", "a%00b", "x" * 65, "%c3%a9", "a.b"):
        async with client.session.get(f"{client.url}/chat/photos/{name}", headers=client.headers()) as response:
            assert response.status in (400, 404)
