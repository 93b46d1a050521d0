"""A function over many items in processes: nothing is lost, nothing stops the rest."""

import multiprocessing
import os
import signal
import threading
import time

import pytest
from tests.batch import jobs

from blockplan.batch import run


def test_every_item_gives_its_result_whatever_the_order():
    done = list(run(jobs.double, range(10), workers=2))
    assert sorted((one.number, one.item, one.value) for one in done) == [(n, n, 2 * n) for n in range(10)]
    assert {one.tries for one in done} == {1}


def test_items_run_in_other_processes_as_many_as_were_asked_for():
    processes = {one.value for one in run(jobs.process_of, range(8), workers=2)}
    assert os.getpid() not in processes
    assert len(processes) == 2


def test_no_items_give_nothing():
    assert list(run(jobs.double, [], workers=2)) == []


def test_an_item_that_fails_has_its_error_and_stops_no_other():
    done = {one.item: one for one in run(jobs.refuse_three, range(6), workers=2)}
    assert done[3].error == "ValueError: three is not welcome"
    assert done[3].value is None
    assert not done[3].lost
    assert [done[item].value for item in (0, 1, 2, 4, 5)] == [0, 1, 2, 4, 5]


def test_items_are_read_only_as_workers_become_free():
    read = []

    def items():
        for number in range(20):
            read.append(number)
            yield number

    results = run(jobs.double, items(), workers=2)
    next(results)
    assert len(read) <= 4
    results.close()


def test_workers_end_at_once_when_nobody_wants_the_rest(tmp_path):
    (tmp_path / "hold").touch()
    before = set(multiprocessing.active_children())
    results = run(jobs.wait_where_told, [(str(tmp_path), name) for name in ("quick", "held")], workers=2)
    assert next(results).value == "quick"
    results.close()
    assert (tmp_path / "hold").exists()
    assert set(multiprocessing.active_children()) <= before


def kill_whoever_holds(folder, killed):
    """Waits until a worker has the item that is held, and ends that one process."""
    told = folder / "held.pids"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if told.exists() and (text := told.read_text(encoding="utf-8").strip()):
            killed.append(int(text.split()[0]))
            # Whoever gets the item next need not wait.
            (folder / "hold").unlink()
            os.kill(killed[0], signal.SIGKILL)
            return
        time.sleep(0.02)


@pytest.mark.skipif(os.name == "nt", reason="kills a process the POSIX way")
def test_a_worker_that_is_killed_costs_only_the_item_that_it_had(tmp_path):
    (tmp_path / "hold").touch()
    killed = []
    killer = threading.Thread(target=kill_whoever_holds, args=(tmp_path, killed))
    killer.start()
    names = ["held", *(f"item-{number}" for number in range(12))]
    done = {
        one.value: one
        for one in run(jobs.wait_where_told, [(str(tmp_path), name) for name in names], workers=2)
    }
    killer.join()
    assert sorted(done) == sorted(names)
    assert done["held"].tries == 2
    assert {one.tries for name, one in done.items() if name != "held"} == {1}
    first, second = (tmp_path / "held.pids").read_text(encoding="utf-8").split()
    assert killed == [int(first)]
    assert second != first
    for name in names[1:]:
        assert len((tmp_path / f"{name}.pids").read_text(encoding="utf-8").split()) == 1, name


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="kills a process the POSIX way")
def test_an_item_that_kills_each_worker_is_given_up_and_the_rest_is_done():
    done = {one.item: one for one in run(jobs.kill_own_process, range(5), workers=2)}
    assert done[2].lost
    assert "the worker was lost 2 times" in done[2].error
    assert [done[item].value for item in (0, 1, 3, 4)] == [0, 1, 3, 4]
