"""
Demands on a share within a straight line of a green: homes, greens that join, and homes that come and go.

A green that is large enough by itself reaches those who are near; one that is not counts where what joins it
makes it so. Rows are exact; which greens join is written as a solution gets it wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.distance.methods import weighed
from blockplan.measure.distance.reach import LINE
from blockplan.measure.inputs.columns import ids
from blockplan.propose.repair.draft import CHOSEN, Sum, SumRow
from blockplan.propose.repair.greens import GreenGround, choices_of, green_now, ground_of, too_small
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan import Plan
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import RepairDraft
    from blockplan.propose.repair.effects import Bench
    from blockplan.propose.repair.moves import RepairMove

MEASURES = ("green_within_500m", "green_access")
#: Choices under which a larger green does not count for more, or something else counts beside greens.
NOT_PLAIN = ("radius_by_size_ha", "largest_green_ha", "also_layers")
#: A home this much beyond the limit, m, may still be found within it.
LEEWAY_M = 0.01


@dataclass(frozen=True, slots=True)
class Home:
    """Somebody's home: its use (None: as it is), how much it weighs, which pieces of ground are near."""

    layer: str
    id: str
    code: str | None
    weight: float
    near: tuple[int, ...]


def fits(bench: Bench, demand: Demand) -> bool:
    """Whether a demand is on a share within a straight line of a green, all greens of a size alike."""
    verdict = demand.verdict
    plain = demand.measure in MEASURES and verdict.required.op == ">=" and not demand.scoped
    if not plain or verdict.reach is None or verdict.reach.judged_by != LINE:
        return False
    if bench.figure(demand).value is None:
        return False
    choices = choices_of(bench, demand)
    return not any(getattr(choices, name) for name in NOT_PLAIN)


@dataclass(slots=True)
class GreenReach:
    """A demand on a share within a straight line of a green."""

    demand: Demand
    bench: Bench
    found: Callable[[], Sequence[RepairMove]]
    ground: GreenGround = field(init=False)
    homes: list[Home] = field(init=False)
    smallest_m2: float = field(init=False)
    counts: dict[int, int] = field(default_factory=dict)
    kind: str = "reach"
    leeway: float = 0.0

    def __post_init__(self) -> None:
        choices = choices_of(self.bench, self.demand)
        self.ground = ground_of(self.bench, choices)
        self.smallest_m2 = float(choices.smallest_green_ha) * M2_PER_HA
        self.homes = list(_homes(self.bench, self.demand, choices, self.ground))

    @property
    def unsure(self) -> str:
        """A given number of residents is spread anew wherever somebody comes or goes."""
        given = self.bench.plan.manifest.residents.source == "given"
        return f"residents_given: {self.demand.name}" if given and self._moving() else ""

    def _moving(self) -> set[tuple[str, str]]:
        """Parcels and uses under which other people live there."""
        return {(home.id, home.code) for home in self.homes if home.code is not None}

    def offers(self) -> Sequence[RepairMove]:
        """Conversions."""
        return self.found()

    def helps(self, move: RepairMove) -> bool:
        """Whether it makes a green, or somebody comes or goes."""
        return self.ground.turns(move)[0] or self._moves_homes(move)

    def harms(self, move: RepairMove) -> bool:
        """Whether it takes a green away, or somebody comes or goes."""
        return self.ground.turns(move)[1] or self._moves_homes(move)

    def _moves_homes(self, move: RepairMove) -> bool:
        return move.kind != "cap" and (move.parcel, move.now) in self._moving()

    def add(self, draft: RepairDraft) -> None:
        """Homes out of reach weigh no more than the rule lets pass."""
        greens = self.ground.is_green(draft)
        required = float(self.demand.verdict.required.value)  # type: ignore[arg-type]
        self.counts = {}
        moving: dict[str, set[str]] = {}
        for home in self.homes:
            if home.code is not None:
                moving.setdefault(home.id, set()).add(home.code)
        beyond, whole = Sum(), Sum()
        for home in self.homes:
            there = self._is_there(draft, home, moving)
            whole.plus(there, home.weight)
            if home.weight and not self._always(home):
                out = draft.model.column((self.demand.name, "out", home), 1.0)
                row = Sum().add(out, 1.0).plus(there, -1.0)
                for piece in home.near:
                    row.plus(self._counting(draft, piece, greens))
                draft.row(row.at_least(0.0))
                beyond.add(out, home.weight)
        gap = self.lack(self.bench.plan)
        if self.demand.fails and gap > 0:
            beyond.add(draft.short_by(self.demand.name, gap), -1.0)
        draft.row(beyond.plus(whole, required - 1.0).at_most(1e-9 * max(1.0, self._weight(self.bench.plan))))

    def _is_there(self, draft: RepairDraft, home: Home, moving: dict[str, set[str]]) -> Sum:
        if home.code is not None:
            return draft.uses(home.id, [home.code])
        stays = Sum(1.0)
        if home.layer == "parcels":
            stays.plus(draft.uses(home.id, moving.get(home.id, ())), -1.0)
        return stays

    def _always(self, home: Home) -> bool:
        """Whether a green is near that stays, and is large enough by itself."""
        ground = self.ground
        return any(
            ground.green[piece] and not ground.takes[piece] and ground.reaches([piece], self.smallest_m2)
            for piece in home.near
        )

    def _counting(self, draft: RepairDraft, piece: int, greens: list[Sum]) -> Sum:
        """Whether a piece is green and part of a green that is large enough."""
        ground = self.ground
        if ground.reaches([piece], self.smallest_m2):
            return greens[piece]
        if piece not in self.counts:
            at = self.counts[piece] = draft.model.column((self.demand.name, "counts", piece), 1.0, whole=True)
            draft.row(Sum().add(at, 1.0).plus(greens[piece], -1.0).at_most(0.0))
            able = np.array([bool(one.terms) or one.constant > 0 for one in greens])
            room = Sum().add(at, self.smallest_m2)
            for other in ground.joined(piece, able):
                room.plus(greens[other], -float(ground.area_m2[other] + ground.leeway_m2[other]))
            draft.model.row({k: by / 1e3 for k, by in room.terms.items()}, upper=-room.constant / 1e3)
        return Sum().add(self.counts[piece], 1.0)

    def cuts(self, draft: RepairDraft, values: NDArray[np.float64]) -> list[SumRow]:
        """Pieces that count, though the green they are part of is too small."""
        greens = self.ground.is_green(draft)
        now, found = green_now(greens, values), []
        for piece, column in self.counts.items():
            if values[column] > CHOSEN:
                pieces = self.ground.joined(piece, now)
                if not self.ground.reaches(pieces, self.smallest_m2):
                    found.append(too_small(self.ground, column, piece, pieces, greens))
        return found

    def lack(self, plan: Plan) -> float:
        """What weighs beyond the limit and may not."""
        return self.bench.below(plan, self.demand) * self._weight(plan)

    def missing(self, plan: Plan) -> tuple[float, str]:
        """The lack, in what the share is of."""
        return self.lack(plan), unit_of(self.demand)

    def _weight(self, plan: Plan) -> float:
        return float(weighed(plan, choices_of(self.bench, self.demand))[0].weight.sum())


def unit_of(demand: Demand) -> str:
    """What a share within reach is of, one of them."""
    weight = str(demand.parameters.get("weigh_by", "residents"))
    return {"residents": "resident", "dwellings": "dwelling"}.get(weight, weight)


def _homes(bench: Bench, demand: Demand, choices: Parameters, ground: GreenGround) -> Sequence[Home]:
    """Homes as they are, and those that a use would bring, leave fewer in, or take away."""
    limit = demand.limit_m
    tree = shapely.STRtree(ground.shape)

    def listed(plan: Plan) -> dict[tuple[str, str], tuple[float, Any]]:
        found = weighed(plan, choices)[0]
        return {
            (str(layer), str(id_)): (float(weight), point)
            for layer, id_, weight, point in zip(
                found.layer, found.id, found.weight, found.point, strict=True
            )
        }

    def near(point: Any) -> tuple[int, ...]:
        found = tree.query(point, predicate="dwithin", distance=limit + LEEWAY_M)
        return tuple(sorted(int(one) for one in found))

    today = listed(bench.plan)
    homes = [
        Home(layer, id_, None, weight, near(point)) for (layer, id_), (weight, point) in sorted(today.items())
    ]
    known = set(ids(bench.plan, "parcels").tolist())
    for code, moves in sorted(bench.conversions.items()):
        then = listed(bench.with_code(code))
        for parcel in sorted(set(moves) & known):
            was, now = today.get(("parcels", parcel)), then.get(("parcels", parcel))
            if (was is None) != (now is None) or (was and now and was[0] != now[0]):
                point = (now or was or (0.0, None))[1]
                homes.append(Home("parcels", parcel, code, now[0] if now else 0.0, near(point)))
    return homes
