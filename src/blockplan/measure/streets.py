"""Streets: how dense the network is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.areas import boundary_m2
from blockplan.measure.columns import absent, ids, shapes, total, union, unknown, values
from blockplan.measure.measurement import Measurement, Part
from blockplan.units import M2_PER_KM2, M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.plan.model import Plan


def street_density(plan: Plan, parameters: Mapping[str, Any]) -> Measurement:
    """Length of street centre lines on planned land over planned land; beside it the length by class."""
    classes = values(plan, "streets", "class")
    names, lines = ids(plan, "streets"), shapes(plan, "streets")
    missing = absent(plan, "streets")
    land = boundary_m2(plan)
    if not land:
        missing += absent(plan, "boundary") or ("boundary.geometry",)
    missing += unknown("streets.class", names[classes == None], len(names))  # noqa: E711 (elementwise)
    counted = {"streets": tuple(names[np.isin(classes, parameters["street_classes"])])}
    if missing or not land:
        return Measurement("street_density", None, "km/km2", missing=missing, counted=counted)
    outline = union(shapes(plan, "boundary"))
    km = _length_inside(lines, outline) / M_PER_KM
    by_class = {name: total(km[classes == name]) for name in parameters["street_classes"]}
    length = total(by_class.values())
    definition = {"length_km": length, "land_km2": land / M2_PER_KM2}
    by = tuple(Part(name, found / (land / M2_PER_KM2)) for name, found in by_class.items())
    return Measurement(
        "street_density", length / (land / M2_PER_KM2), "km/km2", definition, by=by, counted=counted
    )


def _length_inside(lines: Any, outline: Any) -> Any:
    """Length of lines inside an outline, m; 0 for a line without geometry."""
    shapely.prepare(outline)
    length = np.nan_to_num(shapely.length(lines), nan=0.0)
    crossing = np.flatnonzero(~shapely.contains_properly(outline, lines) & (length > 0))
    length[crossing] = shapely.length(shapely.intersection(lines[crossing], outline))
    return length
