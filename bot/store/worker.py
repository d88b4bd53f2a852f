"""One thread that does what it is given, one after the other, for coroutines.

`ThreadPoolExecutor` makes two futures, a lock and three callbacks for each task; a hub hands over two tasks a turn.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

Result = TypeVar("Result")
_Task = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[[], Any]]


class Worker:
    """The thread begins with the first task, and ends with `close` or when nobody knows the worker any more."""

    def __init__(self, name: str) -> None:
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._name = name
        self._thread: Thread | None = None
        self._changing = Lock()
        self._closed = False

    def do(self, work: Callable[[], Result]) -> asyncio.Future[Result]:
        """Have `work` done, and its result or error in the future; not begun where that is cancelled before its turn.

        Raises `RuntimeError` after `close`.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        with self._changing:
            if self._closed:
                raise RuntimeError("the worker is closed")
            if self._thread is None:
                self._begin()
            self._tasks.put((loop, future, work))
        return future

    def close(self) -> None:
        """Return when all that was given is done."""
        with self._changing:
            self._closed = True
            self._tasks.put(None)
        if self._thread is not None:
            self._thread.join()

    def _begin(self) -> None:
        self._thread = Thread(target=_work_off, args=(self._tasks,), name=self._name, daemon=True)
        self._thread.start()
        weakref.finalize(self, self._tasks.put, None)


def _work_off(tasks: SimpleQueue[_Task | None]) -> None:
    while (task := tasks.get()) is not None:
        loop, future, work = task
        if not future.cancelled():
            result, error = _outcome(work)
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(_settle, future, result, error)
            del result, error
        del task, loop, future, work  # nothing is kept alive by waiting for the next


def _outcome(work: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return work(), None
    except BaseException as error:  # whatever it is, it is who waits that hears of it
        return None, error


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():  # cancelled meanwhile
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
