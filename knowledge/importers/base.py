"""What every importer is: it recognises a file, splits it into documents of one record each, and parses one.

Splitting and parsing are apart because the catalogue keeps each document: when rendering improves, what is stored is
parsed again without being fetched again.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import ClassVar

from knowledge.errors import RecordInvalidError
from knowledge.models import Completeness, Procedure

HEAD_BYTES = 65_536
MISSHAPEN = (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError, RecursionError)
"""What parsing hostile content may raise; anything else is a bug."""


@dataclass(frozen=True)
class Head:
    """What is seen of a file to recognise its format: its name and its first `HEAD_BYTES` bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Document:
    """The source's own text of one record, and where it stood ("file.csv:12")."""

    place: str
    content: bytes


@dataclass(frozen=True)
class Incoming:
    """A record on its way into the catalogue, with the document it was read from and the importer that read it."""

    procedure: Procedure
    place: str = ""
    raw: bytes = b""
    importer: str = ""


class Importer(ABC):
    """One source format. `name` is what `--format` takes and the catalogue stores."""

    name: ClassVar[str]
    label: ClassVar[str]
    completeness: ClassVar[Completeness] = Completeness.FULL

    @abstractmethod
    def recognises(self, head: Head) -> bool:
        """Say whether the file is of this format; two importers never claim the same file."""

    def documents(self, path: Path) -> Iterator[Document | RecordInvalidError]:
        """Yield one document a record, or a fault with its place; by default the whole file is one."""
        try:
            yield Document(str(path), path.read_bytes())
        except OSError as error:
            yield RecordInvalidError(str(path), str(error))

    @abstractmethod
    def parse(self, content: bytes, retrieved_on: date | None) -> Procedure:
        """Return the procedure in a document's content; raise one of `MISSHAPEN` saying what is wrong."""


@dataclass
class Reading:
    """A file being read: iterate over it for the records; faults met are kept, and reading goes on."""

    importer: Importer
    path: Path
    retrieved_on: date | None
    faults: list[RecordInvalidError] = field(default_factory=list)
    read: int = 0

    def __iter__(self) -> Iterator[Incoming]:
        for document in self.importer.documents(self.path):
            if isinstance(document, RecordInvalidError):
                self.faults.append(document)
                continue
            try:
                procedure = self.importer.parse(document.content, self.retrieved_on)
            except MISSHAPEN as error:
                self.faults.append(RecordInvalidError(document.place, reason_of(error)))
                continue
            self.read += 1
            yield Incoming(procedure, document.place, document.content, self.importer.name)


def reason_of(error: Exception) -> str:
    """Return what is wrong, in words for an operator."""
    if isinstance(error, json.JSONDecodeError):
        return f"broken JSON: {error.msg} at character {error.colno}"
    if isinstance(error, UnicodeError):
        return "not UTF-8 text"
    return str(error) or type(error).__name__
