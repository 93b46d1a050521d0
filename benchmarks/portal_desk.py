"""
What a benchmark of the web service does in its tables besides HTTP; see `benchmarks.portal_service.Desk`.

A question is a line of JSON with ``what`` and its arguments; the answer is a line of JSON.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.portal_service import NOTICE

EXAMPLE = Path(__file__).parents[1] / "examples" / "demonstration-zone"
#: Opinions entered in one piece of work.
PORTION = 500


def main() -> None:
    from blockplan.portal.serve import set_up

    config = set_up()
    from django.db import connection

    for line in sys.stdin:
        asked = json.loads(line)
        found = DOES[asked.pop("what")](config, **asked)
        connection.close()  # the service must find the files as a crash leaves them
        print(json.dumps(found), flush=True)


def begin(config: Any, *, plan: bool = False) -> dict[str, Any]:
    """Open a notice that runs from today on; with `plan` its objects are made ready too."""
    import datetime as dt

    from blockplan.notice.office import Law, open_notice
    from blockplan.notice.package import PackageChoice
    from blockplan.portal.plans.prepare import prepare
    from blockplan.portal.preloading import judged
    from blockplan.portal.record.store import begin as begin_record

    store = begin_record(NOTICE, config)
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
    more = {"publication": "live", "authority": "Benchmark", "synthetic": True}
    frozen, result = judged(EXAMPLE)
    version = prepare(NOTICE, str(EXAMPLE), "", (frozen, result), PackageChoice()) if plan else None
    open_notice(store, frozen, Law(country="CN", first=today), by="benchmark", more=more)
    if version is not None:
        version.round = 1
        version.save(update_fields=["round"])
    return {"key": str(store.notary.verifier)}


def fill(config: Any, *, count: int) -> dict[str, Any]:
    """Enter opinions, as the form would."""
    from blockplan.notice.submissions import Submission, submit_many
    from blockplan.portal.record.store import open_store

    store = open_store(NOTICE, config)
    for start in range(0, count, PORTION):
        numbers = range(start, min(start + PORTION, count))
        submit_many(store, [Submission(text=words(n), more={"targets": [target(n)]}) for n in numbers])
    return {"entered": count}


def solutions(_config: Any, *, count: int) -> list[str | None]:
    """Shown work, as dear to check as any; to solve it is cheap here, since its first key fits."""
    import time

    import altcha

    from blockplan.notice.intake.challenge import ALGORITHM, Price, solve
    from blockplan.portal.submissions import rate_limits

    def one() -> str | None:
        made = altcha.create_challenge(
            ALGORITHM, Price().cost, counter=0, key_prefix_length=1, expires_at=int(time.time()) + 7200,
            data={"for": f"opinion:{NOTICE}"}, hmac_secret=rate_limits._key("challenge"),
        )  # fmt: skip
        return solve(dict(made.to_dict()))

    return [one() for _ in range(count)]


def check(config: Any, *, receipts: list[dict[str, Any]]) -> dict[str, Any]:
    """Export the record and verify it, with what the submitters hold."""
    from blockplan.notice.record import export
    from blockplan.notice.verify import verify
    from blockplan.portal.record.models import Entry
    from blockplan.portal.record.store import open_store

    store = open_store(NOTICE, config)
    folder = Path(tempfile.mkdtemp(prefix="blockplan-check-"))
    try:
        export(store, folder / "record", store.notary, archive=True)
        found = verify(folder / "record", receipts=receipts)
        return {
            "findings": [str(finding) for finding in found.findings],
            "entries": found.manifest["entries"],
            "in_database": Entry.objects.filter(notice_id=NOTICE).count(),
            "submitted": Entry.objects.filter(notice_id=NOTICE, kind="submitted").count(),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def words(number: int) -> str:
    """A made-up opinion of the usual length."""
    return f"Opinion {number}, made up for a benchmark. " + "More trees along the canal, and a crossing. " * 4


def target(number: int) -> dict[str, str]:
    """One of fifty objects; the first of them is what few write about."""
    return {"layer": "parcels", "id": f"P-{number % 50 if number % 1000 else 99}"}


DOES = {"begin": begin, "fill": fill, "solutions": solutions, "check": check}

if __name__ == "__main__":
    main()
