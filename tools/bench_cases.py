"""`make bench-cases`: what a look-up of a dossier costs beside the one-stop system's own time.

A thousand look-ups, spread evenly over a minute, go through the real service, gateway, tries and wording to a local
one-stop system in a process of its own, which takes its time and says how long each answer took it. One in ten comes
with a wrong proof. Reported: the total less the system's own time.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.cases.gateways.base import Gateways, Route
from bot.cases.gateways.city import CityGateway, CitySystem
from bot.cases.models import LookUpKind
from bot.cases.service import CaseService
from bot.cases.tables import CASE_TRY
from bot.ops.case_codes import CaseCode
from bot.ops.clock import SystemClock
from bot.services import build_case_services
from bot.settings import Settings
from bot.store.tries import Tries
from tests.fixtures.case_system import PHONE, CaseSystem, fields
from tools.measuring import PYTHON, ROOT, Row, note, show

TARGET_MS = 150.0
RIGHT, WRONG = PHONE.replace(" ", "")[-4:], "0000"
EVERY_WRONG = 10
A_PERSON_ASKS = 4


class TimedSystem(CaseSystem):
    """A one-stop system that keeps how long it was at work on each dossier, in seconds."""

    def __init__(self, count: int, slow: float) -> None:
        super().__init__()
        self.cases = {str(code): fields(str(code), number % 10 + 1) for number, code in enumerate(codes(count))}
        self.slow = slow
        self.times: dict[str, float] = {}

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        began = time.perf_counter()
        response = await super()._answer(request)
        self.times[(await request.json())["MaHoSo"]] = time.perf_counter() - began
        return response

    async def serve(self) -> None:
        """Listen, say where, and tell the times to whoever asks; until the process is ended."""
        app = web.Application()
        app.router.add_post("/TraCuuHoSo", self._answer)
        app.router.add_get("/times", self._tell)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await asyncio.Event().wait()

    async def _tell(self, _request: web.Request) -> web.Response:
        return web.json_response(self.times)


def codes(count: int) -> list[CaseCode]:
    """Return `count` different codes."""
    return [CaseCode("H29.12", date(2026, 11, 2), f"{number:05}") for number in range(count)]


def main() -> int:
    """Command line; 1 when the target is missed or a look-up came out wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="look-ups (default 1000)")
    parser.add_argument("--seconds", type=float, default=60.0, help="over which they are spread (default 60)")
    parser.add_argument("--slow", type=float, default=0.2, help="seconds that the system takes for each (default 0.2)")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(TimedSystem(options.count, options.slow).serve())
        return 0
    note(f"{options.count} look-ups in {options.seconds:g} s, the system takes {options.slow * 1000:g} ms")
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder, system(options.count, options.slow) as address:
        rows, wrong = asyncio.run(measure(Path(folder), address, options.count, options.seconds))
    show(rows)
    if wrong:
        print(f"{wrong} look-ups came out otherwise than they should")
    return 1 if wrong or any(row.missed for row in rows) else 0


@contextmanager
def system(count: int, slow: float) -> Iterator[str]:
    """The one-stop system's address, while it runs."""
    command = [*PYTHON, "tools.bench_cases", "--serve", "--count", str(count), "--slow", str(slow)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


async def measure(folder: Path, address: str, count: int, seconds: float) -> tuple[list[Row], int]:
    """Return the rows, and how many look-ups came out wrong."""
    services = build_case_services(Settings.from_env({"MOTCUA_DATA_DIR": str(folder)}))
    gateway = CityGateway(CitySystem("BENCH", address, "secret"))
    cases = CaseService(
        Gateways([Route("", gateway)]), services.operations, Tries(b"bench", CASE_TRY, "case"), SystemClock()
    )

    async def one(number: int, code: CaseCode) -> tuple[float, bool]:
        await asyncio.sleep(number * seconds / count)
        proof = RIGHT if number % EVERY_WRONG else WRONG
        began = time.perf_counter()
        found = await cases.look_up(code, proof, f"person-{number // A_PERSON_ASKS}")
        if found.status is not None:
            await services.case_answers.tell(found.status, found.sample)
        return time.perf_counter() - began, found.kind is (
            LookUpKind.FOUND if proof == RIGHT else LookUpKind.NOT_PROVEN
        )

    asked = codes(count)
    services.operations()  # the schema is made before, as at the start of the hub
    began = time.perf_counter()
    done = await asyncio.gather(*(one(number, code) for number, code in enumerate(asked)))
    lasted = time.perf_counter() - began
    async with aiohttp.ClientSession() as session, session.get(f"{address}/times") as response:
        theirs = await response.json()
    await cases.close()
    await services.close()
    ours = sorted((total - theirs[str(code)]) * 1000 for code, (total, _) in zip(asked, done, strict=True))
    totals = sorted(total * 1000 for total, _ in done)
    rows = [
        Row("look-ups a minute", (count / lasted * 60,), ""),
        Row("a look-up, the system's time included: p95", (at(totals, 0.95),), "ms"),
        Row("our own share: median", (at(ours, 0.5),), "ms"),
        Row("our own share: p95", (at(ours, 0.95),), "ms", TARGET_MS),
        Row("our own share: slowest", (ours[-1],), "ms"),
    ]
    return rows, sum(not right for _, right in done)


def at(values: list[float], share: float) -> float:
    """The value that `share` of the sorted `values` do not exceed."""
    return values[min(len(values) - 1, int(len(values) * share))]


if __name__ == "__main__":
    sys.exit(main())
