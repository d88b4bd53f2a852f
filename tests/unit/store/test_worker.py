"""One thread for a queue of tasks: order, errors, cancelling, the end."""

from __future__ import annotations

import asyncio
import gc
import threading
from functools import partial

import pytest

from bot.store.worker import MOST, Worker, outcome


def one_by_one(works):
    return [outcome(work) for work in works]


@pytest.fixture
def worker():
    worker = Worker("worker of a test", one_by_one)
    yield worker
    worker.close()


async def test_tasks_are_done_one_after_the_other_in_one_other_thread(worker):
    done = []

    def note(number):
        done.append(number)
        return number, threading.get_ident()

    found = await asyncio.gather(*(worker.do(partial(note, number)) for number in range(50)))
    assert [number for number, _ in found] == done == list(range(50))
    assert len({thread for _, thread in found} - {threading.get_ident()}) == 1


async def test_all_that_wait_are_done_together_but_not_too_many():
    gate, groups = threading.Event(), []

    def together(numbers):
        gate.wait()
        groups.append(len(numbers))
        return [(number, None) for number in numbers]

    worker = Worker("together", together)
    waiting = [worker.do(number) for number in range(MOST + 10)]
    gate.set()
    assert await asyncio.gather(*waiting) == list(range(MOST + 10))
    assert len(groups) <= 4
    assert max(groups) <= MOST
    worker.close()


async def test_an_error_reaches_who_waits_and_nobody_else(worker):
    first, second = worker.do(lambda: 1 // 0), worker.do(lambda: "well")
    with pytest.raises(ZeroDivisionError):
        await first
    assert await second == "well"


async def test_what_is_cancelled_in_the_queue_is_never_begun(worker):
    gate, done = threading.Event(), []
    running, waiting = worker.do(gate.wait), worker.do(lambda: done.append("waiting"))
    waiting.cancel()
    gate.set()
    assert await running
    await worker.do(lambda: done.append("last"))
    assert done == ["last"]


async def test_what_is_cancelled_while_it_runs_is_done_all_the_same(worker):
    begun, gate, done = threading.Event(), threading.Event(), []

    def run():
        begun.set()
        gate.wait()
        done.append("run")

    running = worker.do(run)
    await asyncio.to_thread(begun.wait)
    running.cancel()
    gate.set()
    await worker.do(lambda: None)
    assert done == ["run"]


async def test_closing_waits_for_all_and_takes_no_more(worker):
    done = []
    worker.do(partial(done.append, 1))
    worker.do(partial(done.append, 2))
    worker.close()
    assert done == [1, 2]
    with pytest.raises(RuntimeError):
        worker.do(lambda: None)


async def test_a_forgotten_worker_ends_its_thread():
    forgotten = Worker("forgotten", one_by_one)
    await forgotten.do(lambda: None)
    (thread,) = [one for one in threading.enumerate() if one.name == "forgotten"]
    del forgotten
    gc.collect()
    await asyncio.to_thread(thread.join, 10)
    assert not thread.is_alive()


def test_a_loop_that_is_gone_harms_nobody(worker):
    gate = threading.Event()

    async def leave():
        worker.do(gate.wait)

    asyncio.run(leave())
    gate.set()

    async def come():
        return await worker.do(lambda: "still here")

    assert asyncio.run(come()) == "still here"
