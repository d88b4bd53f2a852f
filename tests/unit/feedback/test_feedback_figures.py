"""Numbers that tell of nobody."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from bot.feedback.export import write_csv
from bot.feedback.figures import SurveyRow, figures, hide_small, of_months
from bot.feedback.models import FeedbackItem, RatedTurn, Rating, Source, Thumb
from bot.ops.satisfaction import Satisfaction


def item(code="khac", thumb=Thumb.DOWN, at=datetime(2026, 11, 30, 18, tzinfo=timezone.utc)):
    return FeedbackItem("1", "GY-1", Source.THUMB, Rating(thumb), code, RatedTurn("c", 1), at)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 5, "b": 0}, {"a": 5, "b": 0}),
        ({"a": 4, "b": 3, "c": 9}, {"a": None, "b": None, "c": 9}),
        ({"a": 1, "b": 9, "c": 7}, {"a": None, "b": 9, "c": None}),
        ({"a": 1}, {"a": None}),
        ({}, {}),
    ],
)
def test_one_hidden_number_hides_the_next(counts, shown):
    assert hide_small(counts) == shown


def test_months_are_those_of_the_city():
    # 18:00 UTC on the last of November is the first of December in the city.
    assert list(of_months([item()], [])) == ["2026-12"]


def test_a_thumb_up_is_no_bottleneck_and_linked_surveys_count_once():
    surveys = [
        SurveyRow(Satisfaction.DISSATISFIED, "", "portal_error", date(2026, 11, 2), linked=False),
        SurveyRow(Satisfaction.DISSATISFIED, "", "portal_error", date(2026, 11, 2), linked=True),
        SurveyRow(Satisfaction.SATISFIED, "", "khac", date(2026, 11, 2), linked=False),
    ]
    assert of_months([item(thumb=Thumb.UP)], surveys) == {"2026-11": {"portal_error": 1}}


def test_every_item_is_in_exactly_one_cell():
    items = [item(code) for code in ("khac", "portal_error", "portal_error", "otp_not_received")]
    (counted,) = of_months(items, []).values()
    assert counted.total() == len(items) if hasattr(counted, "total") else sum(counted.values()) == len(items)


def test_procedures_with_a_few_complaints_are_not_named():
    few = [item() for _ in range(4)]
    assert figures(few, [])["procedures"] == {}


def test_a_spreadsheet_reads_no_formula(tmp_path):
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8") as to:
        write_csv([{"a": "=1+1", "b": "@x", "c": 5}], ("a", "b", "c"), to)
    assert path.read_text("utf-8") == "a,b,c\n'=1+1,'@x,5\n"
