"""A layout as the one JSON document that every proposal is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.propose.layout.problem.case import HOME
from blockplan.propose.layout.problem.uses import short_of
from blockplan.propose.layout.score.legal import illegal

if TYPE_CHECKING:
    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.search.drawing import DrawnLayout
    from blockplan.propose.unmet import Unmet

METHOD = (
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
        "unit": "score",
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
        "method": METHOD,
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
