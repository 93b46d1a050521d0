"""
Plan again after an edit: what the edit does not touch stays as it was drawn.

Parcels of an earlier plan are taken over wherever they still tile their vacant block and keep the limits. The
other blocks are vacant again, with a few more beside them if that places what is asked for or is worth it;
only these are searched, so an answer takes seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.exchange.community import VACANT, Community
from blockplan.jsontext import JsonRecord
from blockplan.propose.layout.problem.case import HOME, Case, layout_case
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.score.legal import GAP_M2, Illegal, illegal
from blockplan.propose.layout.score.score import score
from blockplan.propose.layout.search.bound import bound_of
from blockplan.propose.layout.search.drawing import DrawnLayout, layout
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


#: A block more is drawn anew only if that is worth so much of the score.
WORTH_A_BLOCK = 0.01
#: So many more blocks are drawn anew, one after the other, while demands stay unmet or it is worth it.
MORE_BLOCKS = (0, 2, 4)
#: Score that a demand is worth which is not met, or a limit that is broken.
UNMET = 1.0
#: A line inside of a block lies farther from its outline than this, in m; places nearer are the same.
INSIDE_M, SAME_M = 0.1, 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Again(JsonRecord):
    """
    A plan that was drawn again.

    Attributes
    ----------
    blocks
        Ids of the vacant blocks that were drawn anew.
    kept, gone, new
        Parcels that are as they were, that are no longer there, and that were not there before.
    changed_m2
        Vacant land that has another use than before, in m2.
    earlier
        Score of the earlier plan; it may have been of other blocks or other demands.
    """

    drawn: DrawnLayout = field(metadata={"json": None})
    blocks: tuple[int, ...] = field(metadata={"json": "blocks_drawn_anew"})
    kept: int = field(metadata={"json": "parcels_kept"})
    gone: int = field(metadata={"json": "parcels_gone"})
    new: int = field(metadata={"json": "parcels_new"})
    changed_m2: float
    earlier: float = field(metadata={"json": "score_earlier"})


def plan_again(
    case: Case,
    earlier: Community,
    *,
    anew: Sequence[int] = (),
    stop: Stop | None = None,
    seed: int = 1,
    params: LayoutParams | None = None,
) -> Again:
    """
    Draw a community again after an edit of it or of its objectives; without a bound (see `proved`).

    Parameters
    ----------
    anew
        Ids of vacant blocks that are drawn anew in any case.
    stop
        How long one of the few searches may take that are needed.

    Raises
    ------
    UsageError
        If an id is of no vacant block.
    """
    stop, params = stop or Stop(seconds=8), params or LayoutParams.of_an_edit()
    clock = Clock(stop)
    strange = sorted(set(anew) - set(case.vacant_ids.tolist()))
    if strange:
        raise UsageError(f"Block {strange[0]} cannot be drawn anew: it is not vacant.")
    old = _Earlier(case, earlier)
    free = old.touched() | {int(np.flatnonzero(case.vacant_ids == one)[0]) for one in anew}
    free |= old.surplus(free)
    best, chosen = old.as_it_was(seed) if not free else None, free
    for more in MORE_BLOCKS if best is None else ():
        some = free | set(old.beside(free)[:more])
        if not some or (best is not None and (some == chosen or clock.interrupted)):
            continue
        limits = old.limits(params, some)
        found = layout(old.with_vacant(some), stop=stop, seed=seed, params=limits, proving=False)
        if best is not None and old.worth(found) < old.worth(best) + WORTH_A_BLOCK * (
            len(some) - len(chosen)
        ):
            break
        best, chosen = found, some
        if old.worth(best) >= old.earlier.land_use - WORTH_A_BLOCK:
            break
    assert best is not None  # noqa: S101 (the first search has found one)
    return old.compared(replace(best, seconds=clock.spent), chosen)


def proved(case: Case, again: Again, params: LayoutParams | None = None) -> Again:
    """The same with the bound of the whole problem as it is now; it is infinite before."""
    plain = replace(params or LayoutParams(), home_weight=1.0, home_weight_m2=0.0)
    told = again.drawn.score
    bound = bound_of(replace(case, weights=None), plain).total + told.total - told.land_use
    return replace(again, drawn=replace(again.drawn, bound=bound))


class _Earlier:
    """An earlier plan beside the layout problem as it is now."""

    def __init__(self, case: Case, plan: Community) -> None:
        self.case, self.plan = case, plan
        self.earlier = score(plan, case.objectives)
        self.rows = np.flatnonzero((plan.kinds == "block") & (plan.types != VACANT))
        inside = shapely.point_on_surface(plan.shapes[self.rows])
        block, at = shapely.STRtree(inside).query(case.vacant, predicate="contains")
        #: Row of each parcel that lies in a vacant block -> number of the block.
        self.block_of = dict(zip(self.rows[at].tolist(), block.tolist(), strict=True))

    def parcels(self, block: int) -> list[int]:
        """Rows of the parcels in a vacant block."""
        return [row for row, number in self.block_of.items() if number == block]

    def touched(self) -> set[int]:
        """Vacant blocks that the parcels no longer tile, or that hold one that breaks a limit."""
        found = set()
        for number, block in enumerate(self.case.vacant):
            union = shapely.union_all(self.plan.shapes[self.parcels(number)])
            if shapely.symmetric_difference(union, block).area > GAP_M2:
                found.add(number)
        whole = self.with_vacant(found).initial
        by_id = {int(self.plan.ids[row]): number for row, number in self.block_of.items()}
        for one in illegal(whole, self.case.initial, self.case.objectives):
            if one.rule in {"area", "edge", "hole"} and one.id in by_id:
                found.add(by_id[one.id])
        return found

    def surplus(self, free: set[int]) -> set[int]:
        """Blocks that have to be drawn anew because there are more parcels of a type than asked for."""
        found: set[int] = set()
        for name, asked in self.case.objectives.counts.items():
            there, areas = int((self.case.stays_types == name).sum()), shapely.area(self.plan.shapes)
            holding = [
                (float(areas[row]), number)
                for row, number in self.block_of.items()
                if self.plan.types[row] == name and number not in free | found
            ]
            over = there + len(holding) - max(asked, there)
            found |= {number for _, number in sorted(holding)[: max(0, over)]}
        return found

    def beside(self, free: set[int]) -> list[int]:
        """The other vacant blocks: those nearest to the free ones first, else those with most small green."""
        others = [number for number in range(self.case.vacant.size) if number not in free]
        if free:
            near = shapely.union_all(self.case.vacant[sorted(free)])
            return sorted(others, key=lambda one: (shapely.distance(self.case.vacant[one], near), one))
        return sorted(others, key=lambda one: (-self._small_green_m2(one), one))

    def _small_green_m2(self, block: int) -> float:
        rows = self.parcels(block)
        return max(
            (self.plan.shapes[row].area for row in rows if self.plan.types[row] == "green_s"), default=0.0
        )

    def with_vacant(self, free: set[int]) -> Case:
        """The layout problem in which only some blocks are vacant; earlier parcels of the others stay."""
        initial = self.case.initial
        frozen = [row for row, number in self.block_of.items() if number not in free]
        gone = self.case.vacant_ids[[one for one in range(self.case.vacant.size) if one not in free]]
        lines = initial.kinds == "line"
        stays = ~np.isin(initial.ids, gone) & ~lines
        drawn = self._lines(free)
        rest = np.flatnonzero(lines)
        if drawn:
            known = shapely.union_all(shapely.buffer(self.plan.shapes[drawn], SAME_M))
            rest = rest[~shapely.covered_by(initial.shapes[rest], known)]
        mine = np.concatenate([np.flatnonzero(stays), rest])
        community = _together(initial, mine, self.plan, np.array([*frozen, *drawn], dtype=int), self.case)
        found = (
            layout_case(community, self.case.objectives) if free else replace(self.case, initial=community)
        )
        return replace(found, weight_m2=self.case.weight_m2)

    def limits(self, params: LayoutParams, free: set[int]) -> LayoutParams:
        """The rule on many small homes, for what the earlier homes of blocks that stay leave of it."""
        rows = [row for row, number in self.block_of.items() if number not in free]
        homes = [self.plan.shapes[row].area for row in rows if self.plan.types[row] == HOME]
        large = sum(homes) >= len(homes) * params.mean_home_m2
        return replace(
            params,
            few_homes=max(0, params.few_homes - len(homes)),
            mean_home_m2=params.mean_home_m2 if large else np.inf,
        )

    def _lines(self, free: set[int]) -> list[int]:
        """Rows of earlier lines that still run: along the streets of now, or inside of blocks that stay."""
        rows = np.flatnonzero(self.plan.kinds == "line")
        middle = shapely.line_interpolate_point(self.plan.shapes[rows], 0.5, normalized=True)
        streets = shapely.union_all(self.case.initial.shapes[self.case.initial.kinds == "line"])
        frozen = [one for number, one in enumerate(self.case.vacant) if number not in free]
        inside = shapely.union_all([shapely.buffer(one, -INSIDE_M) for one in frozen])
        kept = shapely.dwithin(middle, streets, SAME_M) | shapely.contains(inside, middle)
        return [int(row) for row in rows[kept]]

    def as_it_was(self, seed: int) -> DrawnLayout | None:
        """The earlier plan itself, where it meets all that is asked for now; None where it does not."""
        case = self.with_vacant(set())
        if self.breaches(case.initial):
            return None
        return DrawnLayout(
            plan=case.initial,
            score=score(case.initial, case.objectives),
            bound=np.inf,
            missing={},
            unmet=(),
            layout=None,
            seconds=0.0,
            seed=seed,
            ended="finished",
        )

    def breaches(self, plan: Community) -> list[Illegal]:
        """What is not legal in a plan, by what is asked for now."""
        return illegal(plan, self.case.initial, self.case.objectives)

    def worth(self, found: DrawnLayout) -> float:
        """Score, less what is not met."""
        short = len(self.breaches(found.plan))
        return found.score.land_use - UNMET * (sum(found.missing.values()) + short)

    def compared(self, drawn: DrawnLayout, free: set[int]) -> Again:
        """The new plan beside the earlier one, on the land that is vacant now."""
        before = _by_shape(self.plan, list(self.block_of))
        now = drawn.plan
        vacant = shapely.union_all(self.case.vacant)
        mine = (now.kinds == "block") & shapely.contains(vacant, shapely.point_on_surface(now.shapes))
        after = _by_shape(now, np.flatnonzero(mine).tolist())
        kept = sum(before.get(shape) == kind for shape, kind in after.items())
        same = [
            shapely.area(shapely.intersection(_of_kind(before, kind), _of_kind(after, kind)))
            for kind in set(after.values())
        ]
        changed = round(max(0.0, sum(shape.area for shape in after) - float(sum(same))), 1)
        blocks = tuple(sorted(int(self.case.vacant_ids[number]) for number in free))
        gone, new = len(before) - kept, len(after) - kept
        return Again(drawn, blocks, kept, gone, new, float(changed), self.earlier.total)


def _by_shape(plan: Community, rows: list[int]) -> dict[Any, str]:
    return {shapely.normalize(plan.shapes[row]): str(plan.types[row]) for row in rows}


def _of_kind(parcels: Mapping[Any, str], kind: str) -> Any:
    return shapely.union_all([shape for shape, own in parcels.items() if own == kind])


def _together(
    one: Community, rows: NDArray[np.intp], other: Community, more: NDArray[np.intp], case: Case
) -> Community:
    """Rows of two communities as one; ids of the second one that are taken become new ones."""
    ids = other.ids[more].copy()
    taken = np.isin(ids, one.ids[rows])
    first = int(max(one.ids.max(), other.ids.max())) + 1
    ids[taken] = first + np.arange(int(taken.sum()))
    weights = None
    if one.weights is not None:
        new = shapely.area(other.shapes[more]) * (other.types[more] == HOME) * (case.weight_m2 or 0.0)
        weights = np.concatenate([one.weights[rows], new])
    return Community(
        np.concatenate([one.ids[rows], ids]),
        np.concatenate([one.kinds[rows], other.kinds[more]]),
        np.concatenate([one.types[rows], other.types[more]]),
        np.concatenate([one.origins[rows], other.origins[more]]),
        np.concatenate([one.shapes[rows], other.shapes[more]]),
        one.about,
        weights,
    )
