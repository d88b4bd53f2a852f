"""One crowd against one assistant: who is in it, and the table of what came of it."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import uvloop

from tools.bench import percentile
from tools.load_citizens import Citizen, Person, Tally, crowd
from tools.load_logs import ends_of, errors_since
from tools.load_mix import load_mix
from tools.load_officers import Desk, Officer, hire
from tools.load_processes import shares
from tools.load_stands import Target
from tools.load_zalo import LocalZalo, ZaloCitizen
from tools.measuring import Row, note

SLOW = 300.0
"""Milliseconds that 95 of 100 answers may take."""
OFFICER_THINKS = 4.0
"""Seconds until an officer has written an answer, and until the conversation is given back."""
CROWD = "the crowd itself"
CROWD_NICE = -10


@dataclass(frozen=True)
class Crowd:
    """How many talk, how long. zalo: the share of citizens on Zalo; officers: who serve at the console."""

    citizens: int
    think: float
    seconds: float
    warm_up: float
    zalo: float = 0.0
    officers: int = 0

    @property
    def spread(self) -> float:
        """Return within how many seconds the first words are said."""
        return min(self.warm_up, max(self.think, 1.0))


@dataclass
class Found:
    """What was measured. used: percent of a core by process; memory: MB by process, before and after.

    logged: errors in the logs from the first word on, warm-up and all; None where nobody knows the logs.
    """

    web: Tally
    zalo: Tally
    desk: Desk
    used: Mapping[str, float]
    before: Mapping[str, float]
    after: Mapping[str, float]
    logged: Counter[str] | None = None

    def begin_anew(self) -> None:
        """Forget what was measured: the warm-up is over."""
        for one in (self.web, self.zalo, self.desk):
            one.begin_anew()


def measure(target: Target, plan: Crowd, zalo: LocalZalo | None = None) -> list[Row]:
    """Send the crowd and return the table. zalo: where answers on Zalo arrive; without it nobody is there."""
    plan = plan if zalo is not None else replace(plan, zalo=0.0)
    note(f"{target.name}: {plan.citizens} citizens, a turn every {plan.think:g} s, {plan.seconds:g} s after warm-up")
    with _first_in_line():
        found = uvloop.run(_send(target, plan, zalo))
    head = f"{target.name}: " if target.name else ""
    return [replace(row, name=head + row.name) for row in rows_of(found, plan)]


@contextmanager
def _first_in_line() -> Iterator[None]:
    """Citizens have devices of their own: the crowd does not wait for a processor of those whom it measures.

    For that one has to be root; without it, times are longer by what the crowd itself waits.
    """
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, CROWD_NICE)
    except PermissionError:
        note("not root: the crowd waits for a processor like everybody, and its times hold that, too")
    try:
        yield
    finally:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, usual)


def _seconds(target: Target) -> dict[str, float]:
    """Return processor time so far, that of the crowd with it: it takes its share of the same machine."""
    return {**target.seconds(), CROWD: time.process_time()}


async def _send(target: Target, plan: Crowd, zalo: LocalZalo | None) -> Found:
    found = Found(Tally(), Tally(), Desk(), {}, target.megabytes(), {})
    ends = None if target.logs is None else ends_of(target.logs)
    at_zalo = round(plan.citizens * plan.zalo)
    if zalo is not None:
        await zalo.start()
    try:
        people = _people(target, plan, found, at_zalo, zalo)
        officers = await _officers(target, plan, found.desk)
        until = time.monotonic() + plan.warm_up + plan.seconds
        began: list[tuple[float, dict[str, float]]] = []

        def begin_anew() -> None:
            found.begin_anew()
            began.append((time.monotonic(), _seconds(target)))

        async def take_stock() -> tuple[float, dict[str, float]]:
            await asyncio.sleep(plan.warm_up + plan.seconds)  # those who still wait for an answer then use little
            return time.monotonic(), _seconds(target)

        at_the_end = asyncio.create_task(take_stock())
        serving = asyncio.gather(*(officer.serve(until) for officer in officers))
        await crowd(people, plan.seconds, plan.warm_up, plan.spread, begin_anew, apart=target.apart)
        (began_at, before), (ended_at, after) = began[0], await at_the_end
        found.used = shares(before, after, ended_at - began_at)
        found.after = target.megabytes()
        await serving
        if target.logs is not None and ends is not None:
            found.logged = errors_since(target.logs, ends)
    finally:
        if zalo is not None:
            await zalo.stop()
    return found


def _people(target: Target, plan: Crowd, found: Found, at_zalo: int, zalo: LocalZalo | None) -> list[Person]:
    people: list[Person] = []
    webhook, plain = f"{target.url}/zalo/webhook", load_mix()
    mix = load_mix(officers=plan.officers > 0)
    for number in range(plan.citizens):
        # Evenly among the others, so that both begin at the same pace
        on_zalo = (number + 1) * at_zalo // plan.citizens > number * at_zalo // plan.citizens
        if on_zalo and zalo is not None:
            people.append(ZaloCitizen(number, webhook, zalo, plain, plan.think, found.zalo))
        else:
            people.append(Citizen(number, target.url, mix, plan.think, found.web, apart=target.apart))
    return people


async def _officers(target: Target, plan: Crowd, desk: Desk) -> list[Officer]:
    if not plan.officers:
        return []
    hired = await hire(target.env, plan.officers)
    return [
        Officer(number, target.url, name, password, OFFICER_THINKS, desk)
        for number, (name, password) in enumerate(hired)
    ]


def rows_of(found: Found, plan: Crowd) -> list[Row]:
    """Return the table of one crowd."""
    rows = [*_answers("web chat", found.web, plan.seconds)]
    if plan.zalo:
        rows += _answers("Zalo", found.zalo, plan.seconds)
    if plan.officers:
        rows += _desk(found.desk, found.web)
    if found.logged is not None:
        for what, count in found.logged.items():
            note(f"log of {what}: {count} times")
        rows.append(Row("errors in the logs", (float(sum(found.logged.values())),), "", 0.0))
    rows += [Row(f"processor of a core, {name}", (share,), "%") for name, share in sorted(found.used.items())]
    if found.after:
        ours = sum(share for name, share in found.used.items() if name != CROWD)
        rows.append(Row("processor of a core, all but the crowd", (ours,), "%"))
        rows.append(Row("memory before", (sum(found.before.values()),), "MB"))
        rows.append(Row("memory after", (sum(found.after.values()),), "MB"))
    return rows


def _answers(channel: str, tally: Tally, seconds: float) -> list[Row]:
    """Return how a channel answered; an error more than none misses the goal, and so does no answer at all."""
    for kind, count in tally.errors.items():
        note(f"{channel}: {count} × {kind}")
    rows = [Row(f"turns answered a second, {channel}", (len(tally.milliseconds) / seconds,), "turns/s")]
    rows += _percentiles(f"answer, {channel}", tally.milliseconds)
    lost = sum(tally.errors.values()) + (not tally.milliseconds)
    return [*rows, Row(f"errors, {channel}", (float(lost),), "", 0.0)]


def _desk(desk: Desk, web: Tally) -> list[Row]:
    for kind, count in desk.errors.items():
        note(f"officers: {count} × {kind}")
    rows = [Row("handed over, answered and given back", (float(desk.handed),), "")]
    if web.waits:
        rows.append(Row("wait for an officer's words", tuple(web.waits), "s"))
    rows.append(Row("citizens who waited for an officer in vain", (float(web.in_vain),), ""))
    rows += _percentiles("page or step of the console", desk.pages)
    return [*rows, Row("errors, console", (float(sum(desk.errors.values())),), "", 0.0)]


def _percentiles(name: str, values: Sequence[float]) -> list[Row]:
    if len(values) < 2:
        return []
    goals = {95: SLOW} if name.startswith("answer") else {}
    return [Row(f"{name}, p{one}", (percentile(list(values), one),), "ms", goals.get(one)) for one in (50, 90, 95, 99)]
