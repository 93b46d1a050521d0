"""
Demands on a share within reach: every home that falls short needs one of the places that would reach it.

Which homes a move reaches is told by the measure that judges, with the move tried out, whatever it
measures along. So the straight line, the walk to an entrance, greens, facilities and stops are one here.

Where a new stop could stand: along the streets within reach of homes that have none.

A stop is a place on a street that is driven on (or on a railway, for what runs there), so many metres
from the next one that is thought of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure import MEASURES
from blockplan.measure.distance.methods import weighed
from blockplan.measure.inputs.columns import ids, points, shapes, values
from blockplan.propose.changes import new_feature
from blockplan.propose.repair.green_reach import unit_of
from blockplan.propose.repair.greens import choices_of, ground_of
from blockplan.propose.repair.moves import RepairMove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import RepairDraft, SumRow
    from blockplan.propose.repair.effects import Bench
    from blockplan.propose.repair.moves import Key


#: Mode -> layer whose lines it runs along, the easiest to bring first.
MODES = {"bus": "streets", "tram": "streets", "subway": "streets", "rail": "rail"}
#: Streets on which nobody gets on or off.
CLOSED = frozenset({"expressway", "path"})


def stops(
    plan: Plan, spots: Iterable[shapely.Point], within_m: float, spacing_m: float
) -> Iterator[RepairMove]:
    """Moves that put a stop of each mode along the lines it runs on, near to one of some spots."""
    near = shapely.STRtree(list(spots))
    for mode, layer in MODES.items():
        for number, place in enumerate(_places(plan, layer, spacing_m)):
            if not len(near.query(place, predicate="dwithin", distance=within_m)):
                continue
            id_ = f"stop-{mode}-{number + 1}"
            if id_ in plan.layer("stops").index:
                continue
            known = {"modes": mode, "status": "planned", "geometry": place.wkt}
            yield RepairMove("stop", "stops", id_, new_feature("stops", id_, known), now=mode, place=place)


def _places(plan: Plan, layer: str, spacing_m: float) -> list[shapely.Point]:
    """Points along the lines of a layer, none nearer to another than half the spacing."""
    drawn = shapes(plan, layer)
    open_ = ~shapely.is_missing(drawn)
    if layer == "streets":
        open_ &= ~np.isin(values(plan, layer, "class").astype(str), list(CLOSED))
    found: list[shapely.Point] = []
    for line in drawn[open_]:
        for along in np.arange(spacing_m / 2, max(line.length, spacing_m), spacing_m):
            point = shapely.line_interpolate_point(line, min(float(along), line.length))
            place = shapely.Point(round(point.x, 2), round(point.y, 2))
            if not found or float(shapely.distance(place, np.array(found)).min()) >= spacing_m / 2:
                found.append(place)
    return found


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
        and verdict.reach is not None
        and bench.figure(demand).value is not None
        and verdict.reach.judged_by != "line_overlay"
    )


def reached(bench: Bench, demand: Demand, moves: Sequence[RepairMove]) -> dict[Key, frozenset[Home]]:
    """Move -> homes that fall short and would not with it; moves that reach nobody are left out."""
    short, before = bench.figure(demand).short, bench.figure(demand).counted
    spots = _spots(bench, short)
    if not spots:
        return {}
    limit = demand.limit_m
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


@dataclass(slots=True)
class ReachDemand:
    """A demand that fails, on a share within reach of facilities, stops, or greens on foot."""

    demand: Demand
    bench: Bench
    found: Callable[[], Sequence[RepairMove]]
    covers: dict[Key, frozenset[Home]] = field(default_factory=dict)
    kind: str = "homes"
    leeway: float = 0.0
    unsure: str = ""

    def offers(self) -> Sequence[RepairMove]:
        """Moves that may reach somebody."""
        moves = self.found()
        self.covers = reached(self.bench, self.demand, moves)
        return moves

    def helps(self, move: RepairMove) -> bool:
        """Whether it reaches somebody who falls short."""
        return move.key in self.covers

    def harms(self, move: RepairMove) -> bool:
        """Nothing harms what fails already."""
        return False

    def add(self, draft: RepairDraft) -> None:
        """Homes that stay out of reach weigh no more than the rule lets pass."""
        self.unsure = self._unsure(draft)
        weights, short = _weights(self.bench, self.demand), self.bench.figure(self.demand).short
        by_home: dict[Home, list[int]] = {home: [] for home in short}
        for key, reached_by in self.covers.items():
            for home in reached_by if key in draft.done else ():
                by_home[home].append(draft.done[key])
        out: dict[int, float] = {}
        for home in sorted(by_home):
            at = draft.model.column((self.demand.name, home), 1.0)
            draft.model.row({at: 1.0} | dict.fromkeys(by_home[home], 1.0), lower=1.0)
            out[at] = weights.get(home, 0.0)
        allowed = (1.0 - float(self.demand.verdict.required.value)) * sum(weights.values())  # type: ignore[arg-type]
        slack = draft.short_by(self.demand.name, sum(out.values()) - allowed)
        draft.model.row(out | {slack: -1.0}, upper=allowed)

    def _unsure(self, draft: RepairDraft) -> str:
        """Somebody comes or goes, or greens may join or go: what was tried move by move is not all then."""
        greens = any(name.startswith("greens.") for name in MEASURES[self.demand.measure].inputs)
        everybody = float(self.demand.verdict.required.value) >= 1.0  # type: ignore[arg-type]
        for move in draft.moves.values():
            if move.kind not in {"convert", "host"}:
                continue
            more = self.bench.more_residents(move.parcel, move.now)
            # Who comes can only be one more to reach, unless some may stay out of reach.
            if (more if not everybody else more < 0) or (greens and _joins(self.bench, self, move)):
                return f"tried_one_by_one: {self.demand.name}"
        return ""

    def cuts(self, draft: RepairDraft, values: NDArray[np.float64]) -> list[SumRow]:
        """None: every row is written."""
        return []

    def lack(self, plan: Plan) -> float:
        """What weighs beyond the limit and may not."""
        choices = choices_of(self.bench, self.demand)
        return self.bench.below(plan, self.demand) * float(weighed(plan, choices)[0].weight.sum())

    def missing(self, plan: Plan) -> tuple[float, str]:
        """The lack, in what the share is of."""
        return self.lack(plan), unit_of(self.demand)


def _joins(bench: Bench, reach: ReachDemand, move: RepairMove) -> bool:
    """Whether a move takes a green away, or makes one beside ground that is green or may be."""
    ground = ground_of(bench, choices_of(bench, reach.demand))
    gives, takes = ground.turns(move)
    return takes or (gives and bool(ground.beside[ground.parcel.index(move.parcel)]))


def spots_of(bench: Bench, demand: Demand) -> list[Any]:
    """A point of each home that falls short."""
    return list(_spots(bench, bench.figure(demand).short).values())


def _weights(bench: Bench, demand: Demand) -> dict[Home, float]:
    plan = bench.plan
    found = weighed(plan, choices_of(bench, demand))[0]
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


def _ground(bench: Bench, move: RepairMove) -> Any:
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
