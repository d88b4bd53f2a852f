"""The command `scope`: which procedures apply to the city, which a ward receives, and why."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from knowledge.commands.base import OK, open_store, write_out
from knowledge.commands.tables import as_csv
from knowledge.scope_survey import Surveyed, counts, explained, one, survey
from knowledge.settings import CatalogueSettings


def register(commands: Any) -> None:
    scope = commands.add_parser("scope", help="which procedures apply to the city, and which a ward receives")
    scope.add_argument("code", nargs="?", help="say why this one is in or out")
    scope.add_argument("--ward", action="store_true", help="only what a ward, commune or special zone receives")
    scope.add_argument("--all", action="store_true", help="in lists: also what does not apply")
    form = scope.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="counts and the list as JSON")
    form.add_argument("--csv", action="store_true", help="the list as CSV")
    scope.add_argument("--out", type=Path, metavar="FILE", help="write to a file instead of the terminal")
    scope.set_defaults(run=_scope)


def _scope(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    store = open_store(settings)
    if options.code:
        item = one(store, options.code)
        whole = json.dumps(item.as_row(), ensure_ascii=False, indent=2) if options.json else "\n".join(explained(item))
        write_out(whole, options.out)
        return OK
    found = list(survey(store))
    kept = [item for item in found if item.standing.ward] if options.ward else found
    write_out(_rendered(kept, options), options.out)
    outdated = sum(item.outdated for item in found)
    if outdated:
        print(f"{outdated} records keep an older answer: run `python -m knowledge render`", file=sys.stderr)
    return OK


def _rendered(kept: list[Surveyed], options: argparse.Namespace) -> str:
    listed = [item.as_row() for item in kept if options.all or item.standing.in_scope]
    if options.csv:
        return as_csv(listed, for_file=options.out is not None)
    if options.json:
        return json.dumps(counts(kept) | {"list": listed}, ensure_ascii=False, indent=1)
    return _table(counts(kept))


def _table(figures: dict[str, Any]) -> str:
    lines = [f"{figures['procedures']:>7}  procedures"]
    lines.append(
        f"{figures['in_scope']:>7}  apply to the city ({figures['of_which_unknown']} of them not known for sure)"
    )
    lines.append(f"{figures['ward']:>7}  a ward, commune or special zone receives")
    for title, name in (("by rule", "rules"), ("ward, by rule", "ward_rules")):
        lines += ["", f"{title}:", *(f"{count:>7}  {rule}" for rule, count in figures[name].items())]
    lines += ["", "by sector (in scope, of them a ward's):"]
    lines += [f"{count['in_scope']:>7} {count['ward']:>6}  {name or '-'}" for name, count in figures["sectors"].items()]
    return "\n".join(lines)
