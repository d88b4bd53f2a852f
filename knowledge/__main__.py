"""`python -m knowledge …`: build, import, stats, search, show, diff, check. Guide: docs/catalogue.md."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime, timezone
from pathlib import Path

from tqdm import tqdm

from knowledge import catalogue
from knowledge.codec import to_dict
from knowledge.curated import PROCEDURES_DIR
from knowledge.differences import differences
from knowledge.errors import CatalogueError, ProcedureUnknownError
from knowledge.importers.base import Reading
from knowledge.importers.portal_json import PortalJson
from knowledge.models import Origin
from knowledge.settings import CatalogueSettings
from knowledge.store import CatalogueStore

OK, FAULTY, UNUSABLE = 0, 1, 2
_DATE_IN_NAME = re.compile(r"(20\d\d)-(\d\d)-(\d\d)")
_SHOWN_FAULTS = 20


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code: 0 fine, 1 done with faults, 2 not done."""
    options = _parser().parse_args(arguments)
    try:
        settings = CatalogueSettings.from_env()
        command: Callable[[argparse.Namespace, CatalogueSettings], int] = options.run
        return command(options, settings)
    except ProcedureUnknownError as error:
        return _fail(f"no procedure has the code {error}")
    except (CatalogueError, ValueError) as error:
        return _fail(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m knowledge", description="The catalogue of procedures.")
    commands = parser.add_subparsers(required=True, metavar="command")

    build = commands.add_parser("build", help="write the curated records into the catalogue (nothing if up to date)")
    build.set_defaults(run=_build)

    check = commands.add_parser("check", help="check the curated records; name file and line of what is wrong")
    check.set_defaults(run=_check)

    load = commands.add_parser("import", help="read the portal's detail records (JSON or JSON lines, gzip or not)")
    load.add_argument("path", type=Path)
    load.add_argument("--retrieved-on", type=date.fromisoformat, help="day the records were fetched (YYYY-MM-DD)")
    load.set_defaults(run=_import)

    stats = commands.add_parser("stats", help="how many procedures there are")
    stats.add_argument("--json", action="store_true")
    stats.set_defaults(run=_stats)

    search = commands.add_parser("search", help="procedures for a question")
    search.add_argument("text")
    search.add_argument("--json", action="store_true")
    search.add_argument("--limit", type=int, default=5)
    search.set_defaults(run=_search)

    show = commands.add_parser("show", help="one record as JSON")
    show.add_argument("code")
    show.set_defaults(run=_show)

    diff = commands.add_parser("diff", help="where the curated and the imported record of a code differ")
    diff.add_argument("code")
    diff.set_defaults(run=_diff)
    return parser


def _build(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    report = catalogue.build(settings)
    if report is None:
        print("catalogue is up to date")
    else:
        print(f"{report.total} curated records: {_counts(report.counts())}")
    return OK


def _check(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    faults = catalogue.check(PROCEDURES_DIR)
    for fault in faults:
        print(fault, file=sys.stderr)
    count = len(list(PROCEDURES_DIR.glob("*.yml")))
    print(f"{count} curated records, {len(faults)} faults")
    return FAULTY if faults else OK


def _import(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    if not options.path.is_file():
        return _fail(f"{options.path}: {'not a file' if options.path.exists() else 'there is no such file'}")
    store = CatalogueStore(settings.catalogue_url)
    store.create()
    reading = Reading(PortalJson(), options.path, options.retrieved_on or _day_of(options.path))
    bar = tqdm(reading, desc="importing", unit=" records", file=sys.stderr, disable=None)
    report = store.write((incoming.procedure for incoming in bar), Origin.PORTAL)
    print(f"{report.total} records imported: {_counts(report.counts())}")
    for fault in reading.faults[:_SHOWN_FAULTS]:
        print(f"left out: {fault}", file=sys.stderr)
    if len(reading.faults) > _SHOWN_FAULTS:
        print(f"left out: {len(reading.faults) - _SHOWN_FAULTS} more", file=sys.stderr)
    if not report.total:
        return _fail(f"{options.path}: no procedure's record found in it")
    return FAULTY if reading.faults else OK


def _day_of(path: Path) -> date:
    """The day in the file's name, or else the day the file was written."""
    named = _DATE_IN_NAME.search(path.name)
    if named:
        with suppress(ValueError):
            return date(*(int(part) for part in named.groups()))
    return datetime.fromtimestamp(path.stat().st_mtime, timezone.utc).date()


def _stats(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    counts = _open(settings).counts()
    if options.json:
        print(json.dumps(counts))
        return OK
    for name, label in (
        ("procedures", "procedures"),
        ("curated", "of them curated"),
        ("portal", "of them from the portal"),
        ("applies_to_city", "apply to Ho Chi Minh City"),
    ):
        print(f"{counts[name]:>7}  {label}")
    return OK


def _search(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    from knowledge.search.index import ProcedureIndex  # scikit-learn takes seconds to import; only search needs it

    hits = ProcedureIndex(_open(settings).search_rows()).search(options.text, max(1, options.limit))
    if options.json:
        print(json.dumps([asdict(hit) for hit in hits], ensure_ascii=False))
        return OK
    for hit in hits:
        print(f"{hit.score:6.3f}  {hit.code}  {hit.title}")
    if not hits:
        print("nothing found")
    return OK


def _show(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    print(json.dumps(to_dict(_open(settings).get(options.code)), ensure_ascii=False, indent=2))
    return OK


def _diff(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    records = _open(settings).origins(options.code)
    if not records:
        raise ProcedureUnknownError(options.code)
    if len(records) < 2:
        print(f"{options.code} has one record only: {next(iter(records)).value}")
        return OK
    for difference in differences(records[Origin.CURATED], records[Origin.PORTAL]):
        print(f"{difference.field}\n  curated: {difference.first}\n  portal:  {difference.second}")
    return OK


def _open(settings: CatalogueSettings) -> CatalogueStore:
    store = CatalogueStore(settings.catalogue_url)
    store.create()
    return store


def _counts(report: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in report.items() if count) or "nothing to do"


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
