"""When officers are on duty: shifts, the break, days off, units of their own, and files that are wrong."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.errors import SettingInvalidError
from bot.handoff.__main__ import main
from bot.handoff.shifts import load_shifts
from bot.handoff.words import hours_text, moment_text
from bot.ops.clock import CITY_TIME
from knowledge.working_days import load_calendar

DEFAULT = 'default: {days: [mon, tue, wed, thu, fri], shifts: [{from: "07:30", until: "11:30"}]}\n'


def at(*when):
    return datetime(*when, tzinfo=CITY_TIME)


@pytest.fixture
def shifts():
    return load_shifts(load_calendar())


@pytest.mark.parametrize(
    ("moment", "on_duty"),
    [
        (at(2026, 11, 26, 7, 29), False),
        (at(2026, 11, 26, 7, 30), True),
        (at(2026, 11, 26, 11, 30), False),  # lunch
        (at(2026, 11, 26, 13), True),
        (at(2026, 11, 26, 17), False),
        (at(2026, 11, 24, 9), False),  # a day off by law, a Tuesday
        (at(2026, 11, 28, 9), False),  # Saturday
        (at(2026, 8, 22, 9), True),  # a Saturday that makes up for a day off
    ],
)
def test_who_is_on_duty_when(shifts, moment, on_duty):
    assert (shifts.running("city", moment) is not None) is on_duty


def test_the_next_shift_passes_over_days_off(shifts):
    assert shifts.next_after("city", at(2026, 11, 23, 18)).begins == at(2026, 11, 25, 7, 30)
    assert shifts.next_after("city", at(2026, 11, 26, 12)).begins == at(2026, 11, 26, 13)
    assert shifts.next_after("city", at(2026, 12, 31, 18)).unsure  # the days off of 2027 are not announced


def test_a_unit_has_hours_of_its_own(tmp_path):
    own = '"26740": {days: [mon, sat], shifts: [{from: "08:00", until: "10:00"}], closed: ["2026-11-30"]}'
    (tmp_path / "shifts.yml").write_text(f"{DEFAULT}units:\n  {own}\n", encoding="utf-8")
    shifts = load_shifts(load_calendar(), tmp_path / "shifts.yml")
    assert shifts.running("26740", at(2026, 11, 28, 9))
    assert not shifts.running("26740", at(2026, 11, 30, 9))
    assert not shifts.running("city", at(2026, 11, 28, 9))
    assert hours_text(shifts.hours_of("26740")) == "thứ Hai, thứ Bảy, 8 giờ–10 giờ, trừ ngày lễ"


def test_hours_are_read_as_people_say_them(shifts):
    said = "thứ Hai đến thứ Sáu, 7 giờ 30–11 giờ 30 và 13 giờ–17 giờ, trừ ngày lễ"
    assert hours_text(shifts.hours_of("city")) == said
    assert moment_text(at(2026, 12, 1, 7, 30), at(2026, 11, 26, 9)) == "7 giờ 30 thứ Ba, 01/12"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[]", "`default` and `units`"),
        ('default: {days: [funday], shifts: [{from: "07:30", until: "11:30"}]}', "days must be"),
        ('default: {days: [mon], shifts: [{from: "11:30", until: "07:30"}]}', "follow one another"),
        ('default: {days: [mon], shifts: [{from: "7h", until: "11:30"}]}', 'written "07:30"'),
        ("default: {days: [mon], shifts: []}", "at least one"),
        (DEFAULT + 'units: {"00000": {days: [mon], shifts: [{from: "07:30", until: "11:30"}]}}', "no unit of today"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(tmp_path, text, fault, capsys):
    path = tmp_path / "shifts.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingInvalidError, match=fault):
        load_shifts(load_calendar(), path)
    assert main(["hours", str(path)]) == 2
    assert f"{path}:" in capsys.readouterr().err


def test_the_hours_of_the_file_are_printed(capsys):
    assert main(["hours"]) == 0
    assert capsys.readouterr().out.startswith("default: thứ Hai đến thứ Sáu")
