"""What the person at the terminal sees: one line a step, with a spinner while it lasts."""

from __future__ import annotations

import sys
import time
from typing import TextIO

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
WIDTH = 100


class Progress:
    """Prints steps. On anything but a terminal it prints plain lines, for logs."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._live = self._out.isatty()
        self._title = ""
        self._started = 0.0
        self._frame = 0

    def begin(self, title: str) -> None:
        """A step starts."""
        self._title, self._started = title, time.monotonic()
        if not self._live:
            self._write(f"… {title}\n")

    def tick(self, detail: str = "") -> None:
        """The step goes on; `detail` says what it is at."""
        if not self._live:
            return
        self._frame = (self._frame + 1) % len(FRAMES)
        more = f" · {detail}" if detail else ""
        self._rewrite(f"{FRAMES[self._frame]} {self._title} {self.elapsed():.0f} s{more}"[:WIDTH])

    def done(self, result: str = "") -> None:
        """The step is finished."""
        self._finish("✓", result)

    def failed(self, result: str = "") -> None:
        """The step went wrong."""
        self._finish("✗", result)

    def say(self, text: str) -> None:
        """A line outside any step."""
        self._write(f"{text}\n")

    def elapsed(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._started

    def _finish(self, sign: str, result: str) -> None:
        line = f"{sign} {self._title}{': ' + result if result else ''} ({self.elapsed():.1f} s)"
        if self._live:
            self._rewrite(line)
            self._write("\n")
        else:
            self._write(f"{line}\n")

    def _rewrite(self, line: str) -> None:
        self._write(f"\r\x1b[K{line}")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
