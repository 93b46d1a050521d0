"""
Which demands of a community no layout can meet, told before the search.

Land is the only thing that is looked at: which types fit into which block at all, and whether the least
areas of all parcels find room together. What passes here may still fail in the search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np
import shapely

from blockplan.measure.access.solver import quiet_highs
from blockplan.propose.layout.problem.case import HOME
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.problem.uses import short_of
from blockplan.propose.layout.score.legal import GREEN_MIN_M2, ROUNDING
from blockplan.propose.layout.search.state import ALLOWED
from blockplan.propose.mip import Model, under
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.search.land import Field
    from blockplan.propose.layout.search.state import LayoutLand
    from blockplan.propose.proposal import Unmet


def unmet_demands(case: Case, field: Field, land: LayoutLand, clock: Clock | None = None) -> list[Unmet]:
    """
    The fewest parcels and the least residential land that stay unmet in any layout, by demand.

    Returns
    -------
    list
        One entry for each demand that falls short, and for each vacant block that is too small for any
        parcel; empty where the land can hold everything.
    """
    wanted = {name: n for name, n in case.missing.items() if n}
    unknown = [name for name in wanted if name not in case.objectives.drawn]
    fits = _fits(field, land)
    area = shapely.area(np.array(field.polygons, dtype=object))
    found = [short_of("unknown", wanted[name], "parcels", name) for name in unknown]
    against = contradictory(case, wanted)
    found += against.values()
    names = [name for name in wanted if name in case.objectives.drawn]
    short, homes = _shortfalls(case, names, fits, area, clock or Clock(Stop(seconds=np.inf)))
    for name, n in zip(names, short, strict=True):
        if n > 0.5 and name not in against:
            found.append(short_of("no_room", round(n), "parcels", name))
    if homes > 1:
        found.append(short_of("too_little", homes, "m2", HOME))
    return [*found, *_too_small(case)]


def contradictory(case: Case, wanted: dict[str, int]) -> dict[str, Unmet]:
    """Types whose own limits leave no parcel at all, whatever the land is, and which limits these are."""
    aims, found = case.objectives, {}
    for name, n in wanted.items():
        low, high = aims.min_area_m2.get(name, 0.0), aims.max_area_m2.get(name, np.inf)
        edge, long = aims.min_edge_m.get(name, 0.0), aims.max_edge_m.get(name, np.inf)
        # A parcel fills this share of the smallest rectangle around it at least.
        least, most = LayoutParams().fill * edge**2, long**2
        cases = (
            (low > high, "area_range", {"least": low, "most": high}),
            (edge > long, "edge_range", {"least": edge, "most": long}),
            (least > high, "edges_and_area", {"edge": edge, "least": least, "most": high}),
            (low > most, "area_and_edges", {"edge": long, "least": low, "most": most}),
        )
        for wrong, key, values in cases:
            if wrong and name not in found:
                told = {what: f"{value:,.0f}" for what, value in values.items()}
                found[name] = short_of(key, n, "parcels", name, **told)
    return found


def _too_small(case: Case) -> list[Unmet]:
    """Vacant blocks that are smaller than any parcel may be; each is drawn as small green."""
    area = shapely.area(case.vacant)
    least = min([GREEN_MIN_M2, *case.objectives.min_area_m2.values()])
    return [
        short_of("too_small", least - m2, "m2", id=number)
        for number, m2 in zip(case.vacant_ids, area, strict=True)
        if m2 < least * (1 - ROUNDING)
    ]


def _fits(field: Field, land: LayoutLand) -> NDArray[np.int64]:
    """Bits of the types that some piece of each block may be."""
    bits = np.zeros(len(field.polygons), np.int64)
    for (part, *_), (first, cells) in zip(field.rows, land.rows, strict=True):
        allowed = land.pieces[first : first + (cells + 1) ** 2, ALLOWED].astype(np.int64)
        bits[part] |= int(np.bitwise_or.reduce(allowed))
    return bits


def _shortfalls(
    case: Case, names: list[str], fits: NDArray[np.int64], area: NDArray[np.float64], clock: Clock
) -> tuple[list[float], float]:
    """Parcels short of each type and residential m2 short, weighted by the land that they stand for."""
    limits, number = case.objectives.min_area_m2, case.objectives.drawn.index
    model = Model("min")
    used: list[list[tuple[int, float]]] = [[] for _ in area]

    def add(cost: float, high: float, *, whole: bool) -> int:
        return int(model.columns(cost, upper=high, whole=whole)[0])

    def row(terms: list[tuple[int, float]], **ends: float) -> None:
        model.row(*zip(*terms, strict=True), **ends)

    slack = []
    for name in names:
        bit, least = number(name), limits.get(name, 0.0)
        slack.append(add(max(least, 1.0), float(case.missing[name]), whole=False))
        terms = [(slack[-1], 1.0)]
        for part in np.flatnonzero((fits >> bit) & 1):
            here = add(0.0, float(case.missing[name]), whole=True)
            used[part].append((here, least))
            terms.append((here, 1.0))
        row(terms, low=float(case.missing[name]))
    short = add(1.0, case.homes_m2, whole=False)
    terms = [(short, 1.0)]
    for part in np.flatnonzero((fits >> number(HOME)) & 1):
        here = add(0.0, float(area[part]), whole=False)
        used[part].append((here, 1.0))
        terms.append((here, 1.0))
    row(terms, low=case.homes_m2)
    for listed, room in zip(used, area, strict=True):
        if listed:
            row(listed, high=float(room))
    solver = quiet_highs(mip_max_nodes=2_000)
    under(solver, clock)
    solver.passModel(model.highs())
    solver.run()
    values = list(solver.getSolution().col_value)
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        # Time was over before anything was known: nothing is said to be short.
        return [0.0] * len(slack), 0.0
    return [float(values[at]) for at in slack], float(values[short])
