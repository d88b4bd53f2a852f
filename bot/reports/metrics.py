"""The registry of figures, read from metrics.yml: nothing is counted, shown or documented that does not stand there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.curated import read_yaml

FILE = Path(__file__).with_name("metrics.yml")
NAMED_BY_WHAT_HAPPENED = ("unit", "text")
"""Tables that have a row for whom there is something to count: a row alone says "one at least"."""


class Shape(str, Enum):
    """What a figure is: see metrics.yml."""

    PARTITION = "partition"
    SHARE = "share"
    SPREAD = "spread"
    COUNT = "count"
    RANKING = "ranking"
    LIST = "list"


@dataclass(frozen=True)
class Metric:
    """One figure. cells: name for people by key, in their order; empty where `names` says what the keys are.

    of, part, without: of a share, the partition and its cells. about_people: small numbers are hidden. linked: cells of
    other figures that its total tells.
    """

    key: str
    section: str
    shape: Shape
    unit: str
    title: str
    definition: str
    source: str
    note: str = ""
    names: str = ""
    of: str = ""
    about_people: bool = True
    part: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    linked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(FILE)
    return data


@lru_cache(maxsize=1)
def sections() -> dict[str, str]:
    """Return section → its title, in the report's order."""
    return {str(key): str(title) for key, title in _read()["sections"].items()}


@lru_cache(maxsize=1)
def metrics() -> dict[str, Metric]:
    """Return key → figure, in the report's order. Raises `KeyError`, `TypeError` or `ValueError` where one is wrong."""
    found = {str(key): _metric(str(key), entry) for key, entry in _read()["metrics"].items()}
    return {key: one for section in sections() for key, one in found.items() if one.section == section}


def of_section(section: str) -> list[Metric]:
    """Return the figures of a section."""
    return [one for one in metrics().values() if one.section == section]


def _metric(key: str, entry: Mapping[str, Any]) -> Metric:
    known: dict[str, Any] = {name: value for name, value in entry.items() if name != "about"}
    for name in ("part", "without"):
        known[name] = tuple(entry.get(name, ()))
    for name in ("cells", "columns"):
        known[name] = {str(cell): str(said) for cell, said in (entry.get(name) or {}).items()}
    known["linked"] = {str(other): tuple(cells) for other, cells in (entry.get("linked") or {}).items()}
    known |= {"key": key, "shape": Shape(entry["shape"]), "about_people": entry.get("about") != "records"}
    return Metric(**known)


def as_page() -> str:
    """Return docs/metrics.md."""
    lines = [_HEAD]
    for number, (section, title) in enumerate(sections().items(), 1):
        lines += [f"## {number}. {title}", ""]
        for one in of_section(section):
            lines += [f"### `{one.key}`", "", f"{one.title} ({one.unit}; {_SHAPES[one.shape]}).", "", one.definition]
            if one.cells or one.columns:
                lines += ["", f"Keys: {', '.join(f'`{key}`' for key in (one.cells or one.columns))}."]
            if one.linked:
                told = ", ".join(f"`{cell}` of `{other}`" for other, cells in one.linked.items() for cell in cells)
                lines += ["", f"Its total tells {told}: hidden where that is."]
            lines += ["", f"From: {one.source}.", ""]
    return "\n".join(lines).rstrip() + "\n"


_SHAPES = {
    Shape.PARTITION: "cells that add up to the total",
    Shape.SHARE: "share of a partition",
    Shape.SPREAD: "number, median, 90th percentile",
    Shape.COUNT: "count",
    Shape.RANKING: "ranking",
    Shape.LIST: "list",
}
_HEAD = """# Figures of the reports

Made by `python -m bot.reports metrics` from `bot/reports/metrics.yml`; a test compares the two. Each figure is counted
by hand for a month of made-up events in `tests/integration/reports/test_report_month.py`.

Days and months are those of Asia/Ho_Chi_Minh. "The period" is the month, or the days that the dashboard shows. Medians
are those of the middle one or two values; the 90th percentile is the smallest value that at least 90 of 100 do not
exceed. "At the count" is the moment at which a month is closed ([reports.md](reports.md)), until then now.

Numbers of 1 to 4 are hidden, and as many others of the same table with them as it takes for the hidden ones to be two
that differ and add up to 5 and more, equal ones together. Where no number above 0 is left to be seen, zeros are hidden
too, and rows that stand there only because something was counted go: a table with a 1 in every cell looks like every
other one of its total. The total goes as well where it is under 5, or would tell a hidden number of another table. A
share is hidden where one of its parts is, a spread where fewer than 5 values stand behind it. Where figures are about
records and not about people, nothing is hidden.

Before a month is closed its files are in fives: each number is moved to one of the two multiples of 5 around it, always
the same way for a month, a figure and a cell, by a secret of the service (0 stays 0; 1 to 4 are 0 or 5). Totals and
shares are those of what is shown; spreads and rankings are left out. So no two files, nor one of them and the closed
month, differ by a number that tells of somebody. The same holds for what is taken away from the console's page of
figures, but for closed months of the whole city.
"""
