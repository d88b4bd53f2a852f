"""A request is written, sent exactly once, taken back, and opened again where no help came."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import func, select

from bot.errors import StoreDownError
from bot.referrals.building import build_referrals
from bot.referrals.models import About, Level, ReferralState, Way
from bot.referrals.references import find_reference
from bot.referrals.tables import PERSONAL, REFERRAL
from bot.store.operations import OperationsStore
from knowledge.how_to import HelpKind
from knowledge.working_days import load_calendar
from tests.integration.referrals.conftest import WITH_TEAM, WITHOUT_TEAM

pytestmark = pytest.mark.asyncio

ABOUT = About(HelpKind.SIGN_IN, "sign_in", "open")
FILLED = {"neighbourhood": "khu phố 3", "way": "phone", "phone": "0901234567", "called": "cô Ba", "wish": "morning"}


async def written(referrals, sender="web-1", commune=WITH_TEAM):
    draft = await referrals.requests.begin(sender, ABOUT, commune)
    return await referrals.requests.fill(sender, FILLED) or draft


async def sent(referrals, sender="web-1", commune=WITH_TEAM):
    draft = await written(referrals, sender, commune)
    one, new = await referrals.requests.send(sender, draft.id)
    assert new
    return one


async def count(operations):
    return await operations().run(lambda c: c.execute(select(func.count()).select_from(REFERRAL)).scalar())


@pytest.mark.requirement("R-17", "R-08")
async def test_what_the_conversation_knows_is_not_asked_for_and_the_reference_checks_itself(referrals):
    one = await sent(referrals)
    assert (one.kind, one.guide, one.step, one.commune_code) == (HelpKind.SIGN_IN, "sign_in", "open", WITH_TEAM)
    assert find_reference(f"mã {one.reference.lower()} ạ") == one.reference
    assert one.state is ReferralState.NEW
    assert one.queue == WITH_TEAM
    assert one.due_on == date(2026, 11, 30)  # Thursday and two working days
    assert one.consented_at is not None


async def test_a_unit_without_a_team_goes_to_the_default(referrals):
    one = await sent(referrals, commune=WITHOUT_TEAM)
    assert (one.queue, one.level, one.due_on) == ("city", Level.CITY, date(2026, 12, 10))  # ten working days


async def test_a_second_press_changes_nothing(referrals, operations):
    one = await sent(referrals)
    again, new = await referrals.requests.send("web-1", one.id)
    assert not new
    assert again == one
    assert await count(operations) == 1


async def test_presses_at_the_same_time_send_once(referrals, operations):
    draft = await written(referrals)
    results = await asyncio.gather(*(referrals.requests.send("web-1", draft.id) for _ in range(6)))
    assert sum(new for _, new in results) == 1
    assert len({one.reference for one, _ in results}) == 1
    assert await count(operations) == 1


async def test_two_windows_begin_one_draft(referrals, operations):
    results = await asyncio.gather(
        *(referrals.requests.begin("web-1", ABOUT, WITH_TEAM) for _ in range(4)), return_exceptions=True
    )
    assert await count(operations) == 1
    assert len({one.id for one in results if not isinstance(one, Exception)}) == 1


async def test_after_a_crash_the_same_turn_finds_it_sent(referrals, database_url, clock, teams_file):
    one = await sent(referrals)
    other = OperationsStore(database_url)  # a process that has just been started again
    try:
        anew = build_referrals(other, clock, load_calendar(), lambda: b"key", teams_file)
        again, new = await anew.requests.send("web-1", one.id)
        assert (again.reference, new) == (one.reference, False)
    finally:
        other.close()


async def test_nobody_else_sends_sees_or_takes_it_back(referrals):
    draft = await written(referrals)
    assert await referrals.requests.send("web-2", draft.id) == (None, False)
    assert await referrals.requests.draft("web-2") is None
    one, _ = await referrals.requests.send("web-1", draft.id)
    assert await referrals.requests.latest("web-2") is None
    assert await referrals.requests.cancel("web-2") is None
    assert await referrals.requests.answer_came("web-2", one.id, True) is None
    assert (await referrals.requests.latest("web-1")).is_open


async def test_taking_back_erases_and_leaves_no_word_to_say(referrals):
    one = await sent(referrals)
    await referrals.desk.confirm(one.reference, "Lan")
    assert (await referrals.requests.cancel("web-1")).reference == one.reference
    latest = await referrals.requests.latest("web-1")
    assert latest.state is ReferralState.CANCELLED
    assert not any(getattr(latest, name) for name in PERSONAL)
    assert await referrals.words.waiting() == []
    assert await referrals.requests.cancel("web-1") is None


async def test_a_draft_is_deleted_with_all_that_is_in_it(referrals, operations):
    await written(referrals)
    assert await referrals.requests.discard("web-1")
    assert await count(operations) == 0
    assert await referrals.requests.fill("web-1", {"wish": "any"}) is None


async def test_no_help_came_opens_it_again_one_level_higher_by_way_of_the_chat(referrals):
    one = await sent(referrals)
    await referrals.desk.not_reached(one.reference, "Lan")
    opened = await referrals.requests.answer_came("web-1", one.id, False)
    assert (opened.state, opened.level, opened.way, opened.phone) == (
        ReferralState.NEW, Level.UNIT_HEAD, Way.CHAT, "",
    )  # fmt: skip
    assert opened.queue == f"head:{WITH_TEAM}"
    assert (await referrals.requests.reach_by_phone("web-1", "0907654321")).phone == "0907654321"


async def test_the_answer_counts_once(referrals):
    from bot.referrals.models import HelpOutcome

    one = await sent(referrals)
    await referrals.desk.close(one.reference, "Lan", HelpOutcome.GUIDED)
    assert (await referrals.requests.answer_came("web-1", one.id, True)).came == "yes"
    assert await referrals.requests.answer_came("web-1", one.id, False) is None


async def test_a_store_that_is_away_is_one_coded_error(tmp_path, clock):
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder", "utf-8")
    store = OperationsStore(f"sqlite:///{blocked / 'operations.db'}")
    away = build_referrals(store, clock, load_calendar(), lambda: b"key")
    for call in (away.requests.draft("web-1"), away.requests.send("web-1", "x"), away.requests.begin("web-1", ABOUT)):
        with pytest.raises(StoreDownError):
            await call
