"""One person on the web and on Zalo: linked by a code and a yes, told on both, parted from either side."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.hub.tables import CONVERSATION
from bot.jobs.petitions import PetitionJobs
from bot.links.service import CONSENT_VERSION
from bot.links.tables import LINK, LINK_CODE
from bot.ops.clock import SystemClock
from bot.petitions.build import build_petitions
from bot.settings import Settings
from bot.store.operations import OperationsStore
from tests.fixtures.petitions import draft
from tests.fixtures.web_widget import Widget
from tests.integration.zalo.conftest import until
from tests.integration.zalo.test_zalo_location import everything

pytestmark = pytest.mark.asyncio
ME, OTHER = "8300000000000000031", "8300000000000000032"


@pytest.fixture
def operations(database_url):
    store = OperationsStore(database_url)
    yield store
    store.close()


PARTED = "Đã bỏ liên kết với Zalo. Tin mới về việc anh/chị theo dõi ở đây chỉ báo ở đây."


class Person:
    """A citizen with a widget open on the web, and Zalo on the phone."""

    def __init__(self, zalo, http, url, user_id=ME):
        self.zalo, self.http, self.url, self.user_id = zalo, http, url, user_id
        self.web = Widget(http, url.removesuffix("/zalo/webhook"))

    async def code(self):
        await self.web.send(type="link")
        return await self.web.next("link")

    async def text(self, words):
        """Say something on Zalo; return what is answered first."""
        before = len(self.zalo.texts_to(self.user_id))
        await self.zalo.post(self.http, self.url, self.zalo.event(self.user_id, words))
        await until(lambda: len(self.zalo.texts_to(self.user_id)) > before + (before == 0))
        return self.zalo.texts_to(self.user_id)[before + (before == 0)]

    def buttons(self):
        mine = [message for to, _, message in self.zalo.sent if to == self.user_id]
        return mine[-1]["attachment"]["payload"]["buttons"]

    async def press(self, number):
        return await self.text(self.buttons()[number]["payload"])

    async def link(self):
        await self.text((await self.code())["code"])
        assert "Đã liên kết" in await self.press(0)
        return await self.web.until("system")

    async def heard(self, count):
        await until(lambda: len(self.zalo.texts_to(self.user_id)) >= count)
        return self.zalo.texts_to(self.user_id)[count - 1]


@pytest.fixture
def a_person(start_zalo_hub, zalo, http):
    @asynccontextmanager
    async def start(**changes):
        async with start_zalo_hub(**changes) as url:
            person = Person(zalo, http, url)
            person.welcome = await person.web.enter()
            yield person
            await person.web.close()

    return start


async def rows(operations, table):
    return await operations().run(lambda connection: connection.execute(select(table)).all())


async def age(operations, column, minutes):
    past = SystemClock().now() - timedelta(minutes=minutes)
    await operations().write(lambda connection: connection.execute(update(LINK_CODE).values({column: past})))


async def test_a_code_and_a_yes_link_and_a_phrase_parts(a_person, zalo, zalo_rasa, operations, database_url):
    async with a_person() as person:
        assert person.welcome["zalo_linked"] is False
        given = await person.code()
        assert given["code"] in given["steps"][1]
        assert "10 phút" in given["text"]
        asked = await person.text(f"mã {given['code'].lower()}")
        assert "báo ở cả hai nơi" in asked
        assert "Tin nhắn khác không hiện sang nơi kia" in asked
        assert [one["title"] for one in person.buttons()] == ["Đồng ý", "Không đồng ý"]
        assert await rows(operations, LINK) == []  # nothing before the yes
        assert "Đã liên kết với cuộc trò chuyện trên web" in await person.press(0)
        told = await person.web.until("system")
        assert told["content"]["zalo_linked"] is True
        (link,) = await rows(operations, LINK)
        assert (link.consent, link.agreed_by) == (CONSENT_VERSION, link.zalo_id)
        assert abs(SystemClock().now() - link.consented_at) < timedelta(minutes=1)
        assert (await person.code())["text"].startswith("Cuộc trò chuyện này đang liên kết")
        kept = everything(database_url)
        assert given["code"] not in kept
        assert given["code"].replace("-", "") not in kept
        assert "[Mã liên kết]" in kept
        assert "Đã bỏ liên kết" in await person.text("Bỏ liên kết")
        assert (await person.web.until("system"))["content"]["zalo_linked"] is False
        (link,) = await rows(operations, LINK)
        assert link.web_id is link.zalo_id is None
        assert link.ended_at is not None
        assert "không liên kết" in await person.text("bỏ liên kết")
    assert zalo_rasa.asked == []
    assert zalo.faults == []


async def test_it_is_parted_from_the_web_too_and_can_be_made_again(a_person, zalo_rasa, operations):
    async with a_person() as person:
        await person.link()
        before = len(person.zalo.texts_to(ME))
        name = await person.web.say("bo lien ket zalo")
        assert (await person.web.until("citizen"))["id"] == name
        assert (await person.web.until("system"))["content"]["zalo_linked"] is False
        assert "Đã bỏ liên kết" in await person.heard(before + 1)
        await person.web.say("bo lien ket zalo", name)  # sent again: confirmed, not done again
        assert (await person.web.until("citizen"))["id"] == name
        await person.web.quiet()
        assert [text for _, role, text in person.web.transcript() if role == "system"][1:] == [PARTED]
        await person.link()
        assert len([one for one in await rows(operations, LINK) if one.ended_at is None]) == 1
    assert zalo_rasa.asked == []


async def test_wrong_old_used_and_somebody_elses_codes_get_the_same_sentence(a_person, operations):
    async with a_person() as person:
        stranger = Person(person.zalo, person.http, person.url, OTHER)
        wrong = await person.text("CDFH-2345")
        first = (await person.code())["code"]
        code = (await person.code())["code"]
        assert await person.text(first) == wrong  # another was made since
        await age(operations, "made_at", 11)
        assert await person.text(code) == wrong
        await age(operations, "made_at", 9)
        assert "Anh/chị đồng ý không ạ?" in await person.text(code)
        assert await stranger.text(code) == wrong  # it is somebody's already
        await person.text("đồng ý")
        assert await person.text(code) == wrong  # used
        assert wrong.startswith("Tôi không dùng được mã này.")


async def test_a_no_and_a_yes_that_comes_too_late_link_nothing(a_person, operations):
    async with a_person() as person:
        await person.text((await person.code())["code"])
        yes, no = (one["payload"] for one in person.buttons())
        assert "không liên kết gì cả" in await person.text(no)
        assert "Mã đã hết hạn" in await person.text(yes)
        await person.text((await person.code())["code"])
        await age(operations, "said_at", 11)
        assert "Mã đã hết hạn" in await person.press(0)
        assert await rows(operations, LINK) == []


async def test_guessing_is_stopped_and_the_right_code_does_not_help_then(a_person, operations):
    async with a_person() as person:
        code = (await person.code())["code"]
        said = [
            await person.text(f"CDFH-23{number:02d}".replace("0", "9").replace("1", "8")) for number in range(2, 18)
        ]
        assert len(set(said[:15])) == 1
        assert "nhiều mã không đúng" in said[15]
        assert "nhiều mã không đúng" in await person.text(code)
        stranger = Person(person.zalo, person.http, person.url, OTHER)
        assert "Anh/chị đồng ý không ạ?" in await stranger.text(code)  # nobody else is slowed down


async def test_a_code_said_on_the_web_is_not_written_down(a_person, zalo_rasa, database_url):
    async with a_person() as person:
        code = (await person.code())["code"]
        await person.web.say(code)
        assert (await person.web.until("citizen"))["content"]["text"] == "[Mã liên kết]"
        assert "nhắn trên Zalo" in (await person.web.until("system"))["content"]["text"]
        await person.web.say("nhan tin qua zalo")
        assert "bấm Tuỳ chọn" in (await person.web.until("system"))["content"]["text"]
        assert "lấy mã" in await person.text("liên kết web")
        assert code not in everything(database_url)
    assert zalo_rasa.asked == []


async def test_it_is_asked_and_answered_while_an_officer_has_both(a_person, operations, zalo_rasa):
    async with a_person() as person:
        await person.text("bỏ liên kết")
        theirs = update(CONVERSATION).values(status="officer")
        await operations().write(lambda connection: connection.execute(theirs))
        await person.text((await person.code())["code"])
        assert "Đã liên kết" in await person.text("đồng ý")
        assert (await person.web.until("system"))["content"]["zalo_linked"] is True
        await person.web.say("bỏ liên kết")
        assert (await person.web.until("system"))["content"]["zalo_linked"] is False
        assert [one for one in await rows(operations, LINK) if one.ended_at is None] == []
    assert zalo_rasa.asked == []


async def test_an_account_without_buttons_is_answered_by_a_number(a_person, operations):
    async with a_person(MOTCUA_ZALO_BUTTONS="off") as person:
        assert "1. Đồng ý" in await person.text((await person.code())["code"])
        assert "Đã liên kết" in await person.text("1")
        assert len(await rows(operations, LINK)) == 1


async def test_two_hubs_do_it_together(start_zalo_hub, zalo, http, operations):
    """The widget is on one, Zalo's events go to the other: both sides are told."""
    async with start_zalo_hub() as first, start_zalo_hub(port=8081) as second:
        person = Person(zalo, http, first)
        await person.web.enter()
        person.url = second
        told = await person.link()
        assert told["content"]["zalo_linked"] is True
        await person.text("bỏ liên kết")
        assert (await person.web.until("system"))["content"]["zalo_linked"] is False
        await person.web.close()


async def test_codes_are_not_made_without_end(a_person):
    async with a_person() as person:
        given = [await person.code() for _ in range(6)]
    assert all("code" in one for one in given[:5])
    assert "code" not in given[5]
    assert "lấy mã nhiều lần" in given[5]["text"]


async def test_a_second_web_conversation_takes_the_place_of_the_first(a_person, operations):
    async with a_person() as person:
        await person.link()
        second = Person(person.zalo, person.http, person.url)
        await second.web.enter()
        assert "liên kết đó sẽ thôi" in await person.text((await second.code())["code"])
        await person.press(0)
        assert (await person.web.until("system"))["content"]["zalo_linked"] is False
        assert (await second.web.until("system"))["content"]["zalo_linked"] is True
        assert len([one for one in await rows(operations, LINK) if one.ended_at is None]) == 1
        await second.web.close()


async def test_erasing_either_conversation_ends_the_link(a_person, operations, zalo):
    async with a_person() as person:
        await person.link()
        await person.web.send(type="end")
        await person.web.next("ended")
        (link,) = await rows(operations, LINK)
        assert link.web_id is link.zalo_id is None
        await until(lambda: any("Đã bỏ liên kết" in text for text in zalo.texts_to(ME)))  # the other side is told
        again = Widget(person.http, person.url.removesuffix("/zalo/webhook"))
        await again.enter()
        person.web = again
        await person.link()
        gone = zalo.event(ME, "")
        gone = {key: gone[key] for key in ("app_id", "timestamp")} | {"event_name": "user_withdraw", "user_id": ME}
        await zalo.post(person.http, person.url, gone)

        async def parted():
            return all(link.zalo_id is link.agreed_by is None for link in await rows(operations, LINK))

        for _ in range(100):
            if await parted():
                break
            await asyncio.sleep(0.05)
        assert await parted()


async def test_without_zalo_there_is_nothing_to_link(a_person, zalo_rasa):
    async with a_person(MOTCUA_ZALO_APP_ID="", consented=False) as person:
        assert "zalo_linked" not in person.welcome
        await person.web.send(type="link")
        await person.web.say("bỏ liên kết")
        await person.web.until("assistant")
        assert zalo_rasa.texts() == ["bỏ liên kết"]


async def test_news_of_a_petition_is_told_on_both_once(a_person, zalo, zalo_environment, operations, monkeypatch):
    monkeypatch.setattr("bot.jobs.petitions.is_quiet", lambda moment: False)
    settings = Settings.from_env({**zalo_environment, "MOTCUA_CATALOGUE_URL": "sqlite:////nowhere/at.all"})
    parts = build_petitions(settings, operations, SystemClock(), b"key")
    jobs = PetitionJobs(parts, operations, SystemClock())
    async with a_person() as person:
        await person.link()
        (link,) = await rows(operations, LINK)
        before = len(zalo.texts_to(ME))
        senders = {one.id: one.rasa_sender for one in await rows(operations, CONVERSATION)}
        on_web = (await parts.service.lodge(draft(sender=senders[link.web_id]))).code
        await parts.desk.receive(on_web, "Lê Văn C")
        await jobs.say_words()
        await jobs.say_words()
        told = await person.web.until("assistant")
        assert told["content"]["buttons"]
        copied = await person.heard(before + 1)
        assert copied.startswith(told["content"]["text"])
        assert "theo dõi trên web" in copied
        assert "attachment" not in zalo.sent[-1][2]  # no buttons of the other conversation

        other = draft(key="key-2", sender=senders[link.zalo_id], channel="zalo", content="Đèn đường hỏng đã lâu.")
        on_zalo = (await parts.service.lodge(other)).code
        await parts.desk.receive(on_zalo, "Lê Văn C")
        await jobs.say_words()
        assert on_zalo in await person.heard(before + 2)
        assert "attachment" in zalo.sent[-1][2]
        copied = (await person.web.until("assistant"))["content"]
        assert on_zalo in copied["text"]
        assert "theo dõi trên Zalo" in copied["blocks"][-1]["text"]
        assert "buttons" not in copied

        await person.text("bỏ liên kết")
        await person.web.until("system")
        await parts.desk.answer(on_web, "Lê Văn C", "Hồ sơ đã xong ngày 25/11, mời anh/chị tới nhận.")
        await jobs.say_words()
        await person.web.until("assistant")
        await asyncio.sleep(1.5)  # longer than the channel takes to look for news
        assert len(zalo.texts_to(ME)) == before + 3
        await person.web.quiet()
        assert sum(on_web in text for _, _, text in person.web.transcript()) == 2
