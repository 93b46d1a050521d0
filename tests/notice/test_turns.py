"""While work is held up, some wait for it and the others are told at once."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from blockplan.notice.turns import LARGEST_GROUP, LOOK_S, STALLED_S, Job, StalledError, Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class HeldWork:
    """Turns whose groups wait for a sign each (the later ones for the last), and what everybody was told."""

    def __init__(self, signs: int = 1, **turns: Any) -> None:
        self.signs = [threading.Event() for _ in range(signs)]
        self.groups: list[int] = []
        self.begun = threading.Event()
        self.answers: list[str] = []
        self.turns = Turns(self.do, **turns)

    def do(self, jobs: list[Job[Any]]) -> None:
        self.groups.append(len(jobs))
        self.begun.set()
        self.signs[min(len(self.groups), len(self.signs)) - 1].wait(20)
        for job in jobs:
            job.result = "done"
            job.finish()

    def ask(self) -> None:
        try:
            self.answers.append(self.turns.run(lambda _ledger: ""))
        except StalledError:
            self.answers.append("told")
        except Exception as error:  # noqa: BLE001 (whatever it is, it is no answer)
            self.answers.append(repr(error))

    def asking(self, count: int) -> list[threading.Thread]:
        threads = [threading.Thread(target=self.ask) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads

    @property
    def state(self) -> tuple[int, int]:
        """How many groups were begun, and how many wait."""
        return len(self.groups), len(self.turns._waiting)


def wait_for(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    assert true()


def joined(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


def test_behind_work_that_is_held_up_only_some_wait_and_the_rest_are_told_at_once() -> None:
    work = HeldWork(patient=2)
    threads = work.asking(8)
    wait_for(lambda: len(work.answers) >= 5)
    assert work.answers == ["told"] * 5  # one is at work, and two wait
    work.ask()
    assert work.answers == ["told"] * 6
    work.signs[0].set()
    joined(threads)
    assert sorted(work.answers) == ["done"] * 3 + ["told"] * 6
    work.ask()
    assert work.answers[-1] == "done"


def test_whose_work_is_being_done_waits_for_it_however_many_wait_behind() -> None:
    work = HeldWork(signs=2, patient=2)
    threads = work.asking(1)
    wait_for(lambda: work.state == (1, 0))
    threads += work.asking(3)
    wait_for(lambda: work.state == (1, 3))
    work.signs[0].set()
    wait_for(lambda: work.state == (2, 0))  # three are at work together
    threads += work.asking(2)  # and as many wait as may
    wait_for(lambda: work.state == (2, 2))
    time.sleep(STALLED_S + 3 * LOOK_S)
    work.signs[1].set()
    joined(threads)
    assert work.answers == ["done"] * 6


def test_a_group_has_so_many_at_most_that_nobody_waits_long() -> None:
    work = HeldWork()
    threads = work.asking(1)
    assert work.begun.wait(20)
    threads += work.asking(LARGEST_GROUP + 1)
    wait_for(lambda: len(work.turns._waiting) >= LARGEST_GROUP + 1)
    work.signs[0].set()
    joined(threads)
    assert work.groups == [1, LARGEST_GROUP, 1]


def test_a_group_that_ends_while_somebody_asks_how_long_it_takes_disturbs_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = HeldWork(patient=2)

    class Clock:
        """Between its question and its answer the group comes to its end, if nothing holds it."""

        def monotonic(self) -> float:
            if threading.current_thread() is second:
                work.signs[0].set()
                first.join(0.3)
            return time.monotonic()

        sleep = staticmethod(time.sleep)

    first, second = threading.Thread(target=work.ask), threading.Thread(target=work.ask)
    monkeypatch.setattr("blockplan.notice.turns.time", Clock())
    first.start()
    assert work.begun.wait(20)
    second.start()
    joined([first, second])
    assert work.answers == ["done", "done"]
