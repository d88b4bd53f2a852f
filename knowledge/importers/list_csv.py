"""A list of procedures as CSV: with or without a byte-order mark, commas, semicolons or tabs, columns in any order."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from knowledge.errors import RecordInvalidError
from knowledge.importers.base import Document, Head, reason_of
from knowledge.importers.list_rows import ListImporter, documents_of, find_header

_FIRST_ROWS = 20
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class ListCsv(ListImporter):
    name = "list-csv"
    label = "a list of procedures as CSV"

    def recognises(self, head: Head) -> bool:
        """Known by a header with code and name in its first rows, separated by one of , ; or a tab."""
        if head.content[:2] == b"PK" or head.content.lstrip()[:1] in (b"{", b"[", b"<", b"%"):
            return False
        try:
            text = _beginning(head.content)
            rows = csv.reader(text.splitlines()[:_FIRST_ROWS], delimiter=delimiter_of(text))
            find_header(list(rows))
        except (ValueError, csv.Error):
            return False
        return True

    def documents(self, path: Path) -> Iterator[Document | RecordInvalidError]:
        try:
            text = decoded(path.read_bytes())
            reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter_of(text))
            first = list(islice(reader, _FIRST_ROWS))
            number, columns = find_header(first)
            below = chain(enumerate(first[number + 1 :], start=number + 2), _numbered(reader))
            yield from documents_of(((f"{path}:{line}", cells) for line, cells in below), columns)
        except (OSError, ValueError, csv.Error) as error:
            yield RecordInvalidError(str(path), reason_of(error))


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    line = getattr(reader, "line_num", 0)
    for cells in reader:
        yield line + 1, cells
        line = getattr(reader, "line_num", line + 1)


def _beginning(content: bytes) -> str:
    """The text of a file's first bytes, which may end within a character."""
    if content[:2] in _WIDE:
        return content.decode("utf-16", "ignore")
    return decoded(content[: content.rfind(b"\n") + 1] or content)


def decoded(content: bytes) -> str:
    """Return a file's text, UTF-8 or UTF-16, without its byte-order mark; raise ValueError naming the line."""
    if content[:2] in _WIDE:
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(f"line {line} is neither UTF-8 nor UTF-16; save the file as UTF-8") from error


def delimiter_of(text: str) -> str:
    """Return what separates the cells: a comma, a semicolon or a tab."""
    first = text[:2000]
    return max(",;\t", key=first.count)
