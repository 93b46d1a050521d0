"""
Which facilities are of a kind (by service, level and size), and by which means of transport a stop is served.

A stop that says no mode, or a word that is none, may be of any: it serves what it says, and perhaps more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.inputs.columns import ids, values
from blockplan.measure.missing import Missing, reason, unknown
from blockplan.plan.model.layers import MODES, OTHER_MODES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from blockplan.measure.parameters import FacilityParameters
    from blockplan.plan.model.plan import Plan


def partly_held(plan: Plan) -> bool:
    """
    Whether the data may not hold all there is, so that a layer without something is no measured zero.

    That is so where ``plan.toml [imported]`` says that the layers came from OpenStreetMap, or ``complete =
    false``. With ``complete = true`` they hold all there is.
    """
    imported = (plan.manifest.model_extra or {}).get("imported")
    return isinstance(imported, dict) and imported.get("complete", imported.get("format") != "osm") is False


def not_held(plan: Plan, services: Collection[str]) -> tuple[Missing, ...]:
    """What is missing where no facility is of some services, and the data may simply not hold them."""
    if not services or not partly_held(plan):
        return ()
    if np.isin(values(plan, "facilities", "service"), list(services)).any():
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


#: What stands between two modes.
COMMA = re.compile("[,\uff0c\u3001]")


def modes_of(plan: Plan) -> list[frozenset[str]]:
    """The words that each stop says."""
    return plan.cached("modes", lambda: [_words(text) for text in values(plan, "stops", "modes")])


def served_by(plan: Plan, modes: Iterable[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """
    Stops that one of some modes serves, and those that it may serve for all that is known.

    Every stop where no mode is asked for.
    """
    wanted = tuple(sorted(set(modes)))
    return plan.cached(f"served by {wanted}", lambda: _served_by(plan, wanted))


def _served_by(plan: Plan, modes: tuple[str, ...]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    said, wanted = modes_of(plan), frozenset(modes)
    serves = np.array([not wanted or not wanted.isdisjoint(found) for found in said], dtype=bool)
    known = MODES | OTHER_MODES | wanted  # a rule may speak of a mode that the list does not have
    open_ = np.array([not found or not found <= known for found in said], dtype=bool)
    return serves, open_ & ~serves


def unsaid(plan: Plan, stops: NDArray[np.bool_]) -> tuple[Missing, ...]:
    """What is missing where it matters by what some stops are served."""
    return unknown(Missing("stops", "modes"), ids(plan, "stops")[stops])


def _words(text: str | None) -> frozenset[str]:
    return frozenset(word.strip() for word in COMMA.split(text or "")) - {""}
