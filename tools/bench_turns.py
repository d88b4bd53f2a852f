"""`make bench-turns`: does a turn stay as cheap, and memory as small, when conversations and the catalogue grow?

A conversation of 200 turns, 50,000 turns of many people at once, a catalogue ten times as large. Processor time is
counted, not the clock: it is nearly the same on a machine with other work. Parts: tools/bench_turns_*.py.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import aiohttp

from tools.bench import TALK
from tools.bench_turns_catalogue import PROCEDURES, TIMES, catalogue_rows
from tools.bench_turns_memory import memory_rows
from tools.load_processes import RASA, family_seconds
from tools.load_stands import Target, embedded
from tools.measuring import Row, note, show

PARTS = ("length", "memory", "catalogue")
WINDOWS = {10: (0, 16), 50: (40, 56), 200: (184, 200)}
"""Turn → the turns whose mean it stands for: whole rounds of the eight questions of `TALK`, so all ask the same."""
FLAT = 1.25
"""What the 200th turn may cost, in times the 10th."""


def main() -> int:
    """Command line; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench_turns", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"which (default: all): {', '.join(PARTS)}")
    parser.add_argument("--conversations", type=int, default=5, help="long conversations to measure (default 5)")
    parser.add_argument("--turns", type=int, default=50_000, help="turns over which memory is watched (default 50000)")
    parser.add_argument("--catalogue", type=Path, help="detail records of the portal, JSON lines, packed or not")
    parser.add_argument("--procedures", type=int, default=PROCEDURES, help=f"of the smaller one (default {PROCEDURES})")
    parser.add_argument("--vectors", action="store_true", help="catalogues with sentence vectors (takes much longer)")
    parser.add_argument("--folder", type=Path, help="where data are prepared, and kept for the next time")
    options = parser.parse_args()
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    missed = False
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever was started is stopped then, too
    with tempfile.TemporaryDirectory(prefix="motcua-turns-") as name:
        folder = (options.folder or Path(name)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        for rows in measured(options, set(options.parts or PARTS), folder):
            show(rows)
            sys.stdout.flush()
            missed |= any(row.missed for row in rows)
    return 1 if missed else 0


def measured(options: argparse.Namespace, parts: set[str], folder: Path) -> Iterator[list[Row]]:
    """Yield the table of each part when it is there."""
    if {"length", "memory"} & parts:
        with embedded(folder, {}) as target:
            if "length" in parts:
                yield length_rows(target, options.conversations)
            if "memory" in parts:
                yield memory_rows(target, options.turns)
    if "catalogue" in parts:
        sizes = (options.procedures, options.procedures * TIMES)
        yield catalogue_rows(folder, sizes, options.catalogue, vectors=options.vectors)


def length_rows(target: Target, conversations: int) -> list[Row]:
    """Processor time of Rasa's process a turn, early and late in a conversation."""
    note(f"{conversations} conversations of {max(end for _, end in WINDOWS.values())} turns, one after the other")
    rasa = target.pids()[RASA]
    asyncio.run(long_conversation(target.rest, rasa))  # the first one fills caches
    found = [asyncio.run(long_conversation(target.rest, rasa)) for _ in range(conversations)]
    rows = [
        Row(f"a turn, processor time, turn {turn}", tuple(window_mean(costs, *WINDOWS[turn]) for costs in found), "ms")
        for turn in WINDOWS
    ]
    times = tuple(late / early for early, late in zip(rows[0].values, rows[-1].values, strict=True))
    return [*rows, Row("the 200th turn in times the 10th", times, "×", FLAT)]


def window_mean(marks: Sequence[float], begin: int, end: int) -> float:
    """Return milliseconds a turn between two turns. marks: processor seconds before each turn and at the end."""
    return 1000 * (marks[end] - marks[begin]) / (end - begin)


async def long_conversation(webhook: str, pid: int) -> list[float]:
    """Talk for 200 turns; the process's seconds of processor time before each, and at the end."""
    turns, sender, marks = max(end for _, end in WINDOWS.values()), str(uuid.uuid4()), []
    async with aiohttp.ClientSession() as session:
        for number in range(turns):
            marks.append(family_seconds((pid,)))
            message = {"sender": sender, "message": TALK[number % len(TALK)]}
            async with session.post(webhook, json=message) as response:
                if not await response.json():
                    raise SystemExit(f"turn {number + 1} was not answered: {message['message']}")
    return [*marks, family_seconds((pid,))]


if __name__ == "__main__":
    sys.exit(main())
