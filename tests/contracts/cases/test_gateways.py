"""What every gateway owes: all ten states, an unknown one, none, and away. The same checks for both."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest
import pytest_asyncio

from bot.cases.gateways.base import CaseGateway
from bot.cases.gateways.city import CityGateway, CitySystem
from bot.cases.gateways.sample import SampleGateway
from bot.cases.models import NATIONAL_STATES, CaseState
from bot.cases.telling import tell
from bot.errors import CaseSystemDownError
from bot.ops.case_codes import CaseCode, find_case_codes
from knowledge.blocks import to_text
from knowledge.working_days import load_calendar
from tests.fixtures.case_system import CaseSystem

NOW = datetime(2026, 11, 26, 3, tzinfo=timezone.utc)
TODAY = date(2026, 11, 26)


class Frozen:
    def now(self) -> datetime:
        return NOW


def code_of(text: str) -> CaseCode:
    (found,) = find_case_codes(text, TODAY)
    assert found.code
    return found.code


@pytest_asyncio.fixture(params=["sample", "city"])
async def gateway(request):
    if request.param == "sample":
        yield SampleGateway(Frozen())
        return
    system = CaseSystem()
    await system.start()
    gateway = CityGateway(CitySystem("city", system.url, "secret"))
    yield gateway
    await gateway.close()
    await system.stop()


@pytest.mark.parametrize(("number", "state"), NATIONAL_STATES.items())
async def test_every_national_state_is_read_and_told(gateway: CaseGateway, number: int, state: CaseState):
    record = await gateway.look_up(code_of(f"H29.12-261102-{number:04}"))
    assert record is not None
    assert record.status.state is state
    text = to_text(tell(record.status, TODAY, load_calendar(), gateway.sample).blocks)
    assert f"H29.12-261102-{number:04}" in text
    assert len(text.splitlines()) >= 3
    assert ("dữ liệu mẫu" in text) is gateway.sample
    assert "None" not in text
    assert "{" not in text


async def test_an_unknown_state_is_shown_in_the_systems_words(gateway: CaseGateway):
    record = await gateway.look_up(code_of("H29.12-261102-0011"))
    assert record is not None
    assert record.status.state is CaseState.UNKNOWN
    text = to_text(tell(record.status, TODAY, load_calendar()).blocks)
    assert f"“{record.status.local_state}”" in text
    assert "1022" in text


async def test_there_may_be_no_such_dossier(gateway: CaseGateway):
    assert await gateway.look_up(code_of("H29.12-261102-9999")) is None


async def test_a_record_carries_what_proves_it(gateway: CaseGateway):
    record = await gateway.look_up(code_of("H29.12-261102-0004"))
    assert record is not None
    assert all(phone.isdecimal() for phone in record.phones)
    assert record.phones
    assert record.keys


async def test_closing_twice_harms_nothing(gateway: CaseGateway):
    await gateway.close()
    await gateway.close()


@pytest_asyncio.fixture(params=["sample without its file", "sample with a broken file", "city that is away"])
async def down(request, tmp_path):
    if request.param == "city that is away":
        system = CaseSystem()
        await system.start()
        gateway = CityGateway(CitySystem("city", system.url, "secret"))
        await system.stop()
    else:
        path = tmp_path / "sample.yml"
        if "broken" in request.param:
            path.write_text("cases: [{code: 5", "utf-8")
        gateway = SampleGateway(Frozen(), path=path)
    yield gateway
    await gateway.close()


async def test_a_system_that_is_away_is_said_to_be_down(down: CaseGateway):
    with pytest.raises(CaseSystemDownError) as caught:
        await down.look_up(code_of("H29.12-261102-0004"))
    assert caught.value.context["reason"]
