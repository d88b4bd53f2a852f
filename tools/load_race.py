"""Turns a second beside Rasa as it comes: the same words, the same number of people without a pause, turn about.

Ours over the web chat (the hub, with all that it stores), ours over Rasa's REST channel alone (trackers in SQLite), and
Rasa as it comes over REST (trackers in memory, actions over HTTP). All three stay started; only one is talked to.
"""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import uvloop

from tools.load_citizens import Citizen, Tally, crowd
from tools.load_mix import Kind, Talk, load_mix
from tools.load_processes import family_seconds
from tools.load_rest import RestCitizen
from tools.measuring import Row, note

AT_ONCE = 16
TIMES_AS_MANY = 5.0
"""What is to be reached."""
Lap = Callable[[float, float, Tally], Awaitable[float]]


@dataclass(frozen=True)
class Racer:
    """name: as in the table. lap(seconds, warm_up, tally): turns a second. pids: whose processor time counts."""

    name: str
    lap: Lap
    pids: tuple[int, ...]


def typed_only(mix: Sequence[Talk]) -> list[Talk]:
    """Return the conversations without the turns that press a button: Rasa as it comes shows none.

    Those that lead to an officer are left out: whoever waits for one is not answered, at once or at all.
    """
    kept = [
        Talk(one.weight, tuple(turn for turn, step in zip(one.turns, one.steps, strict=True) if step.kind is Kind.SAY))
        for one in mix
        if not one.officer and not any("cán bộ" in turn for turn in one.turns)
    ]
    return [one for one in kept if one.turns]


def over_web(name: str, url: str, pids: Sequence[int], *, apart: bool = False) -> Racer:
    """Return one that is talked to over the web chat. url: of the hub, or of nginx in front of hubs."""
    mix = typed_only(load_mix())

    async def lap(seconds: float, warm_up: float, tally: Tally) -> float:
        people = [Citizen(number, url, mix, 0.0, tally, apart=apart) for number in range(AT_ONCE)]
        await crowd(people, seconds, warm_up, 1.0, tally.begin_anew, apart=apart)
        return len(tally.milliseconds) / seconds

    return Racer(name, lap, tuple(pids))


def over_rest(name: str, webhook: str, pids: Sequence[int]) -> Racer:
    """Return one that is talked to over Rasa's REST channel."""
    mix = typed_only(load_mix())

    async def lap(seconds: float, warm_up: float, tally: Tally) -> float:
        people = [RestCitizen(number, webhook, mix, tally) for number in range(AT_ONCE)]
        await crowd(people, seconds, warm_up, 1.0, tally.begin_anew)
        return len(tally.milliseconds) / seconds

    return Racer(name, lap, tuple(pids))


def race(running: Sequence[Racer], rounds: int, seconds: float, warm_up: float) -> list[Row]:
    """Let each have its lap, round after round, and the first ones once more; return the table."""
    rates: dict[str, list[float]] = {one.name: [] for one in running}
    costs: dict[str, list[float]] = {one.name: [] for one in running}
    errors = dict.fromkeys(rates, 0)
    for number, one in enumerate([*running] * rounds + [*running[:-1]]):
        tally, used = Tally(), family_seconds(one.pids)
        rate = uvloop.run(one.lap(seconds, warm_up, tally))  # citizens take little of the machine they measure
        turns = len(tally.milliseconds) + tally.before
        rates[one.name].append(rate)
        costs[one.name].append(1000 * (family_seconds(one.pids) - used) / max(turns, 1))
        errors[one.name] += sum(tally.errors.values())
        cost = costs[one.name][-1]
        note(f"lap {number + 1}: {one.name}: {rate:.1f} turns a second, {cost:.0f} ms of processor time a turn")
        if tally.errors:
            note(f"errors: {tally.errors}")
    return table(rates, costs, errors)


def table(
    rates: Mapping[str, Sequence[float]], costs: Mapping[str, Sequence[float]], errors: Mapping[str, int]
) -> list[Row]:
    """Return the rows; the last name of `rates` is what the others are measured by."""
    *ours, stock = rates
    rows = [Row(f"turns a second, {name}", tuple(rates[name]), "turns/s") for name in rates]
    rows += [Row(f"processor time a turn, {name}", tuple(costs[name]), "ms") for name in costs]
    rows += [Row(f"errors, {name}", (float(errors[name]),), "", 0.0) for name in errors]
    for name in ours:
        times = statistics.median(rates[name]) / statistics.median(rates[stock])
        rows.append(Row(f"{name}: times as many as stock", (times,), "×", TIMES_AS_MANY, at_least=True))
    return rows
