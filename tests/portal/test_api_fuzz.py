"""Requests that nobody should send, to the served process: never a fault of ours, always the one shape."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest
from benchmarks.portal_fuzz import fuzz
from benchmarks.portal_hostile import hostile
from benchmarks.portal_load import load
from benchmarks.portal_service import Desk, Service
from tests.conftest import SOAK_TIMES
from tests.portal.databases import another, on_sqlite

if TYPE_CHECKING:
    from pathlib import Path

SUBMIT = (
    b"POST /api/v1/notices/town/opinions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
)
KEY = b"Idempotency-Key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"


def get(path: bytes, more: bytes = b"") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + more + b"\r\n"


def post(body: bytes, more: bytes = KEY) -> bytes:
    return SUBMIT + more + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body


ADDRESSES = (
    b"/%00", b"/%ff%fe", b"?state=%00", b"?state=%ff", b"/town/opinions?object=%00&layer=parcels",
    b"/town/opinions?object=%ED%A0%80", b"/town/opinions/O-" + b"9" * 400, b"/../../etc/passwd",
    b"/town/opinions?cursor=" + b"9" * 5000, b"/town/objects/parcels/%2e%2e%2f",
    b"/town/objects?bbox=1,2,3,NaN", b"/town/objects?search=%25%5f%5c", b"/" + b"a/" * 2000,
)  # fmt: skip
HEADERS = (
    b"Accept-Language: " + b"x;q=9," * 500, b'If-None-Match: "\xff', b"Host: elsewhere",
    b"X-Forwarded-For: \xff\x00", b"Cookie: \xff=\xfe", b"Accept: \xff",
)  # fmt: skip
BODIES = (
    b"[" * 200_000, b'{"text": "\\ud83d"}', b'{"text": "\xed\xa0\x80"}', b"\x00" * 64, b'{"text": 1e400}',
    b"", b'{"text": Infinity}', b'{"text": "a", "text": "b"}', b'{"a": ' + b"[" * 60 + b"]" * 60 + b"}",
)  # fmt: skip
RAW = [
    *(get(b"/api/v1/notices" + address) for address in ADDRESSES),
    *(get(b"/api/v1/notices", header + b"\r\n") for header in HEADERS),
    *(post(body) for body in BODIES),
    post(b'{"text": "x"}', b"Idempotency-Key: " + b"\xff" * 30 + b"\r\n"),
    post(b'{"text": "x"}', KEY + b"Content-Encoding: gzip\r\n"),
    SUBMIT + KEY + b"Content-Length: 999999999\r\n\r\n{}",
    SUBMIT + KEY + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"TRACE /api/v1/notices HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"FOO /api/v1/notices HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET http://localhost/api/v1/notices HTTP/1.1\r\nHost: localhost\r\n\r\n",
]


@pytest.fixture
def database() -> str | None:
    """Of the test's own, because the served processes fill it."""
    return another()


def status(port: int, request: bytes) -> tuple[int, bytes]:
    """Status and what follows the head; 0 where the connection was closed without an answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        one.sendall(request)
        one.shutdown(socket.SHUT_WR)
        found = b""
        while part := one.recv(65_536):
            found += part
    head, _, body = found.partition(b"\r\n\r\n")
    return (int(head.split(b" ", 2)[1]) if head else 0), body


@pytest.mark.long
def test_requests_that_break_the_rules_of_http_and_json_are_no_fault_of_the_service(
    tmp_path: Path, database: str | None
) -> None:
    desk, service = Desk(tmp_path / "data", database), Service(tmp_path / "data", database)
    try:
        desk.ask("begin")
        service.start()
        for request in RAW:
            found, body = status(service.port, request)
            assert found < 500, (request[:100], body[:300])
            if found >= 400 and body.startswith(b"{"):
                assert set(json.loads(body)) == {"error", "message", "remedy"}
        assert len(service.workers()) == 2
        assert "Traceback" not in service.log()
    finally:
        service.kill()
        desk.close()


@on_sqlite
@pytest.mark.long
def test_who_sends_far_too_much_gets_the_answer_and_keeps_the_connection(
    tmp_path: Path, database: str | None
) -> None:
    desk, service = Desk(tmp_path / "data", database), Service(tmp_path / "data", database)
    try:
        desk.ask("begin")
        service.start()
        with closing(HTTPConnection("localhost", service.port, timeout=60)) as connection:
            for address in ("/api/v1/notices/town/opinions", "/nowhere", "/en/notices/town/opinion/"):
                connection.request("POST", address, bytes(40_000_000), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                assert (answer.status < 500, bool(answer.read())) == (True, True), address
                assert connection.sock is not None, "closed by the answer"
    finally:
        service.kill()
        desk.close()


def fuzzed(folder: Path, database: str | None, cases: int) -> None:
    found = fuzz(folder, database, cases=cases)
    assert (found["server_errors"], found["not_as_described"], found["bad"]) == (0, 0, 0), found
    assert found["cases"] >= cases
    assert found["workers_alive"] == 2
    assert found["peak_mb_of_a_worker"] <= 512


@pytest.mark.long(15)
def test_invented_requests_are_answered_as_the_document_says(tmp_path: Path, database: str | None) -> None:
    # On PostgreSQL fewer: what reads a request is the same.
    fuzzed(tmp_path / "data", database, 600 if database is None else 200)


@pytest.mark.soak
def test_thousands_of_invented_requests_are_answered_as_the_document_says(
    tmp_path: Path, database: str | None
) -> None:
    fuzzed(tmp_path / "data", database, 4_000 * SOAK_TIMES)


@on_sqlite  # a part of the corpus, served over SQLite in either run; make soak serves all of it over both
@pytest.mark.long
def test_hostile_files_and_texts_crash_nothing_and_stay_within_the_memory(tmp_path: Path) -> None:
    found = hostile(tmp_path / "data", None, share=0.2)
    assert (found["server_errors"], found["died"], found["unsafe_answers"], found["bad"]) == (0, 0, 0, 0), (
        found
    )
    assert found["peak_mb_of_a_worker"] <= 512


@pytest.mark.soak
def test_the_whole_hostile_corpus_crashes_nothing_and_stays_within_the_memory(
    tmp_path: Path, database: str | None
) -> None:
    found = hostile(tmp_path / "data", database)
    assert (found["server_errors"], found["died"], found["unsafe_answers"], found["bad"]) == (0, 0, 0, 0), (
        found
    )
    assert found["peak_mb_of_a_worker"] <= 512


def loaded(folder: Path, database: str | None, seconds: float, rate: float) -> None:
    found = load(folder, database, seconds=seconds, submissions=rate, reads=rate / 2)
    log = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")
    assert found["submissions"]["first_errors"] + found["reads"]["first_errors"] == [], log[-20_000:]
    assert (found["lost_or_bad"], found["twice"]) == (0, 0), found
    assert found["receipts_checked"] == int(rate * seconds)


@pytest.mark.long(15)
def test_under_load_nothing_is_lost_and_no_answer_is_an_error(tmp_path: Path, database: str | None) -> None:
    loaded(tmp_path / "data", database, 10, 20)


@pytest.mark.soak
def test_minutes_of_full_load_lose_nothing_and_no_answer_is_an_error(
    tmp_path: Path, database: str | None
) -> None:
    loaded(tmp_path / "data", database, 120 * SOAK_TIMES, 100)
