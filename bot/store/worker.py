"""A thread that does what it is given, in order, for coroutines: all that waits at a time, together. Or several.

`ThreadPoolExecutor` makes two futures, a lock and three callbacks for each task.
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


def outcome(work: Callable[..., Any], *args: Any) -> Outcome:
    """Do `work`; return how it ended."""
    try:
        return work(*args), None
    except BaseException as error:  # whatever it is, it is who waits that hears of it
        return None, error


class Worker:
    """A thread begins when a task has none, and ends with `close` or when nobody knows the worker any more.

    together: does tasks, returns the outcome of each; it should not know who knows the worker, else both live for ever.
    threads: at most; with more than one, tasks may overtake each other. most: so many tasks are done together.
    """

    def __init__(self, name: str, together: Together, threads: int = 1, most: int = MOST) -> None:
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._name = name
        self._together = together
        self._most = most
        self._begun = 0
        self._ended = [0] * threads
        self._threads: list[Thread] = []
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
            running = len(self._threads)
            if running < len(self._ended) and self._begun - sum(self._ended) >= running:
                self._begin(running)
            self._begun += 1
            self._tasks.put((loop, future, task))
        return future

    def close(self) -> None:
        """Return when all that was given is done."""
        with self._changing:
            self._closed = True
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    def _begin(self, number: int) -> None:
        args = (self._tasks, self._together, self._most, self._ended, number)
        self._threads.append(Thread(target=_work_off, args=args, name=self._name, daemon=True))
        self._threads[-1].start()
        if number == 0:
            weakref.finalize(self, self._tasks.put, None)


def _work_off(tasks: SimpleQueue[_Task | None], together: Together, most: int, ended: list[int], number: int) -> None:
    """One thread; it alone counts in `ended[number]`."""
    goes_on = True
    while goes_on:
        waiting, goes_on = _waiting(tasks, most)
        given = len(waiting)
        waiting = [task for task in waiting if not task[1].cancelled()]
        if waiting:
            ends = together([task for _, _, task in waiting])
            _tell(waiting, ends)
            del ends
        del waiting  # nothing is kept alive by waiting for the next
        ended[number] += given
    tasks.put(None)  # for the next thread


def _waiting(tasks: SimpleQueue[_Task | None], most: int) -> tuple[list[_Task], bool]:
    """Wait for a task; return it with those behind it, and whether there will be more."""
    found: list[_Task] = []
    task = tasks.get()
    while task is not None:
        found.append(task)
        if len(found) == most:
            return found, True
        try:
            task = tasks.get_nowait()
        except Empty:
            return found, True
    return found, False


def _tell(tasks: Sequence[_Task], ends: Sequence[Outcome]) -> None:
    """Wake each loop once, whatever it waits for."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any, BaseException | None]]] = {}
    for (loop, future, _), (result, error) in zip(tasks, ends, strict=True):
        by_loop.setdefault(loop, []).append((future, result, error))
    for loop, ended in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(_settle_all, ended)


def _settle_all(ended: Sequence[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for future, result, error in ended:
        _settle(future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():  # cancelled meanwhile
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
