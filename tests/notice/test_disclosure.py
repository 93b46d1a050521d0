"""What a public record shows is what the reconciliation counts, whatever happened to the opinions."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.notice.records import PERIOD, a_clock, an_opening, an_opinion

from blockplan.errors import BlockplanError
from blockplan.notice import SqliteStore
from blockplan.notice.overview import overview
from blockplan.notice.proof.notary import Notary, TipFile
from blockplan.notice.proof.notes import Signer
from blockplan.notice.record import export
from blockplan.notice.taking import erase
from blockplan.notice.verify import verify
from blockplan.respond import Desk, reconcile

if TYPE_CHECKING:
    from collections.abc import Sequence

TWO = {"by": "a", "second": "b"}
ACTS = ("amended", "transcribed", "withdrawn", "redacted", "withheld", "restored", "erased")
SIGNER = Signer.new("blockplan/made-up")


def act(store: SqliteStore, kind: str, opinion: str, number: int) -> None:
    payloads: dict[str, dict[str, Any]] = {
        "amended": {"text": f"amended {number}"},
        "transcribed": {"text": f"typed {number}", "by": "a"},
        "withdrawn": {},
        "redacted": {"text": f"redacted {number}", "ground": "x", **TWO},
        "withheld": {"ground": "x", **TWO},
        "restored": {"reason": "x", "by": "a"},
    }
    if kind == "erased":
        erase(store, opinion, ground="x", by="a")
    else:
        store.append(kind, {"opinion": opinion, **payloads[kind]})


def shown(folder: Path) -> dict[str, list[str]]:
    """Texts that a public record shows, by opinion."""
    found: dict[str, list[str]] = {}
    for said in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines():
        body = json.loads(said).get("body", {})
        if "text" in body:
            found.setdefault(body["opinion"], []).append(body["text"])
    return found


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 3)), max_size=9))
@settings(max_examples=40)
def test_what_is_shown_is_what_is_counted(acts: Sequence[tuple[str, int]]) -> None:
    clock = a_clock()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        notary = Notary(SIGNER, TipFile(folder / "tip"))
        with SqliteStore(folder / "n.sqlite", notice="made-up", clock=clock, notary=notary) as store:
            store.append("opened", an_opening(publication="after_close_full"))
            for number in range(3):
                store.append("submitted", an_opinion(f"first {number}"))
            for number, (kind, opinion) in enumerate(acts):
                try:
                    act(store, kind, f"O-{opinion}", number)
                except BlockplanError:
                    continue  # withdrawn or erased before
            clock.set(2026, 4, 1, 9)
            store.append("closed", {"ended_before": PERIOD["ends_before"], "by": "a"})
            export(store, folder / "record", notary)
            assert verify(folder / "record").findings == []
            agree(store, shown(folder / "record"))


def agree(store: SqliteStore, texts: dict[str, list[str]]) -> None:
    opinions = Desk(store).opinions.by_id
    for name, opinion in opinions.items():
        want = [opinion.published] if opinion.standing in {"whole", "redacted"} else []
        assert texts.get(name, []) == want, (name, opinion)
    counts = reconcile(opinions.values(), received=3)
    assert counts.even
    figures = overview(store.notice, store.events(), a_clock()())["opinions"]
    for key in ("withdrawn", "withheld", "erased", "late"):
        assert figures[key] == counts.to_dict()[key], key
