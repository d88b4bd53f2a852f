"""`python -m knowledge places`: check, import, show and export what editors maintain. Guide: docs/places.md."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge.commands.base import FAULTY, OK, tell_some, write_out
from knowledge.commands.tables import as_csv
from knowledge.history import VIETNAM
from knowledge.linting.models import Severity
from knowledge.places import find_places, load_places
from knowledge.places.checking import check_folder
from knowledge.places.contacts import (
    CONTACTS,
    HOURS,
    SUPPORT_POINTS,
    Directory,
    Office,
    SupportPoint,
    load_directory,
    rows_of,
)
from knowledge.places.importing import Plan, apply, plan, read_incoming
from knowledge.places.loading import PLACES_DIR
from knowledge.places.models import PlaceMention, Unit
from knowledge.settings import CatalogueSettings

_INTO = {"contacts": CONTACTS, "support_points": SUPPORT_POINTS, "hours": HOURS}
_COLUMNS = {
    CONTACTS: ["unit", "office", "name", "address", "phones", "hours", "note", "source", "verified_on", "verified_by"],
    SUPPORT_POINTS: [
        *("unit", "name", "address", "phones", "hours", "helps_with", "note"),
        *("source", "verified_on", "verified_by"),
    ],
}


def register(commands: Any) -> None:
    places = commands.add_parser("places", help="units, offices, hours and support points")
    actions = places.add_subparsers(required=True, metavar="action")
    check = _action(actions, "check", _check, "look for what is wrong in the files")
    imports = _action(actions, "import", _import, "take rows over from CSV or YAML; shows what would change")
    imports.add_argument("file", type=Path)
    imports.add_argument("--into", choices=sorted(_INTO), default="contacts")
    imports.add_argument("--apply", action="store_true", help="write it; without this nothing is written")
    show = _action(actions, "show", _show, "what a place is, and what is known of its offices")
    show.add_argument("name", nargs="+", help='as people say it: "p12 q10"')
    exports = _action(actions, "export", _export, "the rows as CSV, to be filled in and imported")
    exports.add_argument("--of", choices=sorted(set(_INTO) - {"hours"}), default="contacts")
    exports.add_argument("--all-units", action="store_true", help="also a row for each unit that has none yet")
    exports.add_argument("--out", type=Path, metavar="FILE")
    for parser in (check, imports, show, exports):
        parser.add_argument("--folder", type=Path, default=PLACES_DIR, help=argparse.SUPPRESS)
        parser.add_argument("--today", type=date.fromisoformat, help=argparse.SUPPRESS)


def _action(actions: Any, name: str, run: Any, told: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=told)
    parser.set_defaults(run=run)
    return parser


def _today(options: argparse.Namespace) -> date:
    return options.today or datetime.now(VIETNAM).date()


def _check(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    places = load_places()
    faults = list(check_folder(options.folder, _today(options)))
    for fault in faults:
        print(fault)
    split = sum(len(ward.now) > 1 for ward in places.former_wards)
    print(f"{len(places.units)} units, {len(places.former_wards)} former ones ({split} split)")
    counts = ", ".join(f"{len(rows_of(options.folder, name))} {into}" for into, name in _INTO.items())
    print(f"{counts}; {len(faults)} findings")
    return FAULTY if any(fault.severity is Severity.ERROR for fault in faults) else OK


def _import(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    name = _INTO[options.into]
    incoming = read_incoming(options.file, name)
    planned = plan(options.folder, name, incoming, _today(options), options.file.name)
    _tell(planned)
    if not planned.may_be_applied:
        print("nothing is written: the rows have errors")
        return FAULTY
    if not options.apply:
        print("nothing is written yet: --apply does it")
        return OK
    apply(planned, options.folder)
    print(f"written: {options.folder / name}")
    return OK


def _tell(planned: Plan) -> None:
    tell_some("finding", [str(fault) for fault in planned.faults])
    for key in planned.added:
        print(f"new      {' '.join(key)}")
    for change in planned.changed:
        print(f"changed  {' '.join(change.key)}")
        for field, (before, after) in change.fields.items():
            print(f"           {field}: {before!r} → {after!r}")
    print(f"{len(planned.added)} new, {len(planned.changed)} changed, {planned.unchanged} as they were")


def _show(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    text = " ".join(options.name)
    mentions = find_places(text)
    directory, today = load_directory(options.folder), _today(options)
    for mention in mentions:
        _tell_mention(mention, directory, today)
    if not mentions:
        print(f"no place is read in {text!r}")
    return OK if mentions else FAULTY


def _tell_mention(mention: PlaceMention, directory: Directory, today: date) -> None:
    print(f"{mention.said}: {mention.kind.value}" + (f", formerly {mention.former}" if mention.former else ""))
    if len(mention.senses) > 1:
        print(f"  can mean: {'; '.join(sense.name or 'the city' for sense in mention.senses)}")
    for one in mention.candidates:
        print(f"  {one.code} {one.name}")
        for line in _known_of(one, directory, today):
            print(f"    {line}")


def _known_of(one: Unit, directory: Directory, today: date) -> list[str]:
    held: list[tuple[str, Office | SupportPoint]] = [(office.kind.value, office) for office in directory.offices]
    held += [("support", point) for point in directory.support_points]
    lines = []
    for what, row in held:
        if row.unit != one.code:
            continue
        shown = "shown" if row.verified.holds_on(today) else "NOT shown: not verified, or too long ago"
        lines.append(f"{what}: {row.name}, {row.address}, {', '.join(row.phones)} ({shown})")
    return lines or ["nothing is known of its offices"]


def _export(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    name = _INTO[options.of]
    rows = [dict(row) for row in rows_of(options.folder, name) if isinstance(row, dict)]
    have = {str(row.get("unit")) for row in rows}
    if options.all_units:
        rows += [{"unit": one.name} for one in load_places().units if one.code not in have]
    cells = [{column: _cell(row.get(column)) for column in _COLUMNS[name]} for row in rows]
    empty = [dict.fromkeys(_COLUMNS[name], "")]
    text = as_csv(cells or empty, for_file=options.out is not None)
    write_out(text if cells else text.splitlines()[0], options.out)
    return OK


def _cell(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
