"""`make faults`: what citizens lose (nothing) when a part of the system breaks, and how long until all is well.

Starts the topology of tools/topology.py, then what `make run` starts, lets citizens talk, breaks one thing after the
other, and counts every message against the transcripts. 1 when something was lost or doubled. As root all data lie on
a small disk of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.fixtures.case_system import CaseSystem
from tools.faults_count import Count, Recovery, answered_twice, count_conversation, failings, recovery
from tools.faults_crowd import AWAY, Citizen
from tools.faults_default import DEFAULT_FAULTS, DefaultStand
from tools.faults_list import FAULTS, Broken, Fault
from tools.faults_stand import AnyStand, Stand, Unusable
from tools.load_mix import load_mix
from tools.measuring import note

BEFORE, AFTER = 6.0, 8.0
"""Seconds of undisturbed talk on either side of a fault."""
HEAD = (
    "| fault | sent | answered | apology | refused | lost | doubled | cause gone after | first answer after "
    "| last late answer | longest wait | |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Outcome:
    """One fault's figures."""

    fault: Fault
    count: Count
    recovery: Recovery
    broken: Broken

    def row(self) -> str:
        """Return a row of the table in docs/evaluation.md."""
        count, seconds = self.count, self.recovery
        first = "never" if seconds.first is None else f"{seconds.first:.1f} s"
        notes = [*self.broken.notes, *(f"{times} {reason}" for reason, times in count.reasons.items())]
        if count.gaps:
            notes.append(f"{count.gaps} GAPS")
        cells = (count.sent, count.answered, count.apologies, count.refused, count.lost, count.doubled)
        gone = f"{self.broken.mended - self.broken.at:.1f} s"
        late = f"{seconds.well:.1f} s" if seconds.well else "none"
        times = (gone, first, late, f"{seconds.longest:.1f} s", "; ".join(notes))
        return f"| {self.fault.what} | {' | '.join(map(str, cells))} | {' | '.join(times)} |"


def main() -> int:
    """Command line."""
    names = [fault.name for fault in (*FAULTS, *DEFAULT_FAULTS)]
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"which (default: all): {', '.join(names)}")
    parser.add_argument("--citizens", type=int, default=12, help="people who talk (default 12)")
    parser.add_argument("--think", type=float, default=2.0, help="seconds between answer and next message (default 2)")
    parser.add_argument("--keep", type=Path, help="folder in which the logs stay (default: a new one, removed)")
    options = parser.parse_args()
    unknown = sorted(set(options.faults) - set(names))
    if unknown:
        parser.error(f"no such fault: {', '.join(unknown)}")
    status = 0
    with tempfile.TemporaryDirectory(prefix="motcua-faults-", ignore_cleanup_errors=True) as folder:
        for kind, faults, name in ((Stand, FAULTS, "stand"), (DefaultStand, DEFAULT_FAULTS, "default")):
            chosen = [fault for fault in faults if not options.faults or fault.name in options.faults]
            if chosen:
                place = (options.keep or Path(folder)) / name
                status |= asyncio.run(break_all(kind, place, chosen, options.citizens, options.think))
    return status


async def break_all(
    kind: Callable[[Path, str], AnyStand], folder: Path, faults: Sequence[Fault], citizens: int, think: float
) -> int:
    """Run the faults one after the other on what is started in `folder`; print the table; return the exit code."""
    city = CaseSystem()
    await city.start()
    stand = kind(folder, city.url)
    status = 0
    try:
        note("starting everything")
        await asyncio.to_thread(stand.begin)
        print(HEAD, flush=True)
        for fault in faults:
            try:
                outcome = await break_one(stand, fault, city, citizens, think)
            except Unusable as reason:
                print(f"| {fault.what} | not done: {reason} |", flush=True)
                continue
            print(outcome.row(), flush=True)
            status |= not outcome.count.well
            await asyncio.to_thread(stand.ready)
    finally:
        await asyncio.to_thread(stand.close)
        await city.stop()
    return status


async def break_one(stand: AnyStand, fault: Fault, city: CaseSystem, citizens: int, think: float) -> Outcome:
    """Let people talk, break it, let them talk on, count."""
    broken, over = Broken(stand, city), asyncio.Event()
    if fault.before is not None:
        await asyncio.to_thread(fault.before, broken)
    places = stand.places()
    # Whoever asks for an officer waits for one, and that is no answer that could be counted
    mix = [talk for talk in load_mix() if not any("cán bộ" in words for words in talk.turns)] + list(fault.talks)
    people = [Citizen(number, stand.url, mix, think) for number in range(citizens)]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        lives = [
            asyncio.create_task(person.live(session, over, think * number / citizens))
            for number, person in enumerate(people)
        ]
        try:
            await asyncio.sleep(BEFORE)
            await asyncio.to_thread(fault.run, broken)
            await asyncio.sleep(AFTER)
        finally:
            over.set()
            await asyncio.gather(*lives)
        count = Count()
        for person in people:
            count.add(count_conversation(person.sent, await person.read(session), AWAY))
    if fault.after is not None:
        await asyncio.to_thread(fault.after, broken)
    logged = list(stand.logged(places))
    count.doubled += answered_twice(logged)
    broken.notes += [f"{times} answered `{name}`" for name, times in failings(logged).items()]
    sent = [message for person in people for message in person.sent]
    return Outcome(fault, count, recovery(sent, broken.at), broken)


if __name__ == "__main__":
    sys.exit(main())
