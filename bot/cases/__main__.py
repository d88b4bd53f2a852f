"""`python -m bot.cases …`: late notices and follow-ups, until and beside the console.

Exit codes: 0 done, 1 refused (said why, in Vietnamese, for officers), 2 wrong use or setting.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from bot.cases.desk import CaseDesk
from bot.cases.notices import NoticeDraft, WrittenNotice
from bot.cases.telling import case_wording
from bot.errors import NoticeRefusedError, SettingInvalidError
from bot.ops.case_codes import find_case_codes
from bot.ops.clock import SystemClock, city_date
from bot.settings import Settings
from bot.store.operations import OperationsStore
from knowledge.working_days import load_calendar

_COLUMNS = ("case_code", "unit", "due_on", "written_at", "was_late", "next_return_date", "reason", "sent")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = _parser().parse_args(arguments)
    try:
        store = OperationsStore(Settings.from_env().database_url)
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
    desk = CaseDesk(store, SystemClock(), load_calendar())
    try:
        return asyncio.run(options.work(desk, options))
    finally:
        store.close()


async def _notice(desk: CaseDesk, options: argparse.Namespace) -> int:
    found = find_case_codes(options.code, city_date(SystemClock().now()))
    draft = NoticeDraft(
        code=found[0].code if found else None,
        apology=options.apology,
        reason=options.reason,
        next_return_date=options.next,
        written_by=options.by,
        contact=options.contact,
        title=options.title,
        unit=options.unit,
        due_on=options.due,
    )
    try:
        written = await desk.write_notice(draft)
    except NoticeRefusedError as error:
        say = case_wording()
        faults: list[str] = error.context["faults"]  # type: ignore[assignment]
        print("\n".join(say(f"fault.{fault}") for fault in faults), file=sys.stderr)
        return 1
    print(case_wording()("desk.written", code=written.case_code, followers=written.sent))
    return 0


async def _notices(desk: CaseDesk, options: argparse.Namespace) -> int:
    notices = await desk.notices(options.since, options.until)
    rows = [_row(one) for one in notices if not options.late or one.was_late]
    _print(rows, _COLUMNS, options.json)
    return 0


async def _follow_ups(desk: CaseDesk, options: argparse.Namespace) -> int:
    rows = [vars(one) for one in await desk.open_follow_ups()]
    _print(rows, ("id", "case_code", "unit", "why", "due_on", "opened_at"), options.json)
    return 0


async def _close(desk: CaseDesk, options: argparse.Namespace) -> int:
    if await desk.close(options.id, options.by, options.outcome):
        print(case_wording()("desk.closed"))
        return 0
    print(case_wording()("desk.not_closed"), file=sys.stderr)
    return 1


def _row(notice: WrittenNotice) -> dict[str, Any]:
    return {**vars(notice), "reason": notice.notice.reason, "next_return_date": notice.notice.next_return_date}


def _print(rows: Iterable[dict[str, Any]], columns: Sequence[str], as_json: bool) -> None:
    kept = [{name: row[name] for name in columns} for row in rows]
    if as_json:
        print(json.dumps(kept, ensure_ascii=False, indent=1, default=str))
        return
    table = csv.DictWriter(sys.stdout, fieldnames=columns)
    table.writeheader()
    table.writerows(kept)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.cases", description="Late dossiers: notices and follow-ups.")
    commands = parser.add_subparsers(required=True, metavar="command")
    notice = commands.add_parser("notice", help="write a late notice; refused where one of its three parts is missing")
    notice.add_argument("code")
    notice.add_argument("--apology", default="")
    notice.add_argument("--reason", default="")
    notice.add_argument("--next", type=date.fromisoformat, help="next return date, YYYY-MM-DD, a working day ahead")
    notice.add_argument("--due", type=date.fromisoformat, help="the date that was promised, YYYY-MM-DD")
    notice.add_argument("--by", default="", help="the officer who writes it")
    notice.add_argument("--unit", default="")
    notice.add_argument("--title", default="")
    notice.add_argument("--contact", default="")
    notice.set_defaults(work=_notice)
    listed = commands.add_parser("notices", help="notices written between two days, as CSV")
    listed.add_argument("--since", type=date.fromisoformat, default=date.min)
    listed.add_argument("--until", type=date.fromisoformat, default=date.max)
    listed.add_argument("--late", action="store_true", help="only those written after the due date")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(work=_notices)
    follow_ups = commands.add_parser("follow-ups", help="dossiers that a unit has to look at, as CSV")
    follow_ups.add_argument("--json", action="store_true")
    follow_ups.set_defaults(work=_follow_ups)
    close = commands.add_parser("close", help="close a follow-up with what came of it")
    close.add_argument("id")
    close.add_argument("--by", required=True)
    close.add_argument("--outcome", required=True)
    close.set_defaults(work=_close)
    return parser


if __name__ == "__main__":
    sys.exit(main())
