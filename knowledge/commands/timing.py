"""The command `clock`: what changed, when its decision was signed, and whether it came in within five working days."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from knowledge.commands.base import FAULTY, OK, open_store
from knowledge.history import VIETNAM
from knowledge.settings import CatalogueSettings
from knowledge.timeliness import LIMIT, Clock, Timing, timings, unsure_years, waiting
from knowledge.working_days import load_calendar, warning


def register(commands: Any) -> None:
    clock = commands.add_parser("clock", help="changes against the limit of five working days")
    clock.add_argument("--month", help="only what came in during a month (YYYY-MM)")
    clock.add_argument("--overdue", action="store_true", help="only what is overdue")
    clock.add_argument("--all", action="store_true", help="also what was signed before the catalogue was first filled")
    clock.add_argument("--today", type=date.fromisoformat, help="count to this day instead of today")
    clock.add_argument("--json", action="store_true")
    clock.set_defaults(run=_clock)


def _clock(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    store, calendar = open_store(settings), load_calendar()
    today = options.today or datetime.now(VIETNAM).date()
    since, until = _month(options.month)
    found = list(timings(store.history, calendar, since, until))
    if options.month is None:
        found += waiting(store.history, calendar, today)
    shown = [item for item in found if options.all or item.state is not Clock.BASELINE]
    shown = [item for item in shown if item.overdue or not options.overdue]
    said = warning(unsure_years(shown))
    if said:
        print(said, file=sys.stderr)
    if options.json:
        print(json.dumps([asdict(item) for item in shown], ensure_ascii=False, indent=2, default=str))
    else:
        _tell(shown, len(found) - len(shown))
    return FAULTY if any(item.overdue for item in shown) else OK


def _tell(shown: list[Timing], left_out: int) -> None:
    for item in shown:
        elapsed = "?" if item.elapsed is None else str(item.elapsed)
        mark = "OVERDUE" if item.overdue else ""
        decided = f"{item.decision_number or 'no decision'} {item.decision_date or ''}".strip()
        print(f"{item.code}  {item.action:<8} {decided:<34} seen {item.first_seen}  {elapsed:>4} days  ", end="")
        print(f"{item.state.value:<15} {mark:<8} {item.title[:60]}")
    late = sum(item.overdue for item in shown)
    print(f"{len(shown)} changes, {late} overdue (more than {LIMIT} working days); {left_out} left out")


def _month(text: str | None) -> tuple[date | None, date | None]:
    if text is None:
        return None, None
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise ValueError(f"{text!r} is no month; write it as 2026-11") from error
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
