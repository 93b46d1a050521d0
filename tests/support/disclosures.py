"""Acts that two persons sign, and what is made known of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.notice.disclosure import ORIGINAL
from blockplan.notice.proof.notes import Signer
from blockplan.notice.submissions import erase

if TYPE_CHECKING:
    from blockplan.notice import SqliteStore

TWO = {"by": "a", "second": "b"}
ACTS = (
    "amended",
    "by_clerk",
    "transcribed",
    "shown",
    "withdrawn",
    "redacted",
    "withheld",
    "restored",
    "erased",
)
SIGNER = Signer.new("blockplan/made-up")


def act(store: SqliteStore, kind: str, opinion: str, number: int) -> None:
    payloads: dict[str, dict[str, Any]] = {
        "amended": {"text": f"amended {number}"},
        "by_clerk": {"text": f"amended {number}", "by": "a"},
        "shown": {"of": newest_of(store, opinion), "by": "a"},
        "transcribed": {"text": f"typed {number}", "by": "a"},
        "withdrawn": {},
        "redacted": {"text": f"redacted {number}", "ground": "x", **TWO},
        "withheld": {"ground": "x", **TWO},
        "restored": {"reason": "x", **TWO},
    }
    if kind == "erased":
        erase(store, opinion, ground="x", by="a")
    else:
        name = "amended" if kind == "by_clerk" else kind
        store.append(name, {"opinion": opinion, **payloads[kind]})


def newest_of(store: SqliteStore, opinion: str) -> int:
    """Number of the entry with the newest words."""
    return max(event.seq for event in store.events(ORIGINAL, about=opinion))


MODES = ("after_close_full", "live", "none")
