"""Streets: how dense the network is, how far apart streets lie, how often they cross."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.figures import known
from blockplan.measure.indicators.land import boundary_m2, no_land
from blockplan.measure.inputs.columns import absent, ids, shapes, sound, total, union, values
from blockplan.measure.inputs.feature_points import EDGE_M
from blockplan.measure.inputs.greens import groups_of
from blockplan.measure.inputs.parts import KINDS, USUAL, features, sums_at
from blockplan.measure.measurement import Measurement, Part
from blockplan.measure.missing import Missing, nothing, reason, unknown
from blockplan.network import walking
from blockplan.plan.model.recall import once
from blockplan.plan.model.recall_beside import pairs_between
from blockplan.units import M2_PER_KM2, M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.network import Network
    from blockplan.plan.model.plan import Plan

    #: A line that land ends at, and the strip beside it.
    Edge = tuple[Any, Any]

#: A square grid of spacing s has two lines of length s for every square of s x s.
LINES_OF_A_SQUARE = 2
#: Ends of streets that meet at one crossing lie this near to one another, m: a staggered crossing is one.
CROSSING_M = 15.0
#: A street runs along an edge where it lies on it (to the millimetre) for at least this, m.
ALONG_M, SAME_M = 1.0, 0.001
#: A stretch of the outer edge farther than this from the box of an outline has no part in its edge, m.
BESIDE_M = 1.0


def street_density(plan: Plan, parameters: Parameters) -> Measurement:
    """Length of street centre lines on planned land over planned land; by class, area, block and circle."""
    chosen, missing = _of_classes(plan, parameters.street_classes)
    land = boundary_m2(plan)
    counted = {"streets": tuple(ids(plan, "streets")[chosen])}
    missing += no_land(plan, land)
    if missing or not land:
        return Measurement("street_density", None, "km/km2", missing=missing, counted=counted)
    km = np.where(chosen, lengths_on_planned_land(plan), 0.0) / M_PER_KM
    classes = values(plan, "streets", "class")
    by_class = {name: total(km[classes == name]) for name in parameters.street_classes}
    length = total(by_class.values())
    definition = {"length_km": length, "land_km2": land / M2_PER_KM2}
    by = tuple(Part(name, found / (land / M2_PER_KM2)) for name, found in by_class.items())
    by += tuple(
        _part(scope, density, names)
        for scope, density, names in _parts_of(plan, chosen, parameters.street_classes)
    )
    return Measurement(
        "street_density", length / (land / M2_PER_KM2), "km/km2", definition, by=by, counted=counted
    )


def lengths_on_planned_land(plan: Plan) -> NDArray[np.float64]:
    """Length of each street's centre line that counts on planned land, m, as `street_density` counts it."""
    return plan.cached("streets on planned land", lambda: _on_planned_land(plan))


def _on_planned_land(plan: Plan) -> NDArray[np.float64]:
    # A street along the plan's own edge serves the plan: it counts whole, on whichever side it is drawn.
    return _counted_m(shapes(plan, "streets"), union(shapes(plan, "boundary")), None)


def street_spacing(plan: Plan, parameters: Parameters) -> Measurement:
    """Mean distance between streets, m: the spacing of a square grid of the same density."""
    chosen, missing = _of_classes(plan, parameters.street_classes)
    land = boundary_m2(plan)
    missing += no_land(plan, land)
    counted = {"streets": tuple(ids(plan, "streets")[chosen])}
    length = 0.0 if missing else total(lengths_on_planned_land(plan)[chosen])
    if not missing and not length:
        missing = (nothing("no_streets"),)
    if missing or not land:
        return Measurement("street_spacing", None, "m", missing=missing, counted=counted)
    by = tuple(
        _part(scope, _spacing(density), names)
        for scope, density, names in _parts_of(plan, chosen, parameters.street_classes)
    )
    definition = {"length_km": length / M_PER_KM, "land_km2": land / M2_PER_KM2}
    value = LINES_OF_A_SQUARE * land / length
    return Measurement("street_spacing", value, "m", definition, by=by, counted=counted)


def intersection_density(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Crossings on planned land over planned land, 1/km2; by area and block.

    A crossing is a node from which at least ``legs`` streets go out; nodes within 15 m of one another
    are one. Streets are those that can be walked (``intersection_of`` walk) or driven on (drive).
    """
    of = parameters.intersection_of
    if of not in {"walk", "drive"}:
        raise UsageError(
            f"The parameter intersection_of is {of!r}, but it has to be 'walk' or 'drive'.\n"
            "Correct it in plan.toml [parameters], in the rule or in the call."
        )
    land = boundary_m2(plan)
    missing = absent(plan, "streets") + no_land(plan, land)
    counted = {"streets": tuple(ids(plan, "streets"))}
    if missing or not land:
        return Measurement("intersection_density", None, "1/km2", missing=missing, counted=counted)
    network = plan.cached(f"network:{of}", lambda: walking(_streets(plan, of)))
    spots = crossings(network, int(parameters.legs))
    outline = union(shapes(plan, "boundary"))
    inside = spots[shapely.dwithin(outline, spots, EDGE_M)] if len(spots) else spots
    parts: list[Part] = []
    for layer in USUAL:
        names, outlines, sizes = features(plan, layer)
        # Crossings on a common edge of two parts belong to both.
        part = shapely.STRtree(inside).query(outlines, predicate="dwithin", distance=EDGE_M)[0]
        found = np.bincount(part, minlength=len(sizes)) / (sizes / M2_PER_KM2)
        parts += [
            Part(f"{KINDS[layer]}:{name}", known(density)) for name, density in zip(names, found, strict=True)
        ]
    definition = {"crossings": len(inside), "land_km2": land / M2_PER_KM2}
    value = len(inside) / (land / M2_PER_KM2)
    return Measurement("intersection_density", value, "1/km2", definition, by=tuple(parts), counted=counted)


def crossings(network: Network, legs: int) -> NDArray[Any]:
    """Points where at least some number of streets go out, those near to one another as one."""
    degree = np.bincount(network.start, minlength=len(network.xy))
    degree = degree + np.bincount(network.end, minlength=len(network.xy))
    spots = np.asarray(shapely.points(network.xy[degree >= legs]), dtype=object)
    if not len(spots):
        return spots
    # Most stand alone; only those with another in reach are merged, however long the chain of them.
    one, other = shapely.STRtree(spots).query(spots, predicate="dwithin", distance=CROSSING_M)
    crowded = np.bincount(one, minlength=len(spots)) > 1
    groups = [group for group in groups_of(len(spots), one, other) if len(group) > 1]
    near = [shapely.centroid(shapely.multipoints(spots[group])) for group in groups]
    return np.concatenate([spots[~crowded], np.array(near, dtype=object)])


def _streets(plan: Plan, of: str) -> Any:
    """The streets that count as network: those one can drive on stand as walkable ones, the rest as not."""
    streets = plan.layer("streets")
    if of == "walk":
        return streets
    drive = streets["drive"].fillna(streets["class"] != "path")
    return streets.assign(walk=drive.astype("boolean"), barrier=None)


def _of_classes(plan: Plan, wanted: tuple[str, ...]) -> tuple[NDArray[np.bool_], tuple[Missing, ...]]:
    """Which streets are of some classes, and what is missing to tell."""
    classes, names = values(plan, "streets", "class"), ids(plan, "streets")
    missing = absent(plan, "streets")
    missing += unknown(Missing("streets", "class"), names[classes == None], len(names))  # noqa: E711 (elementwise)
    return np.isin(classes, wanted), missing


def _parts_of(
    plan: Plan, chosen: NDArray[np.bool_], classes: tuple[str, ...]
) -> list[tuple[str, float | None, tuple[str, ...]]]:
    """The densities of areas, blocks and circles, found once for the classes of street that count."""
    return plan.cached(
        f"densities:{','.join(classes)}", lambda: _density_by(plan, chosen, (*USUAL, "circles"))
    )


def _density_by(
    plan: Plan, chosen: NDArray[np.bool_], layers: tuple[str, ...]
) -> list[tuple[str, float | None, tuple[str, ...]]]:
    """
    Density (km/km2) in each feature of some layers, and the streets that it counts.

    A street along the common edge of two areas or two blocks counts half for each: it serves both. One along
    an edge beyond which nothing of the layer lies counts whole.
    """
    lines, names = shapes(plan, "streets"), ids(plan, "streets")
    rows = np.flatnonzero(chosen & ~shapely.is_missing(lines))
    parts: list[tuple[str, float | None, tuple[str, ...]]] = []
    for layer in layers:
        those, drawn, sizes = features(plan, layer)
        outlines = sound(drawn)
        # Living circles of several tiers lie over one another: their edges part nothing.
        outer = None if layer == "circles" else _outer(shapely.boundary(union(outlines)))
        one, other = pairs_between("streets beside", outlines, lines[rows], EDGE_M)
        beside = np.split(rows[other], np.searchsorted(one, np.arange(len(outlines))))[1:]
        for name, outline, size, near in zip(those, outlines, sizes, beside, strict=True):
            if outline is None or not size > 0:
                parts.append((f"{KINDS[layer]}:{name}", None, ()))
                continue
            length = _counted_m(lines[near], outline, outer)
            km = total(length) / M_PER_KM
            scope = f"{KINDS[layer]}:{name}"
            parts.append((scope, known(km / (size / M2_PER_KM2)), tuple(names[near[length > 0]])))
    return parts


def _part(scope: str, value: float | None, streets: tuple[str, ...]) -> Part:
    missing = () if value is not None else (reason("no_street_there", scope=scope),)
    return Part(scope, value, missing=missing, counted={"streets": streets})


def _counted_m(lines: NDArray[Any], outline: Any, outer: _Outer | None) -> NDArray[np.float64]:
    """Length of lines that counts in an outline, m; `outer` is the edge beyond which nothing else lies."""
    beside = None if outer is None else outer.beside(outline)
    return once("counting", partial(_counting_m, lines, outline, outer), lines, outline, beside)


def _counting_m(lines: NDArray[Any], outline: Any, outer: _Outer | None) -> NDArray[np.float64]:
    found = np.asarray(_length_inside(lines, outline))
    piece, of = _along(lines, _edge(shapely.boundary(outline)))
    if not len(piece):
        return found
    inside = shapely.length(shapely.intersection(piece, outline))
    along = shapely.length(piece)
    # What a piece only has at its ends, where the edge turns away from it, is none of the edge.
    along = np.where(along - inside > 2 * EDGE_M, along, inside)
    found += sums_at(of, along - inside, len(lines))
    if outer is not None:
        beyond, at = _along(piece, outer.edge)
        free = np.minimum(sums_at(at, shapely.length(beyond), len(piece)), along)
        found -= sums_at(of, along - free, len(lines)) / 2
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Outer:
    """The edge of all, and its stretches from corner to corner as rows of x, y, x, y."""

    edge: Edge
    stretches: NDArray[np.float64]

    @classmethod
    def of(cls, line: Any) -> _Outer:
        """The edge that a line is."""
        corners, part = shapely.get_coordinates(shapely.get_parts(line), return_index=True)
        return cls(_edge(line), np.hstack([corners[:-1], corners[1:]])[part[:-1] == part[1:]])

    def beside(self, outline: Any) -> NDArray[np.float64]:
        """The stretches beside an outline: what counts in it hangs on no others."""
        low, high = np.split(np.array(shapely.bounds(outline)), 2)
        one, other = np.hsplit(self.stretches, 2)
        near = (np.minimum(one, other) <= high + BESIDE_M) & (np.maximum(one, other) >= low - BESIDE_M)
        return self.stretches[near.all(axis=1)]


def _outer(line: Any) -> _Outer:
    """The edge of all, which stays the same object while not a corner of it moves."""
    return once("outer edge", partial(_Outer.of, line), shapely.to_wkb(line))


def _edge(line: Any) -> Edge:
    """An edge, and the strip of land beside it in which a street runs along it."""
    strip = shapely.buffer(line, SAME_M, cap_style="flat", join_style="mitre")
    shapely.prepare([line, strip])
    return line, strip


def _along(lines: NDArray[Any], edge: Edge) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Pieces of lines that run along an edge, and the row of the line that each is of."""
    line, strip = edge
    rows = np.flatnonzero(shapely.dwithin(line, lines, SAME_M))
    if not len(rows) or shapely.is_empty(line):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.intp)
    near = shapely.line_merge(shapely.intersection(lines[rows], strip))
    piece, of = shapely.get_parts(near, return_index=True)
    # A street that crosses the edge is near it for a moment, and does not run along it.
    long = shapely.length(piece) >= ALONG_M
    return np.asarray(piece[long], dtype=object), rows[of[long]]


def _spacing(density: float | None) -> float | None:
    return LINES_OF_A_SQUARE * M_PER_KM / density if density else None


def _length_inside(lines: Any, outline: Any) -> Any:
    """Length of lines inside an outline, m; 0 for a line without geometry."""
    shapely.prepare(outline)
    length = np.nan_to_num(shapely.length(lines), nan=0.0)
    crossing = np.flatnonzero(~shapely.contains_properly(outline, lines) & (length > 0))
    length[crossing] = shapely.length(shapely.intersection(lines[crossing], outline))
    return length
