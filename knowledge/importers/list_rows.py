"""Rows of a list of procedures: which column is which, and a row as a record that knows no more than the list says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from knowledge.errors import RecordInvalidError
from knowledge.importers.base import Document, Importer
from knowledge.importers.portal_record import CODE
from knowledge.models import Completeness, Origin, Procedure, ProcedureKind, Source
from knowledge.scope import is_local_body, placed
from knowledge.text import clean, clean_line, fold

_COLUMNS = {
    "ma so": "code",
    "ma": "code",
    "ma thu tuc": "code",
    "ma tthc": "code",
    "ten": "title",
    "ten thu tuc": "title",
    "ten tthc": "title",
    "co quan ban hanh": "promulgated_by",
    "co quan thuc hien": "handling_agency",
    "linh vuc": "sector",
    "url": "url",
}
_LOOKED_THROUGH = 20
"""Rows in which the header is looked for; the portal's export has a title above it."""
_TITLE_LEAD = re.compile(r"^thủ tục\s*:?\s+(?=\S+\s+\S)", re.IGNORECASE)


class ListImporter(Importer):
    """A list: `rows` gives (place, cells); the header is found by its names."""

    completeness = Completeness.LISTED

    def parse(self, content: bytes, retrieved_on: date | None) -> Procedure:
        row = json.loads(content)
        if not isinstance(row, dict):
            raise ValueError("expected a row of a list")
        return _procedure({name: str(value) for name, value in row.items()}, retrieved_on)


def find_header(rows: Iterable[list[str]]) -> tuple[int, dict[int, str]]:
    """Return the number of the header among the first rows and its columns; raise ValueError where there is none."""
    for number, cells in enumerate(rows):
        if number >= _LOOKED_THROUGH:
            break
        found = {place: _COLUMNS[name] for place, cell in enumerate(cells) if (name := _folded(cell)) in _COLUMNS}
        if {"code", "title"} <= set(found.values()):
            return number, found
    raise ValueError("no header with Mã số and Tên in the first rows")


def documents_of(
    rows: Iterator[tuple[str, list[str]]], columns: dict[int, str]
) -> Iterator[Document | RecordInvalidError]:
    """Yield a document for each row below the header; empty rows are passed over."""
    for place, cells in rows:
        row = {name: cells[number].strip() for number, name in columns.items() if number < len(cells)}
        if not any(row.values()):
            continue
        yield Document(place, json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))


def _procedure(row: dict[str, str], retrieved_on: date | None) -> Procedure:
    code, title = clean_line(row.get("code", "")), _TITLE_LEAD.sub("", clean_line(row.get("title", "")))
    if not CODE.match(code):
        raise ValueError("the row has no procedure code" if not code else f"{code[:40]!r} is not a procedure code")
    if not title:
        raise ValueError(f"{code} has no name")
    issuer = clean_line(row.get("promulgated_by", ""))
    kind = ProcedureKind.PROVINCIAL if is_local_body(issuer) else ProcedureKind.NATIONAL
    kind = kind if issuer else ProcedureKind.UNKNOWN
    agencies = [line.strip(" ;,") for line in re.split(r"[\n;]", clean(row.get("handling_agency", "")))]
    url = row.get("url", "").strip()
    record = Procedure(
        code=code,
        title=title[:1].upper() + title[1:],
        sector=clean_line(row.get("sector", "")),
        handling_agency="; ".join(dict.fromkeys(agency for agency in agencies if agency)),
        kind=kind,
        promulgated_by=issuer,
        source=Source(url if url.startswith("https://") else "", retrieved_on),
        checked_on=retrieved_on,
        origin=Origin.PORTAL,
        completeness=Completeness.LISTED,
    )
    return placed(record)


def _folded(cell: Any) -> str:
    return " ".join(fold(str(cell)).split())
