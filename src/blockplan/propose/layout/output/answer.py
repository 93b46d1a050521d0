"""
A layout of a plan as changes: new parcels in the place of old ones, and facilities on them.

New parcels know their land use and what was true of the land before; how densely they are built, and who will
live or work there, is not known yet and stays null.

A layout as the one JSON document that every proposal is.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import ids
from blockplan.propose.changes import GEOMETRY, Change, new_feature, value_of
from blockplan.propose.conversion import GONE, KINDS, class_name
from blockplan.propose.layout.problem.case import HOME
from blockplan.propose.layout.problem.uses import CATALOG, GREEN, short_of, uses
from blockplan.propose.layout.score.legal import illegal
from blockplan.propose.layout.score.score import score
from blockplan.propose.proposal import SearchAnswer
from blockplan.propose.services import SERVICES
from blockplan.texts import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.plan import Plan
    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.problem.plan import PlanCase
    from blockplan.propose.layout.problem.programme import Programme
    from blockplan.propose.layout.problem.uses import Use
    from blockplan.propose.layout.search.drawing import DrawnLayout
    from blockplan.propose.proposal import Unmet

#: Columns of the old parcel that are true of every part of it.
HANDED_ON = ("subblock_id", "block_id", "land_use_list", "existing_land_use", "phase")
#: Columns of the old parcel that land keeps which no use takes.
UNDECIDED = ("land_use", "land_use_name", "permitted")
#: The unit of a layout's objective.
SCORE = "score"
#: What such land is called among the figures.
LEFT_OVER = "left_over"
METHOD = (
    "simulated annealing over rows and cuts of each vacant parcel; bound from maximal covering over where "
    "centroids can lie"
)


def answer_of(
    asked: PlanCase, programme: Programme, found: DrawnLayout, parameters: dict[str, Any]
) -> SearchAnswer:
    """The layout as an answer of `propose`; `parameters` are what was asked for beside the programme."""
    aims = asked.case.objectives
    changes, made = _Writing(asked, found, programme.left_over_green).changes()
    passed = [f"{name}: {CATALOG(f'why.{why}', DEFAULT_LANGUAGE)}" for name, why in asked.passed_over]
    return SearchAnswer(
        kind="layout",
        changes=tuple(changes),
        objective=found.score.land_use,
        unit=SCORE,
        sense="max",
        bound=found.bound - (found.score.total - found.score.land_use),
        parts={
            "service": aims.service * found.score.service,
            "ecology": aims.ecology * found.score.ecology,
        },
        parameters={
            "vacant": list(asked.vacant), "passed_over": passed, **parameters, **programme.to_dict(),
        },
        figures=_figures(asked, found, made),
        unmet=(*found.unmet, *programme.short, *_not_placed(found), *_no_street(asked)),
        method=METHOD,
        seconds=found.seconds,
        seed=found.seed,
        ended=found.ended,
    )  # fmt: skip


def _not_placed(found: DrawnLayout) -> Iterator[Unmet]:
    told = {one.demand.split(":")[0] for one in found.unmet}
    for name, n in found.missing.items():
        if name not in told:
            yield short_of("not_placed", n, "parcels", name)


def _no_street(asked: PlanCase) -> Iterator[Unmet]:
    fronts = asked.case.fronts
    without = [] if fronts is None else [one for one in fronts if one.is_empty]
    if without:
        yield short_of("no_street", len(without), "parcels")


class _Writing:
    """Changes in the order in which they can be put in place, and how many parcels of each use are made."""

    def __init__(self, asked: PlanCase, found: DrawnLayout, left_over_green: bool) -> None:
        self.asked, self.plan, self.found, self.left_over_green = (
            asked,
            asked.plan,
            found.plan,
            left_over_green,
        )
        self.uses = {use.searched: use for use in uses().values()}
        self.taken = {str(one) for layer in ("parcels", "facilities") for one in ids(self.plan, layer)}
        self.made: Counter[str] = Counter()

    def changes(self) -> tuple[list[Change], Counter[str]]:
        """All changes, old parcel by old parcel."""
        case = self.asked.case
        new = (self.found.kinds == "block") & ~np.isin(self.found.ids, case.initial.ids)
        shapes, types = self.found.shapes[new], self.found.types[new]
        inside = shapely.STRtree(shapely.point_on_surface(shapes))
        changes: list[Change] = []
        for number, old in enumerate(self.asked.vacant):
            whole = np.flatnonzero(
                (self.found.ids == case.vacant_ids[number]) & (self.found.kinds == "block")
            )
            if whole.size:
                changes += self._kept_whole(number, old, self.uses[self.found.types[whole[0]]])
                continue
            at = inside.query(case.vacant[number], predicate="contains")
            if at.size and all(self._stays(self.uses[types[row]]) for row in at):
                # No use took any of it, so there is nothing to cut it for.
                self.made[LEFT_OVER] += 1
                continue
            changes += _gone(self.plan, old)
            for place, row in enumerate(sorted(at.tolist(), key=lambda one: _reading_order(shapes[one])), 1):
                changes += self._new(
                    number, _free(f"{old}-{place}", self.taken), self.uses[types[row]], shapes[row]
                )
        return changes, self.made

    def _stays(self, use: Use) -> bool:
        return use.id == GREEN and not self.left_over_green

    def _new(self, number: int, name: str, use: Use, shape: Any) -> tuple[Change, ...]:
        """The changes that add a parcel, and what stands on it."""
        old = self.asked.vacant[number]
        found = {column: value_of(self.plan, "parcels", old, column) for column in HANDED_ON}
        found |= {"status": "planned", "committed": False, GEOMETRY: shape.wkt}
        if self._stays(use):
            self.made[LEFT_OVER] += 1
            found |= {column: value_of(self.plan, "parcels", old, column) for column in UNDECIDED}
            return new_feature("parcels", name, found)
        self.made[use.id] += 1
        code = _code(use, self.asked.permitted[number])
        found |= {"land_use": code, **class_name(self.plan, old, code)}
        return (*new_feature("parcels", name, found), *_facility(self.plan, name, use, shape, self.taken))

    def _kept_whole(self, number: int, old: str, use: Use) -> Iterator[Change]:
        """The changes by which a parcel stays whole and gets a use; none where it stays as it is."""
        if self._stays(use):
            self.made[LEFT_OVER] += 1
            return
        self.made[use.id] += 1
        code = _code(use, self.asked.permitted[number])
        wanted: dict[str, Any] = {"land_use": code, **dict.fromkeys((*KINDS, "far_kind", *GONE, "permitted"))}
        for column, new in (wanted | class_name(self.plan, old, code)).items():
            was = value_of(self.plan, "parcels", old, column)
            if was != new:
                yield Change("parcels", old, column, was, new)
        yield from _facility(self.plan, old, use, self.asked.case.vacant[number], self.taken)


def _reading_order(shape: Any) -> tuple[float, float]:
    """From north to south, and from west to east."""
    x, y = shape.centroid.coords[0]
    return -round(y, 1), round(x, 1)


def _free(name: str, taken: set[str]) -> str:
    found, more = name, 2
    while found in taken:
        found, more = f"{name}.{more}", more + 1
    taken.add(found)
    return found


def _code(use: Use, permitted: tuple[str, ...] | None) -> str:
    # What is left over becomes green even where the plan permits none: nothing else is decided there.
    return use.code_in(permitted) or use.codes[0]


def _gone(plan: Plan, old: str) -> Iterator[Change]:
    """The changes by which a parcel goes: what it says becomes null, its id last."""
    for column in plan.layer("parcels").columns:
        value = value_of(plan, "parcels", old, column)
        if value is not None and column != "parcel_id":
            yield Change("parcels", old, column, value, None)
    yield Change("parcels", old, "parcel_id", old, None)


def _facility(plan: Plan, parcel: str, use: Use, shape: Any, taken: set[str]) -> tuple[Change, ...]:
    """The facility that stands on a parcel; its beds, places and floor are not known."""
    if not use.facility:
        return ()
    name = _free(f"{SERVICES[use.facility].prefix}-{parcel}", taken)
    told = {
        "parcel_id": parcel, "service": use.facility, "status": "planned",
        "site_area_m2": round(shape.area, 1), GEOMETRY: shape.centroid.wkt,
    }  # fmt: skip
    return new_feature("facilities", name, told)


def _figures(asked: PlanCase, found: DrawnLayout, made: Counter[str]) -> dict[str, float | None]:
    """What it means in plain numbers, before and after."""
    aims = asked.case.objectives
    before, after = score(asked.case.initial, aims), found.score
    told: dict[str, float | None] = {}
    for name, reach in aims.near_m.items():
        for when, one in (("before", before), ("after", after)):
            told[f"near_{name}_{reach:g}m_{when}"] = one.by_service.get(name, 0.0)
    for when, one in (("before", before), ("after", after)):
        told[f"near_green_{aims.green_m:g}m_{when}"] = one.ecology
    told["vacant_parcels_before"] = float(len(asked.vacant))
    told["new_parcels_after"] = float(sum(made.values()))
    for name in sorted(made):
        told[f"made_{name}_after"] = float(made[name])
    return told


COMMUNITY_METHOD = (
    "simulated annealing over rows and cuts of each vacant block; bound from maximal covering over where "
    "centroids can lie"
)


def document(case: Case, found: DrawnLayout) -> dict[str, Any]:
    """
    The layout in the keys of ``docs/contracts.md``, with legality and score beside them.

    The objective is the whole score; bound and gap are of its land-use part, service and ecology.
    """
    weights = case.objectives
    result = found.score
    breaches = illegal(found.plan, case.initial, weights)
    unmet = [one.to_dict() for one in unmet_of(found, case)]
    return {
        "kind": "layout",
        "objective": result.total,
        "unit": SCORE,
        "sense": "max",
        "parts": {
            "service": weights.service * result.service,
            "ecology": weights.ecology * result.ecology,
            "traffic": weights.traffic * result.traffic,
        },
        "score": result.to_dict(),
        # A bound is of legal plans, and where a demand cannot be met there is none.
        "bound": None if found.unmet else found.bound,
        "gap": None if found.unmet else found.gap,
        "proved": False,
        "ended": found.ended,
        "method": COMMUNITY_METHOD,
        "seconds": found.seconds,
        "seed": found.seed,
        "legal": not breaches,
        "breaches": [one.to_dict() for one in breaches],
        "changes": _changes(case, found),
        "unmet": unmet,
        "verdicts_before": [],
        "verdicts_after": [],
    }


def unmet_of(found: DrawnLayout, case: Case) -> list[Unmet]:
    """What was known before the search, what it could not place, and shares of land that are too small."""
    told = {one.demand.split(":")[0] for one in found.unmet}
    left = [
        short_of("not_placed", n, "parcels", name) for name, n in found.missing.items() if name not in told
    ]
    breaches = illegal(found.plan, case.initial, case.objectives)
    shares = [
        short_of("share", one.limit - one.measured, one.unit, HOME) for one in breaches if one.rule == "share"
    ]
    return [*found.unmet, *left, *shares]


def _changes(case: Case, found: DrawnLayout) -> list[dict[str, Any]]:
    """Vacant blocks that go or change, and parcels that come; an id that is null is not there."""
    before = {int(one) for one in case.vacant_ids}
    plan = found.plan
    old = {int(one) for one in case.initial.ids}
    new = [
        (int(one), plan.types[at])
        for at, one in enumerate(plan.ids)
        if plan.kinds[at] == "block" and (int(one) in before or int(one) not in old)
    ]
    kept = {one for one, _ in new}
    gone = [_change(one, "id", one, None) for one in sorted(before - kept)]
    return gone + [_change(one, "type", "feasible" if one in before else None, kind) for one, kind in new]


def _change(one: int, column: str, old: object, new: object) -> dict[str, Any]:
    return {"layer": "block", "id": one, "column": column, "old": old, "new": new}
