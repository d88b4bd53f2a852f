"""What waits to be written goes into one transaction: the disk is waited for once for all of it, not once for each.

Writing on SQLite is one after the other, and what takes long is the disk at the end of each transaction (2 to 10 ms).
While it is waited for, others queue; they share the next transaction. Each has a savepoint of its own, so that one that
fails undoes nothing of the others, and nobody is told that it is written before it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from bot.store.kept import execute
from bot.store.worker import Outcome, outcome

Work = Callable[..., Any]
Args = tuple[Any, ...]
Write = tuple[Callable[[Work, Args], Any], Work, Args]
"""What calls the second with a connection and the third, in a transaction: committed when it returns, undone when it
raises."""


def write_together(writes: Sequence[Write]) -> Sequence[Outcome]:
    """Write all in one transaction of the first one's."""
    in_transaction, work, args = writes[0]
    if len(writes) == 1:
        return [outcome(in_transaction, work, args)]
    ends, error = outcome(in_transaction, _each_alone, (writes,))
    return ends if error is None else [(None, error)] * len(writes)  # nothing is written, of none of them


def _each_alone(connection: Connection, writes: Sequence[Write]) -> list[Outcome]:
    return [_alone(connection, work, args) for _, work, args in writes]


def _alone(connection: Connection, work: Work, args: Args) -> Outcome:
    """Write one in a savepoint."""
    execute(connection, "SAVEPOINT alone")
    try:
        result = work(connection, *args)
    except Exception as error:
        if not connection.connection.in_transaction:  # a disk that is full undoes it all, and COMMIT says nothing
            raise
        while (step := connection.get_nested_transaction()) is not None:  # the work's own, left open
            step.rollback()
        execute(connection, "ROLLBACK TO alone")
        execute(connection, "RELEASE alone")
        return None, error
    execute(connection, "RELEASE alone")
    return result, None
