"""Figures as pages show them: bars and columns drawn as SVG by the server, each beside the numbers it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.reports.metrics import Shape, sections
from bot.reports.numbers import figure_text, number_text, percent_text
from bot.reports.publishing import Figure, Published

CHART_HEIGHT, COLUMN, GAP = 100, 14, 4
"""Units of the drawing; the page gives it its size."""
_TABLES = (Shape.PARTITION, Shape.RANKING)


@dataclass(frozen=True)
class Line:
    """A row of a table. part: of a hundred, how long its bar is."""

    name: str
    numbers: tuple[str, ...]
    part: int = 0


@dataclass(frozen=True)
class Column:
    """A standing bar: its place and height in the drawing."""

    name: str
    number: str
    x: int
    height: int


@dataclass(frozen=True)
class Table:
    """A figure with rows. columns: of a chart by days; total: in words."""

    key: str
    title: str
    unit: str
    head: tuple[str, ...]
    lines: tuple[Line, ...]
    total: str = ""
    columns: tuple[Column, ...] = ()
    width: int = 0


@dataclass(frozen=True)
class Panel:
    """A section: figures of one number as (title, words), and tables."""

    key: str
    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    empty: tuple[str, ...]


def panels(published: Published, left_out: frozenset[str] = frozenset()) -> list[Panel]:
    """Return the sections that have figures."""
    found = []
    for section, title in sections().items():
        figures = [one for one in published.of_section(section) if one.metric.key not in left_out]
        if not figures:
            continue
        facts = tuple((one.metric.title, figure_text(one)) for one in figures if one.metric.shape not in _ALL_TABLES)
        full = [one for one in figures if one.metric.shape in _TABLES and not one.is_empty]
        empty = tuple(one.metric.title for one in figures if one.metric.shape in _TABLES and one.is_empty)
        found.append(Panel(section, title, facts, tuple(map(table_of, full)), empty))
    return found


_ALL_TABLES = (*_TABLES, Shape.LIST)


def table_of(figure: Figure) -> Table:
    """Return a figure with rows as a page shows it."""
    metric = figure.metric
    if metric.shape is Shape.RANKING:
        names = (*metric.columns, "sum")
        most = max([row.numbers["sum"] or 0 for row in figure.rows] + [1])
        lines = tuple(
            Line(
                f"{row.name or row.key} ({row.key})",
                tuple(number_text(row.numbers[name], True) for name in names),
                _part(row.numbers["sum"], most),
            )
            for row in figure.rows
        )
        return Table(metric.key, metric.title, metric.unit, tuple(metric.columns.values()), lines)
    numbers = [row.numbers["number"] for row in figure.rows]
    most = max([number or 0 for number in numbers] + [1])
    lines = tuple(
        Line(
            row.name,
            (number_text(row.numbers["number"], True), percent_text(row.numbers["number"], figure.total)),
            _part(row.numbers["number"], most),
        )
        for row in figure.rows
        if metric.names != "bottleneck" or row.numbers["number"] != 0
    )
    drawn = _columns(figure, most) if metric.names == "day" else ()
    total = number_text(figure.total, figure.hidden)
    return Table(metric.key, metric.title, metric.unit, (), lines, total, drawn, len(drawn) * (COLUMN + GAP))


def _columns(figure: Figure, most: int) -> tuple[Column, ...]:
    return tuple(
        Column(
            row.name,
            number_text(row.numbers["number"], True),
            place * (COLUMN + GAP),
            _part(row.numbers["number"], most),
        )
        for place, row in enumerate(figure.rows)
    )


def _part(number: int | None, most: int) -> int:
    """At least a hair where there is something at all."""
    return max(1, round(100 * number / most)) if number else 0


def tiles(published: Published, keys: Sequence[str]) -> list[tuple[str, str]]:
    """Return the figures that stand on top, as (key, words)."""
    return [(key, figure_text(published.figures[key])) for key in keys if key in published.figures]
