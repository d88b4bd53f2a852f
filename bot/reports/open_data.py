"""Open data: the closed months' figures for everybody, with a dictionary. Never a month that may still change."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from bot.reports.bundle import json_bytes
from bot.reports.csv_files import COLUMNS, as_csv
from bot.reports.hiding import SMALLEST
from bot.reports.metrics import Metric, Shape, metrics, sections
from bot.reports.publishing import Published, to_json

SCHEMA, SCHEMA_VERSION = "mot-cua/open-data", 1
NOT_OPEN = frozenset(
    ("hardest", "late_cases_by_unit", "petitions_by_unit", "petitions_late_by_unit", "handoffs_by_unit")
)
"""Not given away: lists that name units or procedures are published by decision (R-33), from the monthly report."""
_MEANINGS = {
    "month": "Tháng, YYYY-MM, theo giờ Thành phố Hồ Chí Minh",
    "figure": "Mã chỉ số (xem bảng chỉ số)",
    "key": "Mã của ô; trống khi là tổng hoặc chỉ số một giá trị",
    "name": "Tên của ô",
    "measure": "number số lượng, total tổng số, median trung vị, p90 mức 90% không vượt quá; danh sách: tên cột",
    "value": "Giá trị; trống khi bị ẩn hoặc không có",
    "unit": "Đơn vị tính",
    "hidden": f"yes khi giá trị bị ẩn (từ 1 đến {SMALLEST - 1}, hoặc để không tính ngược lại được)",
}


def open_data_files(months: Sequence[Published], licence: str) -> dict[str, bytes]:
    """Return file name → content: all closed months as CSV and JSON, the dictionary, a page that says what this is."""
    closed = sorted((one for one in months if one.closed), key=lambda one: one.month)
    opened = [_opened(one) for one in closed]
    return {
        "tro-ly-mot-cua.csv": _csv(opened),
        "tro-ly-mot-cua.json": json_bytes(_json(opened, licence)),
        "tu-dien-du-lieu.csv": dictionary_csv(),
        "datapackage.json": json_bytes(_package(licence)),
    }


def _opened(published: Published) -> Published:
    kept = {key: one for key, one in published.figures.items() if key not in NOT_OPEN}
    return Published(**{**vars(published), "figures": kept})


def _csv(months: Sequence[Published]) -> bytes:
    lines = [as_csv(one.month, list(one.figures.values())) for one in months] or [as_csv("", [])]
    head = lines[0].split(b"\n", 1)[0] + b"\n"
    return head + b"".join(one.split(b"\n", 1)[1] for one in lines)


def _json(months: Sequence[Published], licence: str) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "licence": licence,
        "smallest_shown": SMALLEST,
        "months": [to_json(one) for one in months],
    }


def dictionary() -> list[Mapping[str, str]]:
    """Return one row for each figure: what it is, and how it is counted."""
    return [_described(one) for one in metrics().values() if one.key not in NOT_OPEN]


def dictionary_csv() -> bytes:
    """Return the dictionary as CSV."""
    rows = dictionary()
    file = io.StringIO()
    file.write("\ufeff")
    table = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return file.getvalue().encode("utf-8")


def _described(one: Metric) -> dict[str, str]:
    names = one.cells or one.columns
    return {
        "figure": one.key,
        "section": sections()[one.section],
        "title": one.title,
        "shape": one.shape.value,
        "unit": "" if one.shape is Shape.LIST else one.unit,
        "keys": "; ".join(f"{key}: {name}" for key, name in names.items()) or one.names,
        "definition": one.definition,
        "note": one.note,
    }


def _package(licence: str) -> dict[str, Any]:
    """Describe the files the way that the Frictionless Data Package does, so that tools can read them."""
    fields = [{"name": name, "type": "string", "description": _MEANINGS[name]} for name in COLUMNS]
    return {
        "name": "tro-ly-mot-cua",
        "title": "Số liệu hoạt động hàng tháng của Trợ lý Một Cửa, Thành phố Hồ Chí Minh",
        "licenses": [{"title": licence}] if licence else [],
        "resources": [
            {
                "name": "tro-ly-mot-cua",
                "path": "tro-ly-mot-cua.csv",
                "format": "csv",
                "encoding": "utf-8",
                "schema": {"fields": fields},
            },
            {"name": "tu-dien-du-lieu", "path": "tu-dien-du-lieu.csv", "format": "csv", "encoding": "utf-8"},
        ],
    }
