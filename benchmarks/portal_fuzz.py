"""
Requests made from the OpenAPI document by schemathesis, right ones and wrong ones, to the served process.

None may be answered with a fault of the service's own (5xx), and every answer must be one that the document
describes: status, media type, shape. In half of the requests names that exist stand in the address, so that
not all of them end at "not found".
"""

from __future__ import annotations

import random
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

from benchmarks.portal_service import NOTICE, Desk, Service, new_address

if TYPE_CHECKING:
    from pathlib import Path

#: Opinions that are there before the first request.
THERE = 30
REAL = {"notice": NOTICE, "opinion": "O-3", "layer": "parcels", "number": "0"}
#: Requests of one operation before the next has its turn.
PORTION = 25


def fuzz(folder: Path, database: str | None, *, cases: int, seed: int = 7) -> dict[str, Any]:
    """The figures of so many requests; `server_errors` and `not_as_described` must be 0."""
    desk, service = Desk(folder, database), Service(folder, database)
    try:
        desk.ask("begin", plan=True)
        desk.ask("fill", count=THERE)
        service.start()
        statuses, wrong = _requests(service.port, cases, seed)
        found = desk.ask("check", receipts=[])
        alive, peak_mb = len(service.workers()), service.peak_mb()
    finally:
        service.kill()
        desk.close()
    return {
        "cases": sum(statuses.values()),
        "statuses": dict(sorted(statuses.items())),
        "server_errors": sum(count for status, count in statuses.items() if status >= 500),
        "not_as_described": len(wrong),
        "bad": len(found["findings"]),
        "workers_alive": alive,
        "peak_mb_of_a_worker": round(peak_mb, 1),
        "first_wrong": wrong[:5],
    }


def _requests(port: int, cases: int, seed: int) -> tuple[Counter[int], list[str]]:
    import requests
    import schemathesis

    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    schema = schemathesis.openapi.from_url(f"http://localhost:{port}/api/v1/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    draw = random.Random(seed)
    with requests.Session() as session, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the generator: it says which requests it could not make
        turn = 0
        while sum(statuses.values()) < cases:
            operation = operations[turn % len(operations)]
            modes = ("positive", "negative")[(turn // len(operations)) % 2]
            _some(operation, modes, draw, lambda case: _one(case, session, statuses, wrong))
            turn += 1
            if turn > 40 * len(operations) + cases:
                break  # nothing more can be made
    return statuses, wrong


def _some(operation: Any, mode: str, draw: random.Random, do: Any) -> None:
    """Some requests of one operation."""
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis.errors import Unsatisfiable
    from schemathesis import GenerationMode

    strategy = operation.as_strategy(generation_mode=GenerationMode(mode))

    @seed(draw.randrange(2**32))
    @settings(
        max_examples=PORTION, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def ask(case: Any) -> None:
        if draw.random() < 0.5:
            case.path_parameters.update({k: v for k, v in REAL.items() if k in case.path_parameters})
        do(case)

    try:
        ask()
    except Unsatisfiable:
        return


def _one(case: Any, session: Any, statuses: Counter[int], wrong: list[str]) -> None:
    import requests
    from schemathesis import checks
    from schemathesis.core.failures import FailureGroup

    try:
        answer = case.call(session=session, timeout=30, headers={"X-Forwarded-For": new_address()})
    except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeEncodeError):
        return  # what no client can send
    statuses[answer.status_code] += 1
    try:
        case.validate_response(answer, checks=_checks(checks))
    except FailureGroup as failures:
        wrong += [f"{case.method} {case.formatted_path}: {one}"[:600] for one in failures.exceptions]


def _checks(checks: Any) -> list[Any]:
    names = (
        "not_a_server_error", "status_code_conformance", "content_type_conformance",
        "response_schema_conformance",
    )  # fmt: skip
    return checks.CHECKS.get_by_names(list(names))  # type: ignore[no-any-return]
