"""One thread that does what it is given, in order, for coroutines: all that waits at a time, together.

`ThreadPoolExecutor` makes two futures, a lock and three callbacks for each task; a hub hands over two tasks a turn.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

Outcome = tuple[Any, BaseException | None]
"""What was returned, or what was raised."""
Together = Callable[[Sequence[Any]], Sequence[Outcome]]
_Task = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Any]

MOST = 32
"""So many are done together, which others wait for."""


def outcome(work: Callable[[], Any]) -> Outcome:
    """Do `work`; return how it ended."""
    try:
        return work(), None
    except BaseException as error:  # whatever it is, it is who waits that hears of it
        return None, error


class Worker:
    """The thread begins with the first task, and ends with `close` or when nobody knows the worker any more.

    together: does tasks, returns the outcome of each; it should not know who knows the worker, else both live for ever.
    """

    def __init__(self, name: str, together: Together) -> None:
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._name = name
        self._together = together
        self._thread: Thread | None = None
        self._changing = Lock()
        self._closed = False

    def do(self, task: Any) -> asyncio.Future[Any]:
        """Have `task` done, and its result or error in the future; not begun where that is cancelled before its turn.

        Raises `RuntimeError` after `close`.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        with self._changing:
            if self._closed:
                raise RuntimeError("the worker is closed")
            if self._thread is None:
                self._begin()
            self._tasks.put((loop, future, task))
        return future

    def close(self) -> None:
        """Return when all that was given is done."""
        with self._changing:
            self._closed = True
            self._tasks.put(None)
        if self._thread is not None:
            self._thread.join()

    def _begin(self) -> None:
        self._thread = Thread(target=_work_off, args=(self._tasks, self._together), name=self._name, daemon=True)
        self._thread.start()
        weakref.finalize(self, self._tasks.put, None)


def _work_off(tasks: SimpleQueue[_Task | None], together: Together) -> None:
    goes_on = True
    while goes_on:
        waiting, goes_on = _waiting(tasks)
        waiting = [task for task in waiting if not task[1].cancelled()]
        if waiting:
            ends = together([task for _, _, task in waiting])
            for (loop, future, _), end in zip(waiting, ends, strict=True):
                with suppress(RuntimeError):  # the loop is closed: nobody waits
                    loop.call_soon_threadsafe(_settle, future, *end)
            del ends, loop, future, end, _  # nothing is kept alive by waiting for the next
        del waiting


def _waiting(tasks: SimpleQueue[_Task | None]) -> tuple[list[_Task], bool]:
    """Wait for a task; return it with those behind it, and whether there will be more."""
    found: list[_Task] = []
    task = tasks.get()
    while task is not None:
        found.append(task)
        if len(found) == MOST:
            return found, True
        try:
            task = tasks.get_nowait()
        except Empty:
            return found, True
    return found, False


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():  # cancelled meanwhile
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
