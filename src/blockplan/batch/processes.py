"""
A function over many items, in processes of this machine.

Each worker is an executor of its own with one process: where a process is
killed, only its executor breaks, is made anew, and the item it had is tried
once more. One item a worker is under way, so that memory does not grow with the number of items.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: How often an item is tried if the worker that has it is lost: more than once, for a worker may be
#: lost to something else; not for ever, for the item may be what kills it.
TRIES = 2


@dataclass(frozen=True, slots=True)
class Done:
    """
    An item, and what the function gave for it.

    Attributes
    ----------
    number
        Place of the item in the order in which items came, from 0.
    value
        What the function gave; None where it failed.
    error
        Why there is no value; empty where there is one.
    tries
        How many workers had the item: 2 or more where one was lost.
    lost
        Whether every worker that had the item was lost.
    """

    number: int
    item: Any
    value: Any = None
    error: str = ""
    tries: int = 1
    lost: bool = False


def lost(number: int, item: Any, tries: int) -> Done:
    """An item that no worker survived."""
    return Done(
        number,
        item,
        error=f"{item}: the worker was lost {tries} times (killed, or out of memory), so nothing is known.\n"
        "Try it alone; where memory is short, use fewer workers.",
        tries=tries,
        lost=True,
    )


def failed(error: BaseException) -> str:
    """The words for an exception that the function did not turn into a value itself."""
    return f"{type(error).__name__}: {error}"


#: Libraries that would each start as many threads as there are cores, in every worker.
ONE_THREAD = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "GDAL_NUM_THREADS",
)  # fmt: skip


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # no such call on macOS and Windows
        return os.cpu_count() or 1


def run(
    function: Callable[[Any], Any], items: Iterable[Any], *, workers: int | None = None
) -> Iterator[Done]:
    """
    Call a function for each item in worker processes, and give each result as soon as it is there.

    Parameters
    ----------
    function
        A function of a module (it is pickled), or a `functools.partial` of one.
    items
        Read as workers become free, so it may be longer than memory.
    workers
        Number of processes; one for each core where None.

    Yields
    ------
    Done
        In the order in which they are done. A function that raises gives a `Done` with the error;
        so does an item whose worker was lost twice. Nothing stops the other items.
    """
    pool = _Pool(workers or cores())
    try:
        yield from pool.run(function, items)
    finally:
        pool.close()


def _prepare() -> None:
    # Before anything heavy is imported: some libraries read these when they are loaded.
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    # An interrupt from the keyboard reaches every process; ours is the one that answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Worker:
    """An executor of one process, whose id is known as soon as it stands."""

    def __init__(self) -> None:
        # A process that starts afresh shares no locks and no threads with this one, on every system.
        self.executor = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _prepare)
        self.process = self.executor.submit(os.getpid)

    def let_go(self) -> None:
        """End the process when it is idle, or was lost."""
        self.executor.shutdown(wait=False, cancel_futures=True)

    def end(self) -> None:
        """End the process now, whatever it is at."""
        try:
            process = self.process.result()
        except BrokenProcessPool:
            process = None
        for child in multiprocessing.active_children():
            if child.pid == process:
                child.terminate()
        self.executor.shutdown(wait=True, cancel_futures=True)


class _Pool:
    """Workers, and what each is busy with."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.idle: list[_Worker] = []
        self.busy: dict[Future[Any], tuple[_Worker, Done]] = {}

    def run(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Done]:
        """Keep every worker busy until there is nothing left."""
        waiting = (Done(number, item) for number, item in enumerate(items))
        while True:
            while len(self.busy) < self.workers and (task := next(waiting, None)) is not None:
                self._start(function, task)
            if not self.busy:
                return
            ready, _ = wait(self.busy, return_when=FIRST_COMPLETED)
            for future in ready:
                yield from self._take(function, future)

    def _start(self, function: Callable[[Any], Any], task: Done) -> None:
        worker = self.idle.pop() if self.idle else _Worker()
        try:
            future = worker.executor.submit(function, task.item)
        except BrokenProcessPool:  # killed while it was idle: nobody's item is lost
            worker.let_go()
            worker = _Worker()
            future = worker.executor.submit(function, task.item)
        self.busy[future] = worker, task

    def _take(self, function: Callable[[Any], Any], future: Future[Any]) -> Iterator[Done]:
        worker, task = self.busy.pop(future)
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            worker.let_go()
            if task.tries < TRIES:
                self._start(function, Done(task.number, task.item, tries=task.tries + 1))
            else:
                yield lost(task.number, task.item, task.tries)
            return
        self.idle.append(worker)
        if error is not None:
            yield Done(task.number, task.item, error=failed(error), tries=task.tries)
        else:
            yield Done(task.number, task.item, future.result(), tries=task.tries)

    def close(self) -> None:
        """Let idle workers go, and end those whose results nobody waits for any more."""
        for worker in self.idle:
            worker.executor.shutdown(wait=True)
        for worker, _ in self.busy.values():
            worker.end()
