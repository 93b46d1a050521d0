"""A clock that was wrong is corrected by two persons, and the log says which opinions were in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.support.forging import Finished, copied, rewrite
from tests.support.notice_records import a_clock, an_opening, an_opinion
from tests.support.repaired_records import TAMPERED, TWO, glitched

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import SqliteStore
from blockplan.notice.overview import overview
from blockplan.notice.record import export
from blockplan.notice.standing import standing
from blockplan.notice.verify import verify
from blockplan.respond.opinions import OpinionIndex

if TYPE_CHECKING:
    from pathlib import Path


def test_a_repair_names_the_opinions_that_were_in_time_and_time_goes_on_by_the_clock(tmp_path: Path) -> None:
    clock = a_clock()
    store, notary, _ = glitched(tmp_path, clock)
    with store:
        assert [event.payload["late"] for event in store.events({"submitted"})] == [False, True, True, True]
        event = store.append("clock_repaired", TWO)
        assert (event.payload["from"], event.payload["in_time"]) == (2, ["O-2", "O-3"])
        assert event.at == "2026-04-02T01:00:00.000000Z"
        assert store.append("submitted", an_opinion("and on")).at == event.at
        assert [one.late for one in OpinionIndex(store.events()).by_id.values()] == [
            False, False, False, True, True,
        ]  # fmt: skip
        assert overview("made-up", store.events(), clock())["opinions"]["late"] == 2
        export(store, tmp_path / "record", notary)
    assert verify(tmp_path / "record").findings == []


def test_a_notice_that_was_closed_by_the_wrong_time_alone_runs_again(tmp_path: Path) -> None:
    clock = a_clock()
    with SqliteStore(tmp_path / "notice.sqlite", notice="made-up", clock=clock) as store:
        store.append("opened", an_opening())
        clock.leap(days=3650)
        store.append("closed", {"ended_before": "2026-03-31T16:00:00.000000Z", "by": "clerk 1"})
        clock.leap(days=-3650)
        store.append("clock_repaired", TWO)
        assert standing(store.events()).state == "on_notice"


def test_where_no_entry_lies_ahead_of_the_clock_there_is_nothing_to_mend(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "notice.sqlite", notice="made-up", clock=a_clock()) as store:
        store.append("opened", an_opening())
        with pytest.raises(NoticeStateError, match="nothing to correct"):
            store.append("clock_repaired", TWO)


def test_nobody_mends_the_time_alone(tmp_path: Path) -> None:
    store, _, _ = glitched(tmp_path, a_clock())
    with store, pytest.raises(UsageError):
        store.append("clock_repaired", TWO | {"second": "Clerk 1"})


@pytest.mark.parametrize("bend", TAMPERED, ids=lambda bend: str(bend.__name__))
def test_a_repair_that_does_not_follow_from_the_log_is_found(
    repaired: Finished, tmp_path: Path, bend: Any
) -> None:
    tampered = copied(repaired, tmp_path)
    rewrite(tampered, repaired.signer, bend)
    assert {one.kind for one in verify(tampered).findings} == {"law_broken"}
