"""`/metrics` of several processes behind one port: their figures added up, whichever of them is asked.

The Prometheus client's own way: each process counts in a file that all can read, and what a dead one has counted stays.
So no counter goes back while the parent lives.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

PROC = Path("/proc")


def in_text(folder: Path, parent: int) -> bytes:
    """Return the figures of the process `parent` and of all it has made, in Prometheus's text format."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))
    registry.register(_OfProcesses(parent))
    text: bytes = generate_latest(registry)
    return text


@dataclass(frozen=True)
class Used:
    """What a process uses. ended: seconds of processor time of those it has made and seen end; began: since 1970."""

    seconds: float
    ended: float
    bytes_: int
    files: int
    began: float


class _OfProcesses(Collector):
    """What the client tells of one process, of all together; nothing where the system does not tell (not Linux)."""

    def __init__(self, parent: int) -> None:
        self._parent = parent

    def collect(self) -> Iterator[Metric]:
        """Yield the families."""
        parent = used_by(self._parent)
        if parent is None:
            return
        used = [parent, *filter(None, map(used_by, children_of(self._parent)))]
        seconds = parent.ended + sum(one.seconds for one in used)
        yield CounterMetricFamily("process_cpu_seconds", "processor time, of all processes", value=seconds)
        for name, what, value in (
            ("resident_memory_bytes", "memory of all processes, what they share once", sum(one.bytes_ for one in used)),
            ("open_fds", "open files of all processes", sum(one.files for one in used)),
            ("start_time_seconds", "when the first of them began", parent.began),
        ):
            yield GaugeMetricFamily(f"process_{name}", what, value=value)


def children_of(pid: int) -> list[int]:
    """Return the process ids of a process's children."""
    with suppress(OSError):
        return [int(word) for word in (PROC / f"{pid}/task/{pid}/children").read_text("ascii").split()]
    return []


def used_by(pid: int) -> Used | None:
    """Return what a process uses; None where it is gone, or the system does not tell."""
    folder = PROC / str(pid)
    try:
        # Behind the program's name, which may hold anything: utime, stime, cutime, cstime are fields 14 to 17.
        fields = (folder / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
        memory = (folder / "smaps_rollup").read_text("ascii").partition("\nPss:")[2].split()
        booted = (PROC / "stat").read_text("ascii").partition("\nbtime ")[2].split()
        ticks = os.sysconf("SC_CLK_TCK")
        return Used(
            seconds=(int(fields[11]) + int(fields[12])) / ticks,
            ended=(int(fields[13]) + int(fields[14])) / ticks,
            bytes_=int(memory[0]) * 1024,
            files=len(list((folder / "fd").iterdir())),
            began=int(booted[0]) + int(fields[19]) / ticks,
        )
    except (OSError, IndexError, ValueError):
        return None
