"""All importers: by name, or the one that recognises a file."""

from __future__ import annotations

from pathlib import Path

from knowledge.errors import RecordInvalidError
from knowledge.importers.base import HEAD_BYTES, Head, Importer
from knowledge.importers.portal_json import PortalJson

IMPORTERS: tuple[Importer, ...] = (PortalJson(),)


def names() -> list[str]:
    """Return what `--format` takes."""
    return [importer.name for importer in IMPORTERS]


def by_name(name: str) -> Importer:
    """Return the importer called `name`; raise KeyError."""
    return next((importer for importer in IMPORTERS if importer.name == name), None) or _unknown(name)


def _unknown(name: str) -> Importer:
    raise KeyError(f"no importer is called {name!r}")


def recognise(path: Path) -> Importer:
    """Return the importer for a file, known by its content; raise `RecordInvalidError` naming the formats."""
    with path.open("rb") as stream:
        head = Head(path.name, stream.read(HEAD_BYTES))
    for importer in IMPORTERS:
        if importer.recognises(head):
            return importer
    labels = ", ".join(f"{importer.name} ({importer.label})" for importer in IMPORTERS)
    raise RecordInvalidError(str(path), f"none of the known formats: {labels}; name one with --format")
