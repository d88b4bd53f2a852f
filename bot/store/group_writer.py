"""What waits to be written goes into one transaction: the disk is waited for once for all of it, not once for each.

Writing on SQLite is one after the other, and what takes long is the disk at the end of each transaction (2 to 10 ms).
While it is waited for, others queue; they share the next transaction. Each has a savepoint of its own, so that one that
fails undoes nothing of the others, and nobody is told that it is written before it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from sqlalchemy.engine import Connection

MOST = 32
"""So many share a transaction, which others wait for."""

Work = Callable[..., Any]
Writing = Callable[[Work, tuple[Any, ...]], Any]
"""Calls work(connection, *args) in one transaction: committed when it returns, undone when it raises."""
Item = tuple[Work, tuple[Any, ...], "Future[Any]"]


class GroupWriter:
    """thread: one thread. writing: how it makes a transaction."""

    def __init__(self, thread: Executor, writing: Writing) -> None:
        self._thread = thread
        self._writing = writing
        self._items: deque[Item] = deque()

    def submit(self, work: Work, args: tuple[Any, ...]) -> Future[Any]:
        """Have `work` called; its result is there when it is committed."""
        future: Future[Any] = Future()
        self._items.append((work, args, future))
        self._thread.submit(self._write)
        return future

    def _write(self) -> None:
        """Write all that waits; whoever was submitted with it finds nothing left to do."""
        items: list[Item] = []
        while self._items and len(items) < MOST:
            item = self._items.popleft()
            if item[2].set_running_or_notify_cancel():
                items.append(item)
        if not items:
            return
        if len(items) == 1:
            work, args, future = items[0]
            _settle(future, lambda: self._writing(work, args))
            return
        try:
            ends = self._writing(_each, (items,))
        except BaseException as error:  # nothing is written, of none of them
            for _, _, future in items:
                future.set_exception(error)
            return
        for (_, _, future), end in zip(items, ends, strict=True):
            _settle(future, end)


def _each(connection: Connection, items: list[Item]) -> list[Callable[[], Any]]:
    """Do each in a savepoint; return what says how it ended, to be told when all is committed."""
    ends = []
    for work, args, _ in items:
        try:
            with connection.begin_nested():
                result = work(connection, *args)
        except Exception as error:
            if not connection.connection.in_transaction:  # a disk that is full undoes it all, and COMMIT says nothing
                raise
            ends.append(_raises(error))
        else:
            ends.append(_returns(result))
    return ends


def _returns(result: Any) -> Callable[[], Any]:
    return lambda: result


def _raises(error: Exception) -> Callable[[], Any]:
    def again() -> Any:
        raise error

    return again


def _settle(future: Future[Any], end: Callable[[], Any]) -> None:
    try:
        result = end()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
