"""Files of the portal's detail records: one record, its envelope, a list of them, or JSON lines; gzip or not."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any

from knowledge.errors import RecordInvalidError
from knowledge.importers.base import HEAD_BYTES, MISSHAPEN, Document, Head, Importer, reason_of
from knowledge.importers.portal_record import parse, parse_with_warnings
from knowledge.importers.render_warnings import RenderWarning
from knowledge.models import Procedure

_GZIP_MAGIC = b"\x1f\x8b"
_OWN_FIELDS = (b'"executionMethods"', b'"executionSteps"', b'"executionCases"')


class PortalJson(Importer):
    name = "portal-json"
    label = "detail records of the national portal's interface"

    def recognises(self, head: Head) -> bool:
        """Known by the portal's own field names, which no other format has."""
        content = unpacked(head.content).lstrip(b"\xef\xbb\xbf \r\n\t")
        return content[:1] in (b"{", b"[") and any(name in content for name in _OWN_FIELDS)

    def documents(self, path: Path) -> Iterator[Document | RecordInvalidError]:
        """Yield one document a record: a line where it holds one, else each item of a list."""
        try:
            with open_text(path) as stream:
                for line, text in _split(stream):
                    yield from _records(f"{path}:{line}", text)
        except (OSError, EOFError, zlib.error) as error:
            yield RecordInvalidError(str(path), reason_of(error))

    def parse(self, content: bytes, retrieved_on: date | None) -> Procedure:
        return parse(record_in(_load(content.decode("utf-8"))), retrieved_on)


def _records(place: str, text: str) -> Iterator[Document | RecordInvalidError]:
    try:
        document = _load(text)
        items = list(_items(document))
    except MISSHAPEN as error:
        yield RecordInvalidError(place, reason_of(error))
        return
    if items == [document]:
        yield Document(place, text.strip().encode("utf-8"))
        return
    for number, item in enumerate(items, start=1):
        within = place if len(items) == 1 else f"{place}, record {number}"
        yield Document(within, json.dumps(item, ensure_ascii=False).encode("utf-8"))


def unpacked(head: bytes) -> bytes:
    """Return the beginning of a file, unpacked where it is gzip."""
    if not head.startswith(_GZIP_MAGIC):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


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


def read_with_warnings(content: bytes, retrieved_on: date | None) -> tuple[Procedure, tuple[RenderWarning, ...]]:
    """Return the procedure in a document, and what was unclear in it; raise one of `MISSHAPEN`."""
    return parse_with_warnings(record_in(_load(content.decode("utf-8"))), retrieved_on)
