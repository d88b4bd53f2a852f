"""The client of a one-stop system against a local one that is slow, wrong, broken or away."""

from __future__ import annotations

import asyncio
import json
from datetime import date, datetime, timezone

import pytest
import pytest_asyncio

from bot.cases.gateways.city import CityGateway, CitySystem
from bot.cases.models import CaseState
from bot.errors import CaseSystemDownError
from bot.ops.case_codes import find_case_codes
from tests.fixtures.case_system import STATES, fields

TODAY = date(2026, 11, 26)
CODE = STATES[4]


def code_of(text):
    return find_case_codes(text, TODAY)[0].code


@pytest_asyncio.fixture
async def gateway(system):
    gateway = CityGateway(CitySystem("city", system.url, "secret", timeout=0.5, failures_until_rest=3, rest_seconds=1))
    yield gateway
    await gateway.close()


async def down(gateway):
    with pytest.raises(CaseSystemDownError) as caught:
        await gateway.look_up(code_of(CODE))
    assert caught.value.code == "CASE_SYSTEM_DOWN"
    return str(caught.value.context["reason"])


async def test_fields_become_a_status_without_people(gateway):
    record = await gateway.look_up(code_of(CODE))
    status = record.status
    assert (status.title, status.procedure_code, status.unit) == ("Đăng ký khai sinh", "1.001193", "UBND phường Thử")
    assert (status.received_on, status.due_on) == (date(2026, 11, 2), date(2026, 11, 30))
    assert status.desk == "Tư pháp"
    assert status.since == datetime(2026, 11, 3, 2, 15, tzinfo=timezone.utc)
    told = repr(status)
    for secret in ("Bí Mật", "Cán Bộ", "0912", "079123456789", "bimat", "K7PX"):
        assert secret not in told


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("500", "status 500"),
        ("503", "status 503"),
        ("429", "status 429"),
        ("slow", "timeout"),
        ("hang up", "ServerDisconnectedError"),
    ],
)
async def test_a_passing_fault_is_tried_again_then_said(gateway, system, fault, reason):
    system.misbehave(fault)
    assert await down(gateway) == reason
    assert len(system.asked) == 3


@pytest.mark.parametrize("fault", ["500", "slow", "hang up"])
async def test_a_fault_that_passes_is_not_noticed(gateway, system, fault):
    system.misbehave(fault, times=1)
    assert (await gateway.look_up(code_of(CODE))).status.state is CaseState.PROCESSING


async def test_a_wrong_token_is_not_tried_again(system):
    gateway = CityGateway(CitySystem("city", system.url, "wrong"))
    assert await down(gateway) == "status 401"
    assert len(system.asked) == 1
    await gateway.close()


@pytest.mark.parametrize("fault", ["{broken", '"\\ud800', "large", "\xff"])
async def test_a_broken_answer_is_said_once(gateway, system, fault):
    system.misbehave(fault)
    assert await down(gateway) == "broken answer"
    assert len(system.asked) == 1


@pytest.mark.parametrize(
    "answer",
    ["null", "[]", "{}", "3", '"x"', '{"data": null}', '{"MaHoSo": "H29.12-261102-0001"}', '{"MaHoSo": 5}', ""],
)
async def test_an_answer_without_this_dossier_is_no_dossier(gateway, system, answer):
    system.misbehave(answer or " ")
    assert await gateway.look_up(code_of(CODE)) is None


@pytest.mark.parametrize(
    "wrap",
    [
        lambda it: it,
        lambda it: {"data": it},
        lambda it: {"result": [it]},
        lambda it: {"data": {"HoSo": it}},
        lambda it: [it],
    ],
)
async def test_systems_wrap_their_answers_in_their_own_ways(gateway, system, wrap):
    system.misbehave(json.dumps(wrap(fields(CODE))))
    assert (await gateway.look_up(code_of(CODE))).status.code == CODE


@pytest.mark.parametrize(
    "broken",
    [
        {"NgayHenTra": None}, {"NgayHenTra": "soon"}, {"NgayHenTra": "20261301000000"}, {"NgayHenTra": ["x"]},
        {"DanhSachTienDo": "x"}, {"DanhSachTienDo": [None, 3]}, {"TenTTHC": None}, {"TenTTHC": {"a": 1}},
        {"DanhSachHoSoBoSung": [{"NoiDungBoSung": None}]}, {"VanBanXinLoi": "x"}, {"VanBanXinLoi": {"LyDo": "y"}},
        {"DanhSachLePhi": [{"SoTien": "nhiều"}, {"SoTien": True}, {"SoTien": -3}]}, {"SoDienThoai": None},
        {"DonViXuLy": "x" * 5000}, {"DanhSachHoSoLienThong": [{}, None, {"DanhSachHoSoLienThong": [1]}]},
    ],
)  # fmt: skip
async def test_a_field_that_is_broken_counts_as_not_given(gateway, system, broken):
    system.cases[CODE] = fields(CODE) | broken
    assert (await gateway.look_up(code_of(CODE))).status.state is CaseState.PROCESSING


@pytest.mark.parametrize(
    "written",
    [
        "20261130170000",
        "20261130",
        "2026-11-30",
        "2026-11-30T17:00:00",
        "2026-11-30T17:00:00+07:00",
        "2026-11-30T10:00:00Z",
        "30/11/2026",
        "30/11/2026 17:00:00",
        20261130170000,
    ],
)
async def test_dates_are_the_citys_however_written(gateway, system, written):
    system.cases[CODE] = fields(CODE, NgayHenTra=written)
    assert (await gateway.look_up(code_of(CODE))).status.due_on == date(2026, 11, 30)


async def test_a_moment_in_another_zone_is_the_citys_day(gateway, system):
    system.cases[CODE] = fields(CODE, NgayHenTra="2026-11-29T18:30:00Z")
    assert (await gateway.look_up(code_of(CODE))).status.due_on == date(2026, 11, 30)


async def test_local_words_are_mapped_by_the_table(system):
    table = {"chờ trả kết quả": CaseState.RESULT_READY}
    gateway = CityGateway(CitySystem("city", system.url, "secret", local_states=table))
    system.cases[CODE] = fields(CODE, "", TenTrangThai="Chờ  trả kết quả")
    assert (await gateway.look_up(code_of(CODE))).status.state is CaseState.RESULT_READY
    system.cases[CODE] = fields(CODE, "Đã chuyển liên thông")
    status = (await gateway.look_up(code_of(CODE))).status
    assert (status.state, status.local_state) == (CaseState.UNKNOWN, "Đã chuyển liên thông")
    await gateway.close()


async def test_a_system_that_keeps_failing_is_left_alone_then_asked_again(gateway, system):
    system.misbehave("500")
    for _ in range(3):
        await down(gateway)
    asked = len(system.asked)
    assert await down(gateway) == "resting"
    assert len(system.asked) == asked
    system.misbehave("")
    await asyncio.sleep(1.1)
    assert (await gateway.look_up(code_of(CODE))).status.state is CaseState.PROCESSING


async def test_a_system_that_is_not_there_is_down(system, gateway):
    await system.stop()
    assert await down(gateway)
