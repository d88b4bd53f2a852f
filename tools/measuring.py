"""Measured figures beside their targets, as the benchmarks print them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = (sys.executable, "-m")


@dataclass(frozen=True)
class Row:
    """One measured figure. `target`: the most that it may be, or with `at_least` the least; None for none."""

    name: str
    values: tuple[float, ...]
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def missed(self) -> bool:
        if self.target is None:
            return False
        return self.median < self.target if self.at_least else self.median > self.target

    def render(self) -> str:
        target = f"{'≥' if self.at_least else '≤'} {self.target:g}" if self.target is not None else ""
        verdict = "" if self.target is None else ("MISSED" if self.missed else "ok")
        digits = 1 if self.median >= 10 else 2
        spread = f"{min(self.values):.{digits}f}–{max(self.values):.{digits}f}" if len(self.values) > 1 else ""
        return f"{self.name:<52} {self.median:>9.{digits}f} {self.unit:<8} {spread:>15} {target:>8} {verdict}"


@dataclass(frozen=True)
class Run:
    """What one process took. `peak`: the most memory it held at once, in MB.

    processor: seconds that it really computed; on a machine with other work, less than it lasted.
    """

    seconds: float
    processor: float
    peak: float
    output: str


def run(command: Sequence[str], env: dict[str, str], codes: tuple[int, ...] = (0,)) -> Run:
    """Run a command to its end and measure it; it must end with one of `codes`."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise SystemExit(f"{' '.join(command[1:])} failed:\n{output}")
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes
    processor = used.ru_utime + used.ru_stime
    return Run(seconds, processor, used.ru_maxrss * unit / 1_000_000, output)


def show(rows: Sequence[Row]) -> None:
    """The table."""
    print(f"\n{'':<52} {'median':>9} {'':<8} {'lowest–highest':>15} {'target':>8}")
    for row in rows:
        print(row.render())


def note(text: str) -> None:
    """What is being measured now."""
    print(f"… {text}", file=sys.stderr, flush=True)
