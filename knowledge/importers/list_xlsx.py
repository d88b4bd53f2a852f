"""The portal's list export as an Excel file: a title, then a header, then a row a procedure."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from knowledge.errors import RecordInvalidError
from knowledge.importers.base import Document, Head, reason_of
from knowledge.importers.list_rows import ListImporter, documents_of, find_header

_LARGEST_UNPACKED = 300_000_000
"""Bytes beyond which a packed file is taken for an attack; the whole list of 5,670 unpacks to 6 million."""
_FIRST_ROWS = 20
XLSX_FAULTS = (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, ParseError, EOFError)


class ListXlsx(ListImporter):
    name = "list-xlsx"
    label = "the portal's list export as XLSX"

    def recognises(self, head: Head) -> bool:
        """Known as a packed Office file; whether it holds a list shows in its sheets."""
        return head.content[:4] == b"PK\x03\x04" and (b"[Content_Types].xml" in head.content or b"xl/" in head.content)

    def documents(self, path: Path) -> Iterator[Document | RecordInvalidError]:
        try:
            _refuse_bomb(path)
            yield from _documents(path)
        except XLSX_FAULTS as error:
            said = "not a whole Excel file" if isinstance(error, zipfile.BadZipFile) else reason_of(error)
            yield RecordInvalidError(str(path), said)


def _documents(path: Path) -> Iterator[Document | RecordInvalidError]:
    import openpyxl

    # As a stream: by its path, the library would judge the file by its name.
    with path.open("rb") as stream:
        yield from _rows(path, openpyxl.load_workbook(stream, read_only=True, data_only=True))


def _rows(path: Path, book: Any) -> Iterator[Document | RecordInvalidError]:
    try:
        tried = []
        for sheet in book.worksheets:
            rows = ([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
            first = list(islice(rows, _FIRST_ROWS))
            try:
                number, columns = find_header(first)
            except ValueError as error:
                tried.append(f"{sheet.title}: {error}")
                continue
            below = enumerate(chain(first[number + 1 :], rows), start=number + 2)
            yield from documents_of(((f"{path}, {sheet.title}, row {line}", cells) for line, cells in below), columns)
            return
        raise ValueError("; ".join(tried) or "the file has no sheet")
    finally:
        book.close()


def rows_of_sheets(path: Path) -> Iterator[tuple[str, list[tuple[str, list[str]]]]]:
    """Yield each sheet's title with its rows, each row with its number; raise one of `XLSX_FAULTS`."""
    import openpyxl

    _refuse_bomb(path)
    with path.open("rb") as stream:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                rows = enumerate(sheet.iter_rows(values_only=True), start=1)
                yield sheet.title, [(str(number), [_text(cell) for cell in row]) for number, row in rows]
        finally:
            book.close()


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as packed:
        size = sum(part.file_size for part in packed.infolist())
    if size > _LARGEST_UNPACKED:
        raise ValueError(f"unpacks to {size:,} bytes: that is no list of procedures")


def _text(cell: Any) -> str:
    """A cell as text; a code that Excel took for a number has lost its zeros and is refused later by its shape."""
    return "" if cell is None else str(cell)
