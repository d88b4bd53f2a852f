"""Commands about what was when: diff, history, undo, clock."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from knowledge.commands.base import OK, add_editor, counts_text, editor, open_store
from knowledge.commands.looking import version_of
from knowledge.comparing import RecordDifference, compare, compare_days, difference
from knowledge.differences import editing_words, in_words
from knowledge.errors import ProcedureUnknownError
from knowledge.history import VIETNAM, History, PastLoad
from knowledge.models import Origin
from knowledge.settings import CatalogueSettings
from knowledge.store import CatalogueStore

_SHOWN_LOADS = 30


def register(commands: Any) -> None:
    diff = commands.add_parser("diff", help="what differs: curated and portal, two versions, a load, or two days")
    diff.add_argument("code", nargs="?", help="one procedure; without it, the whole catalogue")
    diff.add_argument("--versions", nargs=2, metavar="ORIGIN:NUMBER", help="two versions of the procedure")
    states = diff.add_mutually_exclusive_group()
    states.add_argument("--load", type=int, help="what a load changed")
    states.add_argument("--loads", nargs=2, type=int, metavar="LOAD", help="from after one load to after another")
    states.add_argument(
        "--days", nargs=2, type=date.fromisoformat, metavar="DAY", help="from the end of one day to another"
    )
    diff.add_argument("--editorial", action="store_true", help="also names, sample questions and checks")
    diff.add_argument("--json", action="store_true")
    diff.set_defaults(run=_diff)

    history = commands.add_parser("history", help="the loads, or the versions of one procedure")
    history.add_argument("code", nargs="?")
    history.add_argument("--json", action="store_true")
    history.set_defaults(run=_history)

    undo = commands.add_parser("undo", help="take a load back: its records are again what they were")
    undo.add_argument("load", type=int)
    add_editor(undo, required=True)
    undo.set_defaults(run=_undo)


def _diff(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    store = open_store(settings)
    found = list(_differences(store, options))
    if options.json:
        print(json.dumps([_plain(item) for item in found], ensure_ascii=False, indent=2))
        return OK
    for item in found:
        print(f"{item.code}  {item.title}" + (f"  ({item.before} → {item.after})" if options.code else ""))
        said = [in_words(fact) for fact in item.facts]
        for line in said or [editing_words()(f"changes.record_{item.action}")]:
            print(f"  {line}")
    if not found:
        print(editing_words()("changes.nothing"))
    elif options.code is None:
        print(f"{len(found)} records: {counts_text(Counter(item.action for item in found))}")
    return OK


def _differences(store: CatalogueStore, options: argparse.Namespace) -> Iterable[RecordDifference]:
    if options.code is not None:
        return _of_one(store, options)
    if options.load is not None or options.loads:
        first, second = options.loads or (options.load - 1, options.load)
        _known_loads(store, {second} if options.loads is None else {first, second})
        return compare(store.history, first, second, options.editorial)
    if options.days:
        first, second = options.days
        return compare_days(store.history, first, second, options.editorial)
    raise ValueError("say what to compare: a code, --load NUMBER, --loads FROM TO, or --days FROM TO")


def _known_loads(store: CatalogueStore, numbers: set[int]) -> None:
    """0 is the catalogue before anything was loaded."""
    unknown = numbers - {load.id for load in store.history.loads()} - {0}
    if unknown:
        raise ValueError(f"there is no load {min(unknown)}; `python -m knowledge history` lists them")


def _of_one(store: CatalogueStore, options: argparse.Namespace) -> list[RecordDifference]:
    if options.versions:
        (first, second) = (store.history.record(options.code, *version_of(text)) for text in options.versions)
    else:
        records = store.origins(options.code)
        if not records:
            raise ProcedureUnknownError(options.code)
        if len(records) < 2:
            raise ValueError(f"{options.code} has one record only: {next(iter(records)).value}")
        first, second = records[Origin.CURATED], records[Origin.PORTAL]
    found = difference(first, second, options.editorial)
    return [found] if found else []


def _plain(item: RecordDifference) -> dict[str, Any]:
    facts = [asdict(fact) | {"action": fact.action, "text": in_words(fact)} for fact in item.facts]
    return asdict(item) | {"origin": item.origin.value, "facts": facts}


def _history(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    history = open_store(settings).history
    found = history.versions(options.code) if options.code else history.loads(_SHOWN_LOADS)
    if options.code and not found:
        raise ProcedureUnknownError(options.code)
    if options.json:
        print(json.dumps([asdict(entry) for entry in found], ensure_ascii=False, indent=2, default=str))
    elif options.code:
        _tell_versions(history, options.code)
    else:
        _tell_loads(history.loads(_SHOWN_LOADS))
    return OK


def _tell_loads(loads: list[PastLoad]) -> None:
    for load in loads:
        undone = f"  taken back by load {load.undone_by}" if load.undone_by else ""
        print(f"{load.id:>4}  {load.day}  {load.kind:<8} {load.origin.value:<8} {load.source}  ", end="")
        print(f"{counts_text(load.counts)}{_signed(load)}{undone}")
    if not loads:
        print("nothing was ever loaded")


def _tell_versions(history: History, code: str) -> None:
    loads = {load.id: load for load in history.loads()}
    for version in history.versions(code):
        decision = f"{version.decision_number or 'no decision'} {version.decision_date or ''}".strip()
        undone = f"  taken back by load {version.undone_by}" if version.undone_by else ""
        first = version.first_seen.astimezone(VIETNAM)
        print(f"{version.origin.value}:{version.number}  load {version.load_id}, first seen {first:%Y-%m-%d}, ", end="")
        print(f"as of {version.seen_on or '?'}, {version.importer or 'by hand'}, ", end="")
        print(f"{version.status.value}, {decision}{_signed(loads.get(version.load_id))}{undone}")


def _signed(load: PastLoad | None) -> str:
    return f"  by {load.by}: {load.why}" if load and (load.by or load.why) else ""


def _undo(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    by = editor(options, settings, required=True)
    report = open_store(settings).undo(options.load, by, options.why)
    print(f"load {options.load} taken back: {counts_text(report.counts())}")
    return OK
