"""`python -m bot.handoff …`: the queue, the hours and the figures of handing over, for operators.

Exit codes: 0 done, 1 nobody is on duty now (`desk`), 2 wrong use or setting.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.errors import SettingInvalidError
from bot.handoff.build import HandoffParts, build_handoff
from bot.handoff.lists import QueueFilter
from bot.handoff.models import CITY_UNIT
from bot.handoff.shifts import SHIFTS_FILE, load_shifts
from bot.handoff.words import hours_text
from bot.ops.clock import CITY_TIME, SystemClock
from bot.settings import Settings
from bot.store.operations import OperationsStore
from knowledge.working_days import load_calendar


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        if options.command == "hours":
            return _hours(options.file or settings.shifts_file or SHIFTS_FILE)
        store = OperationsStore(settings.database_url)
        parts = build_handoff(settings, store, SystemClock())
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        return asyncio.run(options.work(parts, options))
    finally:
        store.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.handoff", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    queue = commands.add_parser("queue", help="who waits and who is answered by whom; no words of citizens")
    queue.add_argument("--unit", default="", help="only this unit: city, or five digits of a commune")
    queue.set_defaults(work=_queue)
    desk = commands.add_parser("desk", help="who is there, and the figures of a unit's queue; 1 where nobody is")
    desk.add_argument("--unit", default=CITY_UNIT)
    desk.set_defaults(work=_desk)
    calls = commands.add_parser("calls", help="who is to be called back until when; no numbers, no names")
    calls.set_defaults(work=_calls)
    hours = commands.add_parser("hours", help="check a file of shifts, and print the hours and the next shift")
    hours.add_argument("file", nargs="?", type=Path)
    return parser


async def _queue(parts: HandoffParts, options: argparse.Namespace) -> int:
    units = (options.unit,) if options.unit and options.unit != CITY_UNIT else ()
    for row in await parts.queue.waiting(QueueFilter(units=units, state=None)):
        one = row.request
        if not one.is_open or (options.unit and one.unit != options.unit):
            continue
        place = f"place {row.place}" if row.place else one.officer_name
        minutes = int(row.waited.total_seconds() // 60)
        urgent = "urgent" if one.urgent else ""
        print("\t".join((one.id[:8], one.unit, one.state.value, place, f"{minutes} min", one.trigger.value, urgent)))
    return 0


async def _desk(parts: HandoffParts, options: argparse.Namespace) -> int:
    desk, figures = await parts.queue.desk(options.unit), await parts.queue.figures(options.unit)
    likely = "unknown" if figures.likely is None else f"{figures.likely} s"
    print(f"on duty: {'yes' if desk.on_duty else 'no'}; present: {desk.present}; next shift: {_at(desk.next_shift)}")
    print(f"waiting: {figures.waiting}, longest {figures.longest} s; held: {figures.held}; likely wait: {likely}")
    for sign in await parts.presence.all():
        state = "here" if sign.here else "not heard of" if sign.lapsed else f"away {sign.reason}".strip()
        print(f"  {sign.officer.name}\t{state}\tsince {_at(sign.since)}")
    return 0 if desk.open else 1


async def _calls(parts: HandoffParts, options: argparse.Namespace) -> int:
    now = parts.clock.now()
    for one in await parts.contacts.waiting():
        late = "late" if one.promised_until <= now or one.told_late_at else ""
        print("\t".join((one.reference, one.unit, one.state.value, f"until {_at(one.promised_until)}", late)))
    return 0


def _hours(path: Path) -> int:
    shifts = load_shifts(load_calendar(), path)
    now = SystemClock().now()
    for unit in ("", *shifts.units):
        following = shifts.next_after(unit, now)
        begins = _at(following.begins if following else None)
        unsure = " (days off of that year are not announced)" if following and following.unsure else ""
        print(f"{unit or 'default'}: {hours_text(shifts.hours_of(unit))}; next shift {begins}{unsure}")
    return 0


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(CITY_TIME):%Y-%m-%d %H:%M}" if moment else "none"


if __name__ == "__main__":
    sys.exit(main())
