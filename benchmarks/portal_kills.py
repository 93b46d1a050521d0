"""
Kill -9 under load: what was acknowledged must be there, and every proof must hold.

In every round submitters send as fast as they are answered and keep each receipt; then all processes of
the service, or its workers alone, are killed. What was sent and not answered is sent again with the same key.
After each round the record is exported and verified together with the receipts of the round.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import TYPE_CHECKING, Any

from benchmarks.portal_client import Client, run
from benchmarks.portal_desk import words
from benchmarks.portal_service import NOTICE, START_S, Desk, Service, answers, new_key

if TYPE_CHECKING:
    from pathlib import Path

SUBMITTERS = 6
#: More than the service takes in before the blow; proof of work that is left is used in the next round.
MOST_IN_A_ROUND = 150
#: Time under load before the blow, in seconds.
SHORTEST_S, LONGEST_S = 0.1, 0.7
PATH = f"/api/v1/notices/{NOTICE}/opinions"


def kills(folder: Path, database: str | None, rounds: int, *, seed: int = 7) -> dict[str, Any]:
    """The figures of so many rounds; `lost`, `bad` and `twice` must be 0."""
    draw = random.Random(seed)
    desk, service = Desk(folder, database), Service(folder, database)
    held: dict[str, dict[str, Any]] = {}
    findings: list[str] = []
    unanswered = 0
    try:
        desk.ask("begin")
        service.start()
        left: list[str] = []
        for number in range(rounds):
            left += desk.ask("solutions", count=MOST_IN_A_ROUND - len(left))
            done, still_open = run(_round(service, draw.uniform(SHORTEST_S, LONGEST_S), number, left))
            _up_again(service)
            unanswered += len(still_open)
            done |= run(_again(service, still_open))
            held |= done
            findings += _check(desk, done)["findings"]
        found = _check(desk, held)
    finally:
        service.kill()
        desk.close()
    findings += found["findings"]
    opinions = {one["opinion"] for one in held.values()}
    return {
        "rounds": rounds,
        "acknowledged": len(held),
        "unanswered": unanswered,
        "lost": sum("receipt_not_in_record" in finding for finding in findings),
        "bad": len(findings),
        # Each key is one opinion, and the record holds no others.
        "twice": len(held) - len(opinions) + found["submitted"] - len(opinions),
        "findings": findings[:5],
    }


def _check(desk: Desk, held: dict[str, dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = desk.ask("check", receipts=[one["receipt"] for one in held.values()])
    return found


async def _round(
    service: Service, seconds: float, number: int, shown: list[str]
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """What was acknowledged before the blow, and what was sent and not answered; by key."""
    done: dict[str, dict[str, Any]] = {}
    still_open: dict[str, dict[str, Any]] = {}

    async def submit(who: int) -> None:
        client = Client(service.port)
        try:
            count = 0
            while shown:
                text = words(number * 1000 + who * 100 + count)
                key, body = new_key(), {"text": text, "challenge": shown.pop()}
                count += 1
                still_open[key] = body
                status, answer = await client.post(PATH, body, key)
                if status == 201:
                    done[key] = json.loads(answer)
                    del still_open[key]
        except (OSError, EOFError, TimeoutError):
            pass  # the blow
        finally:
            client.close()  # also where all proof of work is used up before it

    tasks = [asyncio.create_task(submit(who)) for who in range(SUBMITTERS)]
    await asyncio.sleep(seconds)
    # Every second round spares the process that watches the workers, so that it must start new ones.
    service.kill_workers() if number % 2 else service.kill()
    await asyncio.gather(*tasks)
    return done, still_open


def _up_again(service: Service) -> None:
    if not service.started:
        service.start()
    until = time.monotonic() + START_S
    while not answers(service.port):
        if time.monotonic() > until:
            raise RuntimeError("no worker was started again: " + service.log()[-2000:])
        time.sleep(0.05)


async def _again(service: Service, still_open: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What was not answered, sent again with the same key: it is entered once, before or now."""
    client = Client(service.port)
    done = {}
    for key, body in still_open.items():
        status, answer = await client.post(PATH, body, key)
        if status != 201:
            raise RuntimeError(f"sent again, and not taken: {status} {answer.decode()[:300]}")
        done[key] = json.loads(answer)
    client.close()
    return done
