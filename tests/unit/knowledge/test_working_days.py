"""The working-day clock, year by year, against what was announced."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta, timezone

import pytest

from knowledge.errors import RecordInvalidError
from knowledge.working_days import CALENDAR_PATH, Count, YearStatus, load_calendar, warning

CALENDAR = load_calendar()


def days(year, *texts):
    return [date(year, int(text.split("/")[1]), int(text.split("/")[0])) for text in texts]


@pytest.mark.requirement("R-04", "R-05")
@pytest.mark.parametrize(
    ("year", "off", "worked"),
    [
        (2023, "2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9", ""),
        (2024, "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9", "4/5"),
        (2025, "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9", "26/4"),
        (2026, "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9 24/11", "10/1 22/8"),
        (2027, "1/1 4/2 5/2 8/2 9/2 10/2 16/4 30/4 3/5 2/9 3/9 24/11", ""),
    ],
)
def test_days_off_in_the_week_and_worked_saturdays_of_each_year(year, off, worked):
    every = [date(year, 1, 1) + timedelta(days=number) for number in range(365 + (year % 4 == 0))]
    week = [day for day in every if day.weekday() < 5 and not CALENDAR.is_working_day(day)]
    weekend = [day for day in every if day.weekday() >= 5 and CALENDAR.is_working_day(day)]
    assert week == days(year, *off.split())
    assert weekend == days(year, *worked.split())


@pytest.mark.parametrize(
    ("year", "status"),
    [(2022, "missing"), (2023, "official"), (2026, "official"), (2027, "provisional"), (2028, "missing")],
)
def test_it_is_said_how_well_a_year_is_known(year, status):
    assert CALENDAR.status_of(year) is YearStatus(status)


@pytest.mark.requirement("R-04")
def test_a_deadline_across_the_day_of_culture():
    due = CALENDAR.add(date(2026, 11, 20), 5)
    assert (due.day, due.unsure_years) == (date(2026, 11, 30), ())
    assert CALENDAR.between(date(2026, 11, 20), date(2026, 11, 30)) == Count(5)
    assert CALENDAR.name_of_day_off(date(2026, 11, 24)) == "Ngày Văn hóa Việt Nam"
    assert CALENDAR.is_working_day(date(2025, 11, 24))


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 23)),
        (date(2026, 8, 21), 1, date(2026, 8, 22)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 24), 0, date(2026, 11, 25)),
        (date(2026, 11, 25), -1, date(2026, 11, 23)),
        (date(2026, 11, 28), 0, date(2026, 11, 30)),
    ],
)
def test_counting_forth_and_back(start, number, end):
    assert CALENDAR.add(start, number).day == end


def test_adding_and_counting_are_inverse():
    chance = random.Random(7)
    for _ in range(300):
        start = date(2023, 1, 1) + timedelta(days=chance.randrange(1400))
        number = chance.randrange(1, 40)
        due = CALENDAR.add(start, number).day
        assert CALENDAR.is_working_day(due)
        assert CALENDAR.between(start, due).days == number
        assert CALENDAR.between(due, start).days == -number


@pytest.mark.requirement("R-04")
def test_a_year_that_is_not_announced_is_warned_of_loudly():
    due = CALENDAR.add(date(2026, 12, 28), 10)
    assert due.unsure_years == (2027,)
    assert CALENDAR.between(date(2025, 12, 1), date(2028, 2, 1)).unsure_years == (2027, 2028)
    assert warning(due.unsure_years) == (
        "WARNING: the days off of 2027 are not official in the calendar; counts across them may be wrong"
    )
    assert warning(()) == ""


@pytest.mark.parametrize(
    ("moment", "cutoff", "day"),
    [
        ("2026-11-20T07:59:00", None, date(2026, 11, 20)),
        ("2026-11-20T16:30:00", None, date(2026, 11, 20)),
        ("2026-11-20T14:59:59", time(15), date(2026, 11, 20)),
        ("2026-11-20T15:00:00", time(15), date(2026, 11, 23)),
        ("2026-11-23T15:00:00", time(15), date(2026, 11, 25)),
        ("2026-11-21T09:00:00", time(15), date(2026, 11, 23)),
    ],
)
def test_what_comes_in_late_counts_for_the_next_working_day(moment, cutoff, day):
    local = datetime.fromisoformat(f"{moment}+07:00")
    assert CALENDAR.received_day(local, cutoff) == day
    assert CALENDAR.received_day(local.astimezone(timezone.utc), cutoff) == day


@pytest.mark.parametrize(
    ("old", "new", "needle"),
    [
        ("status: provisional", "status: maybe", "status: maybe"),
        ("day: 2026-11-24", "day: 24/11/2026", "24/11/2026"),
        ("saturday_counts: false", "saturday_counts: nein", "saturday_counts"),
        ("{day: 2025-05-02,", "{day: 2026-05-02,", ""),
        ("day: 2024-05-04", "day: 2024-02-31", ""),
    ],
)
def test_a_fault_in_the_calendar_is_named(tmp_path, old, new, needle):
    text = CALENDAR_PATH.read_text("utf-8")
    assert old in text
    path = tmp_path / "calendar.yml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RecordInvalidError) as raised:
        load_calendar(path)
    assert str(path) in raised.value.place
    if needle:
        line = int(raised.value.place.rsplit(":", 1)[1])
        assert needle in path.read_text("utf-8").splitlines()[line - 1]
