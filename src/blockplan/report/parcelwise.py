"""
What a rule said of each parcel, as a person reads 3,000 of them: block by block, the worst first.

The block of a parcel is the one that it names, else the one that it lies in, else the part of its number
before the last hyphen (``QY-01-03`` is of ``QY-01``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.check.verdict import FAIL, PASS, UNKNOWN
from blockplan.measure.measurement import figure_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from blockplan.check.verdict import Outcome, Verdict
    from blockplan.plan import Plan
    from blockplan.report.words import Words

#: So many blocks are told on a terminal.
TOLD = 5
#: Layers whose features name the parcel that they stand on.
ON_PARCELS = ("buildings", "facilities")


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block: how many of its parcels fail, are unknown and pass, the worst of them and its margin."""

    block: str
    fail: int
    unknown: int
    passed: int
    worst: str
    margin: str

    @property
    def outcome(self) -> Outcome:
        """The worst outcome in the block."""
        return "fail" if self.fail else "unknown" if self.unknown else "pass"

    @property
    def number(self) -> int:
        """How many are judged."""
        return self.fail + self.unknown + self.passed


def blocks(verdict: Verdict, plan: Plan, words: Words) -> list[BlockRow]:
    """A rule's parcels block by block, those with the most that fail first; none for any other rule."""
    judged = verdict.judged
    if judged is None or not len(judged.rows) or judged.each.layer == "blocks":
        return []
    names = np.array([str(name or "") for name in _blocks_of(plan, judged.each.layer)[judged.rows]])
    known, of = np.unique(names, return_inverse=True)
    count = {
        one: np.bincount(of[judged.outcome == one], minlength=len(known)) for one in (FAIL, UNKNOWN, PASS)
    }
    margin = np.where(judged.outcome == UNKNOWN, np.nan, judged.margin)
    order = np.lexsort((judged.ids.astype(str), np.nan_to_num(margin, nan=np.inf), of))
    worst = order[np.unique(of[order], return_index=True)[1]]
    unit = figure_unit(verdict.measurement, verdict.unit)
    rows = [
        BlockRow(
            str(known[at]),
            int(count[FAIL][at]),
            int(count[UNKNOWN][at]),
            int(count[PASS][at]),
            str(judged.ids[worst[at]]),
            "–" if np.isnan(margin[worst[at]]) else words.signed(float(margin[worst[at]]), unit),
        )
        for at in range(len(known))
    ]
    depth = {row.block: float(np.nan_to_num(margin[worst[at]], nan=np.inf)) for at, row in enumerate(rows)}
    return sorted(rows, key=lambda row: (-row.fail, -row.unknown, depth[row.block], row.block))


def block_lines(verdict: Verdict, plan: Plan, words: Words) -> Iterator[str]:
    """The worst blocks, a line each, and how many more have something that does not pass."""
    rows = [row for row in blocks(verdict, plan, words) if row.outcome != "pass"]
    for row in rows[:TOLD]:
        yield words(
            "parcelwise.line",
            block=row.block or words("parcelwise.elsewhere"),
            n_fail=row.fail,
            n_unknown=row.unknown,
            n=row.number,
            worst=f"{row.worst} {row.margin}",
        )
    if len(rows) > TOLD:
        yield words("parcelwise.more", n=len(rows) - TOLD)


def _blocks_of(plan: Plan, layer: str) -> NDArray[Any]:
    """The block of each feature of a layer."""
    if layer == "parcels":
        return plan.cached("blocks of parcels", lambda: _blocks_of_parcels(plan))
    of = dict(zip(plan.layer("parcels").index, _blocks_of(plan, "parcels"), strict=True))
    hosts = plan.layer(layer)["parcel_id"] if layer in ON_PARCELS else [None] * len(plan.layer(layer))
    return np.array([*(of.get(host) for host in hosts), None], dtype=object)[:-1]


def _blocks_of_parcels(plan: Plan) -> NDArray[Any]:
    from blockplan.measure.inputs.parts import pieces  # noqa: PLC0415 (it brings in shapely's trees)

    frame = plan.layer("parcels")
    found = frame["subblock_id"].where(frame["subblock_id"].notna(), frame["block_id"]).to_numpy(dtype=object)
    for layer in ("subblocks", "blocks"):
        lacking = np.array([not isinstance(name, str) for name in found], dtype=bool)
        if lacking.any() and plan.has_layer(layer):
            lies = pieces(plan, layer)
            inside = np.full(len(found), None, dtype=object)
            names = plan.layer(layer).index.to_numpy(dtype=object)
            inside[lies.parcel] = names[lies.part]
            found = np.where(lacking, inside, found)
    return np.array(
        [
            *(
                name if isinstance(name, str) else str(id_).rpartition("-")[0]
                for name, id_ in zip(found, frame.index, strict=True)
            ),
            None,
        ],
        dtype=object,
    )[:-1]
