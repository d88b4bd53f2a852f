"""`make bench`: speed and size of the whole assistant, as a table of medians beside the targets.

What the catalogue costs: tools/bench_catalogue.py.

Starts everything as `make run` does, on free ports and a data folder of its own; nothing of the real one is touched.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import psutil

from tools.measuring import PYTHON, ROOT, Row, note, run, show

TALK = (
    "xin chào",
    "đăng ký tạm trú cần giấy tờ gì",
    "lệ phí bao nhiêu",
    "còn nộp online thì sao",
    "dang ky khai sinh can gi",
    "mất bao lâu",
    "cấp lại căn cước",
    "hôm nay trời đẹp nhỉ",
)
START_LIMIT = 180.0


class Stand:
    """A running assistant on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.web_port, self.rasa_port = free_port(), free_port()
        self.env = os.environ | {
            "MOTCUA_DATA_DIR": str(folder),
            "MOTCUA_WEB_PORT": str(self.web_port),
            "MOTCUA_RASA_PORT": str(self.rasa_port),
        }
        for name in ("MOTCUA_RASA_URL", "MOTCUA_TRACKER_URL", "MOTCUA_DATABASE_URL", "MOTCUA_CATALOGUE_URL"):
            self.env.pop(name, None)

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}/webhooks/rest/webhook"

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        command = [*PYTHON, "bot.run"]
        process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def main() -> int:
    """Command line; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="starts to take the median of (default 3)")
    parser.add_argument("--no-train", action="store_true", help="leave out the training")
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as name:
        folder = Path(name)
        if not options.no_train:
            rows.append(measure_training(folder, runs=min(options.runs, 3)))
        rows += measure_assistant(folder / "run", options.runs)
    show(rows)
    return 1 if any(row.missed for row in rows) else 0


def measure_training(folder: Path, runs: int) -> Row:
    """Train from nothing: no model, no cache of Rasa's."""
    times = []
    for number in range(runs):
        note(f"training {number + 1}/{runs}")
        place = folder / f"models-{number}"
        env = os.environ | {"MOTCUA_MODEL_DIR": str(place), "RASA_CACHE_DIRECTORY": str(place / "cache")}
        times.append(run([*PYTHON, "bot.rasa_runtime.training", "--force"], env).seconds)
        shutil.rmtree(place, ignore_errors=True)
    return Row("Train", tuple(times), "s", 30)


def measure_assistant(folder: Path, runs: int) -> list[Row]:
    """Starts, turns and memory."""
    stand = Stand(folder)
    run([*PYTHON, "knowledge", "build"], stand.env)
    indexed = run([*PYTHON, "knowledge", "index"], stand.env)
    run([*PYTHON, "bot.rasa_runtime.training"], stand.env)
    starts, memory, middles, slow, rates = [], [], [], [], []
    for number in range(runs):
        note(f"start {number + 1}/{runs}")
        began = time.monotonic()
        with stand.running() as process:
            asyncio.run(first_answer(stand.webhook, process))
            starts.append(time.monotonic() - began)
            alone = asyncio.run(talk_alone(stand.webhook, conversations=25))
            middles.append(statistics.median(alone))
            slow.append(percentile(alone, 95))
            rates.append(asyncio.run(talk_together(stand.webhook, at_once=16, conversations=64)))
            memory.append(total_pss(process.pid))
    return [
        Row("Search index of the curated procedures, with vectors", (indexed.seconds,), "s", 300),
        Row("Start to first answer, nothing to install or train", tuple(starts), "s", 15),
        Row("A turn over REST, alone, p50", tuple(middles), "ms"),
        Row("A turn over REST, alone, p95", tuple(slow), "ms", 30),
        Row("Turns a second, 16 at once", tuple(rates), "turns/s"),
        Row("Memory of all processes together (PSS)", tuple(memory), "MB", 800),
    ]


async def first_answer(webhook: str, process: subprocess.Popen[bytes]) -> None:
    """Ask until there is an answer."""
    end = time.monotonic() + START_LIMIT
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < end:
            if process.poll() is not None:
                raise SystemExit(f"`python -m bot.run` ended with code {process.returncode}; run it to see why.")
            try:
                async with session.post(webhook, json={"sender": "first", "message": TALK[1]}) as response:
                    if response.status == 200 and await response.json():
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise SystemExit(f"no answer within {START_LIMIT:.0f} s")


async def talk_alone(webhook: str, conversations: int) -> list[float]:
    """Milliseconds of each turn, one conversation after the other."""
    async with aiohttp.ClientSession() as session:
        return [ms for n in range(conversations) for ms in await converse(session, webhook, f"alone-{time.time()}-{n}")]


async def talk_together(webhook: str, at_once: int, conversations: int) -> float:
    """Turns a second with `at_once` people talking."""
    gate = asyncio.Semaphore(at_once)

    async def one(session: aiohttp.ClientSession, number: int) -> int:
        async with gate:
            return len(await converse(session, webhook, f"together-{time.time()}-{number}"))

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        began = time.monotonic()
        turns = sum(await asyncio.gather(*(one(session, n) for n in range(conversations))))
        return turns / (time.monotonic() - began)


async def converse(session: aiohttp.ClientSession, webhook: str, sender: str) -> list[float]:
    """One conversation; milliseconds of each turn."""
    times = []
    for text in TALK:
        began = time.perf_counter()
        async with session.post(webhook, json={"sender": sender, "message": text}) as response:
            await response.read()
        times.append(1000 * (time.perf_counter() - began))
    return times


def total_pss(pid: int) -> float:
    """MB of the process and all its children, shared pages counted once."""
    parent = psutil.Process(pid)
    family = [parent, *parent.children(recursive=True)]
    return sum(_size(process.memory_full_info()) for process in family) / 1_000_000


def _size(info: object) -> int:
    # Linux tells what is shared; elsewhere what is the process's own comes nearest.
    return int(getattr(info, "pss", 0) or getattr(info, "uss", 0))


def percentile(values: list[float], percent: int) -> float:
    """The value below which `percent` of a hundred lie."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def free_port() -> int:
    """A port that nobody holds now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
