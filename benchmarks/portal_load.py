"""
Load: submissions with receipts at a steady rate beside readers, and lists over many opinions.

The rate is kept by the clock and not by the answers: who is late is sent all the same, so that waiting shows
in the figures. The client is one process with a bounded number of connections.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import resource
import time
from typing import TYPE_CHECKING, Any

from benchmarks.portal_client import Client, run
from benchmarks.portal_desk import words
from benchmarks.portal_service import NOTICE, Desk, Service, new_key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

API = f"/api/v1/notices/{NOTICE}"
#: So often a receipt is asked for that was promised, once a second.
PROMISES_ASKED = 30
#: Connections for submitting and for reading.
SUBMITTERS, READERS = 40, 10
READ = (
    f"{API}/opinions",
    f"{API}/opinions?layer=parcels&object=P-7",
    f"{API}",
    f"{API}/checkpoints",
    f"{API}/events?limit=20",
)
#: Pages of the list that are asked for; the last are rare things among many.
LISTS = {
    "first page": "/opinions",
    "page in the middle": "/opinions?cursor=25000",
    "about one object": "/opinions?layer=parcels&object=P-7",
    "about an object few write of": "/opinions?layer=parcels&object=P-99",
    "late ones (none)": "/opinions?late=true",
    "withdrawn ones (none)": "/opinions?standing=withdrawn",
    "log, page in the middle": "/events?cursor=25000&limit=50",
}


class Tally:
    """Times of answers, and what went wrong."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.errors: list[str] = []

    def figures(self) -> dict[str, Any]:
        """Percentiles in milliseconds, from the moment that the clock said."""
        ordered = sorted(self.seconds)

        def at(share: float) -> float | None:
            return (
                round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 1)
                if ordered
                else None
            )

        return {
            "answers": len(ordered), "errors": len(self.errors), "p50_ms": at(0.5), "p95_ms": at(0.95),
            "p99_ms": at(0.99), "largest_ms": at(1.0), "first_errors": self.errors[:3],
        }  # fmt: skip


def load(
    folder: Path, database: str | None, *, seconds: float, submissions: float = 100.0, reads: float = 50.0
) -> dict[str, Any]:
    """So many submissions and reads a second for so long; afterwards every receipt is checked."""
    desk, service = Desk(folder, database), Service(folder, database)
    try:
        desk.ask("begin")
        shown = [desk.ask("solutions", count=1000) for _ in range(int(submissions * seconds) // 1000 + 1)]
        service.start()
        before_s, own_s, began = service.cpu_s(), _own_cpu_s(), time.monotonic()
        sent, read, receipts = run(
            _both(service.port, seconds, (submissions, reads), itertools.chain(*shown))
        )
        took_s = time.monotonic() - began
        served_s, client_s, peak_mb = service.cpu_s() - before_s, _own_cpu_s() - own_s, service.peak_mb()
        service.stop()
        found = desk.ask("check", receipts=receipts)
    finally:
        service.kill()
        desk.close()
    return {
        "seconds": round(took_s, 1), "submissions": sent.figures(), "reads": read.figures(),
        "server_cpu_s": round(served_s, 1), "client_cpu_s": round(client_s, 1),
        "peak_mb_of_a_worker": round(peak_mb, 1), "receipts_checked": len(receipts),
        "lost_or_bad": len(found["findings"]), "twice": found["submitted"] - len(receipts),
    }  # fmt: skip


def lists(folder: Path, database: str | None, *, opinions: int, rounds: int = 30) -> dict[str, Any]:
    """How long pages of the list take where there are many opinions, one reader at a time."""
    desk, service = Desk(folder, database), Service(folder, database)
    try:
        desk.ask("begin")
        desk.ask("fill", count=opinions)
        service.start()
        figures = run(_lists(service.port, rounds))
    finally:
        service.kill()
        desk.close()
    return {"opinions": opinions, "lists": figures}


async def _lists(port: int, rounds: int) -> dict[str, Any]:
    client = Client(port)
    found = {}
    for name, path in LISTS.items():
        tally = Tally()
        for number in range(rounds + 2):  # the first two are not timed: a worker may be cold
            began = time.monotonic()
            status, body = await client.get(API + path)
            if number > 1:
                tally.seconds.append(time.monotonic() - began)
            if status != 200:
                tally.errors.append(f"{status} {body[:200]!r}")
        found[name] = tally.figures()
    client.close()
    return found


async def _both(
    port: int, seconds: float, rates: tuple[float, float], shown: Iterator[str]
) -> tuple[Tally, Tally, list[dict[str, Any]]]:
    receipts: list[dict[str, Any]] = []
    sent, read = Tally(), Tally()
    count, turn = itertools.count(), itertools.cycle(READ)

    async def submit(client: Client) -> str:
        number = next(count)
        body = {"text": words(number), "targets": [{"layer": "parcels", "id": f"P-{number % 50}"}]}
        body["challenge"] = next(shown)
        key, status, answer = new_key(), 202, b""
        for _ in range(PROMISES_ASKED):  # 202 promises the entry; with the same key its receipt comes later
            status, answer = await client.post(f"{API}/opinions", body, key)
            if status != 202:
                break
            await asyncio.sleep(1.0)
        if status != 201:
            return f"{status} {answer[:200]!r}"
        receipts.append(json.loads(answer)["receipt"])
        return ""

    async def look(client: Client) -> str:
        status, answer = await client.get(next(turn))
        return "" if status == 200 else f"{status} {answer[:200]!r}"

    await asyncio.gather(
        _steadily(port, submit, rates[0], seconds, SUBMITTERS, sent),
        _steadily(port, look, rates[1], seconds, READERS, read),
    )
    return sent, read, receipts


async def _steadily(
    port: int,
    do: Callable[[Client], Awaitable[str]],
    rate: float,
    seconds: float,
    connections: int,
    tally: Tally,
) -> None:
    """`rate` calls a second, each timed from the moment at which it was due."""
    begin = time.monotonic()
    due = iter([begin + number / rate for number in range(int(rate * seconds))])

    async def one() -> None:
        client = Client(port)
        for moment in due:
            await asyncio.sleep(max(0.0, moment - time.monotonic()))
            try:
                fault = await do(client)
            except (OSError, EOFError, TimeoutError) as error:
                fault = repr(error)
            tally.seconds.append(time.monotonic() - moment)
            if fault:
                tally.errors.append(fault)
        client.close()

    await asyncio.gather(*(one() for _ in range(connections)))


def _own_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
