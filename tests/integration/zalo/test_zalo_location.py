"""A location over Zalo: nothing before a yes, wards that are near after it, and no coordinates anywhere."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData, create_engine

from tests.integration.zalo.conftest import until

pytestmark = pytest.mark.asyncio
ME = "8300000000000000019"
BEN_THANH = {"latitude": "10.7757123", "longitude": "106.7009321"}


def location(zalo, **place):
    part = {"type": "location", "payload": {"coordinates": place or BEN_THANH}}
    return zalo.event(ME, "Cơm Coffee New Sky", name="user_send_location", attachments=[part])


def titles(zalo):
    return [one["title"] for one in zalo.sent[-1][2]["attachment"]["payload"]["buttons"]]


def payload(zalo, number):
    return zalo.sent[-1][2]["attachment"]["payload"]["buttons"][number]["payload"]


def everything(database_url):
    engine, tables = create_engine(database_url), MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = [str(tuple(row)) for table in tables.sorted_tables for row in connection.execute(table.select())]
    engine.dispose()
    return "\n".join(found)


async def test_it_is_used_after_a_yes_and_the_ward_is_said_in_words(
    start_zalo_hub, zalo, zalo_rasa, http, database_url
):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, location(zalo))
        await until(lambda: len(zalo.sent) >= 2)
        assert "chưa dùng vị trí" in zalo.texts_to(ME)[1]
        assert titles(zalo)[0] == "Đồng ý"
        await zalo.post(http, url, zalo.event(ME, payload(zalo, 0)))
        await until(lambda: len(zalo.sent) >= 3)
        assert titles(zalo) == ["Phường Sài Gòn", "Phường Bến Thành", "Phường Xuân Hòa", "Phường An Khánh", "Nơi khác"]
        assert zalo_rasa.asked == []
        await zalo.post(http, url, zalo.event(ME, payload(zalo, 1)))
        await until(lambda: zalo_rasa.texts() == ["Phường Bến Thành"])
        await until(lambda: len(zalo.sent) >= 4)
        kept = everything(database_url)
    assert "Phường Bến Thành" in kept
    for mark in ("10.7757", "106.7009", "New Sky", "coordinates"):
        assert mark not in kept
    assert zalo.faults == []


async def test_a_typed_yes_does_and_a_no_asks_for_words(start_zalo_hub, zalo, zalo_rasa, http):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, location(zalo))
        await until(lambda: len(zalo.sent) >= 2)
        await zalo.post(http, url, zalo.event(ME, "Dạ đồng ý."))
        await until(lambda: len(zalo.sent) >= 3)
        await zalo.post(http, url, zalo.event(ME, payload(zalo, 4)))
        await until(lambda: len(zalo.sent) >= 4)
        assert "nhắn tên phường, xã" in zalo.texts_to(ME)[3]
        await zalo.post(http, url, zalo.event(ME, "đồng ý"))  # no question is open: words like any others
        await until(lambda: zalo_rasa.texts() == ["đồng ý"])


async def test_a_question_of_the_assistants_does_not_take_a_place_for_words(start_zalo_hub, zalo, zalo_rasa, http):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, location(zalo))
        await until(lambda: len(zalo.sent) >= 2)
        await zalo.post(http, url, zalo.event(ME, "lệ phí bao nhiêu"))
        await until(lambda: zalo_rasa.texts() == ["lệ phí bao nhiêu"])
        await until(lambda: len(zalo.sent) >= 3)
        await zalo.post(http, url, zalo.event(ME, "có"))
        await until(lambda: len(zalo_rasa.texts()) == 2)


async def test_a_yes_that_another_hub_hears_asks_for_the_place_again(start_zalo_hub, zalo, http):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, location(zalo))
        await until(lambda: len(zalo.sent) >= 2)
        yes = payload(zalo, 0)
    async with start_zalo_hub() as url:  # it knows nothing of the place
        await zalo.post(http, url, zalo.event(ME, yes))
        await until(lambda: len(zalo.sent) >= 3)
        assert "gửi lại vị trí" in zalo.texts_to(ME)[2]
        await zalo.post(http, url, location(zalo))  # agreed to already
        await until(lambda: len(zalo.sent) >= 4)
        assert titles(zalo)[0] == "Phường Sài Gòn"


async def test_a_place_outside_the_city_is_said_not_to_be_found(start_zalo_hub, zalo, http):
    async with start_zalo_hub() as url:
        await zalo.post(http, url, location(zalo, latitude="21.0285", longitude="105.8542"))
        await until(lambda: len(zalo.sent) >= 2)
        await zalo.post(http, url, zalo.event(ME, "có"))
        await until(lambda: len(zalo.sent) >= 3)
    assert "không tìm được" in zalo.texts_to(ME)[2]
