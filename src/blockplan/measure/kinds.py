"""Which facilities are of a kind: by their service, their level and their size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.columns import ids, unknown, values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model import Plan

#: Column of a size -> the parameters that hold its lower and its upper end.
ENDS = {
    "floor_area_m2": ("smallest_floor_m2", "largest_floor_m2"),
    "site_area_m2": ("smallest_site_m2", "largest_site_m2"),
}


def of_kind(plan: Plan, parameters: Mapping[str, Any]) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """
    Which facilities are of some services, levels and sizes, and what is missing to tell.

    Empty ``service_levels`` ask for no level, and an end of 0 for no size; both ends are included.
    Where ``levelled_services`` are named, they alone have to be of the level, and each of
    them whose level is neither one of ``service_levels`` nor of ``other_levels`` could be of either.
    A facility without the word or number that is asked for could be of the kind: it is named as
    missing and not counted.
    """
    names = ids(plan, "facilities")
    chosen = np.ones(len(names), dtype=bool)
    missing: tuple[str, ...] = ()
    if parameters["services"]:
        said = values(plan, "facilities", "service")
        missing = unknown("facilities.service", names[_blank(said)], len(names))
        chosen = np.isin(said, parameters["services"])
    if parameters["service_levels"]:
        chosen, lacking = _of_level(plan, chosen, parameters)
        missing += lacking
    for column, (low, high) in ENDS.items():
        least, most = parameters.get(low, 0), parameters.get(high, 0) or np.inf
        if least or np.isfinite(most):
            size = values(plan, "facilities", column)
            missing += unknown(f"facilities.{column}", names[chosen & np.isnan(size)])
            chosen = chosen & (size >= least) & (size <= most)
    return chosen, missing


def _of_level(
    plan: Plan, chosen: NDArray[np.bool_], parameters: Mapping[str, Any]
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    names, said = ids(plan, "facilities"), values(plan, "facilities", "level")
    wanted, levelled = parameters["service_levels"], parameters.get("levelled_services", ())
    of_it = np.isin(said, wanted)
    if not levelled:
        return chosen & of_it, unknown("facilities.level", names[chosen & _blank(said)], len(names))
    asked = chosen & np.isin(values(plan, "facilities", "service"), levelled)
    untold = asked & ~of_it & ~np.isin(said, parameters.get("other_levels", ()))
    missing = unknown("facilities.level", names[untold], int(asked.sum()))
    return chosen & (~asked | of_it), missing


def _blank(words: NDArray[Any]) -> NDArray[np.bool_]:
    return np.array([word is None for word in words], dtype=bool)
