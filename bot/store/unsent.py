"""Statements of a transaction on PostgreSQL that nobody waits for: they go to the server with the next one that is.

A way to the server and back costs both sides more than a plain statement does. BEGIN waits like that, and so does what
only writes (`Prepared.later`): a transaction that looks, writes twice and ends takes two ways instead of five.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

_UNSENT = "motcua_unsent"
MOST = 100
"""So many statements wait at most."""


class Unsent:
    """What waits, in order. tried: whether anything was sent; reached: whether the server has confirmed some of it."""

    def __init__(self, *waiting: bytes) -> None:
        self.waiting = list(waiting)
        self.tried = self.reached = False

    def send(self, cursor: Any, sql: bytes = b"") -> None:
        """Send what waits, and `sql` behind it, whose result the cursor then has; raises what the driver raises.

        Where one fails, the server does none of those behind it.
        """
        statements = [*self.waiting, sql] if sql else self.waiting
        self.waiting, self.tried = [], True
        cursor.execute(b";".join(statements))
        self.reached = True


@contextmanager
def collecting(pooled: Any, unsent: Unsent) -> Iterator[None]:
    """Let statements on this connection of the pool wait in `unsent`."""
    info = pooled.info
    info[_UNSENT] = unsent
    try:
        yield
    finally:
        info.pop(_UNSENT, None)


def unsent_on(pooled: Any) -> Unsent | None:
    """Return what waits on a connection of the pool; None outside of a transaction of `KeptOnServer`."""
    found: Unsent | None = pooled.info.get(_UNSENT)
    return found


def execute(pooled: Any, cursor: Any, sql: str, given: Any) -> None:
    """Execute one statement behind those that wait."""
    unsent = unsent_on(pooled)
    if unsent is None or not unsent.waiting:
        cursor.execute(sql, given)
    else:
        unsent.send(cursor, cursor.mogrify(sql, given))


def execute_later(pooled: Any, cursor: Any, sql: str, rows: Iterable[Any]) -> None:
    """Execute a statement once for each of `rows`: behind those that wait; outside of a transaction at once."""
    within = unsent_on(pooled)
    unsent = Unsent() if within is None else within
    for given in rows:
        if len(unsent.waiting) >= MOST:
            unsent.send(cursor)
        unsent.waiting.append(cursor.mogrify(sql, given))
    if within is None and unsent.waiting:
        unsent.send(cursor)
