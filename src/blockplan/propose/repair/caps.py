"""
Demands that no parcel may exceed: each one that does is brought down to the limit.

The column is the one in which every place that falls short has the value that the measure gives for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.measure import MEASURES
from blockplan.plan.layers import LAYERS
from blockplan.propose.changes import Change, value_of
from blockplan.propose.repair.moves import Move

if TYPE_CHECKING:
    from blockplan.propose.locks import Locks
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import Draft
    from blockplan.propose.repair.effects import Bench


def fits(bench: Bench, demand: Demand) -> bool:
    """Whether a demand is on the largest of a column of parcels."""
    return demand.verdict.required.op == "<=" and bool(column_of(bench, demand))


def column_of(bench: Bench, demand: Demand) -> str:
    """The column that exceeds; "" where there is none."""
    where = demand.verdict.where
    if not where or any(place.layer != "parcels" or place.value is None for place in where):
        return ""
    read = [name.partition(".")[2] for name in MEASURES[demand.measure].inputs if name.startswith("parcels.")]
    for column in read:
        if LAYERS["parcels"].columns.get(column) == "number" and all(
            value_of(bench.plan, "parcels", place.id, column) == place.value for place in where
        ):
            return column
    return ""


def moves(bench: Bench, demand: Demand, locks: Locks) -> list[Move]:
    """A move for each parcel above the limit that is not locked."""
    column, limit = column_of(bench, demand), float(demand.verdict.required.value)  # type: ignore[arg-type]
    return [
        Move(
            "cap",
            "parcels",
            place.id,
            (Change("parcels", place.id, column, place.value, limit),),
            now=column,
        )
        for place in demand.verdict.where
        if not locks.hold("parcels", place.id) and place.value is not None and place.value > limit
    ]


def add(draft: Draft, demand: Demand, capped: list[Move]) -> None:
    """The rows of a demand: each parcel above the limit is brought down, or counts as short."""
    limit = float(demand.verdict.required.value)  # type: ignore[arg-type]
    above = [place.id for place in demand.verdict.where if place.value is not None and place.value > limit]
    by_id = {move.id: move for move in capped}
    slack = draft.short_by(demand.name, len(above), "place")
    left = {slack: -1.0}
    for id_ in above:
        out = draft.model.column((demand.name, id_), 1.0)
        terms = {out: 1.0} | ({draft.done[by_id[id_].key]: 1.0} if id_ in by_id else {})
        draft.model.row(terms, lower=1.0)
        left[out] = 1.0
    draft.model.row(left, upper=0.0)
