"""
Group commit: many threads bring work, one of them at a time does it for all that wait.

One ``fsync`` then serves many, and nobody needs a thread of its own for writing. What a piece of
work needs of the database is the business of the store; here is only whose turn it is.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from blockplan.errors import BlockplanError

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.notice.ledger import Ledger

T = TypeVar("T")

#: Pieces of work in one transaction at most, so that nobody waits long.
LARGEST_GROUP = 64
#: Under load the next group is let gather for so long.
GATHER_S = 0.001
#: A group that takes longer is held up by somebody else: a lock, a disk.
STALLED_S = 0.5
#: Who waits looks so often whether to go on waiting.
LOOK_S = 0.1


class StalledError(BlockplanError):
    """The work before takes too long, and enough wait for it already; nothing was done."""


class Job(Generic[T]):
    """A piece of work that waits its turn, and what came of it."""

    def __init__(self, work: Callable[[Ledger], T]) -> None:
        self.work = work
        self.result: T | None = None
        self.error: BaseException | None = None
        self.done = False
        #: Set when it is done, or when it is to lead.
        self.woken = threading.Event()

    def finish(self) -> None:
        """Nothing more will be done with it; whoever waits is woken."""
        self.done = True
        self.woken.set()


class Turns:
    """
    Whose turn it is.

    Parameters
    ----------
    do
        Does a group of jobs in one transaction, sets result or error of each and calls ``finish``.
    patient
        How many may go on waiting while a group is held up, so that their threads are not all there are;
        None for as many as come.
    """

    def __init__(self, do: Callable[[list[Job[Any]]], None], *, patient: int | None = None) -> None:
        self._do = do
        self._patient = patient
        #: When the group that is being done was begun; None where none is. Changed with the lock held.
        self._begun: float | None = None
        self._waiting: deque[Job[Any]] = deque()
        self._lock = threading.Lock()
        self._led = False
        self._crowded = False

    def run(self, work: Callable[[Ledger], T]) -> T:
        """
        Do `work` in a group with what else waits; raises what it raised.

        Raises
        ------
        StalledError
            If the work before is held up, and as many as may wait for it already; it was not done.
        """
        job = Job(work)
        with self._lock:
            self._waiting.append(job)
            self._leave_if_stalled(job)
            leads, self._led = not self._led, True
        if not leads:
            self._wait(job)
        if not job.done:
            self._lead(job)
        if job.error is not None:
            raise job.error
        return job.result  # type: ignore[return-value]

    def _wait(self, mine: Job[Any]) -> None:
        """Until my work is done, or it is my turn to lead."""
        try:
            while not mine.woken.wait(LOOK_S):
                with self._lock:
                    self._leave_if_stalled(mine)
        except BaseException:  # interrupted: the others must not wait for ever
            with self._lock:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                    if mine.woken.is_set():
                        self._hand_over()
            raise

    def _leave_if_stalled(self, mine: Job[Any]) -> None:
        """Wait no longer behind what is held up, where enough do; the lock is held."""
        if self._patient is None or self._begun is None or mine.woken.is_set():
            return
        if mine not in self._waiting:  # it is being done, and what becomes of it is heard soon
            return
        ahead = itertools.takewhile(lambda job: job is not mine, self._waiting)
        if time.monotonic() - self._begun > STALLED_S and sum(1 for _ in ahead) >= self._patient:
            self._waiting.remove(mine)
            raise StalledError("the work before it is held up, and enough wait for it already")

    def _lead(self, mine: Job[Any]) -> None:
        """Do what waits, in groups, until my own work is done; then let the next who waits lead."""
        try:
            while not mine.done:
                if self._crowded:
                    time.sleep(GATHER_S)
                with self._lock:
                    count = min(len(self._waiting), LARGEST_GROUP)
                    jobs = [self._waiting.popleft() for _ in range(count)]
                    self._begun = time.monotonic()
                self._crowded = count > 1
                self._do(jobs)
        finally:
            with self._lock:
                self._begun = None
                self._hand_over()

    def _hand_over(self) -> None:
        """Let the next who waits lead; nobody, where nobody waits."""
        self._led = bool(self._waiting)
        if self._waiting:
            self._waiting[0].woken.set()
