"""Requests to the community teams in the console: whose they are, every step, what is shown for a reason only."""

from __future__ import annotations

import pytest
import pytest_asyncio

from bot.referrals.models import ReferralState
from bot.services import build_case_services
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from tests.integration.console.conftest import WARD
from tests.integration.referrals.test_referral_requests import sent

PHONE = "0901234567"


@pytest_asyncio.fixture
async def referral(settings, services):
    """A request as a citizen of the ward has sent it."""
    parts = build_case_services(settings)
    found = await sent(parts.referrals)
    yield found
    await parts.close()


@pytest_asyncio.fixture
async def ward(enter, referral):
    return await enter("phuong", Role.OFFICER, units=(referral.commune_code,), display_name="Trần Thị Phường")


@pytest.fixture
def page(referral):
    return f"/desk/referrals/{referral.reference.replace(' ', '')}"


async def state(services, referral):
    return (await services.referrals.desk.show(referral.reference, "test"))[0].state


async def test_only_its_commune_and_the_city_see_it(referral, page, ward, officer, enter):
    other = await enter("khac", Role.OFFICER, units=(WARD if referral.commune_code != WARD else "26743",))
    for browser, sees in ((ward, True), (officer, True), (other, False)):
        assert await browser.get("/desk/referrals") == 200
        assert (referral.reference in browser.body) == sees
        assert await browser.get(page) == (200 if sees else 404)
    await other.get("/desk/referrals")
    assert await other.post(f"{page}/confirm") in (403, 404)
    assert await other.post(f"{page}/contact", reason="muốn xem số điện thoại") in (403, 404)


async def test_the_telephone_is_shown_for_a_reason_that_stays(referral, page, ward, services):
    await ward.get(page)
    assert PHONE not in ward.body
    assert await ward.post(f"{page}/contact", reason="gọi") == 422
    assert PHONE not in ward.body
    assert await ward.post(f"{page}/contact", reason="gọi hẹn giờ hướng dẫn") == 200
    assert PHONE in ward.body.replace(" ", "")
    (line,) = await services.staff.audit.read(AuditFilter(deed=Deed.CONTACT_SEEN))
    assert (line.about, line.reason) == (referral.reference, "gọi hẹn giờ hướng dẫn")


async def test_from_confirming_to_the_end(referral, page, ward, services):
    for step, fields, then in (
        ("confirm", {}, ReferralState.CONFIRMED),
        ("tell", {"text": "Chiều nay tổ ghé lúc 15 giờ ạ."}, ReferralState.CONFIRMED),
        ("help", {}, ReferralState.HELPING),
        ("close", {"outcome": "guided"}, ReferralState.DONE),
    ):
        await ward.get(page)
        assert await ward.post(f"{page}/{step}", **fields) == 303, step
        assert ward.location.endswith(f"done=referral_{step}")
        assert await state(services, referral) is then
    await ward.get(page)
    assert await ward.post(f"{page}/confirm") == 422  # over: nothing happens
    assert await state(services, referral) is ReferralState.DONE
    lines = await services.staff.audit.read(AuditFilter(deed=Deed.REFERRAL_STEP))
    assert [line.reason for line in lines] == ["close", "help", "tell", "confirm"]


@pytest.mark.parametrize(
    ("step", "fields", "then"),
    [("not_reached", {}, ReferralState.NOT_REACHED), ("decline", {"outcome": "wants_proxy"}, ReferralState.DECLINED)],
)
async def test_other_ends(referral, page, ward, services, step, fields, then):
    await ward.get(page)
    assert await ward.post(f"{page}/{step}", **fields) == 303
    assert await state(services, referral) is then


async def test_what_is_wrong_with_a_step_is_said_and_nothing_happens(referral, page, ward, services):
    await ward.get(page)
    assert await ward.post(f"{page}/close", outcome="no such") == 422
    assert "Chọn một mục" in ward.body
    assert await ward.post(f"{page}/tell", text=" ") == 422
    assert await ward.post(f"{page}/nosuchstep") == 404
    await ward.get(page)
    assert await ward.post(f"{page}/confirm", csrf="wrong") == 403
    assert await state(services, referral) is ReferralState.NEW
