"""Numbers as Vietnamese readers write them: 1.234,5."""

from __future__ import annotations

from bot.reports.publishing import Figure
from bot.reports.words import report_wording

SUMMARY = (
    "sessions_by_channel",
    "contained_share",
    "first_answer_share",
    "handoffs_by_reason",
    "wait_in_hours",
    "satisfaction_share",
    "petitions_by_kind",
    "petitions_answered_share",
    "late_cases",
    "catalogue_changes",
)
"""What is said first."""


def number_text(number: object, hidden: bool = False) -> str:
    """Return a number for people; what is hidden is said to be."""
    if number is None:
        return report_wording()("hidden" if hidden else "none")
    if isinstance(number, float) and not number.is_integer():
        whole, _, rest = f"{number:,.1f}".partition(".")
        return f"{whole.replace(',', '.')},{rest}"
    return f"{int(number):,}".replace(",", ".") if isinstance(number, int | float) else str(number)


def figure_text(figure: Figure) -> str:
    """Return a figure in a few words: a total, a share, a median."""
    unit = figure.metric.unit
    if figure.median is not None and figure.p90 is not None:
        facts = {"median": number_text(figure.median), "p90": number_text(figure.p90), "unit": unit}
        return report_wording()("spread", **facts)
    value = figure.number if figure.number is not None else figure.total
    said = number_text(value, figure.hidden)
    if value is None:
        return said
    return f"{said}{unit}" if unit == "%" else f"{said} {unit}"


def percent_text(number: int | None, total: int | None) -> str:
    """Return how many of a hundred a cell is; empty where one of the two cannot be seen."""
    if number is None or not total:
        return ""
    return f"{number_text(round(100 * number / total, 1))}%"
