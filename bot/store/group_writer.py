"""What waits to be written goes into one transaction: the disk is waited for once for all of it, not once for each.

Writing on SQLite is one after the other, and what takes long is the disk at the end of each transaction (2 to 10 ms).
While it is waited for, others queue; they share the next transaction. Each has a savepoint of its own, so that one that
fails undoes nothing of the others, and nobody is told that it is written before it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from bot.store.worker import Outcome, outcome

Work = Callable[[Connection], Any]
Write = tuple[Callable[[Work], Any], Work]
"""What calls the second in a transaction: committed when it returns, undone when it raises."""


def write_together(writes: Sequence[Write]) -> Sequence[Outcome]:
    """Write all in one transaction of the first one's."""
    in_transaction, work = writes[0]
    if len(writes) == 1:
        return [outcome(lambda: in_transaction(work))]
    works = [work for _, work in writes]
    ends, error = outcome(lambda: in_transaction(lambda connection: [_alone(connection, work) for work in works]))
    return ends if error is None else [(None, error)] * len(writes)  # nothing is written, of none of them


def _alone(connection: Connection, work: Work) -> Outcome:
    """Write one in a savepoint."""
    try:
        with connection.begin_nested():
            return work(connection), None
    except Exception as error:
        if not connection.connection.in_transaction:  # a disk that is full undoes it all, and COMMIT says nothing
            raise
        return None, error
