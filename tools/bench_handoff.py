"""`make bench-handoff`: 50 officers claim one conversation at once, 1,000 times, on SQLite and on PostgreSQL.

Every round must have one winner, 49 who are told that a colleague was faster, and one line in the history. The officers
are spread over several hubs (databases with their own connections), as in a city. PostgreSQL is left out where it is
not installed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bot.errors import HandoffStepError
from bot.handoff.models import Asked, Deed, HandoffFault, Officer, Request
from bot.handoff.presence import Presence
from bot.handoff.queue import Queue
from bot.handoff.shifts import load_shifts
from bot.hub.conversations import ConversationStore
from bot.hub.delivery import LocalDelivery
from bot.hub.ownership import Ownership
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate
from knowledge.working_days import load_calendar
from tests.fixtures.moving_clock import MovingClock
from tests.fixtures.postgres import fresh_database, postgres_server
from tools.measuring import Row, note, show

HUBS = 4
OFFICERS = tuple(Officer(f"p-{number}", f"Officer {number}") for number in range(50))


def main() -> int:
    """Measure; 1 where a round went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    options = parser.parse_args()
    rows, faults = [], 0
    for engine in options.engine or ("sqlite", "postgresql"):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            if engine == "postgresql":
                server = stack.enter_context(postgres_server())
                url = stack.enter_context(fresh_database(server))
            else:
                url = f"sqlite:///{folder / 'operations.db'}"
            seconds, wrong = asyncio.run(_rounds(url, options.rounds))
        faults += wrong
        rows += [
            Row(f"{engine}: rounds with other than one winner, of {options.rounds}", (float(wrong),), "rounds", 0.0),
            Row(f"{engine}: a round of {len(OFFICERS)} claims", tuple(one * 1000 for one in seconds), "ms"),
        ]
    show(rows)
    return 1 if faults else 0


async def _rounds(url: str, rounds: int) -> tuple[list[float], int]:
    migrate(url)
    clock, shifts = MovingClock(), load_shifts(load_calendar())
    databases = [Database(make_engine(url)) for _ in range(HUBS)]
    hubs = []
    for database in databases:
        get = _always(database)
        hubs.append(Ownership(get, clock, Queue(get, clock, shifts), LocalDelivery()))
    await Presence(_always(databases[0]), clock).arrive(OFFICERS[0])
    store, seconds, wrong = ConversationStore(databases[0], clock), [], 0
    try:
        for number in range(rounds):
            conversation = await store.open("web")
            request = await hubs[0].ask(conversation.id, Asked())
            assert request is not None  # noqa: S101 - somebody is there
            began = time.monotonic()
            wrong += not await _one_winner(hubs, request)
            seconds.append(time.monotonic() - began)
            if number % 100 == 99:
                note(f"{url.partition(':')[0]}: {number + 1} rounds, {wrong} wrong")
    finally:
        for database in databases:
            database.close()
    return seconds, wrong


async def _one_winner(hubs: list[Ownership], request: Request) -> bool:
    claims = (hubs[place % len(hubs)].claim(request.id, officer) for place, officer in enumerate(OFFICERS))
    results = await asyncio.gather(*claims, return_exceptions=True)
    won = [one for one in results if isinstance(one, Request)]
    lost = [one for one in results if isinstance(one, HandoffStepError)]
    taken = all(one.context["fault"] is HandoffFault.TAKEN for one in lost)
    history = [line.deed for line in await hubs[0].queue.history(request.id)]
    held = await hubs[0].queue.get(request.id)
    return (
        len(won) == 1
        and len(lost) == len(OFFICERS) - 1
        and taken
        and history == [Deed.ASKED, Deed.CLAIMED]
        and held is not None
        and held.officer_id == won[0].officer_id
    )


def _always(database: Database) -> Callable[[], Database]:
    return lambda: database


if __name__ == "__main__":
    sys.exit(main())
