"""
The set of layouts of which none is better in both service and ecology than another.

Both ends are searched first, each part counting almost alone; then, again and again, the widest gap between
two neighbours, with the weights for which both are as good. So every point is one that some weights make
best, and points are where the two parts work against each other. A case in which they do not has few.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.jsontext import JsonRecord
from blockplan.propose.layout.problem.case import weighing
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.score.score import score
from blockplan.propose.layout.search.bound import bound_of
from blockplan.propose.layout.search.drawing import layout
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.search.drawing import DrawnLayout

#: Weights of service and ecology together, and of the part that counts least at an end.
WHOLE, LEAST = 5.0, 0.05
#: Values that differ by less are the same.
SAME = 1e-9


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LayoutPoint(JsonRecord):
    """One layout of the set, its two values (1), and the weight of service, of `WHOLE`, in its search."""

    drawn: DrawnLayout
    service: float
    ecology: float
    weight: float

    KEYS = (
        "service", "ecology", "coverage=drawn.score.coverage", "total=drawn.score.total",
        "weight_service=weight", "weight_ecology", "unmet=drawn.missing",
    )  # fmt: skip

    @property
    def weight_ecology(self) -> float:
        """The weight of ecology, of `WHOLE`."""
        return WHOLE - self.weight


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LayoutSet:
    """
    Points from the best service to the best ecology, and what no layout can better.

    Attributes
    ----------
    service, ecology
        Bounds of each part by itself (1).
    searched
        How many layouts were searched; those that another one betters in both parts are left out.
    """

    points: tuple[LayoutPoint, ...]
    service: float
    ecology: float
    searched: int
    seconds: float

    def balanced(self) -> int:
        """Number, from 0, of the point with the best score under the weights that were given."""
        totals = [round(one.drawn.score.land_use, 9) for one in self.points]
        return totals.index(max(totals))

    def to_dict(self, picked: int) -> dict[str, Any]:
        """The set as plain values; `picked` is the number, from 0, of the point that is given back."""
        points = [{"number": number, **one.to_dict()} for number, one in enumerate(self.points, 1)]
        return {
            "points": points, "picked": picked + 1, "searched": self.searched,
            "bound_service": self.service, "bound_ecology": self.ecology,
        }  # fmt: skip


def layout_set(
    case: Case, many: int, *, stop: Stop | None = None, seed: int = 1, params: LayoutParams | None = None
) -> LayoutSet:
    """
    At most so many layouts of which none is better in both parts.

    Parameters
    ----------
    many
        How many layouts are searched, two or more.
    stop
        The work of its seconds is shared by all searches; where they are over, fewer are made.

    Raises
    ------
    UsageError
        If fewer than two are asked for.
    """
    if many < 2:
        raise UsageError(f"A set of {many} has no two ends. Ask for 2 or more: `pareto=5`.")
    stop, params = stop or Stop(seconds=120), params or LayoutParams()
    clock = Clock(stop)
    # Each does its part of the work; the clock hurries one only when it has used the time of all.
    each = replace(params, steps_a_second=max(1, params.steps_a_second // many))
    found: list[LayoutPoint] = []
    dead: set[float] = set()
    weights: float | None = WHOLE - LEAST
    while weights is not None and len(dead) < many and not _over(clock, len(dead)):
        dead.add(weights)
        found.append(_searched(case, weights, stop, seed, each))
        clock.tell(None, None, f"layout {len(dead)} of {many}")
        weights = _next(not_bettered(found), dead) if len(dead) > 1 else LEAST
    service, ecology = _bounds(case, params)
    return LayoutSet(
        points=tuple(not_bettered(found)), service=service, ecology=ecology, searched=len(found),
        seconds=clock.spent,
    )  # fmt: skip


def _over(clock: Clock, done: int) -> bool:
    """Whether time is up; both ends are searched all the same."""
    return clock.interrupted or (done > 1 and clock.left <= 0)


def _searched(case: Case, weight: float, stop: Stop, seed: int, params: LayoutParams) -> LayoutPoint:
    aims = replace(case.objectives, service=weight, ecology=WHOLE - weight)
    found = layout(replace(case, objectives=aims), stop=stop, seed=seed, params=params, proving=False)
    told = score(found.plan, case.objectives)
    return LayoutPoint(
        drawn=replace(found, score=told), service=told.service, ecology=told.ecology, weight=weight
    )


def _bounds(case: Case, params: LayoutParams) -> tuple[float, float]:
    """What no layout can better in service alone, and in ecology alone."""
    alone = replace(case.objectives, service=1.0, ecology=1.0)
    weighed = case if alone.weighted else replace(case, weights=None)
    plain = params if alone.weighted else replace(params, home_weight=1.0, home_weight_m2=0.0)
    found = bound_of(replace(weighed, objectives=alone), weighing(weighed, plain))
    return found.service, min(1.0, found.ecology)


def not_bettered(points: Sequence[LayoutPoint]) -> list[LayoutPoint]:
    """
    The points that no other one betters, from the best service to the best ecology.

    A point with a demand that is not placed is bettered by every point with fewer of them.
    """
    fewest = min(sum(one.drawn.missing.values()) for one in points)
    left = [one for one in points if sum(one.drawn.missing.values()) == fewest]
    kept: list[LayoutPoint] = []
    for one in sorted(left, key=lambda one: (-one.service, -one.ecology)):
        if not kept or one.ecology > kept[-1].ecology + SAME:
            kept.append(one)
    return kept


def _next(points: list[LayoutPoint], dead: set[float]) -> float | None:
    """Weight of service for which the two ends of the widest gap are as good; None where none is left."""
    gaps = []
    for one, other in pairwise(points):
        down, up = one.service - other.service, other.ecology - one.ecology
        weight = round(min(WHOLE - LEAST, max(LEAST, WHOLE * up / (down + up))), 6)
        gaps.append((-(down**2 + up**2), weight))
    # Where one layout is best in both, the weights between the ends may still find a better one.
    tried = [weight for _, weight in sorted(gaps)] + [
        round(WHOLE * part / 8, 6) for part in (6, 4, 2, 7, 5, 3, 1)
    ]
    return next((weight for weight in tried if weight not in dead), None)
