"""Reading a list of procedures: plain text, CSV or XLSX; columns found by their header, or named."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.coverage.models import ListEntry
from knowledge.errors import CatalogueError
from knowledge.importers.list_csv import decoded, delimiter_of
from knowledge.importers.list_xlsx import XLSX_FAULTS, rows_of_sheets
from knowledge.text import clean_line, fold

_NAME_HEADERS = {"ten", "ten thu tuc", "ten tthc", "ten thu tuc hanh chinh", "thu tuc", "thu tuc hanh chinh", "name"}
_CODE_HEADERS = {"ma", "ma so", "ma thu tuc", "ma tthc", "ma so tthc", "ma thu tuc hanh chinh", "code"}
_NAME_WORD = re.compile(r"(?:\b|_)(?:ten|name)$|\bten (?:thu tuc|tthc)\b")
_LOOKED_THROUGH = 20
_CODE = re.compile(r"(?<![\d.])(\d\.\d{6,12})(?!\d)")
"""The national part of a code; a province's list may go on with ".000.00.00.H29"."""
_CODE_REST = re.compile(r"(?:\.\d{2,3})*(?:\.H\d\d)?")
_NUMBERED = re.compile(r"^\s*\d{1,4}\s*(?:[|;\t]|[.)]\s)\s*")
_PACKED = b"PK\x03\x04"


class ListUnreadableError(CatalogueError):
    """A list of procedures cannot be read: no such file, no text, or no column with codes or names."""

    code = "LIST_UNREADABLE"


def read_list(path: Path, name_column: str = "", code_column: str = "") -> list[ListEntry]:
    """Return the entries of a list in their order; raise `ListUnreadableError` saying what is wrong."""
    try:
        entries = list(_entries(path, name_column, code_column))
    except (*XLSX_FAULTS, csv.Error) as error:
        raise ListUnreadableError(f"{path}: {error}") from error
    if not entries:
        raise ListUnreadableError(f"{path}: no entry found in it")
    return entries


def _entries(path: Path, name_column: str, code_column: str) -> Iterator[ListEntry]:
    content = path.read_bytes()
    if content.startswith(_PACKED):
        sheets = list(rows_of_sheets(path))
        yield from _of_table(sheets, name_column, code_column)
        return
    text = decoded(content)
    rows = [(str(line), cells) for line, cells in _csv_rows(text)]
    if name_column or code_column or _header(rows):
        yield from _of_table([("", rows)], name_column, code_column)
    else:
        yield from _of_lines(text)


def _csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter_of(text))
    line = 1
    for cells in reader:
        yield line, cells
        line = reader.line_num + 1


def _of_lines(text: str) -> Iterator[ListEntry]:
    """One entry a line: a name, a code, or both, with or without a number in front."""
    for number, line in enumerate(text.splitlines(), start=1):
        found = _CODE.search(line)
        code = found.group(1) if found else ""
        rest = line
        if found:
            end = found.end()
            end += len(rest_of.group()) if (rest_of := _CODE_REST.match(line, end)) else 0
            rest = f"{line[: found.start()]} {line[end:]}"
        name = clean_line(_NUMBERED.sub("", rest)).strip(" |;,\t-–:")
        if name or code:
            yield ListEntry(str(number), name, code)


Rows = Sequence[tuple[str, list[str]]]


def _of_table(sheets: Sequence[tuple[str, Rows]], name_column: str, code_column: str) -> Iterator[ListEntry]:
    """The entries of the first sheet that has the columns."""
    for title, rows in sheets:
        header = _header(rows, name_column, code_column)
        if header is None:
            continue
        start, names, codes = header
        lead = f"{title} " if len(sheets) > 1 else ""
        for place, cells in rows[start + 1 :]:
            name, code_text = _cell(cells, names), _cell(cells, codes)
            found = _CODE.search(code_text)
            # In a list without names, a row without a code is still an entry: one that nobody can find.
            if name or code_text or (names is None and any(cell.strip() for cell in cells)):
                yield ListEntry(f"{lead}{place}", name, found.group(1) if found else "", code_text)
        return
    wanted = " and ".join(repr(name) for name in (name_column, code_column) if name) or "names or codes"
    raise ListUnreadableError(f"no column with {wanted} in the first {_LOOKED_THROUGH} rows")


def _header(rows: Rows, name_column: str = "", code_column: str = "") -> tuple[int, int | None, int | None] | None:
    """Return the row of the header, and the columns of names and codes; None where there is no header."""
    for number, (_, cells) in enumerate(rows[:_LOOKED_THROUGH]):
        plain = [" ".join(fold(clean_line(cell)).split()) for cell in cells]
        codes = _column(plain, {fold(code_column)} if code_column else _CODE_HEADERS)
        names = _column(plain, {fold(name_column)} if name_column else _NAME_HEADERS)
        if codes is not None and names is None and not name_column:
            names = _likely_names(plain, cells)
        named = (not name_column or names is not None) and (not code_column or codes is not None)
        if named and (names is not None or codes is not None):
            return number, names, codes
    return None


def _column(plain: list[str], wanted: set[str]) -> int | None:
    return next((place for place, cell in enumerate(plain) if cell in wanted), None)


def _likely_names(plain: list[str], cells: list[str]) -> int | None:
    """The one column whose header speaks of names; where several do, whoever asks has to say which."""
    places = [place for place, cell in enumerate(plain) if _NAME_WORD.search(cell)]
    if len(places) > 1:
        headers = ", ".join(cells[place] for place in places)
        raise ListUnreadableError(f"several columns may hold the names, say --name-column: {headers}")
    return places[0] if places else None


def _cell(cells: list[str], place: int | None) -> str:
    return clean_line(str(cells[place])) if place is not None and place < len(cells) else ""
