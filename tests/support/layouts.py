"""Layouts drawn with little work, and their breaches."""

from __future__ import annotations

from blockplan.propose.layout.problem.case import layout_case
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.score.legal import illegal
from blockplan.propose.layout.search.drawing import layout
from blockplan.propose.stopping import Stop

#: Far too little work for a good plan: what is drawn has to be sound all the same.
LITTLE = LayoutParams(chains=1, steps_a_second=4)
STOP = Stop(seconds=600)
#: Breaches that follow from what could not be placed, and from nothing else.
SHORT = {"count", "share", "homes"}


def drawn(initial, aims, seed=1):
    case = layout_case(initial, aims)
    return case, layout(case, stop=STOP, seed=seed, params=LITTLE, proving=False)


def breaches_not_told(case, found):
    """Breaches that neither a demand told before the search nor a parcel that is missing explains."""
    small = [one.demand for one in found.unmet if one.demand.startswith("vacant block")]
    breaches = illegal(found.plan, case.initial, case.objectives)
    short = bool(found.missing or found.unmet)
    tiny = {"area", "edge"} if small else set()
    # A share that is not reached is told in `unmet` of the document, from the finished plan.
    return [one for one in breaches if one.rule not in tiny | {"share"} and not (short and one.rule in SHORT)]
