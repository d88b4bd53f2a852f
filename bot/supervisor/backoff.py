"""How long to wait before starting a dead process again."""

from __future__ import annotations

FIRST_DELAY = 0.2
LONGEST_DELAY = 30.0
LONG_LIFE = 60.0


class Backoff:
    """Doubles the delay with each early death; a process that had lived for a minute starts from the beginning."""

    def __init__(self) -> None:
        self._delay = FIRST_DELAY

    def next_delay(self, lived: float) -> float:
        """Seconds to wait, for a process that lived `lived` seconds."""
        if lived >= LONG_LIFE:
            self._delay = FIRST_DELAY
        delay, self._delay = self._delay, min(self._delay * 2, LONGEST_DELAY)
        return delay
