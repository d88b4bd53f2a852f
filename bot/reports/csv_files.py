"""A month as CSV, one file a section: one line for each number. Columns are added to a version, never changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.reports.metrics import Shape, sections
from bot.reports.publishing import Figure, Published

COLUMNS = ("month", "figure", "key", "name", "measure", "value", "unit", "hidden")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know UTF-8."""


def csv_files(published: Published) -> dict[str, bytes]:
    """Return file name → content."""
    return {
        f"{number:02}-{section}.csv": as_csv(published.month, published.of_section(section))
        for number, section in enumerate(sections(), 1)
    }


def as_csv(month: str, figures: list[Figure]) -> bytes:
    """Return the lines of figures."""
    return csv_of(COLUMNS, _cells(month, figures))


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as a spreadsheet opens it, in UTF-8; no cell of it is run as a formula."""
    file = io.StringIO()
    file.write(_BYTE_ORDER_MARK)
    table = csv.writer(file, lineterminator="\n")
    table.writerow(columns)
    table.writerows([_cell(cell) for cell in cells] for cells in rows)
    return file.getvalue().encode("utf-8")


def _cells(month: str, figures: list[Figure]) -> Iterator[Sequence[Any]]:
    for figure in figures:
        unit = "" if figure.metric.shape is Shape.LIST else figure.metric.unit
        for key, name, measure, value, hidden in _lines(figure):
            yield month, figure.metric.key, key, name, measure, value, unit, "yes" if hidden else "no"


def _lines(figure: Figure) -> Iterator[tuple[str, str, str, Any, bool]]:
    shape = figure.metric.shape
    if shape in (Shape.SHARE, Shape.COUNT):
        yield "", "", "number", figure.number, figure.hidden
    if shape is Shape.SPREAD:
        yield "", "", "median", figure.median, figure.hidden
        yield "", "", "p90", figure.p90, figure.hidden
    if shape is Shape.PARTITION:
        yield "", "", "total", figure.total, figure.hidden
    for row in figure.rows:
        for measure, value in row.numbers.items():
            yield row.key, row.name, measure, value, measure in row.hidden


def _cell(value: Any) -> str:
    """A text that a spreadsheet would take for a formula is marked as text; numbers are left alone."""
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
