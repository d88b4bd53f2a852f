"""How many processors this process may use: fewer than the machine has in a container, or under `taskset`."""

from __future__ import annotations

import os
from pathlib import Path

CPU_MAX = Path("/sys/fs/cgroup/cpu.max")
"""Of the container's own group: "150000 100000" (microseconds of processor in so many), or "max 100000"."""


def available_processors(cpu_max: Path = CPU_MAX) -> int:
    """Return those that scheduler and container allow, one at least; part of one counts for nothing."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = cpu_max.read_text("ascii").split()
        return max(1, min(allowed, int(quota) // int(period)))
    except (OSError, ValueError, ZeroDivisionError):  # no container, or one without a limit
        return allowed
