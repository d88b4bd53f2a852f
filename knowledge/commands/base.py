"""What all commands share: exit codes, the store, who is at work, and how counts and faults are told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy.engine import make_url

from knowledge.errors import CatalogueUnreadableError, RecordInvalidError
from knowledge.settings import CatalogueSettings
from knowledge.store import CatalogueStore

OK, FAULTY, UNUSABLE = 0, 1, 2
"""Exit codes: done; done, with faults that are named; not done."""
Command = Callable[[argparse.Namespace, CatalogueSettings], int]
Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"

_SHOWN_FAULTS = 20


def open_store(settings: CatalogueSettings) -> CatalogueStore:
    """Return the catalogue, brought to the newest schema; raise `CatalogueUnreadableError` that says which one."""
    store = CatalogueStore(settings.catalogue_url)
    try:
        store.create()
    except CatalogueUnreadableError as error:
        raise CatalogueUnreadableError(f"{make_url(settings.catalogue_url)!r}: {error}") from error
    return store


def add_editor(parser: argparse.ArgumentParser, required: bool = False) -> None:
    """Let a command take who does it and why."""
    must = " (required, unless MOTCUA_EDITOR says)" if required else ""
    parser.add_argument("--by", default="", help=f"who does this{must}")
    parser.add_argument("--why", default="", required=required, help="why, in a sentence that others understand later")


def editor(options: argparse.Namespace, settings: CatalogueSettings, required: bool = False) -> str:
    """Return who is at work: `--by`, else the setting; raise ValueError where it is required and nobody is named."""
    by = (options.by or settings.editor).strip()
    if required and not by:
        raise ValueError("say who does this: --by NAME, or set MOTCUA_EDITOR")
    if required and not options.why.strip():
        raise ValueError("say why: --why REASON")
    return by


def counts_text(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing to do"


def tell_faults(faults: Sequence[RecordInvalidError]) -> None:
    """Name the first faults, and count the others."""
    tell_some("left out", [str(fault) for fault in faults])


def tell_some(lead: str, lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN_FAULTS]:
        print(f"{lead}: {line}", file=sys.stderr)
    if len(lines) > _SHOWN_FAULTS:
        print(f"{lead}: {len(lines) - _SHOWN_FAULTS} more", file=sys.stderr)


def write_out(text: str, path: Path | None) -> None:
    """Print `text`, or write it to `path` whole or not at all."""
    if path is None:
        print(text)
        return
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, "utf-8")
    part.replace(path)
    print(f"written: {path}")


def fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return UNUSABLE
