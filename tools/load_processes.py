"""Processor time and memory of processes under load, by what they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import psutil

HUB, RASA, ACTIONS = "hub", "Rasa", "actions"
NAMES = {"bot.web": HUB, "bot.rasa_runtime.server": RASA, "bot.rasa_runtime.action_server": ACTIONS}


def family(pid: int) -> Iterator[psutil.Process]:
    """Yield a process and all its children; nothing where it has ended."""
    try:
        parent = psutil.Process(pid)
        yield from (parent, *parent.children(recursive=True))
    except psutil.NoSuchProcess:
        return


def family_seconds(pids: Iterable[int]) -> float:
    """Return the seconds of processor time so far of processes and their children."""
    return sum(seconds_of(process) for pid in pids for process in family(pid))


def seconds_of(process: psutil.Process) -> float:
    """Return the seconds of processor time so far; 0 where it has ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def megabytes_of(process: psutil.Process) -> float:
    """Return the memory it holds, shared pages by share where the system tells (Linux)."""
    try:
        info = process.memory_full_info()
    except psutil.NoSuchProcess:
        return 0.0
    return float(getattr(info, "pss", 0) or info.uss) / 1_000_000


def own_megabytes_of(process: psutil.Process) -> float:
    """Return the memory it wrote itself, no pages of files: what others on the machine load or end does not move it.

    Pages shared since a fork count by share (Linux's Pss_Anon); elsewhere all that is its own alone.
    """
    try:
        if not psutil.LINUX:
            return float(process.memory_full_info().uss) / 1_000_000
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii")
    except (psutil.NoSuchProcess, OSError):
        return 0.0
    return int(rollup.partition("\nPss_Anon:")[2].split()[0]) * 1024 / 1_000_000


def name_of(process: psutil.Process) -> str:
    """Return what it is called in tables: the part it plays, else its module, else the program."""
    try:
        words = [word for word in process.cmdline() if word.startswith(("bot.", "knowledge", "rasa"))]
        return NAMES.get(words[0], words[0]) if words else process.name()
    except psutil.NoSuchProcess:
        return "ended"


def processes_of(pid: int) -> dict[str, int]:
    """Return the direct children of `make run` by name; a number is added where a name comes twice."""
    found: dict[str, int] = {}
    for process in psutil.Process(pid).children():
        name = name_of(process)
        found[f"{name} {process.pid}" if name in found else name] = process.pid
    return found


def shares(before: Mapping[str, float], after: Mapping[str, float], lasted: float) -> dict[str, float]:
    """Return what of a core each took, in percent, of the names that are in both."""
    return {name: 100 * (after[name] - before[name]) / lasted for name in after if name in before}
