"""`make load`: a thousand citizens at once, over the web chat and Zalo, and officers; what it costs and how it answers.

Starts everything as `make run` does, on free ports and a data folder of its own, or takes what runs at --url. With
--topology the same crowd then talks to nginx, hubs, Rasas, PostgreSQL and Redis; with --stock Rasa as it comes takes
part in a comparison of turns a second.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tools.load_measure import Crowd, measure
from tools.load_officers import duty_at_any_hour
from tools.load_race import Racer, over_rest, over_web, race
from tools.load_stands import Target, embedded, topology
from tools.load_stock import stock_rasa
from tools.load_zalo import LocalZalo
from tools.measuring import Row, show
from tools.topology import free_port


def main() -> int:
    """Command line; 1 when something was lost or too slow."""
    options = parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever was started is stopped then, too
    with tempfile.TemporaryDirectory(prefix="motcua-load-") as name, ExitStack() as stack:
        missed = False
        for rows in measured(options, (options.folder or Path(name)).absolute(), stack):
            show(rows)
            sys.stdout.flush()
            missed |= any(row.missed for row in rows)
    return 1 if missed else 0


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.load", description=__doc__)
    parser.add_argument("--citizens", type=int, default=1000, help="people at once (default 1000; 0: no crowd)")
    parser.add_argument("--think", type=float, default=10.0, help="seconds between two turns of a person (default 10)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long is measured (default 60)")
    parser.add_argument("--warm-up", type=float, default=60.0, help="seconds before that (default 60)")
    parser.add_argument("--zalo", type=float, default=0.3, help="share of citizens who are on Zalo (default 0.3)")
    parser.add_argument("--officers", type=int, default=4, help="officers who take conversations over (default 4)")
    parser.add_argument("--url", help="an assistant that runs already (without Zalo and officers); else one is started")
    parser.add_argument("--folder", type=Path, help="where its data are prepared, and kept for the next time")
    parser.add_argument("--topology", action="store_true", help="the same crowd against tools/topology.py as well")
    parser.add_argument("--hubs", type=int, default=2, help="hubs of the topology (default 2)")
    parser.add_argument("--rasas", type=int, default=2, help="Rasas of the topology (default 2)")
    parser.add_argument("--words-only", action="store_true", help="search without sentence vectors, in both")
    parser.add_argument("--stock", action="store_true", help="turns a second beside Rasa as it comes, in turn")
    parser.add_argument("--rounds", type=int, default=3, help="laps of each in that comparison (default 3)")
    parser.add_argument("--lap", type=float, default=20.0, help="seconds that a lap is measured (default 20)")
    options = parser.parse_args()
    if options.url and (options.topology or options.stock):
        parser.error("--url measures what runs there; --topology and --stock start their own")
    if not 0 <= options.zalo <= 1:
        parser.error("--zalo is a share between 0 and 1")
    return options


def measured(options: argparse.Namespace, folder: Path, stack: ExitStack) -> Iterator[list[Row]]:
    """Start what is asked for, send the crowd to each, compare turns a second; yield each table when it is there."""
    if options.url:
        crowd = Crowd(options.citizens, options.think, options.seconds, options.warm_up)
        yield measure(Target("", options.url.rstrip("/"), "", {}, dict), crowd)
        return
    folder.mkdir(parents=True, exist_ok=True)
    crowd = Crowd(options.citizens, options.think, options.seconds, options.warm_up, options.zalo, options.officers)
    targets = []
    for kind in ("default", "topology")[: 1 + options.topology]:
        zalo = LocalZalo(free_port())
        more = {**zalo.settings(), **duty_at_any_hour(folder)}
        more |= {"MOTCUA_VECTORS": "off"} if options.words_only else {}
        started = (
            embedded(folder, more)
            if kind == "default"
            else topology(folder / "topology", options.hubs, options.rasas, more)
        )
        target = stack.enter_context(started)
        asyncio.run(zalo.consent(target.env))
        targets.append(target)
        if options.citizens:
            yield measure(target, crowd, zalo)
    if options.stock:
        yield race(racers(targets, folder, stack), options.rounds, options.lap, warm_up=options.lap / 4)


def racers(targets: list[Target], folder: Path, stack: ExitStack) -> list[Racer]:
    """Return those who are compared, Rasa as it comes last."""
    running = []
    for target in targets:
        pids = tuple(target.pids().values())
        running.append(over_web(f"{target.name}, web chat", target.url, pids, apart=target.apart))
        running.append(over_rest(f"{target.name}, REST alone", target.rest, pids))
    stock = stack.enter_context(stock_rasa(folder / "stock"))
    return [*running, over_rest("Rasa as it comes, REST", stock.webhook, (stock.server, stock.actions))]


if __name__ == "__main__":
    sys.exit(main())
