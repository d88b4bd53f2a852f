"""`make bench-reports`: counting a running month of 100,000 sessions, on SQLite and on PostgreSQL (R-31: within 5 s).

The month is made up with a fixed seed: questions, channels, outcomes, procedures, thumbs down, hand-overs, returns.
Time is what passed and what this process computed itself; PostgreSQL computes in another. PostgreSQL is left out where
it is not installed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.engine import Connection

from bot.feedback.tables import FEEDBACK
from bot.handoff.shifts import load_shifts
from bot.handoff.tables import HANDOFF_REQUEST
from bot.ops.clock import city_date
from bot.reports.counting import Counting
from bot.reports.periods import Span, month_span
from bot.reports.tables import REPORT_TURN
from bot.store.operations import OperationsStore
from knowledge.store import CatalogueStore
from knowledge.working_days import load_calendar
from tests.fixtures.moving_clock import MovingClock
from tests.fixtures.postgres import fresh_database, postgres_server
from tools.measuring import Row, note, show

MONTH, SEED, BATCH = "2026-10", 11, 5000
WITHIN_SECONDS = 5.0
OUTCOMES = ("answered_procedure",) * 12 + (
    "answered_smalltalk",
    "clarified_subject",
    "answered_paper_check",
    "unanswered_not_understood",
    "unanswered_no_match",
    "refused_denunciation",
    "handed_off_hotline",
    "answered_case_status",
)
CODES = tuple(f"1.{number:06d}" for number in range(1000, 1120))


def main() -> int:
    """Measure; 1 where the month takes longer than R-31 allows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    options = parser.parse_args()
    rows: list[Row] = []
    for engine in options.engine or ("sqlite", "postgresql"):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            try:
                url = _address(engine, folder, stack)
            except Exception as fault:  # whatever keeps a server from starting
                note(f"{engine} is left out: {type(fault).__name__}: {fault}")
                continue
            rows += asyncio.run(_measure(engine, url, folder, options.sessions, options.rounds))
    show(rows)
    return 1 if any(row.missed for row in rows) else 0


def _address(engine: str, folder: Path, stack: ExitStack) -> str:
    if engine == "sqlite":
        return f"sqlite:///{folder / 'operations.db'}"
    return str(stack.enter_context(fresh_database(stack.enter_context(postgres_server()))))


async def _measure(engine: str, url: str, folder: Path, sessions: int, rounds: int) -> list[Row]:
    store, calendar = OperationsStore(url), load_calendar()
    catalogue = CatalogueStore(f"sqlite:///{folder / 'catalogue.db'}")
    try:
        facts = await store().write(fill, sessions)
        note(f"{engine}: {sessions} sessions with {facts} questions")
        counting = Counting(store, catalogue, MovingClock(), calendar, load_shifts(calendar))
        month = month_span(MONTH)
        spans = {
            "one day": Span(month.until, month.until),
            "seven days": Span(month.until - timedelta(days=6), month.until),
            "the month": month,
        }
        rows = []
        for name, span in spans.items():
            passed, computed = await _time(counting, span, rounds)
            rows.append(Row(f"{engine}: {name}", passed, "s", WITHIN_SECONDS))
            rows.append(Row(f"{engine}: {name}, computed by this process", computed, "s"))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return [*rows, Row(f"{engine}: most memory of the process so far", (peak,), "MB")]
    finally:
        catalogue.close()
        store.close()


async def _time(counting: Counting, span: Span, rounds: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    passed, computed = [], []
    for _ in range(rounds):
        began, used = time.monotonic(), time.process_time()
        await counting.count(span)
        passed.append(time.monotonic() - began)
        computed.append(time.process_time() - used)
    return tuple(passed), tuple(computed)


def fill(connection: Connection, sessions: int) -> int:
    """Write the month; return how many questions it has."""
    dice = random.Random(SEED)  # noqa: S311 - a fixed month, no secret
    begins, minutes = month_span(MONTH).begins, 31 * 24 * 60
    facts: list[dict[str, Any]] = []
    thumbs: list[dict[str, Any]] = []
    asked: list[dict[str, Any]] = []
    name, at, ends = "", begins, month_span(MONTH).ends
    for number in range(sessions):
        at += timedelta(minutes=dice.uniform(60, 14_400))
        if not name or at >= ends or dice.random() > 0.15:  # else the same person comes back
            name = str(uuid.UUID(int=dice.getrandbits(128), version=4))
            at = begins + timedelta(minutes=dice.uniform(0, minutes))
        own = list(_session(dice, name, at, (number + 1) * 100))
        facts += own
        if dice.random() < 0.03:
            thumbs.append(_thumb(number, dice.choice(own)))
        if dice.random() < 0.05:
            asked.append(_request(number, dice.choice(own)))
    for table, rows in ((REPORT_TURN, facts), (FEEDBACK, thumbs), (HANDOFF_REQUEST, asked)):
        _insert(connection, table, rows)
    return len(facts)


def _session(dice: random.Random, name: str, at: datetime, seq: int) -> Iterator[dict[str, Any]]:
    channel, code = dice.choice(("web", "web", "web", "zalo")), dice.choice(CODES)
    for place in range(dice.randint(1, 9)):
        outcome = dice.choice(OUTCOMES)
        yield {
            "day": city_date(at),
            "at": at.astimezone(timezone.utc),
            "conversation": name,
            "seq": seq + 2 * place,
            "channel": channel,
            "outcome": outcome,
            "procedure_code": code if dice.random() < 0.8 else "",
            "milliseconds": int(dice.lognormvariate(5.5, 0.6)),
            "disliked": False,
            "handed_over": False,
        }
        at += timedelta(seconds=dice.uniform(5, 400))


def _thumb(number: int, fact: dict[str, Any]) -> dict[str, Any]:
    at = fact["at"]
    return {
        "id": f"thumb-{number}",
        "reference": f"GY-{number}",
        "source": "thumb",
        "conversation_id": fact["conversation"],
        "message_seq": fact["seq"] + 1,
        "about": "answer",
        "channel": fact["channel"],
        "procedure_code": fact["procedure_code"],
        "record_version": "",
        "fields": [],
        "decision_number": "",
        "outcome": fact["outcome"],
        "question": "",
        "thumb": "down",
        "words": "",
        "words_dropped": False,
        "bottleneck": "khac",
        "bottleneck_by": "rules",
        "created_at": at,
        "updated_at": at,
    }


def _request(number: int, fact: dict[str, Any]) -> dict[str, Any]:
    given = {
        "id": f"ask-{number}",
        "open_key": f"ask-{number}",
        "conversation_id": fact["conversation"],
        "channel": fact["channel"],
        "unit": "city",
        "state": "closed",
        "trigger": "asked",
        "asked_at": fact["at"],
        "waiting_since": fact["at"],
        "claimed_at": fact["at"] + timedelta(minutes=3),
        "waited_seconds": 180,
        "outcome": "answered",
    }
    missing = [column for column in HANDOFF_REQUEST.c if column.name not in given and not column.nullable]
    plain = {column.name: "" if column.type.python_type is str else column.type.python_type() for column in missing}
    return {**plain, **given}


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        connection.execute(insert(table), batch)


if __name__ == "__main__":
    sys.exit(main())
