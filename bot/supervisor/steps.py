"""Steps that run to their end before anything is started: build the catalogue, train the model."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.supervisor.child import open_log, signal_group, start_process, tail
from bot.supervisor.progress import Progress

POLL_SECONDS = 0.1
SECONDS_TO_STOP = 5.0


@dataclass(frozen=True)
class Step:
    """A command, what to call it, and where its output goes."""

    title: str
    command: tuple[str, ...]
    log_file: Path


def run_step(step: Step, folder: Path, progress: Progress, stopping: Callable[[], bool]) -> bool:
    """Run one step; True when it succeeded. A failure shows the end of its output."""
    progress.begin(step.title)
    with open_log(step.log_file) as log:
        start = log.tell()
        process = start_process(step.command, folder, log)
    while process.poll() is None:
        if stopping():
            signal_group(process.pid, signal.SIGTERM)
            _wait(process.poll)
            signal_group(process.pid, signal.SIGKILL)
            process.wait()
            progress.failed("stopped")
            return False
        progress.tick(last_line(step.log_file, start))
        time.sleep(POLL_SECONDS)
    if process.returncode == 0:
        progress.done(last_line(step.log_file, start))
        return True
    progress.failed(f"exit code {process.returncode}")
    progress.say(tail(step.log_file))
    progress.say(f"The whole output is in {step.log_file}.")
    return False


def last_line(log_file: Path, start: int) -> str:
    """The last line that the step wrote after position `start`."""
    if log_file.stat().st_size <= start:
        return ""
    lines = [line.strip() for line in tail(log_file, 2).replace("\r", "\n").splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _wait(poll: Callable[[], int | None]) -> None:
    end = time.monotonic() + SECONDS_TO_STOP
    while poll() is None and time.monotonic() < end:
        time.sleep(POLL_SECONDS)
