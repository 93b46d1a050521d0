"""While work is held up, some wait for it and the others are told at once."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from blockplan.notice.turns import LARGEST_GROUP, LOOK_S, STALLED_S, Job, StalledError, Turns

if TYPE_CHECKING:
    import pytest


def test_behind_work_that_is_held_up_only_some_wait_and_the_rest_are_told_at_once() -> None:
    go = threading.Event()

    def do(jobs: list[Job[Any]]) -> None:
        go.wait(20)
        for job in jobs:
            job.result = "done"
            job.finish()

    turns = Turns(do, patient=2)
    answers: list[str] = []

    def one() -> None:
        try:
            answers.append(turns.run(lambda _ledger: ""))
        except StalledError:
            answers.append("told")

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 60
    while len(answers) < 5 and time.monotonic() < until:
        time.sleep(0.01)
    assert answers == ["told"] * 5  # one is at work, and two wait
    one()
    assert answers == ["told"] * 6
    go.set()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done"] * 3 + ["told"] * 6
    one()
    assert answers[-1] == "done"


def test_whose_work_is_being_done_waits_for_it_however_many_wait_behind() -> None:
    begun: list[int] = []
    first, go = threading.Event(), threading.Event()

    def do(jobs: list[Job[Any]]) -> None:
        begun.append(len(jobs))
        (go if len(begun) > 1 else first).wait(20)
        for job in jobs:
            job.result = "done"
            job.finish()

    turns = Turns(do, patient=2)
    answers: list[str] = []

    def one() -> None:
        try:
            answers.append(turns.run(lambda _ledger: ""))
        except Exception as error:  # noqa: BLE001 (whatever it is, it is no answer)
            answers.append(repr(error))

    def start(count: int) -> list[threading.Thread]:
        threads = [threading.Thread(target=one) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads

    def see(groups: int, waiting: int) -> None:
        until = time.monotonic() + 60
        while (len(begun), len(turns._waiting)) != (groups, waiting) and time.monotonic() < until:
            time.sleep(0.005)
        assert (len(begun), len(turns._waiting)) == (groups, waiting)

    threads = start(1)
    see(1, 0)
    threads += start(3)
    see(1, 3)
    first.set()
    see(2, 0)  # three are at work together
    threads += start(2)  # and as many wait as may
    see(2, 2)
    time.sleep(STALLED_S + 3 * LOOK_S)
    go.set()
    for thread in threads:
        thread.join()
    assert answers == ["done"] * 6


def test_a_group_has_so_many_at_most_that_nobody_waits_long() -> None:
    groups: list[int] = []
    begun, go = threading.Event(), threading.Event()

    def do(jobs: list[Job[Any]]) -> None:
        groups.append(len(jobs))
        begun.set()
        go.wait(20)
        for job in jobs:
            job.finish()

    turns = Turns(do)
    threads = [
        threading.Thread(target=turns.run, args=(lambda _ledger: "",)) for _ in range(LARGEST_GROUP + 2)
    ]
    threads[0].start()
    assert begun.wait(20)
    for thread in threads[1:]:
        thread.start()
    until = time.monotonic() + 60
    while len(turns._waiting) < LARGEST_GROUP + 1 and time.monotonic() < until:
        time.sleep(0.005)
    go.set()
    for thread in threads:
        thread.join()
    assert groups == [1, LARGEST_GROUP, 1]


def test_a_group_that_ends_while_somebody_asks_how_long_it_takes_disturbs_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go = threading.Event(), threading.Event()

    def do(jobs: list[Job[Any]]) -> None:
        begun.set()
        go.wait(20)
        for job in jobs:
            job.result = "done"
            job.finish()

    turns = Turns(do, patient=2)
    answers: list[str] = []

    def one() -> None:
        try:
            answers.append(turns.run(lambda _ledger: ""))
        except Exception as error:  # noqa: BLE001 (whatever it is, it is no answer)
            answers.append(repr(error))

    class Clock:
        """Between its question and its answer the group comes to its end, if nothing holds it."""

        def monotonic(self) -> float:
            if threading.current_thread() is asking:
                go.set()
                leading.join(0.3)
            return time.monotonic()

        sleep = staticmethod(time.sleep)

    leading, asking = threading.Thread(target=one), threading.Thread(target=one)
    monkeypatch.setattr("blockplan.notice.turns.time", Clock())
    leading.start()
    assert begun.wait(20)
    asking.start()
    for thread in (leading, asking):
        thread.join()
    assert answers == ["done", "done"]
