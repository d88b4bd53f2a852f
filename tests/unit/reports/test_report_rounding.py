"""What may still change is taken away in fives: no two files differ by people, whoever knows the rule and the month."""

from __future__ import annotations

import io
import itertools
from datetime import date

import pytest
from docx import Document

from bot.reports.counting import Counted
from bot.reports.document import to_docx
from bot.reports.metrics import metrics
from bot.reports.months import Month
from bot.reports.periods import month_span
from bot.reports.publishing import publish_month
from bot.reports.rounding import BASE, Rounding

MONTH, MOST = "2026-10", 60
UP_TO = range(MOST)
KEY = Rounding(lambda: b"a secret of the service")
KEYS = [Rounding(lambda number=number: bytes([number])) for number in range(64)]


def values_of(counted, closed=False, key=KEY):
    """Everything that can be seen of a month: figure → cells, total or number."""
    month = Month(MONTH, month_span(MONTH), date(2026, 11, 3), closed, Counted(counted, {}))
    return {
        name: ({row.key: row.numbers.get("number") for row in one.rows}, one.total, one.number, one.median)
        for name, one in publish_month(month, key).figures.items()
    }


def handoffs(**cells):
    return {"handoffs_by_result": {"taken": 0, "cancelled": 0, "nobody_came": 0, "waiting": 0, **cells}}


@pytest.mark.requirement("R-07", "R-28")
def test_two_files_do_not_tell_who_came_between_them():
    """By hand: 41 taken; then somebody asks, is taken, and the month is closed with 42. Exact files would say: one."""
    seen = [values_of(handoffs(taken=number, waiting=7))["handoffs_by_result"] for number in (41, 42)]
    assert {cells["taken"] for cells, *_ in seen} <= {40, 45}
    assert all(total == sum(cells.values()) for cells, total, *_ in seen)
    # The secret decides whether a number steps here or there, so a step does not tell what the number is now.
    steps = set()
    for shown in (shown_by(key) for key in KEYS):
        steps |= {number for number in range(1, MOST) if shown[number] != shown[number - 1]}
        assert all(number % BASE == 0 for number in shown)
        assert all(abs(number - exact) < BASE for exact, number in enumerate(shown))
    assert steps == set(range(1, MOST))


def shown_by(key):
    """What is shown of 0, 1, 2 … under a secret."""
    return [
        key.of(Counted(handoffs(taken=number), {}), MONTH).values["handoffs_by_result"]["taken"] for number in UP_TO
    ]


@pytest.mark.requirement("R-07", "R-28")
def test_whoever_has_every_file_of_the_month_and_the_closed_one_cannot_tell_one_person():
    """All ways in which a number may have grown in three takings, under all secrets: no growth of 1 to 4 is certain."""
    could_be = {}
    for shown, final in itertools.product(map(shown_by, KEYS), (5, 9, 12, 41)):
        for first, second in itertools.combinations_with_replacement(range(final + 1), 2):
            worlds = could_be.setdefault((shown[first], shown[second], final), set())
            worlds.add((first, second - first, final - second))
    assert could_be
    for seen, worlds in could_be.items():
        for growths in map(set, zip(*worlds, strict=True)):
            assert not growths <= set(range(1, BASE)), (seen, growths)


def test_a_number_is_moved_the_same_way_whenever_it_is_asked_for_and_is_right_on_average():
    first = values_of(handoffs(taken=13, waiting=2))
    assert all(values_of(handoffs(taken=13, waiting=2)) == first for _ in range(20))
    days = {f"2026-10-{day:02}": 3 for day in range(1, 32)}
    totals = [values_of({"sessions_by_day": days}, key=key)["sessions_by_day"][1] for key in KEYS]
    assert abs(sum(totals) / len(totals) - 93) < 5
    others = Rounding(lambda: b"x").of(Counted({"sessions_by_day": days}, {}), "2026-11").values
    assert others != Rounding(lambda: b"x").of(Counted({"sessions_by_day": days}, {}), MONTH).values


def test_no_row_says_one_at_least_and_what_cannot_be_rounded_is_left_out():
    counted = {
        "handoffs_by_unit": {f"267{number:02}": 1 for number in range(40)},
        "stepped_in": 3,
        "wait_in_hours": {"count": 9, "median": 3.0, "p90": 9.0},
        "hardest": [{"key": "1.001193", "numbers": {"unsolved": 12, "disliked": 6, "papers": 3, "petitions": 0}}],
        "catalogue_changes": {"added": 1, "changed": 0, "removed": 0},
        "satisfaction_talks": {"satisfied": 13, "neutral": 0, "dissatisfied": 3},
    }
    seen = values_of(counted)
    rows = seen["handoffs_by_unit"][0]
    assert 0 < len(rows) < 40
    assert set(rows.values()) == {BASE}
    assert seen["stepped_in"][2] in (0, BASE)
    assert seen["catalogue_changes"] == ({"added": 1, "changed": 0, "removed": 0}, 1, None, None), "no people"
    assert not {"wait_in_hours", "hardest"} & set(seen)
    cells, total, *_ = seen["satisfaction_talks"]
    assert seen["satisfaction_share"][2] in (None, round(100 * cells["satisfied"] / total, 1))
    assert values_of(counted, closed=True)["wait_in_hours"][3] == 3.0


def test_a_document_can_be_made_of_it():
    every = {key: dict.fromkeys(one.cells, 3) for key, one in metrics().items() if one.cells}
    month = Month(MONTH, month_span(MONTH), date(2026, 11, 3), False, Counted(every, {}))
    assert Document(io.BytesIO(to_docx(publish_month(month, KEY)))).tables
