"""
All faults of a plan's data at once: graded, with layer, feature, place and remedy.

One cause gives one fault. Geometry that cannot be judged is reported and left
out of the later tests; exchanged coordinates are set right for them; a hole
that a misplaced parcel leaves behind is not a gap of its own; an area that
differs from the declared one because of a gap or an overlap is not reported
again.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from blockplan.plan.model.derived import EVERYTHING
from blockplan.plan.model.faults import GRADES, Fault, fault
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.validity.attributes import check_attributes
from blockplan.plan.validity.checked_layers import SHAPES, Tolerances, draw, kept_faults, place_of
from blockplan.plan.validity.lines import check_control_lines, check_streets
from blockplan.plan.validity.placement import all_in_degrees, check_overlaps, check_standing, place
from blockplan.plan.validity.references import check_classes, check_references, coded_columns
from blockplan.plan.validity.statements import check_statements
from blockplan.plan.validity.tiling import tile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from blockplan.plan.model.derived import Read
    from blockplan.plan.model.plan import Plan
    from blockplan.plan.validity.checked_layers import Drawn
    from blockplan.plan.validity.placement import Placed
    from blockplan.plan.validity.tiling import Tiling

#: Degrees around the area of use of a CRS within which a plan may still lie.
USE_MARGIN_DEG = 3.0


def validate(plan: Plan) -> tuple[Fault, ...]:
    """
    Find every fault of a plan's data.

    Parameters
    ----------
    plan
        The plan, under the scenario that it shows. Tolerances may be set in
        the ``[parameters]`` of its manifest (see `Tolerances`).

    Returns
    -------
    tuple of Fault
        Errors first, then warnings and notes; by layer and id within a grade.

    Raises
    ------
    PlanDataError
        If a tolerance of the manifest is not a number of 0 or more.
    """
    tolerances = Tolerances.of(plan.manifest.parameters)
    # Geometry that borders on the invalid makes the geometry engine divide by zero; the outcome is looked at.
    with np.errstate(all="ignore"):
        return tuple(sorted(_faults(plan, tolerances), key=_order))


def _faults(plan: Plan, tolerances: Tolerances) -> list[Fault]:
    layers, faults = draw(plan)
    faults += plan.read_faults
    faults += _layers(plan, layers)
    laid, found, tiling = plan.cached("laid out", lambda: _laid_out(plan, layers, tolerances), SHAPES)
    faults += found
    # What was laid out may be of an earlier edit: the shapes stand, the columns are those of now.
    now = {name: replace(one, frame=layers[name].frame) for name, one in laid.layers.items()}
    placed = replace(laid, layers=now)
    faults += check_attributes(plan, now, tolerances, tiling.explained)
    for name, drawn in now.items():
        coded = [(name, column) for column in ("ids", *coded_columns(drawn))]
        faults += kept_faults(plan, f"classes:{name}", partial(check_classes, {name: drawn}), *coded)
    faults += _kept(plan, "references", partial(check_references, plan, now, tiling.gaps), *_NAMES)
    faults += plan.cached("faults:street ends", partial(check_streets, placed, tolerances), _AT_STREETS)
    faults += _kept(plan, "control lines", partial(check_control_lines, now), *_IN_LINES)
    faults += _kept(plan, "overlaps", partial(check_overlaps, now, tolerances))
    faults += _kept(
        plan, "standing", partial(check_standing, placed, tolerances), ("facilities", "parcel_id")
    )
    return faults + _kept(plan, "statements", partial(check_statements, now), *_SAID)


def _kept(plan: Plan, key: str, find: Callable[[], list[Fault]], *reads: Read) -> list[Fault]:
    """Faults that rest on where everything is and on some columns, kept while these stand."""
    return plan.cached(f"faults:{key}", find, (*SHAPES, *reads))


#: Columns that name features of other layers, and what statements are bound to.
_NAMES = (
    *((layer, column) for layer, spec in LAYERS.items() for column in spec.parents),
    ("statements", "bound_to"),
)
#: Where streets and the ends of the plan are, and what runs over what.
_AT_STREETS = (
    *(("streets", what) for what in ("geometry", "ids", "level")),
    *((layer, what) for layer in ("boundary", "extent") for what in ("geometry", "ids")),
)
#: What control lines are held against, besides where everything is.
_IN_LINES = (
    ("control_lines", EVERYTHING),
    ("buildings", "height_m"),
    ("parcels", "height_m_max"),
    ("parcels", "land_use"),
    ("parcels", "land_use_list"),
)
#: What statements are held against: sizes of what is drawn, but for features of a role that is not measured.
_SAID = (
    ("statements", EVERYTHING),
    *((layer, "role") for layer, spec in LAYERS.items() if "role" in spec.columns),
)


def _laid_out(
    plan: Plan, layers: dict[str, Drawn], tolerances: Tolerances
) -> tuple[Placed, list[Fault], Tiling]:
    """The layers in their places, what is wrong with the places, and how the parcels tile the land."""
    placed, misplaced = place(layers, tolerances)
    faults = _somewhere_else(plan, placed)
    tiling = tile(placed, tolerances)
    faults += _with_drawn_over(misplaced, placed, tiling)
    return placed, faults + tiling.faults, tiling


def _order(found: Fault) -> tuple[object, ...]:
    return (
        GRADES.index(found.grade),
        found.layer,
        found.id or "",
        found.rule,
        found.case,
        found.aspect,
        found.x or 0.0,
    )


def _layers(plan: Plan, layers: Mapping[str, Drawn]) -> list[Fault]:
    """Layers that a plan cannot do without, and those whose absence leaves much open."""
    faults = [
        fault("pq-layer", name) for name, spec in LAYERS.items() if spec.required and name not in layers
    ]
    if "parcels" not in layers:
        faults.append(_no_parcels(plan, layers))
    return faults


def _no_parcels(plan: Plan, layers: Mapping[str, Drawn]) -> Fault:
    """A plan without the layer leaves much open; one whose layer has no rows leaves its land uncovered."""
    boundary = layers.get("boundary")
    if not plan.has_layer("parcels") or boundary is None or not boundary.usable.any():
        return fault("pq-layer", "parcels", case="parcels")
    land = shapely.union_all(boundary.geometry[boundary.usable])
    return fault("pq-cover", "parcels", case="none", measured=float(land.area), unit="m2", **place_of(land))


def _somewhere_else(plan: Plan, placed: Placed) -> list[Fault]:
    """Whether the whole plan lies where its CRS is made for, as it stands or with x and y exchanged."""
    if plan.crs is None or placed.boundary is None or plan.crs.area_of_use is None:
        return []
    if degrees := all_in_degrees(placed):
        return degrees
    point = shapely.point_on_surface(placed.boundary)
    to_degrees = pyproj.Transformer.from_crs(plan.crs, plan.crs.geodetic_crs, always_xy=True)
    use = plan.crs.area_of_use

    def fits(x: float, y: float) -> bool:
        east, north = to_degrees.transform(x, y)
        return bool(
            use.south - USE_MARGIN_DEG <= north <= use.north + USE_MARGIN_DEG
            # An area of use may cross the date line.
            and (east - use.west + USE_MARGIN_DEG) % 360 <= (use.east - use.west) % 360 + 2 * USE_MARGIN_DEG
        )

    if fits(point.x, point.y):
        return []
    rule, case = ("pq-swapped", "plan") if fits(point.y, point.x) else ("pq-crs", "elsewhere")
    return [
        fault(
            rule,
            "boundary",
            case=case,
            x=float(point.x),
            y=float(point.y),
            values={"crs": plan.manifest.crs},
            features=placed.layers["boundary"].features([0]),
        )
    ]


def _with_drawn_over(misplaced: list[Fault], placed: Placed, tiling: Tiling) -> list[Fault]:
    """A parcel outside the boundary that also lies over others names them in its one fault."""
    if not tiling.drawn_over:
        return misplaced
    parcels = placed.layers["parcels"]
    also = {parcels.ids[row]: parcels.features(rows) for row, rows in tiling.drawn_over.items()}
    return [
        replace(found, features=(*found.features, *also[found.id]))
        if found.rule == "pq-inside" and found.layer == "parcels" and found.id in also
        else found
        for found in misplaced
    ]
