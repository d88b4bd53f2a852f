"""Personal data in the console: requests with the law's days, holds, the nights' reports; administrators only."""

from __future__ import annotations

import pytest

from bot.privacy.models import RequestKind
from bot.privacy.requests import begin
from bot.store.engine import Database, make_engine
from knowledge.working_days import load_calendar


@pytest.fixture
def hub_database(settings):
    database = Database(make_engine(settings.database_url))
    yield database
    database.close()


async def test_a_request_is_taken_in_hand_and_ended(administrator, services, hub_database):
    def ask(connection):
        now = services.clock.now()
        kind = RequestKind.PETITION_ERASE
        return begin(connection, load_calendar(), kind, "c-1", "web", now, petition_code="PA-2611-000001")

    request = await hub_database.write(ask)
    await administrator.get("/desk/privacy")
    assert request.receipt in administrator.body
    assert "PA-2611-000001" in administrator.body
    assert "quá hạn" not in administrator.body
    assert await administrator.post(f"/desk/privacy/requests/{request.receipt}/acknowledge") == 303
    await administrator.get("/desk/privacy?done=data_acknowledge")
    assert "Đã xác nhận" in administrator.body
    assert await administrator.post(f"/desk/privacy/requests/{request.receipt}/done", outcome="kept") == 303
    await administrator.get("/desk/privacy?done=data_done")
    assert "Không có yêu cầu nào đang mở" in administrator.body
    assert await administrator.post(f"/desk/privacy/requests/{request.receipt}/done", outcome="kept") == 422
    await administrator.get("/desk/audit?deed=data_request_step")
    assert request.receipt in administrator.body


async def test_a_hold_needs_a_reason_and_is_released_with_one(administrator):
    await administrator.get("/desk/privacy")
    assert await administrator.post("/desk/privacy/holds", name="feedback", reason="ngắn") == 422
    assert await administrator.post("/desk/privacy/holds", name="không có", reason="thanh tra yêu cầu") == 422
    assert await administrator.post("/desk/privacy/holds", name="feedback", reason="thanh tra yêu cầu <b>") == 303
    await administrator.get("/desk/privacy?done=hold_placed")
    assert "thanh tra yêu cầu &lt;b&gt;" in administrator.body
    assert await administrator.post("/desk/privacy/holds/1/release", reason="đã xong thanh tra") == 303
    await administrator.get("/desk/privacy?done=hold_released")
    assert "Không giữ gì" in administrator.body
    assert await administrator.post("/desk/privacy/holds/1/release", reason="đã xong thanh tra") == 422
