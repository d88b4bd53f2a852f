"""One process under watch: started in its own group, stopped as a group, never left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LOG_LIMIT_BYTES = 5_000_000
PR_SET_PDEATHSIG = 1
SECONDS_TO_GO = 2.0


@dataclass(frozen=True)
class ChildSpec:
    """What to start, where its output goes, and the address that answers 200 once it is ready."""

    name: str
    command: tuple[str, ...]
    log_file: Path
    ready_url: str


class Child:
    """A running (or dead) process of a `ChildSpec`."""

    def __init__(self, spec: ChildSpec, folder: Path) -> None:
        self.spec = spec
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it afresh."""
        with open_log(self.spec.log_file) as log:
            self._process = start_process(self.spec.command, self._folder, log)

    @property
    def pid(self) -> int | None:
        """Its process id, once started."""
        return self._process.pid if self._process else None

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    def is_running(self) -> bool:
        """Whether it is alive."""
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        """Kill what is left of it, and wait until it is gone."""
        self.signal_group(signal.SIGKILL)
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):  # in the hands of the kernel
                self._process.wait(SECONDS_TO_GO)

    def signal_group(self, number: int) -> None:
        """Send a signal to it and to whatever it has started."""
        if self._process is not None:
            signal_group(self._process.pid, number)


def start_process(command: Sequence[str], folder: Path, output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own (Ctrl-C is the supervisor's) that ends with this process."""
    return subprocess.Popen(  # noqa: S603  (our own commands)
        list(command),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )


def signal_group(pid: int, number: int) -> None:
    """Send a signal to the group that the process `pid` leads."""
    with suppress(ProcessLookupError, PermissionError):  # everyone in it has gone
        os.killpg(pid, number)


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; one that has grown large is put aside as `.1` first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab", buffering=0)


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - 16_384))
        text = log.read().decode("utf-8", "replace")
    return "\n".join(text.splitlines()[-lines:])


def die_with_parent() -> Callable[[], None] | None:
    """Return what a child of this process has to call: on Linux the kernel kills it when its parent dies, however."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return in_child
