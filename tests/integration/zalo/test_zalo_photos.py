"""Photos over Zalo: taken where they are asked for, from Zalo's hosts only, examined as the web's are."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import create_engine, text

from tests.fixtures.photos import CARD, code_on_scene, encode, jpeg
from tests.integration.zalo.conftest import until

pytestmark = pytest.mark.asyncio
ME = "246845883529197922"
ASKING = [{"custom": {"text": "Anh/chị có ảnh hiện trường không ạ?", "expects": ["photos"]}}]


def photo(zalo, *urls, words=""):
    parts = [{"type": "image", "payload": {"url": url, "thumbnail": url}} for url in urls]
    return zalo.event(ME, words, name="user_send_image", attachments=parts)


def kept(database_url):
    engine = create_engine(database_url)
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM attachment")).scalar()
    engine.dispose()
    return count


async def ask_for_photos(zalo, http, url, zalo_rasa):
    zalo_rasa.replies["ổ gà"] = ASKING
    await zalo.post(http, url, zalo.event(ME, "ổ gà"))
    await until(lambda: len(zalo.sent) >= 2)


async def test_photos_that_are_asked_for_are_handed_over(start_zalo_hub, zalo, zalo_rasa, http, database_url):
    zalo.media = {"a.jpg": (200, {}, jpeg()), "b.jpg": (200, {}, jpeg(320, 240))}
    async with start_zalo_hub() as url:
        await ask_for_photos(zalo, http, url, zalo_rasa)
        event = photo(zalo, f"{zalo.url}/media/a.jpg", f"{zalo.url}/media/b.jpg")
        for _ in range(2):
            await zalo.post(http, url, event)
        await until(lambda: len(zalo_rasa.texts()) >= 2, timeout=20)
        await until(lambda: len(zalo.sent) >= 3)
    told = zalo_rasa.texts()[1]
    assert told.startswith("/give_photos{")
    assert len(zalo_rasa.texts()) == 2
    assert kept(database_url) == 2
    assert zalo.faults == []


async def test_photos_that_come_one_by_one_wait_for_the_answer(start_zalo_hub, zalo, zalo_rasa, http, database_url):
    zalo.media = {name: (200, {}, jpeg(300 + n, 200)) for n, name in enumerate(("a.jpg", "b.jpg", "c.jpg"))}

    async with start_zalo_hub() as url:
        await ask_for_photos(zalo, http, url, zalo_rasa)
        zalo_rasa.always = ASKING
        for number, name in enumerate(zalo.media):
            event = photo(zalo, f"{zalo.url}/media/{name}")
            event["timestamp"] = str(int(event["timestamp"]) + number)
            await zalo.post(http, url, event)
        await until(lambda: len(zalo_rasa.texts()) >= 4, timeout=90)
        await until(lambda: len(zalo.sent) >= 5)
    assert all(words.startswith("/give_photos{") for words in zalo_rasa.texts()[1:])
    assert kept(database_url) == 3


async def test_nothing_is_fetched_that_is_not_asked_for(start_zalo_hub, zalo, zalo_rasa, http, database_url):
    zalo.media = {"a.jpg": (200, {}, jpeg())}
    async with start_zalo_hub() as url:
        await zalo.post(http, url, photo(zalo, f"{zalo.url}/media/a.jpg"))
        await until(lambda: len(zalo.sent) >= 2)
    assert "không lưu ảnh" in zalo.texts_to(ME)[1]
    assert zalo.fetched == []
    assert kept(database_url) == 0


async def test_an_identity_paper_is_refused_and_the_question_stays_open(
    start_zalo_hub, zalo, zalo_rasa, http, database_url
):
    paper = encode(code_on_scene(CARD))
    zalo.media = {"id.jpg": (200, {}, paper), "a.jpg": (200, {}, jpeg())}
    async with start_zalo_hub() as url:
        await ask_for_photos(zalo, http, url, zalo_rasa)
        await zalo.post(http, url, photo(zalo, f"{zalo.url}/media/id.jpg"))
        await until(lambda: len(zalo.sent) >= 3, timeout=20)
        assert "giấy tờ tuỳ thân" in zalo.texts_to(ME)[2]
        assert kept(database_url) == 0
        await zalo.post(http, url, photo(zalo, f"{zalo.url}/media/a.jpg"))
        await until(lambda: len(zalo_rasa.texts()) >= 2, timeout=20)
    assert kept(database_url) == 1


@pytest.mark.parametrize(
    "where", ["https://evil.example/a.jpg", "http://169.254.169.254/a.jpg", "https://zdn.vn.evil.example/a.jpg", "away"]
)
async def test_an_address_that_is_not_zalos_is_not_asked(start_zalo_hub, zalo, zalo_rasa, http, database_url, where):
    zalo.media = {"away": (302, {"Location": "http://127.0.0.1:1/x"}, b"")}
    async with start_zalo_hub() as url:
        await ask_for_photos(zalo, http, url, zalo_rasa)
        await zalo.post(http, url, photo(zalo, where if "://" in where else f"{zalo.url}/media/{where}"))
        await until(lambda: len(zalo.sent) >= 3)
        await asyncio.sleep(0.2)
    assert "không mở được ảnh" in zalo.texts_to(ME)[2]
    assert kept(database_url) == 0


async def test_a_host_that_fails_is_said_to_be_busy(start_zalo_hub, zalo, zalo_rasa, http):
    zalo.media = {"a.jpg": (500, {}, b"")}
    async with start_zalo_hub() as url:
        await ask_for_photos(zalo, http, url, zalo_rasa)
        await zalo.post(http, url, photo(zalo, f"{zalo.url}/media/a.jpg", words="ảnh hẻm 12"))
        await until(lambda: "ảnh hẻm 12" in zalo_rasa.texts())
        await until(lambda: len(zalo.sent) >= 4)
    assert "thử lại sau" in zalo.texts_to(ME)[2]
