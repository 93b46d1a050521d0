"""Slow senders hold some of the threads, never all of them, and never for long those of others."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from blockplan.portal.arrival import MOST_THROWN_AWAY_BYTES, FullError, patient

if TYPE_CHECKING:
    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore


class Slow(BytesIO):
    """A body that does not come before it is let go."""

    def __init__(self) -> None:
        super().__init__(b"text=x")
        self.asked, self.go = threading.Event(), threading.Event()

    def read(self, *size: int | None) -> bytes:
        self.asked.set()
        self.go.wait(60)
        return super().read(*size)


def asked(body: Any, address: str) -> dict[str, Any]:
    return {"CONTENT_LENGTH": "6", "wsgi.input": body, "REMOTE_ADDR": "127.0.0.1",
            "HTTP_X_FORWARDED_FOR": f"192.0.2.66, {address}"}  # fmt: skip


def reading(environ: dict[str, Any], _start: Any) -> list[bytes]:
    return [environ["wsgi.input"].read(6)]


def test_one_address_waits_on_some_threads_and_all_together_on_most(config: Config) -> None:
    service = patient(reading, config.model_copy(update={"threads": 8, "proxies": 1}))
    slow = [Slow() for _ in range(6)]
    waiting = [
        threading.Thread(target=service, args=(asked(body, f"192.0.2.{at // 3}"), None))
        for at, body in enumerate(slow)
    ]
    for thread, body in zip(waiting[:3], slow, strict=False):
        thread.start()
        assert body.asked.wait(60)
    with pytest.raises(FullError):
        service(asked(BytesIO(b"text=x"), "192.0.2.0"), None)
    assert list(service(asked(BytesIO(b"text=x"), "192.0.2.1"), None)) == [b"text=x"]
    for thread, body in zip(waiting[3:], slow[3:], strict=False):
        thread.start()
        assert body.asked.wait(60)
    with pytest.raises(FullError):
        service(asked(BytesIO(b"text=x"), "192.0.2.9"), None)
    for body in slow:
        body.go.set()
    for thread in waiting:
        thread.join(60)
    for address in ("192.0.2.0", "192.0.2.9"):
        assert list(service(asked(BytesIO(b"text=x"), address), None)) == [b"text=x"]


@pytest.mark.parametrize(
    ("length", "more", "left"),
    [
        (3_000_000, {}, 0),
        (3_000_000, {"HTTP_EXPECT": "100-continue"}, 3_000_000),
        (MOST_THROWN_AWAY_BYTES + 1, {}, 3_000_000),
    ],
    ids=["refused unread", "waits for a word before it sends", "endless"],
)
def test_a_body_that_nobody_reads_is_taken_in_before_the_answer_unless_it_is_endless(
    config: Config, length: int, more: dict[str, str], left: int
) -> None:
    body = BytesIO(bytes(3_000_000))
    environ = asked(body, "192.0.2.1") | {"CONTENT_LENGTH": str(length)} | more
    assert list(patient(lambda *_: [b"no"], config)(environ, lambda *_: None)) == [b"no"]
    assert len(body.read()) == left


def test_an_answer_goes_out_though_no_place_is_free_to_take_in_the_rest(config: Config) -> None:
    assert list(patient(lambda *_: [b"no"], config)(asked(Full(), "192.0.2.1"), lambda *_: None)) == [b"no"]


class Full(BytesIO):
    """A body that no thread may wait for."""

    def read(self, *_size: int | None) -> bytes:
        raise FullError("8 wait already")

    def readline(self, *_size: int | None) -> bytes:
        raise FullError("8 wait already")


def test_who_comes_on_top_is_told_to_come_back(opened: DatabaseStore) -> None:
    form: dict[str, Any] = {
        "wsgi.input": Full(), "CONTENT_LENGTH": "6", "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }  # fmt: skip
    client = Client()
    answer = client.generic("POST", "/en/notices/town/opinion/", **form)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "still in the form" in answer.content.decode()
    answer = client.generic(
        "POST", "/api/v1/notices/town/opinions",
        **form | {"CONTENT_TYPE": "application/json", "HTTP_IDEMPOTENCY_KEY": "k" * 30},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many")
    assert answer.headers["Retry-After"] == "5"
