"""While work is held up, some wait for it and the others are told at once."""

from __future__ import annotations

import threading
import time
from typing import Any

from blockplan.notice.turns import Job, StalledError, Turns


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
    until = time.monotonic() + 10
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
