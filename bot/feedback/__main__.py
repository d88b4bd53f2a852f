"""`python -m bot.feedback …`: what is said about answers, who follows it up, figures; until and beside the console.

Exit codes: 0 done, 1 refused (said why, in Vietnamese, for officers), 2 wrong use or setting.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.errors import FeedbackRefusedError, SettingInvalidError
from bot.feedback.bottlenecks import bottlenecks
from bot.feedback.desk import FeedbackDesk, Wanted
from bot.feedback.export import COLUMNS, SCHEMA_VERSION, row_of, write_csv, write_json
from bot.feedback.figures import all_surveys, figures
from bot.feedback.labels import label
from bot.feedback.models import Desk, Reason
from bot.feedback.showing import shown
from bot.feedback.wrong_answers import wrong_answers
from bot.ops.clock import SystemClock
from bot.settings import Settings
from bot.store.operations import OperationsStore
from knowledge.store import CatalogueStore

_LISTED = ("reference", "said_on", "desk", "state", "owner", "reason", "bottleneck", "procedure_code", "record_version")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        store = OperationsStore(settings.database_url)
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
    options.settings, options.store = settings, store
    try:
        asyncio.run(options.work(FeedbackDesk(store, SystemClock()), options))
    except FeedbackRefusedError as error:
        print(label(f"refused.{error.context['why']}"), file=sys.stderr)
        return 1
    finally:
        store.close()
    return 0


async def _list(desk: FeedbackDesk, options: argparse.Namespace) -> None:
    items = await desk.items(_wanted(options))
    rows = [{**row_of(item), "owner": item.follow_up.owner if item.follow_up else ""} for item in items]
    if options.late:
        rows = [row for row in rows if row["raised_on"]]
    _print(rows, _LISTED, options.format)


async def _show(desk: FeedbackDesk, options: argparse.Namespace) -> None:
    item, history = await desk.get(options.reference)
    print(shown(item, history))


async def _assign(desk: FeedbackDesk, options: argparse.Namespace) -> None:
    await desk.assign(options.reference, options.owner, options.by)
    print(label("said.assigned", owner=options.owner.strip()))


async def _done(desk: FeedbackDesk, options: argparse.Namespace) -> None:
    await desk.finish(options.reference, options.by, options.outcome)
    print(label("said.done"))


async def _dismiss(desk: FeedbackDesk, options: argparse.Namespace) -> None:
    await desk.dismiss(options.reference, options.by, options.reason)
    print(label("said.dismissed"))


async def _code(desk: FeedbackDesk, options: argparse.Namespace) -> None:
    await desk.recode(options.reference, options.by, options.code)
    print(label("said.coded"))


async def _codes(_desk: FeedbackDesk, options: argparse.Namespace) -> None:
    rows = [{"code": one.code, "name": one.name} for one in bottlenecks().values()]
    _print(rows, ("code", "name"), options.format)


async def _stats(desk: FeedbackDesk, options: argparse.Namespace) -> None:
    surveys = await options.store().run(all_surveys)
    items = await desk.items(Wanted(since=options.since, until=options.until))
    kept = [one for one in surveys if options.since <= one.answered_on <= options.until]
    tables = figures(items, kept)
    if options.format == "json":
        write_json(tables, sys.stdout)
        return
    rows = [
        {"table": name, "month": month, "name": cell, "number": label("hidden") if number is None else number}
        for name in ("bottlenecks", "satisfaction")
        for month, cells in tables[name].items()
        for cell, number in cells.items()
    ]
    rows += [
        {"table": name, "month": "", "name": cell, "number": label("hidden") if number is None else number}
        for name in ("thumbs", "reasons", "procedures")
        for cell, number in tables[name].items()
    ]
    write_csv(rows, ("table", "month", "name", "number"), sys.stdout)


async def _export(desk: FeedbackDesk, options: argparse.Namespace) -> None:
    rows = [row_of(item) for item in await desk.items(Wanted(since=options.since, until=options.until))]
    if options.format == "json":
        write_json({"schema_version": SCHEMA_VERSION, "rows": rows}, sys.stdout)
    else:
        write_csv(rows, COLUMNS, sys.stdout)


async def _wrong_answers(desk: FeedbackDesk, options: argparse.Namespace) -> None:
    catalogue = CatalogueStore(options.settings.catalogue.catalogue_url)
    items = await desk.items(Wanted(open=None if options.all else True))
    found = wrong_answers(items, lambda code: catalogue.get(code).version)
    rows = [
        {**vars(one), "changed": one.changed, "record": _record_word(one.changed, one.current_version)} for one in found
    ]
    if options.format == "csv":
        rows = [{**row, **{name: " ".join(row[name]) for name in ("fields", "reasons", "references")}} for row in rows]
    _print(
        rows, ("procedure_code", "record_version", "record", "open", "reasons", "fields", "references"), options.format
    )


def _record_word(changed: bool, version: str) -> str:
    if not version:
        return label("shown.gone")
    return label("shown.changed", version=version) if changed else label("shown.unchanged")


def _print(rows: Sequence[dict[str, Any]], columns: Sequence[str], form: str) -> None:
    kept = [{name: row[name] for name in columns} for row in rows]
    if form == "json":
        write_json(kept, sys.stdout)
    else:
        write_csv(kept, columns, sys.stdout)


def _wanted(options: argparse.Namespace) -> Wanted:
    closed = None if options.all else True
    return Wanted(
        desk=Desk(options.desk) if options.desk else None,
        open=closed,
        owner=options.owner,
        procedure_code=options.procedure,
        reasons=frozenset(Reason(one) for one in options.reason or ()),
        since=options.since,
        until=options.until,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.feedback", description="What citizens say about answers.")
    commands = parser.add_subparsers(required=True, metavar="command")
    listed = _command(commands, "list", _list, "what is to be followed up, the oldest first; --all: everything")
    listed.add_argument("--desk", choices=[one.value for one in Desk])
    listed.add_argument("--owner")
    listed.add_argument("--procedure", metavar="CODE")
    listed.add_argument("--reason", action="append", choices=[one.value for one in Reason])
    listed.add_argument("--all", action="store_true")
    listed.add_argument("--late", action="store_true", help="only what was raised as open for too long")
    _add_days(listed)
    wrong = _command(commands, "wrong-answers", _wrong_answers, "for editors: open ones by record; --all: closed too")
    wrong.add_argument("--all", action="store_true")
    _add_days(_command(commands, "stats", _stats, "bottlenecks and satisfaction a month; numbers under 5 are hidden"))
    _add_days(_command(commands, "export", _export, "rows without words and persons"))
    _command(commands, "codes", _codes, "the bottleneck codes")
    _on_one(commands, "show", _show, "one item: question, words, record, history")
    assign = _on_one(commands, "assign", _assign, "make somebody responsible", by=True)
    assign.add_argument("--owner", required=True)
    _on_one(commands, "done", _done, "close it, with what came of it", by=True).add_argument("--outcome", required=True)
    dismiss = _on_one(commands, "dismiss", _dismiss, "close it without doing anything", by=True)
    dismiss.add_argument("--reason", required=True)
    _on_one(commands, "code", _code, "set the bottleneck", by=True).add_argument("code", choices=list(bottlenecks()))
    return parser


def _command(commands: Any, name: str, work: Any, about: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=about)
    command.add_argument("--format", choices=("csv", "json"), default="csv")
    command.set_defaults(work=work)
    return command


def _on_one(commands: Any, name: str, work: Any, about: str, by: bool = False) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=about)
    command.add_argument("reference")
    if by:
        command.add_argument("--by", required=True, help="who does it")
    command.set_defaults(work=work)
    return command


def _add_days(command: argparse.ArgumentParser) -> None:
    command.add_argument("--since", type=date.fromisoformat, default=date.min, help="first day, YYYY-MM-DD")
    command.add_argument("--until", type=date.fromisoformat, default=date.max, help="last day, YYYY-MM-DD")


if __name__ == "__main__":
    sys.exit(main())
