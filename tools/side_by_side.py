"""`python -m tools.side_by_side NAME=COMMAND … [--aside NAME=COMMAND …]`: commands at the same time, lines under names.

Most of what `make check` does waits on one processor or for a process to start; a second row of work uses the rest.
Those after --aside get nothing else: where another wants the processor they wait.
The first that fails stops the others, and its exit code is given. Ctrl-C stops all.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_POLL_SECONDS = 0.2
_SECONDS_TO_STOP = 10.0
_USAGE = "usage: python -m tools.side_by_side NAME=COMMAND … [--aside NAME=COMMAND …]"
_ASIDE = "--aside"
_LEAST = 19
"""The niceness of what runs aside."""


@dataclass(frozen=True)
class Row:
    """A command that runs, and the thread that says its lines."""

    name: str
    process: subprocess.Popen[bytes]
    voice: threading.Thread
    began: float


def main(arguments: list[str]) -> int:
    """0 where all commands gave 0; else the exit code of the first that did not. 2: nothing that can be run."""
    first = arguments.index(_ASIDE) if _ASIDE in arguments else len(arguments)
    named = [argument.partition("=") for argument in arguments if argument != _ASIDE]
    if not named or not all(name and command for name, _, command in named):
        print(_USAGE, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupted)
    width = max(len(name) for name, _, _ in named)
    rows: list[Row] = []
    try:
        rows += [_start(name, command, width, number >= first) for number, (name, _, command) in enumerate(named)]
        return _watch(rows)
    except KeyboardInterrupt:
        return 130
    finally:
        _stop(rows)


def _start(name: str, command: str, width: int, aside: bool) -> Row:
    """Start `command` in a session of its own, so that whatever it starts can be stopped with it."""
    gives_way = ["nice", "-n", str(_LEAST)] if aside else []
    process = subprocess.Popen(
        [*gives_way, "/bin/sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    if aside:
        _let_session_give_way(process.pid)
    assert process.stdout is not None  # noqa: S101 - it was asked for
    voice = threading.Thread(target=_say, args=(f"{name:<{width}} | ", process.stdout), daemon=True)
    voice.start()
    return Row(name, process, voice, time.monotonic())


def _let_session_give_way(process: int) -> None:
    """Linux shares processors out among sessions first: niceness alone counts only against processes of the same."""
    with contextlib.suppress(OSError):  # macOS, or a kernel that does not do so
        Path(f"/proc/{process}/autogroup").write_text(str(_LEAST), "ascii")


def _say(head: str, output: IO[bytes]) -> None:
    """Print each line whole as it comes: one write a line, so that two commands never share one."""
    for line in output:
        sys.stdout.write(head + line.decode("utf-8", "replace").rstrip() + "\n")
        sys.stdout.flush()


def _watch(rows: list[Row]) -> int:
    """Wait for all, or for the first that fails."""
    waiting = list(rows)
    while waiting:
        for row in [row for row in waiting if row.process.poll() is not None]:
            waiting.remove(row)
            row.voice.join(_SECONDS_TO_STOP)
            print(f"{row.name}: exit code {row.process.returncode}, {time.monotonic() - row.began:.0f} s", flush=True)
            if row.process.returncode != 0:
                return row.process.returncode if row.process.returncode > 0 else 1
        time.sleep(_POLL_SECONDS)
    return 0


def _stop(rows: list[Row]) -> None:
    """End what still runs, with all that it started: a request first, then by force."""
    running = [row for row in rows if row.process.poll() is None]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for row in running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(row.process.pid, number)
        end = time.monotonic() + _SECONDS_TO_STOP
        while time.monotonic() < end and any(row.process.poll() is None for row in running):
            time.sleep(_POLL_SECONDS)


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
