"""The consent to templates, asked and taken back on Zalo, and what comes of it, with a whole hub."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import create_engine, text

from bot.cases.follows import Follows
from bot.cases.models import CaseState, CaseStatus
from bot.errors import SettingInvalidError
from bot.hub.models import Draft
from bot.hub.side_notes import SideNotes
from bot.ops.clock import SystemClock
from bot.ops.news import NewsKind, to_content
from bot.staff.models import Feature
from bot.staff.switches import Switches
from bot.store.engine import Database, make_engine
from bot.zalo import template_sender
from tests.integration.zalo.conftest import until

pytestmark = pytest.mark.asyncio
ME, CODE = "246845883529197922", "H29.12-261102-0012"
LODGED = [{"custom": {"text": "Đã nhận phản ánh.", "answer": {"outcome": "answered_petition_lodged"}}}]
FOLLOWED = [{"custom": {"text": "Đã xem.", "answer": {"outcome": "answered_case_follow"}}}]
FILE = """
case_changed:
  template_id: "301"
  price: 560
  parameters:
    ma: {from: case_code, most: 30}
"""
ASKED, AGREED, STOPPED = (
    "cho phép gửi tin báo qua mẫu Zalo không",
    "Tôi đã ghi: anh/chị cho phép",
    "không gửi tin mẫu nữa",
)


@pytest.fixture(autouse=True)
def by_day(monkeypatch):
    """Whatever the hour in which the test runs."""
    monkeypatch.setattr(template_sender, "is_quiet", lambda moment: False)
    monkeypatch.setattr(template_sender, "LOOK_SECONDS", 0.1)


@pytest.fixture
def with_templates(tmp_path, zalo, zalo_rasa):
    path = tmp_path / "templates.yml"
    path.write_text(FILE, encoding="utf-8")
    zalo.templates["301"] = {"status": "ENABLE", "listParams": [{"name": "ma", "maxLength": 30}], "price_uid": "560"}
    zalo_rasa.replies |= {"gửi": LODGED, "theo dõi": FOLLOWED}
    return {"MOTCUA_ZALO_TEMPLATES": str(path)}


def heard(zalo, words):
    return sum(words in text for text in zalo.texts_to(ME))


def buttons(zalo):
    return zalo.sent[-1][2]["attachment"]["payload"]["buttons"]


def agreement(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM zalo_agreement")).fetchall()
    engine.dispose()
    return rows


async def say(zalo, http, url, words, wanted, times=1):
    await zalo.post(http, url, zalo.event(ME, words, at=time.time()))
    await until(lambda: heard(zalo, wanted) >= times)


async def news_after_months(url):
    database = Database(make_engine(url))
    silent = text("UPDATE zalo_person SET interacted_at = '2026-01-01 00:00:00+00:00'")
    await database.write(lambda connection: connection.execute(silent))
    whose = text("SELECT conversation_id FROM zalo_person")
    conversation_id = await database.run(lambda connection: connection.execute(whose).scalar())
    news = to_content(NewsKind.CASE_CHANGED, case_code=CODE, state="Có kết quả")
    draft = Draft({"text": "Hồ sơ có thay đổi, đủ lời.", "news": news})
    await SideNotes(database, SystemClock()).add(conversation_id, "news", None, draft)
    database.close()


async def test_asked_once_when_a_petition_is_lodged_then_told_by_template(
    start_zalo_hub, zalo, http, with_templates, database_url
):
    async with start_zalo_hub(**with_templates) as url:
        await say(zalo, http, url, "gửi", ASKED)
        assert [one["title"] for one in buttons(zalo)] == ["Cho phép", "Không"]
        await say(zalo, http, url, buttons(zalo)[0]["payload"], AGREED)
        await say(zalo, http, url, "gửi", "Đã nhận phản ánh.", times=2)
        await asyncio.sleep(1.5)
        assert heard(zalo, ASKED) == 1
        await news_after_months(database_url)
        await until(lambda: zalo.charged == 560)
        await asyncio.sleep(0.5)
        assert heard(zalo, "template 301") == 1
        assert heard(zalo, "đủ lời") == 0
        await say(zalo, http, url, "chào", "Trả lời: chào")
        assert heard(zalo, "đủ lời") == 1
    (row,) = agreement(database_url)
    assert row.version == "template-1"
    assert row.agreed_at is not None
    assert zalo.charged == 560
    assert zalo.faults == []


async def test_taken_back_by_words_and_given_again_by_a_button_only(
    start_zalo_hub, zalo, zalo_rasa, http, with_templates, database_url
):
    async with start_zalo_hub(**with_templates) as url:
        await say(zalo, http, url, "gửi", ASKED)
        await say(zalo, http, url, "dạ đồng ý", AGREED)
        await say(zalo, http, url, "Thôi nhận tin mẫu.", STOPPED)
        assert agreement(database_url)[0].ended_at is not None
        again = buttons(zalo)[0]["payload"]
        await say(zalo, http, url, "ok", "Trả lời: ok")  # an acknowledgement is no consent
        assert agreement(database_url)[0].ended_at is not None
        await news_after_months(database_url)
        await asyncio.sleep(1.5)
        assert zalo.charged == 0
        await say(zalo, http, url, again, AGREED, times=2)
        assert agreement(database_url)[0].ended_at is None
    assert "Thôi nhận tin mẫu." not in zalo_rasa.texts()


async def test_while_templates_are_switched_off_nobody_is_asked_and_no_consent_is_taken(
    start_zalo_hub, zalo, http, with_templates, database_url
):
    async with start_zalo_hub(**with_templates) as url:
        database = Database(make_engine(database_url))
        switches = Switches(lambda: database, SystemClock())
        await switches.set(Feature.TEMPLATES, True, "Tin mẫu đang tạm dừng.", "tài khoản hết tiền", "Chị Lan")
        await asyncio.sleep(1.2)  # a switch is believed for a second
        await say(zalo, http, url, "gửi", "Đã nhận phản ánh.")
        await say(zalo, http, url, "nhan tin mau", "Tin mẫu đang tạm dừng.")
        assert (heard(zalo, ASKED), agreement(database_url)) == (0, [])
        await switches.set(Feature.TEMPLATES, False, "", "đã nạp tiền tài khoản", "Chị Lan")
        await asyncio.sleep(1.2)
        await say(zalo, http, url, "gửi", ASKED)
        database.close()


async def test_a_no_is_kept_and_words_can_change_it(start_zalo_hub, zalo, http, with_templates, database_url):
    async with start_zalo_hub(**with_templates) as url:
        await say(zalo, http, url, "gửi", ASKED)
        await say(zalo, http, url, buttons(zalo)[1]["payload"], "Tôi đã ghi: không gửi tin mẫu.")
        assert agreement(database_url)[0].agreed_at is None
        await say(zalo, http, url, "nhan tin mau", AGREED)
        assert agreement(database_url)[0].agreed_at is not None


async def test_following_a_dossier_gives_occasion_and_looking_at_an_empty_list_does_not(
    start_zalo_hub, zalo, http, with_templates, database_url
):
    async with start_zalo_hub(**with_templates) as url:
        await say(zalo, http, url, "theo dõi", "Đã xem.")
        await asyncio.sleep(1.5)
        assert heard(zalo, ASKED) == 0
        database = Database(make_engine(database_url))
        sender = await database.run(lambda c: c.execute(text("SELECT rasa_sender FROM conversation")).scalar())
        await Follows(lambda: database, SystemClock()).begin(sender, CaseStatus(CODE, CaseState.PROCESSING))
        database.close()
        await say(zalo, http, url, "theo dõi", ASKED)


async def test_off_by_default_nobody_is_asked_and_nothing_is_kept(start_zalo_hub, zalo, zalo_rasa, http, database_url):
    zalo_rasa.replies["gửi"] = LODGED
    async with start_zalo_hub() as url:
        await say(zalo, http, url, "gửi", "Đã nhận phản ánh.")
        await say(zalo, http, url, "nhận tin mẫu", "Trả lời: nhận tin mẫu")
        await say(zalo, http, url, "thôi nhận tin mẫu", STOPPED)
        await news_after_months(database_url)
        await asyncio.sleep(1.5)
    assert heard(zalo, ASKED) == 0
    assert zalo.charged == 0
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM zalo_template")).scalar() == 0
    engine.dispose()


async def test_a_wrong_file_keeps_the_hub_from_starting(start_zalo_hub, with_templates, tmp_path):
    (tmp_path / "templates.yml").write_text(FILE.replace("560", "-1"), encoding="utf-8")
    with pytest.raises(SettingInvalidError, match=r"case_changed\.price"):
        async with start_zalo_hub(**with_templates):
            pass
