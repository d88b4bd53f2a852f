"""The command `coverage`: what the catalogue has for a list of procedures, and a person's word on unsure names."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge.commands.base import FAULTY, OK, add_editor, editor, open_store, tell_some, write_out
from knowledge.commands.tables import as_csv
from knowledge.coverage.confirmations import CONFIRMED_PATH, add_confirmed, read_confirmed
from knowledge.coverage.covering import Coverer
from knowledge.coverage.lists import read_list
from knowledge.coverage.models import Confirmation, Coverage, CoverageClass, Found
from knowledge.history import VIETNAM
from knowledge.settings import CatalogueSettings

_SHOWN = 40
_LOOK = (CoverageClass.REVIEW, CoverageClass.MISSING, CoverageClass.SUPERSEDED)


def register(commands: Any) -> None:
    coverage = commands.add_parser(
        "coverage",
        help="a list of codes or names against the catalogue",
        usage="%(prog)s LIST [options]\n       %(prog)s confirm NAME CODE --by WHO --why REASON [--different]",
    )
    coverage.add_argument("words", nargs="+", metavar="LIST | confirm NAME CODE")
    coverage.add_argument("--ward", action="store_true", help="the list is a ward's: names are of the commune's level")
    coverage.add_argument("--name-column", default="", metavar="HEADER", help="column of names, by its header")
    coverage.add_argument("--code-column", default="", metavar="HEADER", help="column of codes, by its header")
    coverage.add_argument("--at-least", type=_share, metavar="SHARE", help="exit 1 if less is covered, such as 0.9")
    form = coverage.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true", help="an entry a row")
    coverage.add_argument("--out", type=Path, metavar="FILE", help="write to a file instead of the terminal")
    coverage.add_argument("--all", action="store_true", help="show every entry, not only those to look at")
    coverage.add_argument("--confirmed", type=Path, default=CONFIRMED_PATH, help="file of confirmations")
    coverage.add_argument("--different", action="store_true", help="confirm: the name is not this procedure")
    coverage.add_argument("--today", type=date.fromisoformat, help=argparse.SUPPRESS)
    add_editor(coverage)
    coverage.set_defaults(run=_run)


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no share from 0 to 1")
    return value


def _run(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    if options.words[0] == "confirm" and len(options.words) == 3:
        return _confirm(options, settings)
    if len(options.words) != 1:
        raise ValueError("give one list, or: confirm NAME CODE --by WHO --why REASON")
    entries = read_list(Path(options.words[0]), options.name_column, options.code_column)
    coverer = Coverer(open_store(settings), read_confirmed(options.confirmed), options.ward)
    coverage = coverer.cover(entries)
    write_out(_rendered(coverage, options), options.out)
    tell_some("confirmation lapsed", coverage.lapsed)
    if options.at_least is not None and coverage.share < options.at_least:
        print(f"covered {coverage.share:.1%}, wanted {options.at_least:.1%}", file=sys.stderr)
        return FAULTY
    return OK


def _confirm(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    by = editor(options, settings, required=True)
    _, name, code = options.words
    record = open_store(settings).get(code)
    if not name.strip() or record.code != code:
        raise ValueError(f"{code} leads to {record.code}: confirm that one" if name.strip() else "the name is empty")
    day = options.today or datetime.now(VIETNAM).date()
    word = Confirmation(name, code, record.title, not options.different, by, day, options.why)
    add_confirmed(word, options.confirmed)
    print(f"«{name}» {'is' if word.same else 'is not'} {code} {record.title}: written to {options.confirmed}")
    return OK


def _rendered(coverage: Coverage, options: argparse.Namespace) -> str:
    rows = [item.as_row() for item in coverage.found]
    if options.csv:
        return as_csv(rows, for_file=options.out is not None)
    if options.json:
        totals: dict[str, Any] = {"entries": len(rows), "covered": sum(item.covered for item in coverage.found)}
        totals |= {"share": round(coverage.share, 4)}
        whole = totals | {"classes": coverage.counts(), "records": coverage.lacking(), "list": rows}
        return json.dumps(whole | {"lapsed": list(coverage.lapsed)}, ensure_ascii=False, indent=1)
    return _table(coverage, options.all)


def _table(coverage: Coverage, everything: bool) -> str:
    shown = [item for item in coverage.found if everything or item.result in _LOOK]
    lines = [line for item in (shown if everything else shown[:_SHOWN]) for line in _lines(item)]
    if not everything and len(shown) > _SHOWN:
        lines.append(f"… and {len(shown) - _SHOWN} more to look at: --all, --csv or --json show them")
    lines += [f"{count:>7}  {name}" for name, count in coverage.counts().items()]
    covered, total = sum(item.covered for item in coverage.found), len(coverage.found)
    lines.append(f"{total:>7}  entries, {covered} covered ({coverage.share:.1%}); the others: chưa có trong dữ liệu")
    records = [
        f"{count} {'complete' if name == 'complete' else f'without {name}'}"
        for name, count in coverage.lacking().items()
    ]
    return "\n".join([*lines, f"records of what is covered: {', '.join(records)}"])


def _lines(item: Found) -> list[str]:
    listed = f"{item.entry.code} {item.entry.name}".strip()
    lines = [f"{item.result.value:<10} {item.entry.place}: {listed}"]
    if item.code and item.result is not CoverageClass.MISSING:
        lines.append(f"           {item.code}  {item.title}  ({item.score:g})")
    elif item.title:
        lines.append(f"           nearest: {item.code}  {item.title}  ({item.score:g})")
    return [*lines, f"           {item.why}"] if item.why else lines
