"""Settings: typed, with a reason, a history and a way back; two editors; every process knows at its next question."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.errors import TuningRefusedError
from bot.handoff.build import build_handoff
from bot.handoff.shifts import load_shifts
from bot.ops.clock import CITY_TIME
from bot.staff.audit import AuditFilter
from bot.staff.models import Deed, Role
from bot.tuning.hours import Hours
from bot.tuning.models import SPECS, Setting, Tuned
from bot.tuning.tables import METADATA
from knowledge.working_days import load_calendar
from tests.fixtures.moving_clock import MovingClock

WHY = "Tuần lễ cao điểm khai sinh"
HOURS = {
    "day": "sat",
    "from1": "08:00",
    "until1": "10:00",
    "from2": "",
    "until2": "",
    "closed": "05/12/2026",
    "reason": WHY,
}


def database_of(services):
    return services.staff.tuner._store._database


async def test_the_migration_makes_the_table_and_nobody_changes_its_history(services):
    database = database_of(services)()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = compare_metadata(context, METADATA)
    assert [one for one in found if not isinstance(one, tuple) or not one[0].startswith("remove_")] == []
    tuner = services.staff.tuner
    await tuner.change(Setting.QUEUE_LIMIT, "", 30, 0, WHY, "Ai Đó")
    for what in ("UPDATE tuning_change SET by = 'x'", "DELETE FROM tuning_change"):
        with pytest.raises(DBAPIError):
            await database.write(lambda connection, what=what: connection.execute(text(what)))
    assert (await tuner.read()).queue_limit == 30


async def test_of_many_editors_who_saw_the_same_one_is_taken(services):
    tuner = services.staff.tuner

    async def change(value):
        try:
            return (await tuner.change(Setting.LATE_MINUTES, "", value, 0, WHY, f"Người {value}")).value
        except TuningRefusedError as error:
            return error.context["fault"]

    told = await asyncio.gather(*(change(value) for value in range(11, 19)))
    assert told.count("changed") == 7
    (line,) = await tuner.history(Setting.LATE_MINUTES)
    assert [line.value] == [one for one in told if one != "changed"]
    rows = await services.staff.audit.read(AuditFilter(deed=Deed.SETTING_CHANGED))
    assert [(row.by, row.about) for row in rows] == [(line.by, "late_minutes")]


async def test_another_process_knows_at_its_next_question(services, settings):
    """Its own parts over its own connections, as another hub and the assistant's actions have them."""
    clock = MovingClock()
    other = build_handoff(settings, database_of(services), clock)
    before = (await other.queue.desk()).next_shift
    entry = {"days": ["sat"], "shifts": [{"from": "08:00", "until": "10:00"}], "closed": []}
    await services.staff.tuner.change(Setting.HOURS, "", entry, 0, WHY, "Ai Đó")
    desk = await other.queue.desk()
    assert desk.next_shift != before
    assert desk.hours == "thứ Bảy, 8 giờ–10 giờ, trừ ngày lễ"
    assert (await other.contacts.promised()).begins == desk.next_shift
    await services.staff.tuner.change(Setting.DAYS_OFF, "", [desk.next_shift.date().isoformat()], 0, WHY, "Ai Đó")
    assert (await other.queue.desk()).next_shift.date() > desk.next_shift.date()
    await services.staff.tuner.change(Setting.CALL_LEAD_MINUTES, "", 2880, 0, WHY, "Ai Đó")
    assert (await other.contacts.promised()).begins >= clock.now().astimezone(CITY_TIME)


async def test_what_cannot_be_read_any_more_is_the_default(services):
    row = "('tips', '', 1, '\"vielleicht\"', 'r', 'b', '2026-11-26 00:00:00+00:00')"
    unknown = row.replace("tips", "of_another_version")
    columns = "(setting, unit, number, value, reason, by, at)"
    for one in (row, unknown):
        words = text(f"INSERT INTO tuning_change {columns} VALUES {one}")
        await database_of(services)().write(lambda connection, words=words: connection.execute(words))
    assert await services.staff.tuner.read() == Tuned()
    assert list(await services.staff.tuner.newest()) == [(Setting.TIPS, "")]


async def test_a_number_is_changed_with_a_reason_and_comes_back(administrator, services):
    page = "/desk/settings/queue_limit"
    await administrator.get("/desk/settings")
    assert "không giới hạn" in administrator.body
    await administrator.get(page)
    for fields, said in (
        ({"value": "501", "reason": WHY}, "từ 0 đến 500"),
        ({"value": "-1", "reason": WHY}, "một số nguyên"),
        ({"value": "1e3", "reason": WHY}, "một số nguyên"),
        ({"value": "20", "reason": "ngắn"}, "ít nhất 10 ký tự"),
    ):
        assert await administrator.post(page, seen="0", unit="", **fields) == 422
        assert said in administrator.body
        assert f'value="{fields["value"]}"' in administrator.body  # what was typed stays
    assert await administrator.post(page, seen="0", unit="", value="20", reason="<i>Cao điểm</i> cuối năm") == 303
    await administrator.get(administrator.location)
    assert "Thiết lập mới có hiệu lực ngay" in administrator.body
    assert "“mặc định” → <strong>“20 người”</strong>" in administrator.body
    assert "&lt;i&gt;Cao điểm" in administrator.body
    assert await administrator.post(page, seen="1", unit="", value="40", reason=WHY) == 303
    await administrator.get(page)
    restore = f"{page}/restore"
    assert await administrator.post(restore, seen="2", unit="", number="7", reason=WHY) == 422
    assert await administrator.post(restore, seen="2", unit="", number="1", reason=WHY) == 303
    assert (await services.staff.tuner.read()).queue_limit == 20
    await administrator.get(page)
    assert await administrator.post(restore, seen="3", unit="", number="0", reason=WHY) == 303
    assert (await services.staff.tuner.read()).queue_limit == 0
    changes = await services.staff.tuner.history(Setting.QUEUE_LIMIT)
    assert [one.value for one in changes] == [None, 20, 40, 20]


async def test_who_was_slower_is_shown_what_the_other_did_and_loses_nothing(administrator, enter, services):
    other = await enter("khac", Role.ADMINISTRATOR, display_name="Trần Quản Trị")
    page = "/desk/settings/closed_note"
    await administrator.get(page)
    await other.get(page)
    mine, theirs = "Cổng dịch vụ công vẫn nhận hồ sơ.", "Thứ Hai có cán bộ."
    assert await other.post(page, seen=other.field("seen"), unit="", value=theirs, reason=WHY) == 303
    fields = {"unit": "", "value": mine, "reason": WHY}
    assert await administrator.post(page, seen=administrator.field("seen"), **fields) == 422
    assert "Trần Quản Trị đã đổi thành “Thứ Hai có cán bộ.”" in administrator.body
    assert mine in administrator.body
    assert (await services.staff.tuner.read()).closed_note == theirs
    assert await administrator.post(page, seen=administrator.field("seen"), **fields) == 303  # knowing of it
    assert (await services.staff.tuner.read()).closed_note == mine
    await administrator.get(page)
    assert await administrator.post(page, seen="x", **fields) == 422  # a form that was tampered with


async def test_a_unit_has_hours_of_its_own(administrator, services):
    page = "/desk/settings/hours"
    assert await administrator.get(f"{page}?unit=26740") == 200
    for change, said in (
        ({"day": "sun"}, "ít nhất một ngày trong tuần"),
        ({"until1": ""}, "đủ giờ bắt đầu và kết thúc"),
        ({"from1": "", "until1": ""}, "ít nhất một ca"),
        ({"from1": "11:00"}, "phải sau giờ bắt đầu"),
        ({"from1": "8h"}, "đủ giờ bắt đầu"),
        ({"closed": "31/02/2026"}, "ngày có thật"),
    ):
        assert await administrator.post(page, seen="0", unit="26740", **HOURS | change) == 422
        assert said in administrator.body
    assert await administrator.post(page, seen="0", unit="26740", **HOURS) == 303
    assert administrator.location == f"{page}?unit=26740&done=setting_changed"
    await administrator.get(administrator.location)
    assert "thứ Bảy, 8 giờ–10 giờ, trừ ngày lễ; nghỉ thêm 05/12/2026" in administrator.body
    await administrator.get("/desk/settings")
    assert "Giờ trực trong tuần: phường" in administrator.body
    hours = (await services.staff.tuner.read()).hours
    assert list(hours) == ["26740"]
    for unit, name in (("99999", "hours"), ("26740", "queue_limit"), ("", "nichts")):
        assert await administrator.get(f"/desk/settings/{name}?unit={unit}") == 404
        assert await administrator.post(f"/desk/settings/{name}", seen="0", unit=unit, value="1", reason=WHY) == 404


async def test_every_setting_has_a_page_that_saves(administrator, services):
    for spec in SPECS.values():
        page = f"/desk/settings/{spec.name.value}"
        assert await administrator.get(page) == 200
        value = {"switch": "off", "number": str(spec.most), "sentence": "Câu mới", "days": "31/12/2026"}
        fields = {"value": value.get(spec.kind.value, ""), "seen": "0", "unit": "", "reason": WHY}
        assert await administrator.post(page, **(fields | HOURS if spec.name is Setting.HOURS else fields)) == 303
    tuned, default = await services.staff.tuner.read(), Tuned()
    assert [name.value for name in SPECS if getattr(tuned, name.value) == getattr(default, name.value)] == []
    await administrator.get("/desk/settings")
    assert "Mặc định, chưa ai đổi" not in administrator.body


async def test_settings_are_the_administrators(officer):
    for path in ("settings", "settings/hours"):
        assert await officer.get(f"/desk/{path}") == 403
    assert await officer.post("/desk/settings/tips", csrf="x", value="off") == 403


def test_the_city_s_hours_take_no_holiday_away():
    shifts = load_shifts(load_calendar())
    tuned = shifts.tuned(Tuned(hours={"": Hours(tuple(range(6)), shifts.default.spans)}))
    assert tuned.running("city", datetime(2026, 11, 24, 9, tzinfo=CITY_TIME)) is None
    assert tuned.running("city", datetime(2026, 11, 28, 9, tzinfo=CITY_TIME)) is not None
