"""Files of the portal's detail records: one record, its envelope, a list of them, or JSON lines; gzip or not."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from knowledge.errors import RecordInvalidError
from knowledge.importers.portal_record import parse
from knowledge.models import Procedure

_GZIP_MAGIC = b"\x1f\x8b"
_MISSHAPEN = (ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError)


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
            place = f"{self.path}:{line}"
            try:
                items = list(_items(_load(text)))
            except _MISSHAPEN as error:
                self._fault(place, error)
                continue
            for number, item in enumerate(items, start=1):
                try:
                    procedure = parse(record_in(item), self.retrieved_on)
                except _MISSHAPEN as error:
                    self._fault(place if len(items) == 1 else f"{place}, record {number}", error)
                    continue
                self.read += 1
                yield procedure

    def _documents(self) -> Iterator[tuple[int, str]]:
        try:
            with open_text(self.path) as stream:
                yield from _split(stream)
        except (OSError, EOFError, zlib.error) as error:
            self._fault(str(self.path), error)

    def _fault(self, place: str, error: Exception) -> None:
        self.faults.append(RecordInvalidError(place, _reason(error)))


def open_text(path: Path) -> IO[str]:
    """Open `path` as UTF-8 text, unpacking gzip when its first bytes say so, whatever its name.

    Bytes that are not UTF-8 pass as lone surrogates, so that only the record they stand in is refused.
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP_MAGIC
    if packed:
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="surrogateescape")
    return path.open("r", encoding="utf-8-sig", errors="surrogateescape")


def _split(stream: IO[str]) -> Iterator[tuple[int, str]]:
    """Yield (line, JSON text): each line when the first is a whole document, else the whole file as one."""
    start, first = 1, stream.readline()
    while first and not first.strip():
        start, first = start + 1, stream.readline()
    if not first:
        raise EOFError("the file is empty")
    if _is_whole(first):
        yield start, first
        yield from _filled(stream, start + 1)
        return
    rest = stream.read().split("\n")
    if not _has_record_line(rest) or _is_whole("\n".join([first, *rest])):
        yield start, "\n".join([first, *rest])
        return
    # A broken first line of JSON lines: report it, and read the others.
    yield start, first
    yield from _filled(rest, start + 1)


def _filled(lines: Iterable[str], start: int) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(lines, start=start) if line.strip())


def _has_record_line(lines: list[str]) -> bool:
    return any(line.startswith('{"') and _is_whole(line) for line in lines)


def _is_whole(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _load(text: str) -> Any:
    """Return the JSON document in `text`; an escaped half of a character (\\ud83d alone) becomes a question mark."""
    text.encode("utf-8")
    document = json.loads(text)
    if "\\ud" in text.lower():
        document = json.loads(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
    return document


def _items(document: Any) -> Iterator[Any]:
    """Yield what stands for one record each: the items of a list, of {"data": list}, or the document itself."""
    inner = _inner(document) if isinstance(document, dict) else document
    if not isinstance(inner, list):
        yield document
        return
    for item in inner:
        yield from _items(item)


def record_in(item: Any) -> dict[str, Any]:
    """Return the record in `item`: itself, or what stands in its envelope {"data": …} or {"detail": …}."""
    if not isinstance(item, dict):
        raise ValueError("expected a JSON object with a procedure's record")
    if "executionMethods" in item or not {"detail", "data"} & set(item):
        return item
    inner, code = _inner(item), item.get("code")
    if not isinstance(inner, dict):
        raise ValueError("the envelope holds no record")
    if isinstance(code, str) and code[:1].isdigit() and inner.get("code") != code:
        raise ValueError(f"the record behind {code} is that of {inner.get('code')}")
    return record_in(inner)


def _inner(envelope: dict[str, Any]) -> Any:
    return None if "executionMethods" in envelope else envelope.get("detail") or envelope.get("data")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"broken JSON: {error.msg} at character {error.colno}"
    if isinstance(error, UnicodeError):
        return "not UTF-8 text"
    return str(error) or type(error).__name__
