"""Officers' files on Zalo: an address under their words, good for a day, one conversation and nothing else."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.handoff.models import Officer
from bot.hub.build import build_hub
from bot.hub.officer_files import LinkKind, Named
from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.zalo.people import People
from tests.fixtures.documents import pdf
from tests.integration.zalo.conftest import until

pytestmark = pytest.mark.asyncio
ME, LAN = "246845883529197922", Officer("p-lan", "Chị Lan")
PUBLIC = "https://tro-ly.example"


@pytest_asyncio.fixture
async def desk(zalo_environment):
    """The officer's side in another process: the same database, key and address."""
    made = []

    def open_desk(**changes):
        settings = Settings.from_env({**zalo_environment, "MOTCUA_WEB_PORT": "8099", **changes})
        made.append(build_hub(settings, SystemClock()))
        return made[-1]

    yield open_desk
    for parts in made:
        await parts.assistant.close()
        parts.trackers.close()
        parts.database.close()


async def held(parts, zalo, http, url):
    """A citizen of Zalo whose talk the officer holds: the conversation's and the request's id."""
    await zalo.post(http, url, zalo.event(ME, "xin mẫu tờ khai"))
    await until(lambda: len(zalo.sent) >= 2)
    person = await People(lambda: parts.database, SystemClock()).find(ME)
    handed = await parts.ownership.step_in(person.conversation_id, LAN, "Gửi mẫu tờ khai")
    return person.conversation_id, handed.id


async def send_file(parts, conversation_id, request_id, name="tờ khai.pdf"):
    kept = await parts.files.take(conversation_id, str(uuid.uuid4()), pdf())
    more = await parts.files.attach(conversation_id, [Named(kept.id, name)])
    await parts.ownership.reply(request_id, LAN, str(uuid.uuid4()), "Gửi anh/chị mẫu ạ.", more)
    return kept.id


async def test_the_address_opens_a_page_and_its_button_gives_the_file(start_zalo_hub, zalo, http, desk):
    async with start_zalo_hub(MOTCUA_PUBLIC_URL=PUBLIC) as url:
        parts, hub_url = desk(MOTCUA_PUBLIC_URL=PUBLIC), url.removesuffix("/zalo/webhook")
        conversation_id, request_id = await held(parts, zalo, http, url)
        file_id = await send_file(parts, conversation_id, request_id, "tờ khai <b>{x}.pdf")
        await until(lambda: any(PUBLIC in text for text in zalo.texts_to(ME)))
        text = next(text for text in zalo.texts_to(ME) if PUBLIC in text)
        assert text.startswith("Gửi anh/chị mẫu ạ.")
        assert re.search(r"mở được đến \d\d:\d\d \d\d/\d\d/\d{4}\. Anh/chị đừng chuyển", text)
        address = hub_url + re.search(rf"{PUBLIC}(/chat/file/\S+)", text).group(1)
        async with http.get(address) as got:
            page = await got.text()
            assert (got.status, got.content_type) == (200, "text/html")
            assert "tờ khai b {x}.pdf" in page
            assert "%PDF" not in page
        async with http.post(address) as got:
            assert (got.status, (await got.read())[:5]) == (200, b"%PDF-")
            assert got.headers["Content-Disposition"].startswith("attachment")
        conversation = await parts.hub.conversation(conversation_id)
        direct = address.replace("/chat/file/", "/chat/files/")
        over = parts.files.link(conversation, file_id, LinkKind.PAGE, SystemClock().now() - timedelta(seconds=2))
        stranger = (await parts.hub.enter("zalo", None)).conversation
        others = parts.files.link(stranger, file_id, LinkKind.PAGE, parts.files.page_until())
        short = parts.files.link(conversation, file_id)
        for wrong in (direct, address[:-2] + "xx", *(f"{hub_url}/chat/file/{one}" for one in (over, others, short))):
            async with http.get(wrong) as got:
                assert got.status == 404, wrong
        async with http.get(address[:-2] + "xx") as got:
            assert "đã hết hạn" in await got.text()
        await parts.hub.end(conversation_id)
        async with http.post(address) as got:
            assert got.status == 404


async def test_without_an_address_of_ours_nothing_is_promised(start_zalo_hub, zalo, http, desk):
    async with start_zalo_hub() as url:
        parts = desk()
        assert [parts.files.reaches(channel) for channel in ("web", "zalo", "sms")] == [True, False, False]
        conversation_id, request_id = await held(parts, zalo, http, url)
        await send_file(parts, conversation_id, request_id)
        await until(lambda: "Gửi anh/chị mẫu ạ." in zalo.texts_to(ME))
        assert not any("Tệp kèm theo" in text for text in zalo.texts_to(ME))
