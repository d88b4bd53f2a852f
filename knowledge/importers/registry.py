"""All importers: by name, or the one that recognises a file."""

from __future__ import annotations

from pathlib import Path

from knowledge.errors import RecordInvalidError
from knowledge.importers.base import HEAD_BYTES, Head, Importer
from knowledge.importers.detail_md import DetailMarkdown
from knowledge.importers.detail_pdf import DetailPdf
from knowledge.importers.doc_tables import DocTables
from knowledge.importers.flat_json import FlatJson
from knowledge.importers.list_csv import ListCsv
from knowledge.importers.list_xlsx import ListXlsx
from knowledge.importers.page_text import PageText
from knowledge.importers.portal_json import PortalJson, unpacked

IMPORTERS: tuple[Importer, ...] = (
    PortalJson(),
    DocTables(),
    FlatJson(),
    PageText(),
    DetailMarkdown(),
    DetailPdf(),
    ListXlsx(),
    ListCsv(),
)


def names() -> list[str]:
    """Return what `--format` takes."""
    return [importer.name for importer in IMPORTERS]


def by_name(name: str) -> Importer:
    """Return the importer called `name`; raise KeyError."""
    return {importer.name: importer for importer in IMPORTERS}[name]


def recognise(path: Path) -> Importer:
    """Return the importer for a file, known by its content; raise `RecordInvalidError` naming the formats."""
    try:
        with path.open("rb") as stream:
            head = Head(path.name, stream.read(HEAD_BYTES))
    except OSError as error:
        raise RecordInvalidError(str(path), str(error)) from error
    for importer in IMPORTERS:
        if importer.recognises(head):
            return importer
    labels = ", ".join(f"{importer.name} ({importer.label})" for importer in IMPORTERS)
    raise RecordInvalidError(
        str(path), f"{_what_it_is(head)}none of the known formats: {labels}; name one with --format"
    )


def _what_it_is(head: Head) -> str:
    """What is easily mistaken for data, said first."""
    content = unpacked(head.content).lstrip(b"\xef\xbb\xbf \r\n\t")
    if not head.content.strip():
        return "the file is empty; "
    page = content.startswith(b"<")
    return "a web page instead of data, perhaps the portal's firewall answered; " if page else ""
