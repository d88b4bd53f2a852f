"""`python -m bot.referrals …`: what the teams do, until and beside the console. Guide: docs/vi/to-cong-nghe-so.md.

Exit codes: 0 done, 1 refused (said why, in Vietnamese, for those who help), 2 wrong use or setting.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import ReferralRefusedError, SettingInvalidError
from bot.ops.clock import SystemClock, city_date
from bot.ops.keys import load_key
from bot.referrals.building import Referrals, build_referrals
from bot.referrals.day_list import to_csv, to_html, what_of
from bot.referrals.desk import Listed, is_late
from bot.referrals.figures import figures
from bot.referrals.models import DeclineReason, HelpOutcome, Referral
from bot.referrals.references import find_reference
from bot.referrals.teams import TEAMS_FILE, load_teams
from bot.referrals.words import referral_wording
from bot.settings import Settings
from bot.store.operations import OperationsStore
from knowledge.places import load_places, unit
from knowledge.working_days import load_calendar

_COLUMNS = ("reference", "state", "late", "unit", "queue", "level", "due_on", "wish", "what")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        if options.command == "teams":
            return _teams(options, settings)
        store = OperationsStore(settings.database_url)
        clock = SystemClock()
        key = lambda: load_key(settings.secret, settings.data_dir)  # noqa: E731 - read when first needed
        referrals = build_referrals(store, clock, load_calendar(), key, settings.teams_file)
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        return asyncio.run(options.work(referrals, store, options))
    except ReferralRefusedError as error:
        print(refusal_text(error), file=sys.stderr)
        return 1
    finally:
        store.close()


def refusal_text(error: ReferralRefusedError) -> str:
    """Say why a step was refused, and what to do."""
    say = referral_wording()
    state = error.context.get("state")
    return say(f"refused.{error.context['reason']}", state=say(f"states.{state}") if state else "")


async def _list(referrals: Referrals, store: OperationsStore, options: argparse.Namespace) -> int:
    wanted = Listed(options.queue, options.unit, options.overdue)
    found = await referrals.desk.listed(wanted, options.by)
    _print([_row(one) for one in found], _COLUMNS, options.json)
    return 0


async def _show(referrals: Referrals, store: OperationsStore, options: argparse.Namespace) -> int:
    one, events = await referrals.desk.show(_reference(options), options.by)
    shown = {**_row(one), "called": one.called, "phone": one.phone, "neighbourhood": one.neighbourhood or ""}
    history = [{"at": f"{at:%Y-%m-%d %H:%M}Z", "what": what, "by": by, "why": why} for at, what, by, why in events]
    print(json.dumps({**shown, "history": history}, ensure_ascii=False, indent=1, default=str))
    return 0


async def _day_list(referrals: Referrals, store: OperationsStore, options: argparse.Namespace) -> int:
    found = await referrals.desk.listed(Listed(options.queue, options.unit), options.by)
    text = to_html(found, city_date(SystemClock().now())) if options.html else to_csv(found)
    if options.out:
        options.out.write_text(text, encoding="utf-8" if options.html else "utf-8-sig")
        options.out.chmod(0o600)
    else:
        print(text, end="")
    return 0


async def _step(referrals: Referrals, store: OperationsStore, options: argparse.Namespace) -> int:
    desk, reference, by = referrals.desk, _reference(options), options.by
    if options.command == "confirm":
        one = await desk.confirm(reference, by)
    elif options.command == "help":
        one = await desk.help(reference, by)
    elif options.command == "close":
        one = await desk.close(reference, by, HelpOutcome(options.outcome))
    elif options.command == "not-reached":
        one = await desk.not_reached(reference, by)
    elif options.command == "decline":
        one = await desk.decline(reference, by, DeclineReason(options.reason))
    else:
        one = await desk.tell(reference, by, options.text)
    key = {"confirm": "confirmed", "help": "helping", "tell": "told"}.get(options.command, "closed")
    print(referral_wording()(f"desk.{key}", reference=one.reference))
    return 0


async def _figures(referrals: Referrals, store: OperationsStore, options: argparse.Namespace) -> int:
    counted = await figures(store, options.since, options.until)
    if options.json:
        print(json.dumps(counted.to_json(), ensure_ascii=False, indent=1))
        return 0
    table = csv.writer(sys.stdout)
    table.writerow(("table", "name", "count"))
    table.writerows(counted.rows())
    return 0


def _teams(options: argparse.Namespace, settings: Settings) -> int:
    """Check a file of teams, and say who takes the requests of which unit."""
    teams = load_teams(options.file or settings.teams_file or TEAMS_FILE, city_date(SystemClock().now()))
    table = csv.writer(sys.stdout)
    if options.action == "list":
        table.writerow(("commune_code", "unit", "queue", "name"))
        for one in load_places().units:
            queue = teams.queue(one.code)
            table.writerow((one.code, one.name, queue.key, queue.name))
    print(f"{len(load_places().units)} units, {len(teams.units)} with a team of their own, the others: {teams.default}")
    return 0


def _reference(options: argparse.Namespace) -> str:
    typed = " ".join(options.reference) if isinstance(options.reference, list) else str(options.reference)
    return find_reference(typed if typed.lower().startswith("h") else f"HT {typed}")


def _row(one: Referral) -> dict[str, Any]:
    say, place = referral_wording(), unit(one.commune_code)
    return {
        "reference": one.reference,
        "state": one.state.value,
        "late": "yes" if is_late(one, city_date(SystemClock().now())) else "",
        "unit": place.name if place else one.commune_code,
        "queue": one.queue,
        "level": say(f"levels.{one.level.value}"),
        "due_on": one.due_on or "",
        "wish": one.wish.value if one.wish else "",
        "what": what_of(one),
    }


def _print(rows: Iterable[dict[str, Any]], columns: Sequence[str], as_json: bool) -> None:
    if as_json:
        print(json.dumps(list(rows), ensure_ascii=False, indent=1, default=str))
        return
    table = csv.DictWriter(sys.stdout, fieldnames=columns)
    table.writeheader()
    table.writerows(rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.referrals", description="Requests to the digital teams.")
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    listed = _command(commands, "list", "open requests as CSV; who looks is kept", _list)
    day = _command(commands, "day-list", "the day's list for volunteers, CSV or a page to print", _day_list)
    for one in (listed, day):
        one.add_argument("--unit", default="", help="code of a unit, five digits")
        one.add_argument("--queue", default="", help='a unit\'s code, "head:" and a code, or "city"')
    listed.add_argument("--overdue", action="store_true")
    listed.add_argument("--json", action="store_true")
    day.add_argument("--html", action="store_true")
    day.add_argument("--out", type=Path)
    _on_one(_command(commands, "show", "one request with its history", _show))
    _on_one(_command(commands, "confirm", "the team takes it on; the citizen is told", _step))
    _on_one(_command(commands, "help", "the help has begun", _step))
    close = _on_one(_command(commands, "close", "help is over; names and numbers are erased", _step))
    close.add_argument("--outcome", required=True, choices=[one.value for one in HelpOutcome])
    _on_one(_command(commands, "not-reached", "nobody could be reached", _step))
    decline = _on_one(_command(commands, "decline", "nothing for a team", _step))
    decline.add_argument("--reason", required=True, choices=[one.value for one in DeclineReason])
    tell = _on_one(_command(commands, "tell", "say a time and a place in the citizen's chat", _step))
    tell.add_argument("--text", required=True)
    counted = commands.add_parser("figures", help="by unit, kind, outcome; time to help; small counts hidden")
    counted.add_argument("--since", type=date.fromisoformat, default=date.min)
    counted.add_argument("--until", type=date.fromisoformat, default=date.max)
    counted.add_argument("--json", action="store_true")
    counted.set_defaults(work=_figures)
    teams = commands.add_parser("teams", help="the operators' file of teams: check it, list who takes what")
    teams.add_argument("action", choices=("check", "list"))
    teams.add_argument("file", type=Path, nargs="?")
    return parser


def _command(commands: Any, name: str, text: str, work: Any) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text)
    command.add_argument("--by", required=True, help="who does this")
    command.set_defaults(work=work)
    return command


def _on_one(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("reference", nargs="+", help="as the citizen has it, HT 482-137-2")
    return command


if __name__ == "__main__":
    sys.exit(main())
