"""Which facilities are of a kind: by their service, their level and their size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.inputs.columns import ids, values
from blockplan.measure.missing import Missing, reason, unknown

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from blockplan.measure.parameters import FacilityParameters
    from blockplan.plan.model.plan import Plan


def not_held(plan: Plan, services: Collection[str]) -> tuple[Missing, ...]:
    """
    What is missing where the data may simply not hold a service, and a layer without one is no measured zero.

    That is so where no facility is of it and ``plan.toml [imported]`` says that the layers came from
    OpenStreetMap, or ``complete = false``. With ``complete = true`` they hold all there are.
    """
    imported = (plan.manifest.model_extra or {}).get("imported")
    if not isinstance(imported, dict) or not services:
        return ()
    partly = imported.get("complete", imported.get("format") != "osm") is False
    if not partly or np.isin(values(plan, "facilities", "service"), list(services)).any():
        return ()
    return (reason("not_held", services=", ".join(services)),)


def of_kind(plan: Plan, parameters: FacilityParameters) -> tuple[NDArray[np.bool_], tuple[Missing, ...]]:
    """
    Which facilities are of some services, levels and sizes, and what is missing to tell.

    Empty ``service_levels`` ask for no level, and an end of 0 for no size; both ends are included.
    Where ``levelled_services`` are named, they alone have to be of the level, and each of
    them whose level is neither one of ``service_levels`` nor of ``other_levels`` could be of either.
    A facility without the word or number that is asked for could be of the kind: it is named as
    missing and not counted.
    """
    sure, _, missing = kinds_of(plan, parameters)
    return sure, missing


def kinds_of(
    plan: Plan, parameters: FacilityParameters
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], tuple[Missing, ...]]:
    """Which facilities are of the kind as `of_kind` tells it, which others could be, and what is missing."""
    asked = tuple(getattr(parameters, name) for name in _ASKED)
    return plan.cached(f"kind:{asked}", lambda: _kinds_of(plan, parameters), _READS)


#: What tells facilities of a kind: parameters, and columns.
_ASKED = (
    "services", "service_levels", "levelled_services", "other_levels",
    "smallest_floor_m2", "largest_floor_m2", "smallest_site_m2", "largest_site_m2",
)  # fmt: skip
_READS = tuple(("facilities", what) for what in ("ids", "service", "level", "floor_area_m2", "site_area_m2"))


def _kinds_of(
    plan: Plan, parameters: FacilityParameters
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], tuple[Missing, ...]]:
    names = ids(plan, "facilities")
    sure, could = np.ones(len(names), dtype=bool), np.ones(len(names), dtype=bool)
    missing: tuple[Missing, ...] = ()
    if parameters.services:
        said = values(plan, "facilities", "service")
        missing = unknown(Missing("facilities", "service"), names[_blank(said)], len(names))
        sure = np.isin(said, parameters.services)
        could = sure | _blank(said)
    if parameters.service_levels:
        of_it, untold = _of_level(plan, parameters)
        missing += unknown(
            Missing("facilities", "level"), names[sure & untold], int((sure & (of_it | untold)).sum())
        )
        sure, could = sure & of_it, could & (of_it | untold)
    for column, least, largest in (
        ("floor_area_m2", parameters.smallest_floor_m2, parameters.largest_floor_m2),
        ("site_area_m2", parameters.smallest_site_m2, parameters.largest_site_m2),
    ):
        most = largest or np.inf
        if least or np.isfinite(most):
            size = values(plan, "facilities", column)
            missing += unknown(Missing("facilities", column), names[sure & np.isnan(size)])
            fits = (size >= least) & (size <= most)
            sure, could = sure & fits, could & (fits | np.isnan(size))
    return sure, could & ~sure, missing


def _of_level(plan: Plan, parameters: FacilityParameters) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which facilities are of a level that is asked for, and which do not say."""
    said = values(plan, "facilities", "level")
    wanted, levelled = parameters.service_levels, parameters.levelled_services
    of_it = np.isin(said, wanted)
    if not levelled:
        return of_it, _blank(said)
    service = values(plan, "facilities", "service")
    asked = np.isin(service, levelled)
    untold = asked & ~of_it & ~np.isin(said, parameters.other_levels)
    return ~asked | of_it, untold | _blank(service)


def _blank(words: NDArray[Any]) -> NDArray[np.bool_]:
    return np.array([word is None for word in words], dtype=bool)
