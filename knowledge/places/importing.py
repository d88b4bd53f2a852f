"""Rows from a spreadsheet or a YAML file into the editors' files: planned first, written whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.curated import read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.linting.models import Severity
from knowledge.places.checking import FIELDS, Around, Fault, check_rows, hours_names, key_of
from knowledge.places.contacts import HOURS, rows_of
from knowledge.places.loading import load_places

_LIST_MARK = ";"
_MOST_BYTES = 5_000_000


@dataclass(frozen=True)
class Change:
    """A row that stands already: field → (before, after)."""

    key: tuple[str, ...]
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Plan:
    """What an import would do. rows: all rows of the file afterwards."""

    name: str
    rows: tuple[dict[str, Any], ...]
    added: tuple[tuple[str, ...], ...]
    changed: tuple[Change, ...]
    unchanged: int
    faults: tuple[Fault, ...]

    @property
    def may_be_applied(self) -> bool:
        return not any(fault.severity is Severity.ERROR for fault in self.faults)


def read_incoming(path: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of a CSV or YAML file for the editors' file `name`; raise `RecordInvalidError` with the place."""
    if path.stat().st_size > _MOST_BYTES:
        raise RecordInvalidError(str(path), f"more than {_MOST_BYTES:,} bytes: no list of contacts is that long")
    if path.suffix.lower() == ".csv":
        if name == HOURS:
            raise RecordInvalidError(str(path), "hours have spans: import them from YAML")
        return _from_csv(path, name)
    data = read_yaml(path)
    rows = data.get(Path(name).stem) if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise RecordInvalidError(f"{path}:1", f"expected a list of rows, or `{Path(name).stem}:` with a list")
    return [_with_code(row) if isinstance(row, dict) else row for row in rows]


def plan(folder: Path, name: str, incoming: Sequence[Any], day: date, source: str) -> Plan:
    """Return what taking `incoming` over would do to the file `name` of `folder`, and what is wrong with it."""
    around = Around(day, hours_names(folder))
    faults = [
        Fault(rule, severity, f"{source} row {number + 1}", evidence)
        for number, rule, severity, evidence in check_rows(name, incoming, around)
    ]
    rows = {key_of(name, row): row for row in rows_of(folder, name)}
    added: list[tuple[str, ...]] = []
    changed: list[Change] = []
    unchanged = 0
    for row in (row for row in incoming if isinstance(row, dict)):
        key = key_of(name, row)
        before = rows.get(key)
        fields = _differences(before, row) if before is not None else {}
        if before is None:
            added.append(key)
        elif fields:
            changed.append(Change(key, fields))
        else:
            unchanged += 1
        rows[key] = row
    ordered = tuple(rows[key] for key in sorted(rows))
    return Plan(name, ordered, tuple(added), tuple(changed), unchanged, tuple(faults))


def apply(planned: Plan, folder: Path) -> None:
    """Write the file of a plan; its comment at the top stays. Raise ValueError where the plan has errors."""
    if not planned.may_be_applied:
        raise ValueError("nothing is written: the rows have errors")
    path = folder / planned.name
    head = "".join(line for line in path.read_text("utf-8").splitlines(keepends=True) if line.startswith("#"))
    body = yaml.safe_dump(
        {path.stem: list(planned.rows)}, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None
    )
    part = path.with_name(f"{path.name}.part")
    part.write_text(head + body, "utf-8")
    part.replace(path)


def _from_csv(path: Path, name: str) -> list[dict[str, Any]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordInvalidError(str(path), "not UTF-8 text: save as “CSV UTF-8”") from error
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    columns = [str(column).strip() for column in reader.fieldnames or []]
    unknown = sorted(set(columns) - FIELDS[name])
    if unknown or "unit" not in columns:
        wanted = ", ".join(sorted(FIELDS[name]))
        raise RecordInvalidError(f"{path}:1", f"columns {', '.join(unknown) or '(no unit)'}; there are {wanted}")
    rows = []
    for record in reader:
        if None in record:
            raise RecordInvalidError(f"{path}:{reader.line_num}", "more cells than columns")
        cells = {str(key).strip(): str(value or "").strip().lstrip("'") for key, value in record.items()}
        if any(cells.values()):
            rows.append(_row(cells))
    return rows


def _row(cells: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {key: value for key, value in cells.items() if value and key != "phones"}
    phones = [part.strip() for part in cells.get("phones", "").replace("\n", _LIST_MARK).split(_LIST_MARK)]
    if any(phones):
        row["phones"] = [phone for phone in phones if phone]
    return _with_code(row)


def _with_code(row: dict[str, Any]) -> dict[str, Any]:
    """A unit may be given by its full name of today; the code is what is kept."""
    codes = {one.name: one.code for one in load_places().units}
    said = str(row.get("unit") or "")
    return {**row, "unit": codes.get(said, said)} if said else row


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    fields = sorted({*before, *after})
    return {field: (before.get(field), after.get(field)) for field in fields if before.get(field) != after.get(field)}
