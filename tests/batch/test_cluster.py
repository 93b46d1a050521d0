"""The same over a dask.distributed cluster that stands already, at an address."""

import json
import os
import signal
import sys
import time

import pytest
from tests.batch import jobs

from blockplan.batch import check_many, cluster, run_on_cluster
from blockplan.check import check
from blockplan.errors import UsageError
from blockplan.plan import read

pytest.importorskip("distributed")
pytestmark = [
    # Distributed leaves it to the garbage collector to close some sockets, and says so.
    pytest.mark.filterwarnings("default::ResourceWarning"),
    pytest.mark.filterwarnings("default::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.long
def test_every_item_gives_its_result(address):
    done = list(run_on_cluster(address, jobs.double, range(10)))
    assert sorted((one.number, one.item, one.value) for one in done) == [(n, n, 2 * n) for n in range(10)]


def test_an_item_that_fails_has_its_error_and_stops_no_other(address):
    done = {one.item: one for one in run_on_cluster(address, jobs.refuse_three, range(6), at_once=2)}
    assert done[3].error == "ValueError: three is not welcome"
    assert [done[item].value for item in (0, 1, 2, 4, 5)] == [0, 1, 2, 4, 5]


@pytest.mark.long
def test_plans_are_judged_as_each_would_be_alone(address_of_two, plans):
    lines = {line.number: line for line in check_many(plans, packs=["zone"], cluster=address_of_two)}
    assert sorted(lines) == [0, 1, 2, 3, 4]
    for number in (0, 2, 4):
        alone = check(read(plans[number]), packs=["zone"]).to_dict("en")
        assert json.dumps(lines[number].check, default=str) == json.dumps(alone, default=str)
    assert lines[1].exit_code == lines[3].exit_code == 2


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="kills a process the POSIX way")
def test_a_worker_that_is_killed_costs_only_the_items_that_it_had(address_of_two, tmp_path):
    (tmp_path / "hold").touch()
    names = ["held", *(f"item-{number}" for number in range(8))]
    results = run_on_cluster(address_of_two, jobs.wait_where_told, [(str(tmp_path), name) for name in names])
    done = [next(results)]
    told = tmp_path / "held.pids"
    until = time.monotonic() + 60
    while not told.exists() and time.monotonic() < until:
        time.sleep(0.02)
    victim = int(told.read_text(encoding="utf-8").split()[0])
    (tmp_path / "hold").unlink()
    os.kill(victim, signal.SIGKILL)
    done += results
    assert sorted(one.value for one in done) == sorted(names)
    assert len(told.read_text(encoding="utf-8").split()) == 2


def test_nobody_at_the_address_is_an_error_that_says_so(monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE_S", 0.5)
    with pytest.raises(UsageError, match=r"Nobody answers at tcp://127\.0\.0\.1:1"):
        list(run_on_cluster("tcp://127.0.0.1:1", jobs.double, [1]))


@pytest.mark.parametrize("address", ["gibberish", "tcp://10.0.0.5", "tcp://:8786", "http://a/b:80", ""])
def test_what_is_no_address_is_refused_before_anybody_is_called(address):
    with pytest.raises(
        UsageError, match=r"is no address of a scheduler\.\nWrite it as protocol, host and port"
    ):
        list(run_on_cluster(address, jobs.double, [1]))


def test_workers_with_another_blockplan_are_refused(address, monkeypatch):
    monkeypatch.setattr("blockplan.batch.cluster.__version__", "0.0.0")
    with pytest.raises(UsageError, match=r"needs Blockplan 0\.0\.0, but has "):
        list(run_on_cluster(address, jobs.double, [1]))


def test_without_dask_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'blockplan\[distributed\]'"):
        list(run_on_cluster("tcp://127.0.0.1:1", jobs.double, [1]))
