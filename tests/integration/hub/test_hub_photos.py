"""Photos through a real hub, on both databases: sent, handed over, shown again, erased; and what must not be."""

from __future__ import annotations

import asyncio
import io
import uuid

import pytest
from photo_client import PhotoClient, rows
from PIL import Image

from bot.attachments.tables import ATTACHMENT_DATA
from bot.channels.web_photos import PhotoLimits
from bot.hub.limits import Rate
from tests.fixtures import photos
from tests.fixtures.web_widget import Closed, Widget


async def test_photos_are_sent_handed_over_and_shown_again(citizen, rasa):
    first, second = await citizen.send(photos.jpeg()), await citizen.send(photos.telling_png())
    client_id = await citizen.give(first, second)
    message = await citizen.widget.until("citizen")
    assert message["id"] == client_id
    assert message["content"] == {
        "text": "Đã gửi 2 ảnh",
        "attachments": [
            {"id": first, "kind": "image", "name": "anh-1.jpg"},
            {"id": second, "kind": "image", "name": "anh-2.jpg"},
        ],
    }
    await citizen.widget.until("assistant")
    assert rasa.texts()[-1] == f'/give_photos{{"attachments":["{first}","{second}"]}}'
    status, headers, body = await citizen.get(second)
    assert status == 200
    assert Image.open(io.BytesIO(body)).size == (640, 480)
    assert b"MARKER" not in body
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"] == 'inline; filename="anh.jpg"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


async def test_nothing_of_what_was_sent_is_in_the_database_in_clear(citizen, photo_database):
    await citizen.send(photos.telling_jpeg())
    (row,) = await rows(photo_database, ATTACHMENT_DATA)
    data = bytes(row.data)
    assert not data.startswith(b"\xff\xd8")
    assert b"JFIF" not in data
    assert b"MARKER" not in data
    (kept,) = await rows(photo_database)
    assert (kept.state, kept.width, kept.height, kept.content_type) == ("pending", 640, 480, "image/jpeg")
    assert len(kept.sha256) == 64


async def test_the_same_photo_sent_again_is_kept_once(citizen, photo_database):
    upload_id = str(uuid.uuid4())
    answers = [await citizen.put(photos.jpeg(), upload_id) for _ in range(2)]
    assert [status for status, _ in answers] == [201, 200]
    assert answers[0][1] == answers[1][1]
    at_once = str(uuid.uuid4())
    sent = await asyncio.gather(citizen.put(photos.jpeg(), at_once), citizen.put(photos.jpeg(), at_once))
    assert sent[0][1]["id"] == sent[1][1]["id"]
    assert len(await rows(photo_database)) == 2


async def test_the_message_is_stored_once_however_often_it_comes(citizen, rasa):
    photo = await citizen.send(photos.jpeg())
    client_id = await citizen.give(photo)
    await citizen.give(photo, client_id=client_id)
    await citizen.widget.until("assistant")
    await citizen.give(photo, client_id=client_id)
    await citizen.widget.quiet()
    seqs = {frame["seq"] for frame in citizen.widget.messages if frame["id"] == client_id}
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
async def test_typed_words_are_never_the_handing_over(citizen, rasa, typed):
    photo = await citizen.send(photos.jpeg())
    await citizen.widget.say(typed % photo)
    await citizen.widget.until("assistant")
    assert rasa.texts()[-1].startswith("give_photos")


async def test_a_frame_cannot_smuggle_anything_into_the_payload(citizen, rasa):
    photo = await citizen.send(photos.jpeg())
    for ids in ([photo, 'x"],"other":["y'], [f"{photo}/"], [{}], [], "x", [photo] * 21):
        other = Widget(citizen.session, citizen.url)
        await other.enter(citizen.widget.token)
        await other.send(type="photos", id=str(uuid.uuid4()), photos=ids)
        with pytest.raises(Closed, match="1008"):
            await other.next("refused", 3)
    assert not [text for text in rasa.texts() if text.startswith("/")]


async def test_strangers_see_and_use_nothing(citizen, stranger, photo_database):
    mine = await citizen.send(photos.jpeg())
    unknown = "abcdefghijklmnopqrstuvwxyzab"
    refusals = [await stranger.get(mine), await stranger.get(unknown)]
    assert [status for status, _, _ in refusals] == [404, 404]
    assert refusals[0][2] == refusals[1][2]  # nothing tells that there is one
    assert await stranger.delete(mine) == 204
    assert len(await rows(photo_database)) == 1
    await stranger.give(mine)
    assert (await stranger.widget.next("refused"))["code"] == "PHOTO_REFUSED"
    own = await stranger.send(photos.jpeg())
    await stranger.give(own, mine)
    assert (await stranger.widget.next("refused"))["code"] == "PHOTO_REFUSED"
    assert (await citizen.get(mine))[0] == 200


async def test_without_a_good_token_there_is_nothing(citizen):
    mine = await citizen.send(photos.jpeg())
    good = citizen.widget.token
    for token in ("x", good[:-1], good + "x", good.replace("v1.", "v2."), "v1.a.b.c.d", "é", "x" * 5000):
        assert (await citizen.get(mine, token=token))[0] == 401, token
        status, answer = await citizen.put(photos.jpeg(), token=token)
        assert (status, answer["code"]) == (401, "TOKEN_INVALID")
        assert await citizen.delete(mine, token=token) == 401
    for headers in ({}, {"Authorization": good}, {"Authorization": f"Basic {good}"}, {"Cookie": f"token={good}"}):
        async with citizen.session.get(f"{citizen.url}/chat/photos/{mine}", headers=headers) as response:
            assert response.status == 401
    async with citizen.session.get(f"{citizen.url}/chat/photos/{mine}?token={good}") as response:
        assert response.status == 401


async def test_pages_of_others_may_not_send(citizen):
    for origin in ("https://evil.example", "null", "file://"):
        async with citizen.session.put(
            f"{citizen.url}/chat/photos/{uuid.uuid4()}",
            data=photos.jpeg(),
            headers=citizen.headers(origin=origin),
        ) as response:
            assert response.status == 403
        async with citizen.session.options(f"{citizen.url}/chat/photos/x", headers={"Origin": origin}) as response:
            assert response.status == 403
            assert "Access-Control-Allow-Origin" not in response.headers
        assert (await citizen.get("x", origin=origin))[0] == 403
    headers = {"Authorization": f"Bearer {citizen.widget.token}"}
    async with citizen.session.put(f"{citizen.url}/chat/photos/x", data=b"", headers=headers) as response:
        assert response.status == 403


async def test_a_portal_that_embeds_the_chat_may(citizen):
    origin = "https://portal.example"
    async with citizen.session.options(f"{citizen.url}/chat/photos/x", headers={"Origin": origin}) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert response.headers["Access-Control-Allow-Methods"] == "GET, PUT, DELETE"
        assert "authorization" in response.headers["Access-Control-Allow-Headers"]
        assert response.headers["Vary"] == "Origin"
    status, answer = await citizen.put(photos.jpeg(), origin=origin)
    assert status == 201
    status, headers, _ = await citizen.get(answer["id"], origin=origin)
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
async def test_what_is_refused_says_why_and_leaves_nothing(citizen, photo_database, tmp_path, make, status, reason):
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    told, answer = await citizen.put(make())
    assert (told, answer["reason"], answer["code"]) == (status, reason, "PHOTO_REFUSED")
    assert "Anh/chị" in answer["text"]
    assert await rows(photo_database) == []
    assert await rows(photo_database, ATTACHMENT_DATA) == []
    new = {path.name for path in tmp_path.rglob("*") if path.is_file()} - {path.name for path in before}
    assert new <= {"operations.db-wal", "operations.db-shm", "tracker.db"}


async def test_an_identity_paper_is_not_even_in_the_write_ahead_log(citizen, tmp_path):
    picture = photos.encode(photos.code_on_scene(photos.CARD))
    await citizen.put(picture)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert picture[2000:2064] not in data
            assert b"079090012345" not in data


async def test_a_body_without_end_is_cut_off(citizen, photo_database):
    async def endless():
        while True:
            yield b"\xff\xd8\xff" + b"\0" * 65_536

    try:
        status, answer = await citizen.put(endless())
        assert (status, answer["reason"]) == (413, "too_big")
    except (ConnectionError, OSError):
        pass  # the hub hung up on it, which is as good
    assert await rows(photo_database) == []
    assert (await citizen.put(photos.jpeg()))[0] == 201


@pytest.mark.parametrize("origin", [None, "https://elsewhere.example"])
async def test_who_is_refused_unread_hears_it_and_the_connection_ends(citizen, origin):
    """By its length, or by its origin, before the body is read: nobody may be left waiting at either end."""
    host, port = citizen.url.removeprefix("http://").split(":")
    body = b"\xff\xd8\xff" + b"\0" * (12 * 1024 * 1024)
    headers = "".join(f"{name}: {value}\r\n" for name, value in citizen.headers(origin=origin).items())
    path = f"/chat/photos/{uuid.uuid4()}"
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"PUT {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await asyncio.wait_for(writer.drain(), 10)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 403" if origin else b"HTTP/1.1 413")
    assert b"connection: close" in answer.lower()


async def test_photos_are_taken_only_while_they_are_asked_for(citizen):
    kept = await citizen.send(photos.jpeg())
    await citizen.widget.say("cảm ơn")
    await citizen.widget.until("assistant")
    status, answer = await citizen.put(photos.jpeg())
    assert (status, answer["reason"]) == (409, "not_expected")
    await citizen.give(kept)
    assert "chưa cần ảnh" in (await citizen.widget.next("refused"))["text"]


async def test_a_word_from_the_city_in_between_does_not_close_the_question(citizen, rasa):
    rasa.replies["hai ý"] = [{"custom": {"text": "Gửi ảnh nhé.", "expects": ["photos"]}}, {"text": "Tôi chờ."}]
    await citizen.widget.say("hai ý")
    await citizen.widget.until("assistant")
    await citizen.widget.until("assistant")
    assert (await citizen.put(photos.jpeg()))[0] == 201


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


async def test_the_hub_answers_others_while_photos_are_looked_at(citizen, stranger):
    coming = [asyncio.create_task(citizen.put(photos.jpeg(4000, 3000))) for _ in range(2)]
    await asyncio.sleep(0.1)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await stranger.widget.send(type="ping")
    await stranger.widget.next("pong")
    assert loop.time() - began < 1.0
    assert [status for status, _ in await asyncio.gather(*coming)] == [201, 201]


async def test_names_that_are_no_names_lead_nowhere(citizen):
    for name in ("..%2f..%2fsecret", "a%00b", "x" * 65, "%c3%a9", "a.b"):
        async with citizen.session.get(f"{citizen.url}/chat/photos/{name}", headers=citizen.headers()) as response:
            assert response.status in (400, 404)
