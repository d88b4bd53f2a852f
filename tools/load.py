"""`make load`: a thousand citizens at once, over the web chat; answers in time, errors, processor time, memory.

Starts everything as `make run` does, on free ports and a data folder of its own, or takes what runs at --url.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tools.bench import Stand, first_answer, percentile, talk_together, total_pss
from tools.load_citizens import Tally, crowd
from tools.load_stock import stock_rasa
from tools.measuring import PYTHON, note, run

SLOW = 300.0
"""Milliseconds that 95 of 100 answers may take."""
AT_MOST_SECONDS = 20.0
"""How long the most turns a second are counted."""


def main() -> int:
    """Command line; 1 when something was lost or too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citizens", type=int, default=1000, help="people at once (default 1000)")
    parser.add_argument("--think", type=float, default=10.0, help="seconds between two turns of a person (default 10)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long is measured (default 60)")
    parser.add_argument("--warm-up", type=float, default=20.0, help="seconds before that (default 20)")
    parser.add_argument("--url", help="an assistant that runs already; else one is started")
    parser.add_argument("--folder", type=Path, help="where its data are prepared, and kept for the next time")
    parser.add_argument("--stock", action="store_true", help="beside it, turns a second against Rasa as it comes")
    options = parser.parse_args()
    if options.url:
        return measure(options, options.url.rstrip("/"), None)
    with tempfile.TemporaryDirectory(prefix="motcua-load-") as name:
        with started(options.folder or Path(name)) as (url, pid):
            status = measure(options, url, pid)
            ours = asyncio.run(most_turns(url)) if options.stock else 0.0
        if options.stock:
            with stock_rasa(Path(name) / "stock") as webhook:
                stock = asyncio.run(talk_together(webhook, at_once=16, conversations=48))
            print(f"turns a second      {ours:>9.1f}   Rasa as it comes {stock:.1f}: {ours / stock:.1f} times as many")
        return status


async def most_turns(url: str) -> float:
    """Turns a second over the web chat when 16 people talk without a pause."""
    tally = Tally()
    rate = await crowd(url, 16, 0.0, AT_MOST_SECONDS, 5.0, tally)
    if tally.errors:
        note(f"errors: {tally.errors}")
    return rate


@contextmanager
def started(folder: Path) -> Iterator[tuple[str, int]]:
    """An assistant of our own: where it is, and its process."""
    stand = Stand(folder)
    note("preparing the catalogue and the model")
    run([*PYTHON, "knowledge", "build"], stand.env)
    run([*PYTHON, "knowledge", "index"], stand.env)
    run([*PYTHON, "bot.rasa_runtime.training"], stand.env)
    with stand.running() as process:
        asyncio.run(first_answer(stand.webhook, process))
        yield f"http://127.0.0.1:{stand.web_port}", process.pid


def measure(options: argparse.Namespace, url: str, pid: int | None) -> int:
    """Send the crowd and print what came of it."""
    note(f"{options.citizens} citizens, a turn every {options.think:g} s, {options.seconds:g} s after the warm-up")
    memory, used, tally = (total_pss(pid) if pid else 0.0), processor_times(pid), Tally()
    began = time.monotonic()
    rate = asyncio.run(crowd(url, options.citizens, options.think, options.seconds, options.warm_up, tally))
    lasted = time.monotonic() - began
    if not tally.milliseconds:
        print(f"No turn was answered. {tally.errors}")
        return 1
    slow = percentile(tally.milliseconds, 95)
    print(f"turns answered      {len(tally.milliseconds):>9}   {rate:.1f} a second")
    for percent in (50, 90, 95, 99):
        print(f"p{percent:<18} {percentile(tally.milliseconds, percent):>10.0f} ms")
    print(f"errors              {sum(tally.errors.values()):>9}   {tally.errors or ''}")
    if pid:
        print(f"memory              {total_pss(pid):>9.0f} MB   {memory:.0f} MB before")
        for name, seconds in processor_times(pid).items():
            print(f"processor           {100 * (seconds - used.get(name, 0.0)) / lasted:>8.0f} %   {name}")
    return 1 if tally.errors or slow > SLOW else 0


def processor_times(pid: int | None) -> dict[str, float]:
    """Seconds of processor time so far, by what the process runs."""
    if pid is None:
        return {}
    found: dict[str, float] = {}
    for process in psutil.Process(pid).children(recursive=True):
        times = process.cpu_times()
        words = [word for word in process.cmdline() if word.startswith("bot.") or word.startswith("knowledge")]
        name = f"{words[0] if words else process.name()} ({process.pid})"
        found[name] = times.user + times.system
    return found


if __name__ == "__main__":
    sys.exit(main())
