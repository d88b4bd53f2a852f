"""What feedback says in numbers, without telling of anybody: small cells are hidden (R-07, R-21).

A number under `SMALLEST` could point at a person who is known to have been there. Where one hidden number could be
worked out from the others and their sum, the smallest of the others is hidden with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.feedback.bottlenecks import bottlenecks
from bot.feedback.models import FeedbackItem, Thumb
from bot.feedback.tables import SURVEY_ANSWER
from bot.ops.clock import city_date
from bot.ops.satisfaction import Satisfaction

SMALLEST = 5
TOP_PROCEDURES = 20
Cells = dict[str, int | None]
"""Name → number; None where it is hidden."""


@dataclass(frozen=True)
class SurveyRow:
    """One answer of the survey, as far as figures need it. linked: its words are an item as well."""

    satisfaction: Satisfaction
    reason: str
    bottleneck: str
    answered_on: date
    linked: bool


def all_surveys(connection: Connection) -> list[SurveyRow]:
    """Return every answer that was given."""
    return [
        SurveyRow(
            Satisfaction(row.satisfaction),
            row.reason or "",
            row.bottleneck,
            row.answered_on,
            row.feedback_id is not None,
        )
        for row in connection.execute(select(SURVEY_ANSWER))
    ]


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def hide_small(counts: Mapping[str, int]) -> Cells:
    """Return `counts` with what is small hidden; zero tells of nobody and stays."""
    hidden = {name for name, number in counts.items() if 0 < number < SMALLEST}
    if len(hidden) == 1:
        others = sorted((number, name) for name, number in counts.items() if number >= SMALLEST)
        hidden |= {name for _, name in others[:1]}
    return {name: None if name in hidden else number for name, number in counts.items()}


def of_months(items: Iterable[FeedbackItem], surveys: Iterable[SurveyRow]) -> dict[str, Counter[str]]:
    """Return month → code → how often: items with a complaint or words, and anonymous answers to the survey.

    Every one has exactly one code. A mere "thumb up" tells of no bottleneck and is not counted.
    """
    months: dict[str, Counter[str]] = {}
    for item in items:
        if item.rating.thumb is not Thumb.UP:
            months.setdefault(month_of(city_date(item.created_at)), Counter())[item.bottleneck] += 1
    for survey in surveys:
        if survey.satisfaction is not Satisfaction.SATISFIED and not survey.linked:
            months.setdefault(month_of(survey.answered_on), Counter())[survey.bottleneck] += 1
    return dict(sorted(months.items()))


def figures(items: list[FeedbackItem], surveys: list[SurveyRow]) -> dict[str, Any]:
    """Return all tables, small cells hidden: bottlenecks a month, satisfaction a month, reasons, procedures."""
    codes = bottlenecks()
    months = {
        month: hide_small({code: counted[code] for code in codes})
        for month, counted in of_months(items, surveys).items()
    }
    return {
        "smallest_shown": SMALLEST,
        "bottlenecks": months,
        "satisfaction": _satisfaction(surveys),
        "thumbs": hide_small(Counter(item.rating.thumb.value for item in items if item.rating.thumb)),
        "reasons": hide_small(Counter(item.rating.reason.value for item in items if item.rating.reason)),
        "procedures": _procedures(items),
    }


def _satisfaction(surveys: list[SurveyRow]) -> dict[str, Cells]:
    months: dict[str, Counter[str]] = {}
    for survey in surveys:
        months.setdefault(month_of(survey.answered_on), Counter())[survey.satisfaction.value] += 1
    scale = [one.value for one in Satisfaction if one is not Satisfaction.SKIPPED]
    return {month: hide_small({name: counted[name] for name in scale}) for month, counted in sorted(months.items())}


def _procedures(items: list[FeedbackItem]) -> Cells:
    """The procedures with the most complaints; those with a few are left out, being no cell that may be shown."""
    counted = Counter(
        item.turn.procedure_code for item in items if item.rating.thumb is Thumb.DOWN and item.turn.procedure_code
    )
    return {code: number for code, number in counted.most_common(TOP_PROCEDURES) if number >= SMALLEST}
