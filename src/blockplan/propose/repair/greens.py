"""
The ground on which greens may lie: parcels that are green or may become so, and which of them join.

Green parcels that share an edge are one green. So whether a green is large enough hangs on what becomes
of its neighbours; the rows that say so are written as a solution breaks them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure import MEASURES
from blockplan.measure.inputs.columns import areas_m2, ids, shapes, sound
from blockplan.measure.inputs.greens import HALF_DIGIT_M, on_planned_land, public_greens
from blockplan.measure.inputs.neighbours import sharing_an_edge
from blockplan.propose.repair.draft import CHOSEN, Sum, SumRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.propose.repair.demands import Demand
    from blockplan.propose.repair.draft import RepairDraft
    from blockplan.propose.repair.effects import Bench
    from blockplan.propose.repair.moves import RepairMove


@dataclass(frozen=True, slots=True, eq=False)
class GreenGround:
    """
    Pieces of ground, one row each: parcels first, then the rows of the layer ``greens``.

    Attributes
    ----------
    parcel
        Id of the parcel; "" for a green of the layer ``greens``, which stays as it is.
    leeway_m2
        By so much an area may be off, as drawn coordinates are rounded.
    green
        Whether it is green today.
    gives, takes
        Uses under which a piece that is not green is, and under which one that is green is not.
    beside
        Pieces that share an edge with it.
    overlaid
        Whether a green of the layer ``greens`` lies over a parcel among the pieces.
    """

    parcel: tuple[str, ...]
    shape: NDArray[Any]
    area_m2: NDArray[np.float64]
    leeway_m2: NDArray[np.float64]
    green: NDArray[np.bool_]
    gives: tuple[frozenset[str], ...]
    takes: tuple[frozenset[str], ...]
    beside: tuple[tuple[int, ...], ...]
    overlaid: bool

    def __len__(self) -> int:
        return len(self.parcel)

    def turns(self, move: RepairMove) -> tuple[bool, bool]:
        """Whether a move makes a piece green, and whether it makes one something else."""
        if move.kind == "cap" or move.parcel not in self.parcel:
            return False, False
        at = self.parcel.index(move.parcel)
        return move.now in self.gives[at], move.now in self.takes[at]

    def is_green(self, draft: RepairDraft) -> list[Sum]:
        """For each piece whether it is green, as a sum of columns."""
        found = []
        for at, parcel in enumerate(self.parcel):
            sum_ = Sum(1.0 if self.green[at] else 0.0)
            codes, factor = (self.takes[at], -1.0) if self.green[at] else (self.gives[at], 1.0)
            found.append(sum_.plus(draft.uses(parcel, codes), factor) if parcel else sum_)
        return found

    def joined(self, start: int, green: NDArray[np.bool_]) -> list[int]:
        """The green that a piece belongs to: pieces in the order of their distance from it, in edges."""
        found, queue = {start: None}, deque([start])
        while queue:
            for other in self.beside[queue.popleft()]:
                if green[other] and other not in found:
                    found[other] = None
                    queue.append(other)
        return list(found)

    def way(self, start: int, end: int, green: NDArray[np.bool_]) -> list[int]:
        """Pieces between two pieces of one green, on a shortest way."""
        before: dict[int, int] = {start: start}
        queue = deque([start])
        while queue and end not in before:
            at = queue.popleft()
            for other in self.beside[at]:
                if green[other] and other not in before:
                    before[other] = at
                    queue.append(other)
        found, at = [], before[end]
        while at != start:
            found.append(at)
            at = before[at]
        return found

    def around(self, pieces: Iterable[int]) -> list[int]:
        """Pieces that share an edge with one of some pieces, and are none of them."""
        own = set(pieces)
        return list(dict.fromkeys(other for one in own for other in self.beside[one] if other not in own))

    def reaches(self, pieces: list[int], size_m2: float) -> bool:
        """Whether pieces are together as large as a size, or may be for what rounding does."""
        return bool(self.area_m2[pieces].sum() + self.leeway_m2[pieces].sum() >= size_m2)


def ground_of(bench: Bench, choices: Parameters) -> GreenGround:
    """The ground of a plan, by ``green_codes``, ``green_kinds`` and ``private_access``."""
    return bench.plan.cached(f"repair.ground:{choices.public}", lambda: _ground(bench, choices))


def choices_of(bench: Bench, demand: Demand) -> Parameters:
    """Every parameter of the measure of a demand, as it is judged."""
    return MEASURES[demand.measure].choose(bench.plan.manifest.parameters, dict(demand.parameters))


def _ground(bench: Bench, choices: Parameters) -> GreenGround:
    plan = bench.plan
    now = public_greens(plan, choices)
    today = frozenset(now.counted["parcels"])
    gives: dict[str, set[str]] = {}
    takes: dict[str, set[str]] = {}
    for code, moves in bench.conversions.items():
        then = frozenset(public_greens(bench.with_code(code), choices).counted["parcels"])
        for name in moves:
            if name in then and name not in today:
                gives.setdefault(name, set()).add(code)
            elif name in today and name not in then:
                takes.setdefault(name, set()).add(code)
    names = ids(plan, "parcels").tolist()
    rows = np.array([row for row, name in enumerate(names) if name in today or name in gives], dtype=np.intp)
    parcel = [str(names[row]) for row in rows]
    drawn = on_planned_land(plan, now)
    rest = np.flatnonzero(drawn.layer == "greens")
    shape = np.concatenate([sound(shapes(plan, "parcels")[rows]), drawn.shape[rest]])
    area = np.concatenate([areas_m2(plan, "parcels")[rows], drawn.area_m2[rest]])
    one, other, *_ = sharing_an_edge(shape[: len(rows)]) if len(rows) else ((), ())
    touching: list[list[int]] = [[] for _ in range(len(area))]
    for a, b in zip(one, other, strict=True):
        touching[int(a)].append(int(b))
        touching[int(b)].append(int(a))
    over = shapely.STRtree(shape[: len(rows)]).query(drawn.shape[rest], predicate="intersects")
    shared = shapely.area(shapely.intersection(shape[over[1]], drawn.shape[rest][over[0]]))
    all_ = (*parcel, *("" for _ in rest))
    return GreenGround(
        parcel=all_,
        shape=shape,
        area_m2=area,
        leeway_m2=HALF_DIGIT_M * shapely.length(shape) + 1e-6,
        green=np.array([not name or name in today for name in all_], dtype=bool),
        gives=tuple(frozenset(gives.get(name, ())) for name in all_),
        takes=tuple(frozenset(takes.get(name, ())) for name in all_),
        beside=tuple(tuple(sorted(others)) for others in touching),
        overlaid=bool((shared > 1.0).any()),
    )


def green_now(sums: list[Sum], values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which pieces are green in a solution."""
    return np.array([one.at(values) > CHOSEN for one in sums], dtype=bool)


def too_small(ground: GreenGround, column: int, piece: int, pieces: list[int], sums: list[Sum]) -> SumRow:
    """The row that a piece counts only where the green it is part of goes on: `pieces` are too small."""
    row = Sum().add(column, 1.0)
    for other in ground.around(pieces):
        row.plus(sums[other], -1.0)
    return row.at_most(0.0)
