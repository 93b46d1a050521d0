"""Records with a repair in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.support.forging import Finished
from tests.support.notice_records import HandClock, a_clock, an_opening, an_opinion

from blockplan.notice import SqliteStore
from blockplan.notice.proof.notary import Notary, TipFile, new_key
from blockplan.notice.record import export

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


@pytest.fixture
def repaired(tmp_path: Path) -> Finished:
    """A record that was corrected, ready to be tampered with."""
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


TAMPERED = [more_in_time, fewer_in_time, another_beginning]
