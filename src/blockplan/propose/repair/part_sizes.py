"""
How large a part of each parcel would do: sizes for the cuts that a repair is offered.

A part is as large as what a failing rule lacks, and no smaller than a site of its use may be: by the rules of
the packs where they say so, else as the smallest that the plan has.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from blockplan.measure.inputs.columns import areas_m2, belongs, values
from blockplan.propose.layout.problem.standards import LEAST, standards_of
from blockplan.propose.layout.problem.uses import uses
from blockplan.propose.parts.cutting import SLIVER_M2
from blockplan.propose.parts.trial_plan import offer
from blockplan.propose.repair.green_reach import GreenReach
from blockplan.propose.repair.parks import Parks
from blockplan.propose.repair.rows import Supply

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.propose.parts.trial_plan import Offered
    from blockplan.propose.repair.moves import RepairMove
    from blockplan.propose.repair.search import Family, Useful
    from blockplan.propose.stopping import Clock

#: Beyond what is lacking, for what rounding takes (1).
MORE = 1.001


def offered_parts(
    plan: Plan, before: CheckResult, packs: Iterable[str | Path] | None, found: Useful, clock: Clock
) -> Offered | None:
    """The plan with parts cut off on trial that would do, as `offer`; None where nothing can be cut."""
    offered = offer(plan, _sizes_wanted(plan, before, packs, found), clock)
    return offered if offered.pieces else None


def _sizes_wanted(
    plan: Plan, before: CheckResult, packs: Iterable[str | Path] | None, found: Useful
) -> dict[str, tuple[float, ...]]:
    """
    Sizes of parts that would do, m2, largest first, by parcel.

    Parameters
    ----------
    found
        The demands that are understood, and the moves of whole parcels that may matter to them.
    """
    standards = standards_of(plan, before, packs)
    least: dict[str, float] = {}
    wanted: dict[tuple[str, str], float] = {}
    for family in found.families.values():
        if not family.demand.fails:
            continue
        for move in family.offers():
            if not move.parcel or not move.area_m2 or move.kind not in {"convert", "host"}:
                continue
            if move.now not in least:
                stated = [
                    one.value
                    for name, use in uses().items()
                    if belongs(move.now, None, use.codes) and (one := standards.of(name, LEAST)) is not None
                ]
                least[move.now] = max(stated, default=_smallest(plan, move.now))
            size = _enough(plan, family, move)
            if size is not None:
                key = (move.parcel, move.now)
                wanted[key] = max(wanted.get(key, 0.0), math.ceil(max(size, least[move.now])))
    sizes: dict[str, set[float]] = {}
    for (parcel, _), size in wanted.items():
        sizes.setdefault(parcel, set()).add(size)
    return {parcel: tuple(sorted(some, reverse=True)) for parcel, some in sizes.items()}


def _enough(plan: Plan, family: Family, move: RepairMove) -> float | None:
    """How much land of a move would do for a demand, m2; None where the move does not help."""
    if not family.helps(move):
        return None
    if isinstance(family, Supply):
        pull = family.pull(move)
        return move.area_m2 * MORE * family.lack(plan) / pull if pull > 0 else None
    if isinstance(family, GreenReach):
        return family.smallest_m2
    if isinstance(family, Parks):
        return family.low_m2
    return 0.0


def _smallest(plan: Plan, code: str) -> float:
    """The smallest parcel of a use that the plan has, and no sliver."""
    area, use = areas_m2(plan, "parcels"), values(plan, "parcels", "land_use")
    alike = area[(use == code) & (area >= SLIVER_M2)]
    return float(alike.min()) if len(alike) else SLIVER_M2
