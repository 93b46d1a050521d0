"""
Demands on a share within reach: every home that falls short needs one of the places that would reach it.

Which homes a move reaches is told by the measure that judges, with the move tried out, whatever it
measures along. So the straight line, the walk to an entrance, greens, facilities and stops are one here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.columns import ids, points, shapes
from blockplan.measure.homes import homes
from blockplan.measure.weights import weighed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import Draft, Key
    from blockplan.propose.repair.effects import Bench
    from blockplan.propose.repair.moves import Move

Home = tuple[str, str]
#: A kind of place that is not counted and reaches nobody so many times is none that the rule speaks of.
TRIES = 3


def fits(bench: Bench, demand: Demand) -> bool:
    """Whether a demand is on a share within a distance of something."""
    verdict = demand.verdict
    return (
        verdict.unit == "1"
        and verdict.required.op == ">="
        and not demand.scoped
        and "limit_m" in verdict.definition
        and bench.figure(demand).value is not None
        and verdict.definition.get("judged_by") != "line_overlay"
    )


def reached(bench: Bench, demand: Demand, moves: Sequence[Move]) -> dict[Key, frozenset[Home]]:
    """Move -> homes that fall short and would not with it; moves that reach nobody are left out."""
    short, before = bench.figure(demand).short, bench.figure(demand).counted
    spots = _spots(bench, short)
    if not spots:
        return {}
    limit = limit_of(demand)
    tree = shapely.STRtree(list(spots.values()))
    tries: dict[tuple[str, str, str], int] = {}
    found: dict[Key, frozenset[Home]] = {}
    for move in sorted(
        moves, key=lambda one: (_away(tree, _ground(bench, one), list(spots.values())), one.key)
    ):
        kind = (move.kind, move.now, move.service)
        if tries.get(kind, 0) >= TRIES or not _near(tree, _ground(bench, move), limit):
            continue
        (figure,) = bench.figures(bench.tried(move.with_amount(max(move.least, 1.0))), [demand])
        if figure.value is None:
            continue
        gone = short - figure.short
        if gone:
            found[move.key] = frozenset(gone)
            tries[kind] = -len(moves)
        elif not (figure.counted - before):
            # Neither counted nor of use, and nearest first: what it is does not count as a place to reach.
            tries[kind] = tries.get(kind, 0) + 1
    return found


def add(draft: Draft, bench: Bench, demand: Demand, covers: dict[Key, frozenset[Home]]) -> None:
    """The rows of a demand that fails: homes that stay out of reach weigh no more than the rule lets pass."""
    figure, weights = bench.figure(demand), _weights(bench, demand)
    whole = sum(weights.values())
    by_home: dict[Home, list[int]] = {home: [] for home in figure.short}
    for key, reached_by in covers.items():
        for home in reached_by:
            by_home[home].append(draft.done[key])
    out: dict[int, float] = {}
    for home in sorted(by_home):
        at = draft.model.column((demand.name, home), 1.0)
        draft.model.row({at: 1.0} | dict.fromkeys(by_home[home], 1.0), lower=1.0)
        out[at] = weights.get(home, 0.0)
    allowed = (1.0 - float(demand.verdict.required.value)) * whole  # type: ignore[arg-type]
    gap = sum(out.values()) - allowed
    slack = draft.short_by(demand.name, gap, _unit(demand))
    draft.model.row(out | {slack: -1.0}, upper=allowed)


def limit_of(demand: Demand) -> float:
    """The distance of a demand, m."""
    return float(demand.verdict.definition["limit_m"])


def spots_of(bench: Bench, demand: Demand) -> list[Any]:
    """A point of each home that falls short."""
    return list(_spots(bench, bench.figure(demand).short).values())


def _unit(demand: Demand) -> str:
    weight = str(demand.parameters.get("weigh_by", "residents"))
    return {"residents": "resident", "dwellings": "dwelling"}.get(weight, weight)


def _weights(bench: Bench, demand: Demand) -> dict[Home, float]:
    plan = bench.plan
    found = weighed(plan, demand.parameters)[0] if "weigh_by" in demand.parameters else homes(plan)
    return {
        (str(layer), str(id_)): float(weight)
        for layer, id_, weight in zip(found.layer, found.id, found.weight, strict=True)
    }


def _spots(bench: Bench, short: frozenset[Home]) -> dict[Home, Any]:
    """A point of each home that falls short."""
    spots = {}
    for layer in sorted({layer for layer, _ in short}):
        row_of = {str(name): row for row, name in enumerate(ids(bench.plan, layer).tolist())}
        for home in sorted(home for home in short if home[0] == layer):
            spots[home] = points(bench.plan, layer, np.array([row_of[home[1]]]))[0]
    return spots


def _ground(bench: Bench, move: Move) -> Any:
    """Where a move takes place: the parcel, or the point of a stop or facility."""
    if move.kind in {"convert", "host"}:
        row = int(np.flatnonzero(ids(bench.plan, "parcels") == move.parcel)[0])
        return shapes(bench.plan, "parcels")[row]
    return move.place


def _near(tree: shapely.STRtree, place: Any, limit_m: float) -> bool:
    """Whether a home that falls short is as near as the crow flies: no walk is shorter."""
    return bool(len(tree.query(place, predicate="dwithin", distance=limit_m + 1.0)))


def _away(tree: shapely.STRtree, place: Any, spots: list[Any]) -> float:
    return float(shapely.distance(place, spots[int(tree.nearest(place))]))
