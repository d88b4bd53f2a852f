"""A month that was counted by hand: every figure of docs/metrics.md, and that it stays as it is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from bot.cases.tables import CASE_FOLLOW, CASE_FOLLOW_UP, CASE_NOTICE, CASE_WORD
from bot.errors import ReportRefusedError
from bot.feedback.tables import FEEDBACK, SURVEY_ANSWER
from bot.handoff.shifts import load_shifts
from bot.handoff.tables import HANDOFF_REQUEST
from bot.petitions.tables import PETITION
from bot.referrals.tables import REFERRAL
from bot.reports.counting import Counting
from bot.reports.csv_files import csv_files
from bot.reports.late_sends import LateCause, LateKind, LateSends
from bot.reports.metrics import Shape, metrics
from bot.reports.months import Months
from bot.reports.open_data import open_data_files
from bot.reports.periods import CITY, Scope, month_span
from bot.reports.publishing import publish_month, to_json
from bot.reports.rounding import Rounding
from bot.reports.tables import REPORT_MONTH, REPORT_TURN
from knowledge.store import CatalogueStore
from knowledge.working_days import load_calendar
from tests.fixtures.report_month import (
    BIRTH,
    MONTH,
    OTHER_WARD,
    PASSPORT,
    WARD,
    at,
    fill_cases,
    fill_catalogue,
    fill_month,
    fill_petitions,
    row,
)

COUNTED = {
    "sessions_by_channel": {"web": 50, "zalo": 10},
    "questions_by_channel": {"web": 57, "zalo": 10},
    "answer_time": {"count": 67, "median": 0.5, "p90": 1.0},
    "sessions_by_result": {
        "contained": 40,
        "returned": 2,
        "handed_over": 3,
        "disliked": 5,
        "unanswered": 6,
        "unfinished": 1,
        "elsewhere": 1,
        "no_question": 2,
    },
    "first_answers": {
        "answered": 43,
        "asked_back": 3,
        "unanswered": 6,
        "disliked": 5,
        "elsewhere": 1,
        "handed_over": 0,
    },
    "questions_by_outcome": {
        "answered": 50,
        "clarified": 4,
        "unanswered": 8,
        "refused": 1,
        "handed_off": 3,
        "error": 1,
        "unstated": 0,
    },
    "unanswered_by_reason": {"not_understood": 2, "not_found": 3, "outside": 3, "not_proven": 0, "unsure": 0},
    "handoffs_by_reason": {"asked": 10, "not_understood": 1, "thumbs_down": 0, "sensitive": 1},
    "stepped_in": 1,
    "handoffs_by_unit": {WARD: 6, "city": 6},
    "handoffs_by_hours": {"in_hours": 8, "out_of_hours": 4},
    "handoffs_by_result": {"taken": 9, "cancelled": 1, "nobody_came": 1, "waiting": 1},
    "wait_in_hours": {"count": 6, "median": 3.5, "p90": 6.0},
    "wait_out_of_hours": {"count": 3, "median": 1440.0, "p90": 1440.0},
    "satisfaction_talks": {"satisfied": 12, "neutral": 6, "dissatisfied": 7},
    "satisfaction_cases": {"satisfied": 5, "neutral": 0, "dissatisfied": 0},
    "satisfaction_petitions": {"satisfied": 0, "neutral": 2, "dissatisfied": 0},
    "thumbs": {"up": 6, "down": 5},
    "dislike_reasons": {
        "wrong": 3,
        "incomplete": 0,
        "unclear": 0,
        "off_topic": 0,
        "outdated": 0,
        "other": 0,
        "unsaid": 2,
    },
    "petitions_by_kind": {"rule": 3, "behaviour": 7, "suggestion": 0, "technical": 0},
    "petitions_by_unit": {f"commune:{WARD}": 7, "vpub": 3},
    "petitions_answered": {"on_time": 6, "late": 1},
    "petitions_refused": {"on_time": 1, "late": 0},
    "petitions_asked": {"on_time": 1, "late": 0},
    "petitions_published": {"on_time": 2, "late": 0},
    "petitions_open": {"in_time": 1, "waiting": 1, "overdue": 2},
    "petitions_late_by_unit": {f"commune:{WARD}": 3},
    "petition_days": {"count": 7, "median": 7, "p90": 21},
    "late_cases": {"complete": 6, "incomplete": 1, "missing": 2},
    "notices_by_time": {"before_due": 6, "after_due": 2},
    "late_cases_by_unit": {"UBND phường Bến Thành": 2, "UBND phường Sài Gòn": 6, "unknown": 1},
    "catalogue_changes": {"added": 2, "changed": 1, "removed": 1},
    "catalogue_days": {"count": 2, "median": 6.0, "p90": 7},
    "catalogue_waiting": {"in_time": 0, "overdue": 0},
    "catalogue_coverage": {"curated": 0, "published": 4, "run_together": 0, "listed": 0},
    "referrals_by_unit": {OTHER_WARD: 2, WARD: 6},
    "referrals_answered": {"yes": 4, "no": 0, "not_answered": 2},
    "hours_to_help": {"count": 6, "median": 2.0, "p90": 2.0},
    "hardest": [
        {"key": PASSPORT, "numbers": {"unsolved": 12, "disliked": 5, "papers": 5, "petitions": 4}},
    ],
}


@pytest.fixture
def months(operations, clock, tmp_path):
    catalogue = fill_catalogue(f"sqlite:///{tmp_path / 'catalogue.db'}")
    calendar = load_calendar()
    yield Months(operations, Counting(operations, catalogue, clock, calendar, load_shifts(calendar)), clock)
    catalogue.close()


ROUNDING = Rounding(lambda: b"of the tests")


async def published_of(months):
    return json.dumps(to_json(publish_month(await months.get(MONTH), ROUNDING)), ensure_ascii=False)


async def files_of(months):
    published = publish_month(await months.get(MONTH), ROUNDING)
    return csv_files(published) | open_data_files([published], "CC BY 4.0")


def erase_what_was_counted(connection):
    """People are forgotten, units renamed, and the rows that were counted are gone."""
    connection.execute(update(PETITION).values(unit_name="Tên mới", unit_code="khac", content="", kind="technical"))
    for table in (FEEDBACK, SURVEY_ANSWER, HANDOFF_REQUEST, CASE_NOTICE, CASE_FOLLOW_UP, REFERRAL):
        connection.execute(delete(table))


@pytest.mark.requirement("R-39", "R-06", "R-34", "R-21", "R-24")
async def test_every_figure_is_what_was_counted_by_hand(operations, months):
    await operations().write(fill_month)
    values = (await months.get(MONTH)).counted.values
    assert {key: values[key] for key in COUNTED} == COUNTED
    assert {key: number for key, number in values["sessions_by_day"].items() if number >= 5} == {
        f"2026-10-0{day}": 10 for day in (1, 2, 3, 4)
    }
    assert sum(values["sessions_by_day"].values()) == 60
    assert len(values["sessions_by_day"]) == 31
    assert {code: number for code, number in values["bottlenecks"].items() if number} == {
        "khac": 11,
        "vneid_access": 7,
    }
    assert values["referrals_by_state"]["done"] == 6
    assert sum(values["referrals_by_state"].values()) == sum(values["referrals_by_kind"].values()) == 8
    clocks = {row["key"]: (row["action"], row["elapsed"], row["clock"]) for row in values["catalogue_list"]}
    assert clocks["1.009999"] == ("added", 5, "in_time")
    assert clocks[BIRTH] == ("changed", 7, "overdue")
    assert clocks["1.008888"] == ("added", None, "no_date")
    assert clocks["2.000001"] == ("removed", None, "")
    assert values["catalogue_clock"] == {"in_time": 1, "overdue": 1, "no_date": 1, "earlier": 0}
    counted = {key for key, one in metrics().items() if one.shape is not Shape.SHARE}
    assert counted == set(values), "every figure of the registry is counted, and no other"


async def test_shares_are_of_what_was_counted(operations, months):
    await operations().write(fill_month)
    figures = publish_month(await months.close(MONTH), ROUNDING).figures
    assert figures["satisfaction_share"].number == 48.0
    assert figures["first_answer_share"].hidden, "its total tells how many sessions had no question"
    assert figures["contained_share"].hidden, "two sessions without a question are a small number"
    assert figures["petitions_answered_share"].hidden


def ask_from(unit, number):
    """One request for an officer, from a unit."""
    names = {"id": f"more-{number}", "open_key": f"more-{number}", "conversation_id": f"more-{number}"}
    states = {"state": "ended", "trigger": "asked", "asked_at": at(20), "waiting_since": at(20), "outcome": ""}
    return {**names, **states, "channel": "web", "unit": unit}


async def seen_of(months, units, operations, close):
    """What is published where each of these units was asked once."""

    def fill(connection):
        connection.execute(delete(HANDOFF_REQUEST))
        for number, unit in enumerate(units):
            row(connection, HANDOFF_REQUEST, **ask_from(unit, number))

    await operations().write(fill)
    month = await months.get(MONTH)
    return publish_month(replace(month, closed=close), ROUNDING).figures


@pytest.mark.requirement("R-07", "R-28")
async def test_five_units_with_one_each_look_like_two_with_three_and_two(operations, months):
    """Five requests, as the table of reasons beside it tells: had every unit one, or one unit most of them?"""
    ones = await seen_of(months, ("26734", "26737", "26740", "26743", "26746"), operations, close=True)
    few = await seen_of(months, ("26734", "26734", "26734", "26740", "26740"), operations, close=True)
    assert [one["handoffs_by_reason"].total for one in (ones, few)] == [5, 5]
    assert ones["handoffs_by_unit"] == few["handoffs_by_unit"]
    assert (ones["handoffs_by_unit"].rows, ones["handoffs_by_unit"].total) == ((), 5)


@pytest.mark.requirement("R-07", "R-28")
async def test_the_report_taken_before_and_after_one_request_does_not_tell_of_it(operations, months):
    """The second has one request more than the first: nothing that is shown of people is off the fives."""
    before = await seen_of(months, ["26740"] * 20, operations, close=False)
    after = await seen_of(months, ["26740"] * 20 + ["26734"], operations, close=False)
    for figures in (before, after):
        people = [one for one in figures.values() if one.metric.about_people]
        numbers = [number for one in people for of in one.rows for number in of.numbers.values()]
        numbers += [one.total for one in people if one.metric.shape is Shape.PARTITION]
        assert numbers
        assert all(number % 5 == 0 for number in numbers)
        assert not any(one.metric.shape in (Shape.SPREAD, Shape.RANKING) for one in people)
    assert {row.key for row in after["handoffs_by_unit"].rows} <= {"26740", "26734"}
    exact = await seen_of(months, ["26740"] * 20 + ["26734"], operations, close=True)
    grown = exact["handoffs_by_reason"].total - before["handoffs_by_reason"].total
    assert exact["handoffs_by_reason"].total == 21
    assert before["handoffs_by_reason"].total == 20, "an exact 20 is 20 whatever the secret"
    assert grown == 1, "which says nothing of when: 20 may stand for 16 to 24"


@pytest.mark.requirement("R-06", "R-39")
async def test_a_closed_month_is_the_same_whatever_is_erased_later(operations, months, clock):
    await operations().write(fill_month)
    before = await published_of(months)
    assert '"provisional": true' in before
    await months.close(MONTH)
    closed, files = await published_of(months), await files_of(months)
    assert '"provisional": false' in closed
    await operations().write(erase_what_was_counted)
    clock.pass_by(days=200)
    assert await published_of(months) == closed
    assert await files_of(months) == files, "CSV and open data, byte for byte"
    others = [f"2027-0{number}" for number in range(1, 6)]
    assert await months.close_due() == ["2026-09", "2026-11", "2026-12", *others]
    assert await months.close_due() == []


async def test_months_in_which_nobody_asked_but_somebody_complained_are_closed_too(operations, months, clock):
    await operations().write(fill_petitions)
    clock.pass_by(days=60)
    assert (await months.close_due())[:2] == ["2026-09", "2026-10"]


async def test_what_is_kept_of_a_closed_month_names_no_conversation(operations, months):
    await operations().write(fill_month)
    await months.close(MONTH)

    def rows(connection):
        facts = connection.execute(select(REPORT_TURN).where(REPORT_TURN.c.at.isnot(None))).all()
        return facts, str(connection.execute(select(REPORT_MONTH.c.content)).scalar())

    facts, content = await operations().run(rows)
    assert [f"{row.day:%d/%m}" for row in facts] == ["30/09", "01/11"]
    assert "talk-" not in content
    assert "back-" not in content


@pytest.mark.parametrize(
    "change", [delete(REPORT_MONTH), update(REPORT_MONTH).values(content="{}")], ids=["delete", "update"]
)
async def test_the_database_itself_refuses_to_change_a_closed_month(operations, months, change):
    await months.close(MONTH)
    with pytest.raises(DatabaseError, match="only added to"):
        await operations().write(lambda connection: connection.execute(change))


async def test_a_month_is_not_closed_before_its_returns_are_known(operations, months, clock):
    with pytest.raises(ReportRefusedError) as refused:
        await months.get("2026-12")
    assert refused.value.context["reason"] == "future"
    clock.set(2026, 11, 7, 16, 59)
    with pytest.raises(ReportRefusedError) as refused:
        await months.close(MONTH)
    assert refused.value.context["day"] == "08/11/2026"
    clock.set(2026, 11, 7, 17, 1)
    assert (await months.close(MONTH)).closed


async def test_units_are_counted_for_themselves(operations, months):
    await operations().write(fill_month)
    scope = Scope(frozenset({WARD}), frozenset({f"commune:{WARD}"}), lambda unit: "Bến Thành" in unit)
    values = (await months.counting.of_units(month_span(MONTH), scope)).values
    assert values["handoffs_by_unit"] == {WARD: 6}
    assert values["petitions_by_unit"] == {f"commune:{WARD}": 7}
    assert values["late_cases"] == {"complete": 0, "incomplete": 1, "missing": 1}
    assert values["referrals_by_unit"] == {WARD: 6}


@pytest.mark.requirement("R-35")
async def test_what_went_late_is_listed_and_is_what_the_figures_count(operations, months, clock):
    await operations().write(fill_month)
    late = LateSends(operations, load_calendar())
    found = await late.find(month_span(MONTH), CITY, date(2026, 11, 2))
    values = (await months.get(MONTH)).counted.values
    of_kind = Counter(one.kind.value for one in found if one.cause is LateCause.WRITTEN)
    assert of_kind["notice"] == values["notices_by_time"]["after_due"] == 2
    assert of_kind["answered"] == values["petitions_answered"]["late"] == 1
    assert of_kind["asked"] == values["petitions_asked"]["late"] == 0, "a second question is no late one"
    (answer,) = [one for one in found if one.kind is LateKind.ANSWERED]
    assert (answer.reference, answer.moves, answer.told_at) == ("c7", 0, None)
    ward = Scope(frozenset({WARD}), frozenset({f"commune:{OTHER_WARD}"}), lambda unit: "Bến Thành" in unit)
    assert await late.find(month_span(MONTH), ward, date(2026, 11, 2)) == []


@pytest.mark.requirement("R-35")
async def test_what_was_written_in_time_and_reached_people_late_is_listed(operations):
    def fill(connection):
        fill_cases(connection)
        for name, ended, why in (("told", None, None), ("waits", None, None), ("gone", at(9), "citizen")):
            follow = {"id": name, "case_code": "x", "ended_at": ended, "ended_why": why}
            row(connection, CASE_FOLLOW, **follow)
        # The notices' dossiers are due on the 15th; notice n2 … n5 were written on the 8th … 11th.
        row(connection, CASE_WORD, id="w1", follow_id="told", key="notice:n2:told", sent_at=at(19))
        row(connection, CASE_WORD, id="w2", follow_id="waits", key="notice:n3:waits", sent_at=None)
        row(connection, CASE_WORD, id="w3", follow_id="gone", key="notice:n4:gone", sent_at=None)
        row(connection, CASE_WORD, id="w4", follow_id="told", key="notice:n5:told", sent_at=at(15, 23.5))

    await operations().write(fill)
    find = LateSends(operations, load_calendar()).find
    found = {one.reference[-1]: one for one in await find(month_span(MONTH), CITY, date(2026, 10, 16))}
    assert {code: one.cause.value for code, one in found.items()} == {
        "0": "written",
        "1": "written",
        "2": "told",
        "3": "untold",
    }
    assert (found["2"].days, found["2"].told_at) == (2, at(19)), "Friday and Monday"
    assert (found["3"].days, found["3"].waits, found["3"].told_at) == (1, True, None)
    on_the_day = await find(month_span(MONTH), CITY, date(2026, 10, 15))
    assert "3" not in {one.reference[-1] for one in on_the_day}, "its day is not over"


async def test_a_catalogue_that_cannot_be_read_leaves_its_section_empty(operations, clock, tmp_path, months):
    (tmp_path / "broken.db").write_bytes(b"no database at all, but long enough to be read as one" * 30)
    broken = CatalogueStore(f"sqlite:///{tmp_path / 'broken.db'}")
    calendar = load_calendar()
    found = Months(operations, Counting(operations, broken, clock, calendar, load_shifts(calendar)), clock)
    month = await found.get(MONTH)
    assert month.counted.without_catalogue
    assert "catalogue_changes" not in month.counted.values
    with pytest.raises(ReportRefusedError):
        await found.close(MONTH)
    broken.close()
