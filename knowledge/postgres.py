"""A PostgreSQL that is gone or silent is given up, not waited for.

A machine that vanished is noticed by its network (`NETWORK`). A server that stands still, because its disk does or its
machine was stopped, is not: its kernel goes on confirming what is sent, and a statement's time-out is the server's own
to keep. So the driver waits here, with a limit.
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

NETWORK = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""Of libpq, seconds and milliseconds: a machine that vanished without a word is given up, by default after hours."""
CONNECT_SECONDS = 5.0
SILENT_SECONDS = 60.0
"""For commands and jobs. The longest statements took six seconds (a month's figures)."""
SERVING_SECONDS = 20.0
"""Where somebody waits for the answer: hubs, Rasa, action servers."""
_SILENCE = "the database has said nothing for"
_limit = SILENT_SECONDS
_patient: ContextVar[bool] = ContextVar("patient", default=False)


def give_up_after(seconds: float) -> None:
    """Set how long this process waits for a word of the server during a statement."""
    global _limit
    _limit = seconds


@contextmanager
def patiently() -> Iterator[None]:
    """For what may take long, or waits for another one's lock: migrations, imports."""
    token = _patient.set(True)
    try:
        yield
    finally:
        _patient.reset(token)


def watch_silence() -> None:
    """Have the driver wait here. Calling it again changes nothing."""
    from psycopg2.extensions import set_wait_callback

    set_wait_callback(_wait)


def is_silence(error: BaseException | None) -> bool:
    """Whether a driver's error is that the server was waited for in vain."""
    return str(error).startswith(_SILENCE)


def _wait(connection: Any) -> None:
    from psycopg2 import OperationalError
    from psycopg2.extensions import POLL_OK, POLL_READ, STATUS_SETUP

    limit = CONNECT_SECONDS if connection.status == STATUS_SETUP else None if _patient.get() else _limit
    while (state := connection.poll()) != POLL_OK:
        ready = select.poll()
        ready.register(connection.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        if not ready.poll(None if limit is None else limit * 1000):
            raise OperationalError(f"{_SILENCE} {limit:.0f} seconds")
