"""What a public record shows is what the reconciliation counts, whatever happened to the opinions."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.disclosures import ACTS, MODES, SIGNER, act
from tests.support.notice_records import PERIOD, a_clock, an_opening

from blockplan.errors import BlockplanError
from blockplan.notice import SqliteStore
from blockplan.notice.disclosure import ORIGINAL
from blockplan.notice.overview import overview
from blockplan.notice.proof.notary import Notary, TipFile
from blockplan.notice.record import export
from blockplan.notice.submissions import Submission, enter
from blockplan.notice.verify import verify
from blockplan.respond import Desk, reconcile

if TYPE_CHECKING:
    from collections.abc import Sequence


def shown(folder: Path) -> dict[str, list[str]]:
    """Texts that a public record shows, by opinion."""
    found: dict[str, list[str]] = {}
    for said in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines():
        body = json.loads(said).get("body", {})
        if "text" in body:
            found.setdefault(body["opinion"], []).append(body["text"])
    return found


@pytest.mark.long
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 3)), max_size=9), st.sampled_from(MODES))
def test_what_is_shown_is_what_is_counted(acts: Sequence[tuple[str, int]], mode: str) -> None:
    clock = a_clock()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        notary = Notary(SIGNER, TipFile(folder / "tip"))
        with SqliteStore(folder / "n.sqlite", notice="made-up", clock=clock, notary=notary) as store:
            store.append("opened", an_opening(publication=mode))
            for number in range(3):
                one = Submission(text=f"first {number}")
                store.transact(lambda ledger, one=one, held=number > 0: enter(ledger, one, "x", held=held))
            for number, (kind, opinion) in enumerate(acts):
                try:
                    act(store, kind, f"O-{opinion}", number)
                except BlockplanError:
                    continue  # withdrawn or erased before
            clock.set(2026, 4, 1, 9)
            store.append("closed", {"ended_before": PERIOD["ends_before"], "by": "a"})
            export(store, folder / "record", notary)
            assert verify(folder / "record").findings == []
            agree(store, shown(folder / "record"), open_=mode != "none")


def test_what_a_clerk_put_there_is_not_shown_while_newer_words_wait(tmp_path: Path) -> None:
    notary = Notary(SIGNER, TipFile(tmp_path / "tip"))
    with SqliteStore(tmp_path / "n.sqlite", notice="made-up", clock=a_clock(), notary=notary) as store:
        store.append("opened", an_opening(publication="live"))
        store.transact(lambda ledger: enter(ledger, Submission(text="first"), "x", held=True))
        act(store, "by_clerk", "O-1", 1)
        act(store, "amended", "O-1", 2)
        export(store, tmp_path / "waiting", notary)
        act(store, "shown", "O-1", 3)
        export(store, tmp_path / "looked", notary)
    assert shown(tmp_path / "waiting") == {}
    assert shown(tmp_path / "looked") == {"O-1": ["amended 1", "amended 2"]}


def agree(store: SqliteStore, texts: dict[str, list[str]], *, open_: bool) -> None:
    opinions = Desk(store).opinions.by_id
    for name, opinion in opinions.items():
        want = [opinion.published] if open_ and opinion.published is not None else []
        # Where a clerk put the newest words there, those before stand beside them.
        assert texts.get(name, [])[-1:] == want, (name, opinion)
        assert opinion.published is None or not opinion.waits
    for event in store.events(ORIGINAL):
        looked = {one.payload["of"] for one in store.events({"shown"}, about=event.opinion)}
        said = texts.get(str(event.opinion), [])
        assert not event.held or event.seq in looked or event.payload.get("text") not in said
    counts = reconcile(opinions.values(), received=3)
    assert counts.even
    figures = overview(store.notice, store.events(), a_clock()())["opinions"]
    assert figures["waiting"] == sum(opinion.waits for opinion in opinions.values())
    for key in ("withdrawn", "withheld", "erased", "late"):
        assert figures[key] == counts.to_dict()[key], key
