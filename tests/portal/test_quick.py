"""Rows that pass by Django's query builder are the same rows."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from blockplan.portal.record import single_rows
from blockplan.portal.record.models import Opinion
from blockplan.portal.record.store import in_turn
from blockplan.portal.submissions.models import Bucket

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.portal.record.store import DatabaseStore

ROW = {"seq": 1, "number": 1, "at": "", "round": 1, "channel": "web", "sender": "public", "standing": "whole"}


def test_a_row_written_quickly_is_what_django_reads_unknown_values_included(begun: DatabaseStore) -> None:
    single_rows.insert(Opinion, notice_id=begun.notice, late=None, shown=7, held=True, **ROW)
    row = Opinion.objects.get()
    assert (row.notice_id, row.late, row.shown, row.held) == ("town", None, 7, True)
    single_rows.update(Opinion, {"late": False, "shown": None}, notice_id="town", seq=1)
    row.refresh_from_db()
    assert (row.late, row.shown) == (False, None)


def test_a_row_that_is_there_is_written_once_or_is_an_error() -> None:
    assert single_rows.insert_once(Bucket, key="a", tokens=1.0, at=None) is True
    assert single_rows.insert_once(Bucket, key="a", tokens=2.0, at=None) is False
    with pytest.raises(IntegrityError), transaction.atomic():
        single_rows.insert(Bucket, key="a", tokens=3.0, at=None)
    assert single_rows.find(Bucket, ["tokens", "at"], key="a") == (1.0, None)
    assert single_rows.find(Bucket, ["tokens"], key="b") is None


@pytest.mark.no_database
def test_who_waits_for_a_turn_is_let_in_when_it_is_over(tmp_path: Path) -> None:
    path, order = tmp_path / "turn.lock", []
    waits = threading.Event()

    def second() -> None:
        waits.set()
        with in_turn(path):
            order.append("second")
        connection.close()

    with in_turn(path):
        thread = threading.Thread(target=second)
        thread.start()
        waits.wait()
        # Nobody lets it in within half a second; without the lock it is in at once.
        thread.join(timeout=0.5)
        assert thread.is_alive()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
