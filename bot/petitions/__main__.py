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

from bot.errors import PetitionStepError, SettingInvalidError, StoreDownError
from bot.petitions import commands
from bot.petitions.build import build_desk
from bot.petitions.models import PetitionState
from bot.petitions.telling import petition_wording
from bot.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = _parser().parse_args(arguments)
    try:
        desk, store = build_desk(Settings.from_env(), print)
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
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
    parser_of = parser.add_subparsers(required=True, metavar="command")
    _add_reading(parser_of)
    _add_steps(parser_of)
    _add_reports(parser_of)
    return parser


def _add(
    parser_of: argparse._SubParsersAction[argparse.ArgumentParser], name: str, work: commands.Work, code: str = ""
):  # type: ignore[no-untyped-def]
    added = parser_of.add_parser(name, help=(work.__doc__ or "").strip().lower().rstrip("."))
    added.set_defaults(work=work)
    if code:
        added.add_argument("code", help="the code of any receipt for it", nargs=None if code == "code" else "?")
    return added


def _add_reading(parser_of: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    listed = _add(parser_of, "list", commands.list_petitions)
    listed.add_argument("--state", action="append", default=[], choices=[state.value for state in PetitionState])
    listed.add_argument("--all", action="store_true", help="also those that have ended")
    listed.add_argument("--unit", default="")
    listed.add_argument("--person", default="")
    listed.add_argument("--overdue", action="store_true")
    listed.add_argument("--limit", type=int, default=0)
    _add(parser_of, "show", commands.show, "code")
    late = _add(parser_of, "overdue", commands.overdue)
    told = _add(parser_of, "alerts", commands.alerts)
    for one in (late, told):
        one.add_argument("--day", type=date.fromisoformat, help="YYYY-MM-DD")
        one.add_argument("--unit", default="")
    shown = _add(parser_of, "templates", commands.templates, "optional")
    shown.add_argument("--step", default="")
    _add(parser_of, "reasons", commands.reasons)
    _add(parser_of, "units", commands.units)
    _add(parser_of, "check", commands.check)


def _add_steps(parser_of: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    steps = {
        name: _add(parser_of, name, work, "code")
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


def _add_reports(parser_of: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    counted, exported = _add(parser_of, "stats", commands.stats), _add(parser_of, "export", commands.export)
    for one in (counted, exported):
        one.add_argument("--since", type=date.fromisoformat, default=date.min, help="YYYY-MM-DD, by day of receipt")
        one.add_argument("--until", type=date.fromisoformat, default=date.max)
    exported.add_argument("--format", choices=("csv", "json"), default="csv")
    exported.add_argument("--with-text", action="store_true", help="also what was written, masked")
    exported.add_argument("--out", help="a file instead of the terminal")


if __name__ == "__main__":
    sys.exit(main())
