"""Commands that take records in: build, import, render."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from tqdm import tqdm

from knowledge import catalogue
from knowledge.commands.base import (
    FAULTY,
    OK,
    add_editor,
    counts_text,
    editor,
    fail,
    open_store,
    tell_faults,
    tell_some,
)
from knowledge.importers import registry
from knowledge.importers.base import MISSHAPEN, Incoming, Reading, reason_of
from knowledge.models import Origin
from knowledge.settings import CatalogueSettings
from knowledge.store import CatalogueStore, Load, WriteReport

_DATE_IN_NAME = re.compile(r"(20\d\d)-(\d\d)-(\d\d)")


def register(commands: Any) -> None:
    build = commands.add_parser("build", help="write the curated records into the catalogue (nothing if up to date)")
    add_editor(build)
    build.set_defaults(run=_build)

    load = commands.add_parser("import", help="read a file of records; its format is recognised")
    load.add_argument("path", type=Path)
    load.add_argument("--format", choices=registry.names(), help="take the file for this format")
    load.add_argument("--retrieved-on", type=date.fromisoformat, help="day the records were fetched (YYYY-MM-DD)")
    load.add_argument("--force", action="store_true", help="take also what is poorer or older than what is kept")
    load.add_argument("--dry-run", action="store_true", help="read and compare, change nothing")
    add_editor(load)
    load.set_defaults(run=_import)

    render = commands.add_parser("render", help="parse the kept documents again, after the parser has improved")
    add_editor(render)
    render.set_defaults(run=_render)


def _build(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    load = Load("build", "curated records", editor(options, settings), options.why)
    report = catalogue.build(settings, load=load)
    if report is None:
        print("catalogue is up to date")
    else:
        print(f"{report.total} curated records: {counts_text(report.counts())}")
    return OK


def _import(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    if not options.path.is_file():
        return fail(f"{options.path}: {'not a file' if options.path.exists() else 'there is no such file'}")
    importer = registry.by_name(options.format) if options.format else registry.recognise(options.path)
    reading = Reading(importer, options.path, options.retrieved_on or day_of(options.path))
    load = Load("import", options.path.name, editor(options, settings), options.why, reading.faults)
    store = open_store(settings)
    report = _take(store, reading, load, options)
    verb = "would be imported" if options.dry_run else "imported"
    print(f"{report.total} records {verb}: {counts_text(report.counts())}")
    tell_faults(reading.faults)
    tell_some("skipped", [f"{skip.code}: {skip.reason}" for skip in report.skips])
    if not report.total:
        return fail(f"{options.path}: no procedure's record found in it (read as {importer.label})")
    return FAULTY if reading.faults else OK


def _take(store: CatalogueStore, reading: Reading, load: Load, options: argparse.Namespace) -> WriteReport:
    bar = tqdm(reading, desc="importing", unit=" records", file=sys.stderr, disable=None)
    return store.write(bar, Origin.PORTAL, load=load, force=options.force, keep=not options.dry_run)


def _render(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    store = open_store(settings)
    faults: list[str] = []
    load = Load(
        "render", "documents kept in the catalogue", editor(options, settings), options.why or "parser improved"
    )
    report = store.write(_parsed_again(store, faults), Origin.PORTAL, load=load, force=True)
    print(f"{report.total} records parsed again: {counts_text(report.counts())}")
    tell_some("left as it was", faults)
    return FAULTY if faults else OK


def _parsed_again(store: CatalogueStore, faults: list[str]) -> Iterator[Incoming]:
    documents = list(store.documents(Origin.PORTAL))
    for record, content, name in tqdm(documents, desc="parsing", unit=" records", file=sys.stderr, disable=None):
        try:
            parsed = registry.by_name(name).parse(content, record.checked_on)
        except (*MISSHAPEN, KeyError) as error:
            faults.append(f"{record.code}: {reason_of(error)}")
            continue
        yield Incoming(replace(parsed, status=record.status), record.code, content, name)


def day_of(path: Path) -> date:
    """The day in the file's name, or else the day the file was written."""
    named = _DATE_IN_NAME.search(path.name)
    if named:
        with suppress(ValueError):
            return date(*(int(part) for part in named.groups()))
    return datetime.fromtimestamp(path.stat().st_mtime, timezone.utc).date()
