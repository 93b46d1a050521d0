"""
What a page or a submission asks of the database is as much in a long record as in a short one.

Counted in steps of SQLite's own machine, so it says nothing of time and needs no quiet computer.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from tests.portal.databases import on_sqlite

from blockplan.notice.submissions import Submission, submit, submit_many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blockplan.portal.record.store import DatabaseStore

#: Opinions in the record, each time that the steps are counted.
LENGTHS = (150, 600, 2400)
API = "/api/v1/notices/town"
#: Steps by which a tree that is one level higher may differ, and a count that walks an index: three a row.
SLACK = 400
COUNTED = 3


@contextmanager
def steps() -> Iterator[Callable[[], int]]:
    """Asks how many steps SQLite has made since the beginning."""
    made = [0]

    def one() -> int:
        made[0] += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(one, 1)
    try:
        yield lambda: made[0]
    finally:
        connection.connection.set_progress_handler(None, 0)


def filled(store: DatabaseStore, count: int) -> None:
    """Opinions about fifty objects, until there are so many."""
    now = max((event.seq for event in store.events({"submitted"})), default=0)
    aims = [{"layer": "parcels", "id": f"P-{number % 50}"} for number in range(now, count)]
    submit_many(store, [Submission(text="More trees.", more={"targets": [aim]}) for aim in aims])


PATHS = (
    f"{API}",
    f"{API}/opinions",
    f"{API}/opinions?cursor=100",
    f"{API}/opinions?layer=parcels&object=P-7",
    f"{API}/opinions?late=true",
    f"{API}/opinions?standing=withdrawn",
    f"{API}/opinions?late=false&channel=web",
    f"{API}/opinions/O-5",
    f"{API}/checkpoints",
    f"{API}/events?limit=20",
    "/en/notices/town/",
    "/en/notices/town/opinions/",
    "/en/notices/town/opinions/?layer=parcels&object=P-7",
    "/en/notices/town/opinions/O-5/",
    "/en/notices/town/response/",
    "/en/notices/town/record/",
    "/en/notices/town/opinion/",
    "/en/notices/town/feed.atom",
)


@on_sqlite
@pytest.mark.long
def test_an_opinion_and_a_page_ask_no_more_of_a_long_record_but_a_count(opened: DatabaseStore) -> None:
    found: dict[str, list[int]] = {}
    for count in LENGTHS:
        filled(opened, count)
        with steps() as made:
            submit(opened, Submission(text="Fewer cars."))
            found.setdefault("an opinion", []).append(made())
        for path in PATHS:
            with steps() as made:
                assert Client().get(path).status_code == 200
                found.setdefault(path, []).append(made())
    for asked, counts in found.items():
        for (few, less), (many, more) in pairwise(zip(LENGTHS, counts, strict=True)):
            walked = COUNTED * (many - few) if asked != "an opinion" else 0
            assert more - less < SLACK + walked, (asked, counts)
