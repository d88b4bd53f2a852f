"""Memory over many turns: half of the people at the web chat, half at Rasa's REST channel, none with a pause.

It is that of each process without the pages of files: other Python programs share these, and come and go meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from statistics import linear_regression

from tools.load_citizens import Citizen, Person, Tally, crowd
from tools.load_mix import load_mix
from tools.load_race import typed_only
from tools.load_rest import RestCitizen
from tools.load_stands import Target
from tools.measuring import Row, note

AT_ONCE = 16
SAMPLES = 10
"""How often memory is read, the beginning aside; every 5,000 turns of 50,000."""
WARM = 0.2
"""Share of the turns after which caches are taken to be full."""
PER_TURNS = 50_000
MAY_GROW = 10.0
"""Percent of its memory by which a process may grow over `PER_TURNS` turns, by the slope after the warm-up."""
FEWEST = 10_000
"""Turns below which the slope is no more than that of the warm-up, and misses no goal."""
Sample = tuple[int, Mapping[str, float]]


def memory_rows(target: Target, turns: int) -> list[Row]:
    """Talk for so many turns; memory of each process after the warm-up, at the end, and its slope."""
    note(f"{turns} turns, {AT_ONCE} people without a pause")
    tally = Tally()
    samples = asyncio.run(watched(target, turns, tally))
    for kind, count in tally.errors.items():
        note(f"{count} × {kind}")
    return [*rows_of(samples, turns), Row("errors over these turns", (float(sum(tally.errors.values())),), "", 0.0)]


async def watched(target: Target, turns: int, tally: Tally) -> list[Sample]:
    """Let people talk until so many turns are answered; turns and MB of their own by process, `SAMPLES` times."""
    every = max(turns // SAMPLES, 1)
    mix = load_mix()
    people: list[Person] = [
        *(Citizen(number, target.url, mix, 0.0, tally) for number in range(AT_ONCE // 2)),
        *(RestCitizen(number, target.rest, typed_only(mix), tally) for number in range(AT_ONCE // 2, AT_ONCE)),
    ]
    talking = asyncio.create_task(crowd(people, float("inf"), 0.0, 1.0, lambda: None))
    samples = [(0, target.own_megabytes())]
    try:
        while samples[-1][0] < turns and not talking.done():
            await asyncio.sleep(0.5)
            if len(tally.milliseconds) >= samples[-1][0] + every:
                samples.append((len(tally.milliseconds), await asyncio.to_thread(target.own_megabytes)))
                note(f"{samples[-1][0]} turns, {sum(samples[-1][1].values()):.0f} MB")
    finally:
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
    return samples


def rows_of(samples: Sequence[Sample], turns: int) -> list[Row]:
    """Return by process MB after the warm-up and at the end, and the growth over 50,000 turns in percent."""
    warm = [one for one in samples if one[0] >= WARM * turns]
    rows = []
    for name in warm[0][1]:
        values = [one[1].get(name, 0.0) for one in warm]
        rows.append(Row(f"memory after {warm[0][0]} turns, {name}", (values[0],), "MB"))
        rows.append(Row(f"memory after {warm[-1][0]} turns, {name}", (values[-1],), "MB"))
        if len(warm) > 1 and values[0]:
            slope = linear_regression([float(one[0]) for one in warm], values).slope
            growth = 100 * slope * PER_TURNS / values[0]
            rows.append(
                Row(
                    f"growth over {PER_TURNS:,} turns by its slope, {name}",
                    (growth,),
                    "%",
                    MAY_GROW if turns >= FEWEST else None,
                )
            )
    return rows
