"""News told by template: with consent, after seven days, by day, at most once; what it costs is known."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, text, update

from bot.errors import StoreDownError
from bot.ops.news import News, NewsKind
from bot.ops.sealing import Sealer
from bot.settings import Settings
from bot.staff.models import Feature
from bot.staff.switches import Switches
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate
from bot.zalo.agreements import Agreements
from bot.zalo.build import build_tokens
from bot.zalo.client import ZaloClient, ZaloHosts
from bot.zalo.oauth import Pair
from bot.zalo.outbox import NewPart, Outbox
from bot.zalo.people import People
from bot.zalo.tables import AGREEMENT, OUTBOX, PERSON, TEMPLATE
from bot.zalo.template_box import TemplateBox
from bot.zalo.template_sender import TemplateSender
from bot.zalo.templates import Parameter, Template
from bot.zalo.windows import Windows

pytestmark = pytest.mark.asyncio
ME, MINE = "246845883529197922", "0a1b2c3d-0000-4000-8000-000000000001"
PARAMETERS = (Parameter("ma", "case_code", 30), Parameter("viec", "state", 40))
TEMPLATES = {NewsKind.CASE_CHANGED: Template(NewsKind.CASE_CHANGED, "301", 560, PARAMETERS)}
CHANGED = News(NewsKind.CASE_CHANGED, {"case_code": "H29.12-261102-0012", "state": "Có kết quả"})
LISTED = [{"name": "ma", "maxLength": 30}, {"name": "viec", "maxLength": 40}]


class Desk:
    """Parts on one database; `worker()` is another process."""

    def __init__(self, settings, clock, zalo):
        self.database = Database(make_engine(settings.database_url))
        self.settings, self.clock, self.zalo = settings, clock, zalo
        self.sealer = Sealer(b"k" * 32, "zalo-message")
        self.agreements = Agreements(lambda: self.database, clock)
        self.people = People(lambda: self.database, clock)
        self.outbox = Outbox(lambda: self.database, self.sealer, clock, "one")
        self.clients = []
        self.box = TemplateBox(lambda: self.database, self.sealer, clock, TEMPLATES)
        self.sender = self.worker()

    def worker(self, port=None):
        url = self.zalo.url if port is None else f"http://127.0.0.1:{port}"
        client = ZaloClient(ZaloHosts(url, url, url), build_tokens(self.settings, self.database, self.clock))
        self.clients.append(client)
        return TemplateSender(
            TemplateBox(lambda: self.database, self.sealer, self.clock, TEMPLATES), client, self.clock, 100
        )

    async def silent(self, user_id=ME, conversation_id=MINE, days=8):
        row = {"user_id": user_id, "conversation_id": conversation_id, "queued_seq": 0}
        at = self.clock.now() - timedelta(days=days)
        await self.database.write(lambda c: c.execute(insert(PERSON).values(**row, interacted_at=at)))

    async def queue(self, seq=1, news=CHANGED, user_id=ME):
        person = await self.people.find(user_id)
        parts = [NewPart(seq, 0, {"text": f"tin {seq}"}, 0, news), NewPart(seq, 1, {"text": "phần sau"})]
        assert (await self.outbox.queue(person, parts, seq)).done

    async def rows(self, table=TEMPLATE):
        return await self.database.run(
            lambda c: c.execute(select(table).order_by(table.c[table.columns.keys()[0]])).all()
        )

    async def states(self):
        return [(row.state, row.code) for row in await self.rows()]

    async def change(self, table, **values):
        await self.database.write(lambda c: c.execute(update(table).values(**values)))


@pytest_asyncio.fixture
async def desk(zalo_environment, clock, zalo):
    settings = Settings.from_env(zalo_environment)
    migrate(settings.database_url)
    zalo.templates["301"] = {"status": "ENABLE", "listParams": LISTED, "price_uid": "560", "price_sdt": "800"}
    found = Desk(settings, clock, zalo)
    await build_tokens(settings, found.database, clock).put(Pair(zalo.access, zalo.refresh))
    yield found
    for client in found.clients:
        await client.close()
    found.database.close()


async def ready(desk):
    await desk.silent()
    await desk.agreements.agree(ME)
    await desk.queue()


async def test_while_templates_are_switched_off_news_waits_and_costs_nothing(desk, zalo):
    await ready(desk)
    switches = Switches(lambda: desk.database, desk.clock, kept=0.0)
    desk.sender._off = partial(switches.is_off, Feature.TEMPLATES)
    await switches.set(
        Feature.TEMPLATES, True, "Tin báo qua Zalo đang tạm dừng.", "hết tiền trong tài khoản", "Chị Lan"
    )
    assert await desk.sender.work() == 0
    assert (zalo.sent, await desk.states()) == ([], [("waiting", None)])
    await switches.set(Feature.TEMPLATES, False, "", "đã nạp tiền tài khoản", "Chị Lan")
    assert await desk.sender.work() == 1
    assert len(zalo.sent) == 1


async def test_it_is_told_once_and_its_cost_is_known_and_the_message_stays(desk, zalo):
    await ready(desk)
    assert await desk.sender.work() == 1
    assert await desk.sender.work() == 0
    assert zalo.sent == [
        (
            ME,
            "template 301",
            {"user_id": ME, "template_id": "301", "template_data": {"ma": "H29.12-261102-0012", "viec": "Có kết quả"}},
        )
    ]
    assert await desk.states() == [("sent", None)]
    (row,) = await desk.rows()
    assert (row.fields, row.message_id, row.price, row.month) == (None, "tpl1", 560, "2026-11")
    (month,) = await desk.box.costs()
    assert (month.sent, month.cost, month.unclear) == (1, 560, 0)
    assert zalo.charged == 560
    windows = Windows(lambda: desk.database, desk.clock)
    seen = await windows.of(MINE)
    assert (seen.told, seen.waiting + seen.held) == (1, 1)
    desk.clock.pass_by(minutes=1)
    await desk.change(PERSON, interacted_at=desk.clock.now())
    assert (await windows.of(MINE)).told == 0
    assert [row.state for row in await desk.rows(OUTBOX)] == ["waiting", "waiting"]
    assert zalo.faults == []


async def test_months_are_summed_apart(desk, zalo):
    await ready(desk)
    await desk.sender.work()
    desk.clock.set(2026, 11, 30, 18)  # 1 December in the city, at night
    await desk.queue(2)
    assert await desk.sender.work() == 0
    desk.clock.set(2026, 12, 1, 1)
    assert await desk.sender.work() == 1
    assert [(month.month, month.cost) for month in await desk.box.costs()] == [("2026-12", 560), ("2026-11", 560)]


@pytest.mark.parametrize(
    "why", ["unasked", "refused", "taken back", "other words", "open", "two days", "unreachable", "moved"]
)
async def test_it_is_not_told_where_it_may_not(desk, zalo, why):
    days = {"open": 0, "two days": 6}.get(why, 8)
    await desk.silent(days=days)
    if why == "refused":
        await desk.agreements.end(ME)
    elif why != "unasked":
        await desk.agreements.agree(ME)
    await desk.queue()
    if why == "taken back":
        await desk.agreements.end(ME)
    if why == "other words":
        await desk.change(AGREEMENT, version="template-0")
    if why == "unreachable":
        await desk.change(PERSON, unreachable=-213)
    if why == "moved":
        await desk.change(PERSON, conversation_id="another")
    assert await desk.sender.work() == 0
    assert zalo.sent == []
    assert [row.state for row in await desk.rows(OUTBOX)] == ["waiting", "waiting"]


async def test_it_waits_for_the_seventh_day_and_for_the_morning(desk, zalo):
    await desk.silent(days=6)
    await desk.agreements.agree(ME)
    await desk.queue()
    desk.clock.pass_by(hours=38)  # midnight of the eighth day
    assert await desk.sender.work() == 0
    desk.clock.pass_by(hours=6, minutes=59)
    assert await desk.sender.work() == 0
    desk.clock.pass_by(minutes=1)
    assert await desk.sender.work() == 1


async def test_news_of_a_kind_without_a_template_and_words_that_are_no_news_are_held(desk, zalo):
    await desk.silent()
    await desk.agreements.agree(ME)
    await desk.queue(1, News(NewsKind.PETITION_STEP, {"petition_code": "PA-1", "step": "x"}))
    await desk.queue(2, None)
    assert await desk.sender.work() == 0
    assert zalo.sent == []


@pytest.mark.parametrize("fault", ["drop", "drop_after"])
async def test_an_answer_that_is_lost_doubles_nothing(desk, zalo, fault):
    await ready(desk)
    zalo.template_answers = [fault]
    await desk.sender.work()
    desk.clock.pass_by(days=1)
    assert await desk.sender.work() == 0
    assert len(zalo.sent) == (1 if fault == "drop_after" else 0)
    assert await desk.states() == [("unclear", None)]
    (month,) = await desk.box.costs()
    assert (month.sent, month.cost, month.unclear, month.unclear_cost) == (0, 0, 1, 560)


async def test_where_nothing_was_reached_it_is_tried_again(desk, zalo, monkeypatch):
    await ready(desk)
    assert await desk.worker(port=1).work() == 1
    assert await desk.states() == [("waiting", 0)]
    assert await desk.box.costs() == []
    assert (await desk.rows())[0].price is None
    desk.clock.pass_by(minutes=1)
    assert await desk.sender.work() == 1
    assert await desk.states() == [("sent", None)]


async def test_a_process_that_died_leaves_nothing_that_is_doubled(desk, zalo):
    await ready(desk)
    assert await desk.box.claim(100) is not None
    assert await desk.sender.work() == 0
    desk.clock.pass_by(minutes=4)
    assert await desk.sender.work() == 0
    assert await desk.states() == [("unclear", None)]
    assert zalo.sent == []


@pytest.mark.parametrize(
    ("code", "state"), [(-109, "given_up"), (-1121, "given_up"), (-249, "given_up"), (-777, "waiting")]
)
async def test_the_table_says_what_is_done_about_an_error(desk, zalo, code, state):
    await ready(desk)
    zalo.template_answers = [code]
    await desk.sender.work()
    assert await desk.states() == [(state, code)]
    assert await desk.box.costs() == []
    desk.clock.pass_by(hours=1)
    assert await desk.sender.work() == (1 if state == "waiting" else 0)


@pytest.mark.parametrize(("code", "minutes", "asked"), [(-115, 10, 1), (-321, 10, 1), (-133, 60, 2), (-144, 60, 2)])
async def test_quota_money_and_night_make_it_wait(desk, zalo, code, minutes, asked):
    """Where nothing can be sent at all, one is tried and the others wait with it."""
    await ready(desk)
    await desk.queue(2)
    zalo.template_answers = [code, code]
    assert await desk.sender.work() == asked
    desk.clock.pass_by(minutes=minutes - 1)
    assert await desk.sender.work() == 0
    desk.clock.pass_by(minutes=2)
    zalo.template_answers = []
    assert await desk.sender.work() == 2
    assert [state for state, _ in await desk.states()] == ["sent", "sent"]


async def test_who_refuses_templates_at_zalo_gets_none_until_they_write(desk, zalo):
    await ready(desk)
    zalo.no_templates[ME] = -139
    await desk.sender.work()
    await desk.queue(2)
    assert await desk.sender.work() == 0
    assert await desk.states() == [("given_up", -139), ("waiting", None)]
    zalo.no_templates.clear()
    desk.clock.pass_by(minutes=1)
    await desk.change(PERSON, interacted_at=desk.clock.now())
    desk.clock.pass_by(days=8)
    assert await desk.sender.work() == 1
    assert [state for state, _ in await desk.states()] == ["given_up", "sent"]


async def test_news_that_lacks_a_value_is_held_as_before(desk, zalo):
    await desk.silent()
    await desk.agreements.agree(ME)
    await desk.queue(1, News(NewsKind.CASE_CHANGED, {"case_code": "H1"}))
    await desk.sender.work()
    assert await desk.states() == [("given_up", -1122)]
    assert [row.state for row in await desk.rows(OUTBOX)] == ["waiting", "waiting"]


async def test_a_message_that_went_out_needs_no_template(desk, zalo):
    await ready(desk)
    await desk.change(OUTBOX, state="sent")
    assert await desk.sender.work() == 0
    (row,) = await desk.rows()
    assert (row.state, row.fields) == ("needless", None)


async def test_without_a_token_it_waits(desk, zalo):
    await ready(desk)
    await desk.database.write(lambda c: c.execute(text("DELETE FROM zalo_token")))
    await desk.sender.work()
    assert await desk.states() == [("waiting", 0)]
    assert zalo.sent == []


async def test_two_processes_tell_each_news_once(desk, zalo):
    others = [desk.worker() for _ in range(3)]
    for number in range(20):
        user_id = f"90000000000000{number:04}"
        await desk.silent(user_id, f"conversation-{number}")
        await desk.agreements.agree(user_id)
        await desk.queue(user_id=user_id)
    await asyncio.gather(*(worker.work() for worker in [desk.sender, *others]))
    assert sorted(to for to, _, _ in zalo.sent) == [f"90000000000000{number:04}" for number in range(20)]
    assert (await desk.box.counts(), zalo.charged) == ({"sent": 20}, 20 * 560)


async def test_a_full_minute_leaves_the_rest(desk, zalo):
    await ready(desk)
    await desk.queue(2)
    assert await desk.box.claim(1) is not None
    assert await desk.box.claim(1) is None
    desk.clock.pass_by(minutes=1)
    assert await desk.box.claim(1) is not None


async def test_an_agreement_keeps_its_version_and_time_until_it_is_taken_back(desk):
    first = desk.clock.now()
    assert not await desk.agreements.was_asked(ME)
    await desk.agreements.asked(ME)
    assert not await desk.agreements.stands(ME)
    await desk.agreements.agree(ME)
    desk.clock.pass_by(days=1)
    await desk.agreements.agree(ME)
    (row,) = await desk.rows(AGREEMENT)
    assert (row.version, row.asked_at, row.agreed_at, row.ended_at) == ("template-1", first, first, None)
    await desk.agreements.end(ME)
    assert not await desk.agreements.stands(ME)
    await desk.agreements.agree(ME)
    (row,) = await desk.rows(AGREEMENT)
    assert (row.agreed_at, row.ended_at) == (desk.clock.now(), None)


async def test_whoever_withdraws_is_forgotten_and_what_was_paid_is_not(desk):
    await ready(desk)
    await desk.sender.work()
    await desk.queue(2)
    await desk.people.forget(ME)
    assert await desk.rows(AGREEMENT) == []
    (row,) = await desk.rows()
    assert (row.user_id, row.message_id, row.fields, row.price) == ("", None, None, 560)


async def test_a_database_that_is_away_does_not_end_the_work(desk, zalo, monkeypatch):
    await ready(desk)
    worker, real, failures = desk.worker(), desk.box.tidy, []

    async def away():
        if not failures:
            failures.append(1)
            raise StoreDownError("away")
        return await real()

    monkeypatch.setattr(worker._box, "tidy", away)
    worker._look_seconds = 0.05
    await worker.start()
    for _ in range(100):
        if zalo.sent:
            break
        await asyncio.sleep(0.05)
    await worker.stop()
    assert (len(failures), len(zalo.sent)) == (1, 1)
