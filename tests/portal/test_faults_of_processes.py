"""Faults of the served processes and of what lies under them: the service says so, and comes back whole."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from benchmarks.portal_service import NOTICE, Desk, Service, new_address, new_key
from tests.portal.databases import another, on_postgresql, on_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATH = f"/api/v1/notices/{NOTICE}/opinions"
#: What the service must be back within.
PATIENCE_S = 60.0


class Office:
    """A service with its desk, and the receipts that submitters hold."""

    def __init__(self, folder: Path, database: str | None) -> None:
        self.desk, self.service = Desk(folder, database), Service(folder, database)
        self.desk.ask("begin")
        self.held: list[dict[str, Any]] = []

    def send(self, text: str, key: str = "", service: Service | None = None) -> tuple[int, dict[str, Any]]:
        port = (service or self.service).port
        answer = requests.post(
            f"http://localhost:{port}{PATH}", json={"text": text}, timeout=60,
            headers={"Idempotency-Key": key or new_key(), "X-Forwarded-For": new_address()},
        )  # fmt: skip
        if answer.status_code == 201:
            self.held.append(answer.json()["receipt"])
        return answer.status_code, answer.json()

    def send_until_taken(self, text: str, key: str) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                status, answer = self.send(text, key)
            except requests.ConnectionError:
                status, answer = 0, {}
            if status == 201:
                return answer
            assert time.monotonic() < until, answer
            time.sleep(0.2)

    def is_whole(self) -> bool:
        found = self.desk.ask("check", receipts=self.held)
        assert found["findings"] == []
        return bool(found["submitted"] == len({json.dumps(one["leaf"]) for one in self.held}))

    def close(self) -> None:
        self.service.kill()
        self.desk.close()


@pytest.fixture
def database() -> str | None:
    """Of the test's own, because the served processes fill it."""
    return another()


@pytest.fixture
def office(tmp_path: Path, database: str | None) -> Iterator[Office]:
    made = Office(tmp_path / "data", database)
    yield made
    made.close()


@pytest.mark.long(15)
def test_two_services_write_into_one_record_at_once_and_a_crashed_worker_is_replaced(
    office: Office, tmp_path: Path, database: str | None
) -> None:
    other = Service(tmp_path / "data", database)
    office.service.start()
    other.start()
    try:

        def many(service: Service) -> None:
            for number in range(15):
                assert office.send(f"opinion {number}", service=service)[0] == 201

        threads = [threading.Thread(target=many, args=(one,)) for one in (office.service, other) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        other.kill()
    assert len({one["leaf"]["seq"] for one in office.held}) == 60
    one, *_ = before = office.service.workers()
    os.kill(one, signal.SIGKILL)
    office.send_until_taken("after the crash", new_key())
    until = time.monotonic() + PATIENCE_S
    while len(office.service.workers()) < len(before) and time.monotonic() < until:
        time.sleep(0.1)
    assert len(office.service.workers()) == len(before)
    assert office.is_whole()


@on_sqlite
@pytest.mark.long(15)
def test_where_the_disk_takes_no_larger_files_submitters_are_told_and_readers_go_on(office: Office) -> None:
    data = office.service.data
    most = max(path.stat().st_size for path in data.glob("portal.sqlite3*")) + 600_000
    office.service.start(before=("prlimit", f"--fsize={most}"))
    refused = None
    for number in range(40):
        key = new_key()
        status, answer = office.send(f"opinion {number} " + "long words " * 9000, key)
        if status != 201:
            refused = (status, answer["error"], key, f"opinion {number} " + "long words " * 9000)
            break
    assert refused is not None
    assert refused[:2] in {(503, "unavailable"), (503, "unsigned"), (503, "uncertain")}
    assert requests.get(f"http://localhost:{office.service.port}{PATH}", timeout=60).status_code == 200
    office.service.kill()
    office.service.start()
    office.send_until_taken(refused[3], refused[2])
    assert office.is_whole()


@on_sqlite
@pytest.mark.long(15)
def test_a_log_of_writes_that_was_cut_is_an_older_copy_and_nothing_more_is_signed(office: Office) -> None:
    office.service.start()
    for number in range(10):
        assert office.send(f"opinion {number}")[0] == 201
    office.service.kill()
    log = office.service.data / "portal.sqlite3-wal"
    whole = log.read_bytes()
    database = (office.service.data / "portal.sqlite3").read_bytes()
    log.write_bytes(whole[: len(whole) // 3])
    office.service.start()
    status, answer = office.send("into an older copy")
    assert (status, answer["error"]) == (503, "unavailable")
    office.service.kill()
    for name in ("portal.sqlite3-shm", "portal.sqlite3-wal"):
        (office.service.data / name).unlink(missing_ok=True)
    (office.service.data / "portal.sqlite3").write_bytes(database)
    log.write_bytes(whole)
    office.service.start()
    assert office.send("into the newest copy")[0] == 201
    assert office.is_whole()


@on_postgresql
def test_a_database_that_is_gone_is_told_and_where_it_is_back_the_same_key_is_entered_once(
    tmp_path: Path,
) -> None:
    from tests.support.cluster import Cluster

    cluster = Cluster()
    office = Office(tmp_path / "data", cluster.url)
    try:
        office.service.start()
        assert office.send("before")[0] == 201
        cluster.stop()
        key = new_key()
        for _ in range(3):
            status, answer = office.send("meanwhile", key)
            assert (status, answer["error"]) == (503, "unavailable")
        reading = requests.get(f"http://localhost:{office.service.port}{PATH}", timeout=60)
        assert (reading.status_code, set(reading.json())) == (503, {"error", "message", "remedy"})
        cluster.start()
        office.send_until_taken("meanwhile", key)
        assert office.send("after")[0] == 201
        assert office.is_whole()
    finally:
        office.close()
        cluster.remove()
