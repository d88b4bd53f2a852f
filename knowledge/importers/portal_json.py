"""Files of the portal's detail records: one record, its envelope, a list of them, or JSON lines; gzip or not."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from knowledge.errors import RecordInvalidError
from knowledge.importers.portal_record import parse
from knowledge.models import Procedure

_GZIP_MAGIC = b"\x1f\x8b"
MAX_LINE = 20_000_000
"""Characters of one record at most (the largest published one has about 300,000)."""


@dataclass
class Reading:
    """Procedures read so far and the faults met, each with its place."""

    path: Path
    retrieved_on: date | None
    faults: list[RecordInvalidError] = field(default_factory=list)
    read: int = 0

    def __iter__(self) -> Iterator[Procedure]:
        """Yield each valid procedure; a fault is kept, and reading goes on."""
        for line, text in self._documents():
            try:
                for record in records_in(json.loads(text)):
                    self.read += 1
                    yield parse(record, self.retrieved_on)
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
                self.faults.append(RecordInvalidError(f"{self.path}:{line}", _reason(error)))

    def _documents(self) -> Iterator[tuple[int, str]]:
        try:
            with open_text(self.path) as stream:
                yield from _split(stream)
        except (OSError, EOFError, UnicodeDecodeError) as error:
            self.faults.append(RecordInvalidError(str(self.path), _reason(error)))


def open_text(path: Path) -> IO[str]:
    """Open `path` as UTF-8 text, unpacking gzip when its first bytes say so, whatever its name."""
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP_MAGIC
    return gzip.open(path, "rt", encoding="utf-8-sig") if packed else path.open("r", encoding="utf-8-sig")


def _split(stream: IO[str]) -> Iterator[tuple[int, str]]:
    """Yield (line, JSON text): each line when the first is a whole document, else the whole file as one."""
    first = stream.readline(MAX_LINE)
    while first and not first.strip():
        first = stream.readline(MAX_LINE)
    if not first:
        raise EOFError("the file is empty")
    if not _is_whole(first):
        rest = stream.read()
        if rest.strip() and not first.strip().startswith(("{\"", "[{\"")) or not rest.strip():
            yield 1, first + rest
            return
        # A broken first line of JSON lines: report it, and read the others.
        yield 1, first
        yield from ((n, text) for n, text in enumerate(rest.split("\n"), start=2) if text.strip())
        return
    yield 1, first
    yield from ((n, text) for n, text in enumerate(stream, start=2) if text.strip())


def _is_whole(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def records_in(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the records in a JSON document: a record, {"data": record}, {"detail": record}, or a list of these."""
    if isinstance(document, list):
        for item in document:
            yield from records_in(item)
        return
    if not isinstance(document, dict):
        raise ValueError("expected a JSON object with a procedure's record")
    inner = document.get("detail") or document.get("data")
    if isinstance(inner, (dict, list)) and "executionMethods" not in document:
        code = document.get("code")
        if isinstance(inner, dict) and isinstance(code, str) and code[:1].isdigit() and inner.get("code") != code:
            raise ValueError(f"the record behind {code} is that of {inner.get('code')}")
        yield from records_in(inner)
    else:
        yield document


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"broken JSON: {error.msg} at character {error.colno}"
    return str(error) or type(error).__name__
