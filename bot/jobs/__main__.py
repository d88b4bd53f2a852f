"""`python -m bot.jobs list | run NAME | work`: what runs by itself inside the hub, by hand or in its own process."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.errors import SettingInvalidError, StoreDownError
from bot.jobs.heartbeat import FILE, beat
from bot.jobs.registry import build_runner
from bot.jobs.runner import JobRunner, last_runs
from bot.ops.jit import quicken
from bot.ops.logging import EventLog, configure_logging
from bot.services import CaseServices, build_case_services
from bot.settings import Settings
from bot.store.awaiting import AWAY, await_database

log = EventLog("jobs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 where another process is at work on the job or the database does not come, 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="python -m bot.jobs", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    commands.add_parser("list", help="the jobs, when they last ran and what came of it")
    commands.add_parser("run", help="run one now").add_argument("name")
    commands.add_parser("work", help="run what is due until told to stop, where hubs have MOTCUA_JOBS=off")
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_env()
        settings.require_shared_keys()
        quicken(settings.jit)
        services = build_case_services(settings)
    except SettingInvalidError as error:
        print(error, file=sys.stderr)
        return 2
    configure_logging(settings.log_level)
    runner = build_runner(services)
    if options.command == "run" and options.name not in runner.jobs:
        print(f"no job {options.name!r}: {', '.join(runner.jobs)}", file=sys.stderr)
        return 2
    try:
        await_database(settings.database_url, "MOTCUA_DATABASE_URL")
    except StoreDownError as error:
        print(error, file=sys.stderr)
        return AWAY
    if options.command == "work":
        return asyncio.run(_work(services, runner, settings.data_dir / FILE))
    return asyncio.run(_list(services, runner) if options.command == "list" else _run(services, runner, options.name))


async def _work(services: CaseServices, runner: JobRunner, alive: Path) -> int:
    """Work, with a sign of life in the file `alive`.

    A job in work when the process is told to stop is broken off; the next runner begins it anew.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    runner.start()
    heart = asyncio.create_task(beat(alive, runner.works))
    log.info("working", jobs=len(runner.jobs))
    await stopping.wait()
    heart.cancel()
    await runner.stop()
    await services.close()
    return 0


async def _list(services: CaseServices, runner: JobRunner) -> int:
    runs = await services.operations().run(last_runs)
    for job in runner.jobs.values():
        row = runs.get(job.name)
        when = f"{row.ended_at:%Y-%m-%d %H:%M:%S}Z {json.dumps(row.result)}" if row and row.ended_at else "never"
        print(f"{job.name:<16} every {job.every!s:<8} {when:<40} {job.what}")
    return 0


async def _run(services: CaseServices, runner: JobRunner, name: str) -> int:
    result = await runner.run(name)
    await services.close()
    print("another process is at work on it" if result is None else json.dumps(result))
    return 1 if result is None else 0


if __name__ == "__main__":
    sys.exit(main())
