"""Working through many things in several processes."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_FEW = 500
_PART = 200
_MOST_WORKERS = 4
_at_work: dict[str, Any] = {}
"""Of a worker: what there is to do. A forked process inherits it, so that nothing is copied to it."""


def in_parts(items: Sequence[Item], work: Callable[[Sequence[Item]], list[Result]]) -> Iterator[Result]:
    """Yield the results of `work` over parts of `items`, in their order; in this process where they are few.

    On Linux only: elsewhere a forked process is not safe.
    """
    workers = min(_MOST_WORKERS, os.cpu_count() or 1)
    if len(items) < _FEW or workers == 1 or sys.platform != "linux":
        yield from work(items)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _set_to_work, (items, work)) as pool:
        for results in pool.map(_work_on, range(0, len(items), _PART)):
            yield from results


def _set_to_work(items: Sequence[Any], work: Callable[[Sequence[Any]], list[Any]]) -> None:
    _at_work.update(items=items, work=work)


def _work_on(start: int) -> list[Any]:
    results: list[Any] = _at_work["work"](_at_work["items"][start : start + _PART])
    return results
