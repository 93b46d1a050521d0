"""A clock that was wrong is mended by two persons, and the log says which opinions were in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.notice.forging import Finished, copied, rewrite
from tests.notice.records import HandClock, a_clock, an_opening, an_opinion

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import SqliteStore
from blockplan.notice.overview import overview
from blockplan.notice.proof.notary import Notary, TipFile, new_key
from blockplan.notice.record import export
from blockplan.notice.standing import standing
from blockplan.notice.verify import verify
from blockplan.respond.opinions import Opinions

if TYPE_CHECKING:
    from pathlib import Path

TWO = {"reason": "a wrong time server", "by": "clerk 1", "second": "head"}


def glitched(folder: Path, clock: HandClock) -> tuple[SqliteStore, Notary, Any]:
    """One opinion in time, one at the glitch, two after it, one of them late in truth too."""
    signer = new_key(folder / "key", "blockplan/made-up")
    notary = Notary(signer, TipFile(folder / "tip"))
    store = SqliteStore(folder / "notice.sqlite", notice="made-up", clock=clock, notary=notary)
    store.append("opened", an_opening(publication="live"))
    store.append("submitted", an_opinion("in time"))
    clock.leap(days=3650)
    store.append("submitted", an_opinion("at the glitch"))
    clock.leap(days=-3650)
    store.append("submitted", an_opinion("on day one"))
    clock.set(2026, 4, 2, 9)
    store.append("submitted", an_opinion("after the end"))
    return store, notary, signer


def test_a_repair_names_the_opinions_that_were_in_time_and_time_goes_on_by_the_clock(tmp_path: Path) -> None:
    clock = a_clock()
    store, notary, _ = glitched(tmp_path, clock)
    with store:
        assert [event.payload["late"] for event in store.events({"submitted"})] == [False, True, True, True]
        event = store.append("clock_repaired", TWO)
        assert (event.payload["from"], event.payload["in_time"]) == (2, ["O-2", "O-3"])
        assert event.at == "2026-04-02T01:00:00.000000Z"
        assert store.append("submitted", an_opinion("and on")).at == event.at
        assert [one.late for one in Opinions(store.events()).by_id.values()] == [
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
        with pytest.raises(NoticeStateError, match="nothing to mend"):
            store.append("clock_repaired", TWO)


def test_nobody_mends_the_time_alone(tmp_path: Path) -> None:
    store, _, _ = glitched(tmp_path, a_clock())
    with store, pytest.raises(UsageError):
        store.append("clock_repaired", TWO | {"second": "Clerk 1"})


@pytest.fixture
def repaired(tmp_path: Path) -> Finished:
    """A record that was mended, ready to be bent."""
    clock = a_clock()
    store, notary, signer = glitched(tmp_path, clock)
    with store:
        store.append("clock_repaired", TWO)
        export(store, tmp_path / "record", notary)
        notes = list(store.checkpoints())
    return Finished(tmp_path / "record", signer, notary, notes, [])


def more_in_time(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines[-1]["body"]["in_time"] = ["O-2", "O-3", "O-4"]
    return lines


def fewer_in_time(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines[-1]["body"]["in_time"] = ["O-3"]
    return lines


def another_beginning(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines[-1]["body"]["from"] = 1
    return lines


BENT = [more_in_time, fewer_in_time, another_beginning]


@pytest.mark.parametrize("bend", BENT, ids=lambda bend: str(bend.__name__))
def test_a_repair_that_does_not_follow_from_the_log_is_found(
    repaired: Finished, tmp_path: Path, bend: Any
) -> None:
    bent = copied(repaired, tmp_path)
    rewrite(bent, repaired.signer, bend)
    assert {one.kind for one in verify(bent).findings} == {"law_broken"}
