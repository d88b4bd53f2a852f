"""The five-working-day clock over a catalogue's own history."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone

import pytest

from knowledge import __main__ as command_line
from knowledge.models import Decision, Origin
from knowledge.store import CatalogueStore
from knowledge.timeliness import Clock, timings, unsure_years, waiting
from knowledge.working_days import load_calendar
from tests.fixtures.catalogue import procedure

CALENDAR = load_calendar()


def portal(code, number, day, title="Tên"):
    return procedure(code, title, origin=Origin.PORTAL, decision=Decision(number, day), checked_on=None)


@pytest.fixture
def filled(catalogue_url):
    """Filled on 1 October 2026, then one load on Monday 30 November."""
    now = [datetime(2026, 10, 1, tzinfo=timezone.utc)]
    store = CatalogueStore(catalogue_url, now=lambda: now[0])
    store.create()
    old = date(2026, 1, 5)
    store.write([portal("1.000001", "1/QĐ", old), portal("1.000002", "2/QĐ", old)], Origin.PORTAL)
    # 22:00 in UTC is the next morning in the city.
    now[0] = datetime(2026, 11, 29, 22, tzinfo=timezone.utc)
    store.write(
        [
            portal("1.000001", "9/QĐ", date(2026, 11, 19)),
            portal("1.000003", "9/QĐ", date(2026, 11, 20)),
            portal("1.000004", "8/QĐ", date(2026, 9, 1)),
            portal("1.000005", "", None),
        ],
        Origin.PORTAL,
        removed=["1.000002"],
    )
    now[0] = datetime(2026, 12, 10, tzinfo=timezone.utc)
    store.write([portal("1.000003", "9/QĐ", date(2026, 11, 20), "Sửa lỗi chính tả")], Origin.PORTAL)
    yield store
    store.close()


@pytest.mark.requirement("R-04", "R-05")
def test_each_change_is_counted_from_its_decision(filled):
    found = {item.code: item for item in timings(filled.history, CALENDAR, since=date(2026, 11, 1))}
    assert {code: (item.state, item.elapsed, item.overdue) for code, item in found.items()} == {
        "1.000001": (Clock.OVERDUE, 6, True),
        "1.000002": (Clock.IN_TIME, CALENDAR.between(date(2026, 1, 5), date(2026, 11, 30)).days, False),
        "1.000003": (Clock.IN_TIME, 5, False),
        "1.000004": (Clock.BASELINE, None, False),
        "1.000005": (Clock.NO_DATE, None, False),
    }
    assert {item.first_seen for item in found.values()} == {date(2026, 11, 30)}
    assert found["1.000002"].action == "removed"
    assert unsure_years(found.values()) == ()


@pytest.mark.requirement("R-06")
def test_a_month_is_what_came_in_during_it(filled):
    october = list(timings(filled.history, CALENDAR, date(2026, 10, 1), date(2026, 10, 31)))
    assert [(item.code, item.state) for item in october] == [
        ("1.000001", Clock.BASELINE),
        ("1.000002", Clock.BASELINE),
    ]
    assert list(timings(filled.history, CALENDAR, date(2026, 12, 1))) == [], "no new decision, so no new clock"


@pytest.mark.requirement("R-05")
def test_a_later_decision_waits_for_an_editor(filled):
    filled.write([procedure("1.000001", decision=Decision("1/QĐ", date(2026, 1, 5)))], Origin.CURATED)
    (item,) = waiting(filled.history, CALENDAR, date(2026, 11, 26))
    assert (item.code, item.state, item.decision_number, item.elapsed) == ("1.000001", Clock.AWAITING_EDITOR, "9/QĐ", 4)
    assert not item.overdue
    (item,) = waiting(filled.history, CALENDAR, date(2026, 12, 31))
    assert item.overdue
    filled.write([procedure("1.000001", decision=Decision("9/QĐ", date(2026, 11, 19)))], Origin.CURATED)
    assert list(waiting(filled.history, CALENDAR, date(2026, 12, 31))) == []


def test_what_was_taken_back_has_no_clock(filled):
    load = filled.history.loads()[1].id
    filled.undo(filled.history.loads()[0].id, "Lan", "x")
    filled.undo(load, "Lan", "x")
    assert list(timings(filled.history, CALENDAR, since=date(2026, 11, 1))) == []


@pytest.mark.requirement("R-04")
def test_the_command_tells_and_its_exit_code_too(filled, catalogue_url, monkeypatch, capsys):
    monkeypatch.setenv("MOTCUA_CATALOGUE_URL", catalogue_url)
    assert command_line.main(["clock", "--overdue"]) == 1
    out, err = capsys.readouterr()
    assert "1.000001  changed  9/QĐ 2026-11-19" in out
    assert "1 changes, 1 overdue (more than 5 working days)" in out
    assert err == ""
    assert command_line.main(["clock", "--month", "2026-10", "--all", "--json"]) == 0
    assert [item["code"] for item in json.loads(capsys.readouterr().out)] == ["1.000001", "1.000002"]
    assert command_line.main(["clock", "--month", "October"]) == 2
    assert "is no month" in capsys.readouterr().err


def test_a_year_that_is_not_announced_is_warned_of(filled, catalogue_url, monkeypatch, capsys):
    monkeypatch.setenv("MOTCUA_CATALOGUE_URL", catalogue_url)
    filled.write([procedure("1.000001", decision=Decision("1/QĐ", date(2026, 1, 5)))], Origin.CURATED)
    command_line.main(["clock", "--today", "2027-03-01"])
    assert "WARNING: the days off of 2027 are not official" in capsys.readouterr().err
