"""`python -m bot.petitions …`: the desk, until and beside the console.

Exit codes: 0 done, 1 not possible (said why, in Vietnamese, for officers), 2 wrong use or setting, 3 the operations
store cannot be reached (nothing was done, or it was: the same command again tells).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from bot.errors import PetitionStepError, SettingInvalidError, StoreDownError
from bot.ops.clock import SystemClock
from bot.ops.keys import load_key
from bot.petitions import commands
from bot.petitions.build import build_petitions
from bot.petitions.communes import commune_codes
from bot.petitions.models import PetitionState
from bot.petitions.telling import petition_wording
from bot.settings import Settings
from bot.store.operations import OperationsStore

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = _parser().parse_args(arguments)
    clock = SystemClock()
    try:
        settings = Settings.from_env()
        store = OperationsStore(settings.database_url)
        parts = build_petitions(settings, store, clock, load_key(settings.secret, settings.data_dir))
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
    desk = commands.Desk(parts, clock, commune_codes(), print, _complain)
    try:
        return int(asyncio.run(options.work(desk, options)))
    except PetitionStepError as error:
        print(_sentence(error), file=sys.stderr)
        return 1
    except StoreDownError as error:
        print(f"{error.code}: {error.context.get('reason', '')}", file=sys.stderr)
        return 3
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        store.close()


def _sentence(error: PetitionStepError) -> str:
    say, facts = petition_wording(), dict(error.context)
    fault = facts.pop("fault")
    if "state" in facts:
        facts["state"] = say(f"state.{facts['state']}")
    return say(f"fault.{fault}", **facts)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.petitions", description="Petitions: the desk's commands.")
    commands_of = parser.add_subparsers(required=True, metavar="command")
    _add_reading(commands_of)
    _add_steps(commands_of)
    _add_reports(commands_of)
    return parser


def _complain(line: str) -> None:
    print(line, file=sys.stderr)


def _add(commands_of: Commands, name: str, work: commands.Work, code: str = "") -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands_of.add_parser(name, help=_first_words(work))
    added.set_defaults(work=work)
    if code:
        added.add_argument("code", help="the code of any receipt for it", nargs=None if code == "code" else "?")
    return added


def _first_words(work: commands.Work) -> str:
    text = (work.__doc__ or "").rstrip(".")
    return text[:1].lower() + text[1:]


def _add_reading(commands_of: Commands) -> None:
    listed = _add(commands_of, "list", commands.list_petitions)
    listed.add_argument("--state", action="append", default=[], choices=[state.value for state in PetitionState])
    listed.add_argument("--all", action="store_true", help="also those that have ended")
    listed.add_argument("--unit", default="")
    listed.add_argument("--person", default="")
    listed.add_argument("--overdue", action="store_true")
    listed.add_argument("--limit", type=int, default=0)
    _add(commands_of, "show", commands.show, "code")
    late = _add(commands_of, "overdue", commands.overdue)
    told = _add(commands_of, "alerts", commands.alerts)
    for one in (late, told):
        one.add_argument("--day", type=date.fromisoformat, help="YYYY-MM-DD")
        one.add_argument("--unit", default="")
    shown = _add(commands_of, "templates", commands.templates, "optional")
    shown.add_argument("--step", default="")
    _add(commands_of, "reasons", commands.reasons)
    _add(commands_of, "units", commands.units)
    _add(commands_of, "check", commands.check)


def _add_steps(commands_of: Commands) -> None:
    steps = {
        name: _add(commands_of, name, work, "code")
        for name, work in (
            ("receive", commands.receive),
            ("ask", commands.ask),
            ("answer", commands.answer),
            ("close", commands.close),
            ("refuse", commands.refuse),
            ("transfer", commands.transfer),
            ("reopen", commands.reopen),
            ("publish", commands.publish),
            ("contact", commands.contact),
        )
    }
    for one in steps.values():
        one.add_argument("--by", default="", help="the officer who does it")
    steps["receive"].add_argument("--take-over", action="store_true", help="also from another officer")
    for name in ("ask", "answer", "transfer"):
        steps[name].add_argument("--template", default="", help="id of a template, see `templates`")
        steps[name].add_argument("--fill", action="append", default=[], help="text for the template's next blank")
    for name in ("ask", "answer", "transfer", "reopen", "refuse"):
        steps[name].add_argument("--text", default="", help="what the citizen reads; of a transfer: the reason")
    for name in ("refuse", "publish"):
        steps[name].add_argument("--place", default="", help="the right place, or where it was made public")
    steps["refuse"].add_argument("--reason", default="", help="see `reasons`")
    steps["transfer"].add_argument("--to", default="", help="code of a unit, see `units`")
    steps["transfer"].add_argument("--person", default="", help="who takes it up there")


def _add_reports(commands_of: Commands) -> None:
    counted, exported = _add(commands_of, "stats", commands.stats), _add(commands_of, "export", commands.export)
    for one in (counted, exported):
        one.add_argument("--since", type=date.fromisoformat, default=date.min, help="YYYY-MM-DD, by day of receipt")
        one.add_argument("--until", type=date.fromisoformat, default=date.max)
    exported.add_argument("--format", choices=("csv", "json"), default="csv")
    exported.add_argument("--with-text", action="store_true", help="also what was written, masked")
    exported.add_argument("--out", help="a file instead of the terminal")


if __name__ == "__main__":
    sys.exit(main())
