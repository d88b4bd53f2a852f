"""What may be published of what was counted: the one shape that JSON, CSV, DOCX and the console are made of.

Its JSON is described by monthly_report.schema.json; names are added to a version, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.reports.counting import Counted
from bot.reports.hiding import SMALLEST, Shown, hide, hide_count, share_of, show
from bot.reports.metrics import NAMED_BY_WHAT_HAPPENED, Metric, Shape, metrics, of_section, sections
from bot.reports.months import Month
from bot.reports.rounding import BASE, Rounding

SCHEMA, SCHEMA_VERSION = "mot-cua/monthly-report", 1


@dataclass(frozen=True)
class Row:
    """One line of a table. numbers: column → number, text or None where it is hidden. hidden: columns of those."""

    key: str
    name: str
    numbers: Mapping[str, Any]
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure as it may be seen. total: of a partition; number: of a share or a count; None: hidden or unknown."""

    metric: Metric
    rows: tuple[Row, ...] = ()
    total: int | None = None
    number: float | int | None = None
    median: float | None = None
    p90: float | None = None
    hidden: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing has happened that it could tell of."""
        if self.metric.shape is Shape.PARTITION:
            return self.total == 0
        if self.metric.shape in (Shape.RANKING, Shape.LIST):
            return not self.rows
        return self.median is None and self.number in (None, 0) and not self.hidden


@dataclass(frozen=True)
class Published:
    """figures: key → figure, in the report's order; a figure that was not counted is not among them."""

    figures: Mapping[str, Figure]
    without_catalogue: bool = False
    month: str = ""
    since: date = date.min
    until: date = date.min
    as_of: date = date.min
    closed: bool = False

    @property
    def rounded_to(self) -> int | None:
        """Numbers of people are multiples of this; None where they are exact."""
        return None if self.closed else BASE

    def of_section(self, section: str) -> list[Figure]:
        """Return a section's figures."""
        return [self.figures[one.key] for one in of_section(section) if one.key in self.figures]


def publish_month(month: Month, rounding: Rounding) -> Published:
    """Return a month as it may be published: small numbers hidden, and until it is closed in fives."""
    exact, hides = month.counted, month.closed
    return Published(
        figures=figures_of(exact if month.closed else rounding.of(exact, month.month), hides),
        without_catalogue=month.counted.without_catalogue,
        month=month.month,
        since=month.span.since,
        until=month.span.until,
        as_of=month.as_of,
        closed=month.closed,
    )


def figures_of(counted: Counted, hides: bool = True) -> dict[str, Figure]:
    """Return every figure that was counted; hides: False shows small numbers, to those whose work they are."""
    found: dict[str, Figure] = {}
    for key, metric in metrics().items():
        if metric.shape is Shape.SHARE:
            if metric.of in found:
                found[key] = _share(metric, found[metric.of])
        elif key in counted.values:
            figure = _MAKERS[metric.shape](metric, counted, hides and metric.about_people)
            found[key] = _hidden_whole(figure) if hides and _tells(metric, found) else figure
    return found


def _tells(metric: Metric, found: Mapping[str, Figure]) -> bool:
    """Whether the figure's total would tell a number that another figure hides."""
    rows = [(row, cells) for other, cells in metric.linked.items() if other in found for row in found[other].rows]
    return any(row.hidden for row, cells in rows if row.key in cells)


def _hidden_whole(figure: Figure) -> Figure:
    """Zeros too: how many cells are more than nothing is the least that the total can be."""
    rows = tuple(replace(row, numbers={"number": None}, hidden=("number",)) for row in figure.rows)
    rows = () if figure.metric.names in NAMED_BY_WHAT_HAPPENED else rows
    return replace(figure, rows=rows, total=None, hidden=True)


def _partition(metric: Metric, counted: Counted, hides: bool) -> Figure:
    cells: dict[str, int] = counted.values[metric.key]
    shown = hide(cells) if hides else show(cells)
    rows = tuple(
        Row(key, name_of(metric, key, counted.names), {"number": number}, () if number is not None else ("number",))
        for key, number in shown.cells.items()
    )
    if metric.names in ("unit", "text", "bottleneck"):
        rows = tuple(sorted(rows, key=_largest_first))
    if metric.names in NAMED_BY_WHAT_HAPPENED and all(row.hidden for row in rows):
        rows = ()
    return Figure(metric, rows, total=shown.total, hidden=shown.total is None)


def _largest_first(row: Row) -> tuple[int, str]:
    return -(row.numbers["number"] or 0), row.key


def _share(metric: Metric, whole: Figure) -> Figure:
    shown = Shown({row.key: row.numbers["number"] for row in whole.rows}, whole.total)
    number = share_of(shown, metric.part, metric.without)
    return Figure(metric, number=number, hidden=number is None and whole.total != 0)


def _spread(metric: Metric, counted: Counted, hides: bool) -> Figure:
    value = counted.values[metric.key]
    if hides and 0 < value["count"] < SMALLEST:
        return Figure(metric, hidden=True)
    return Figure(metric, median=value["median"], p90=value["p90"])


def _count(metric: Metric, counted: Counted, hides: bool) -> Figure:
    number: int = counted.values[metric.key]
    shown = hide_count(number) if hides else number
    return Figure(metric, number=shown, hidden=shown is None)


def _ranking(metric: Metric, counted: Counted, hides: bool) -> Figure:
    rows = []
    for entry in counted.values[metric.key]:
        shown = hide(entry["numbers"]) if hides else show(entry["numbers"])
        hidden = tuple(name for name, number in shown.cells.items() if number is None)
        numbers = {**shown.cells, "sum": shown.total}
        rows.append(Row(entry["key"], name_of(metric, entry["key"], counted.names), numbers, hidden))
    return Figure(metric, tuple(rows))


def _list(metric: Metric, counted: Counted, _hides: bool) -> Figure:
    rows = (
        Row(entry["key"], entry["name"], {name: entry[name] for name in metric.columns})
        for entry in counted.values[metric.key]
    )
    return Figure(metric, tuple(rows))


_MAKERS = {
    Shape.PARTITION: _partition,
    Shape.SPREAD: _spread,
    Shape.COUNT: _count,
    Shape.RANKING: _ranking,
    Shape.LIST: _list,
}


def name_of(metric: Metric, key: str, names: Mapping[str, Mapping[str, str]]) -> str:
    """Return what people call a cell."""
    if metric.names == "day":
        return f"{key[8:10]}/{key[5:7]}/{key[:4]}"
    return metric.cells.get(key) or names.get(metric.names, {}).get(key) or key


def to_json(published: Published) -> dict[str, Any]:
    """Return the JSON of a month."""
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "month": published.month,
        "since": published.since.isoformat(),
        "until": published.until.isoformat(),
        "as_of": published.as_of.isoformat(),
        "provisional": not published.closed,
        "smallest_shown": SMALLEST,
        "rounded_to": published.rounded_to,
        "catalogue_read": not published.without_catalogue,
        "sections": [
            {
                "number": number,
                "key": section,
                "title": title,
                "figures": [figure_json(one) for one in published.of_section(section)],
            }
            for number, (section, title) in enumerate(sections().items(), 1)
        ],
    }


def figure_json(figure: Figure) -> dict[str, Any]:
    """Return the JSON of a figure."""
    metric = figure.metric
    head = {"key": metric.key, "title": metric.title, "shape": metric.shape.value, "unit": metric.unit}
    if metric.shape in (Shape.SHARE, Shape.COUNT):
        return {**head, "number": figure.number, "hidden": figure.hidden}
    if metric.shape is Shape.SPREAD:
        return {**head, "median": figure.median, "p90": figure.p90, "hidden": figure.hidden}
    rows = [{"key": row.key, "name": row.name, **row.numbers, "hidden": list(row.hidden)} for row in figure.rows]
    return {**head, **({"total": figure.total} if metric.shape is Shape.PARTITION else {}), "rows": rows}
