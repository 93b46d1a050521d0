"""
Where a station may stand: along given alignments, or where walkable streets meet; and what it would be worth.

Along an alignment there is a candidate every few metres. Free stations may stand at any crossing of streets
on the planned land. A station counts the modes of stops that one changes to on foot, besides its own.

Alignments come from a file or from the plan's own layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import InfeasibleError, PlanDataError, UsageError
from blockplan.measure.distance.reach import street_network
from blockplan.measure.inputs.columns import ids, shapes, union, values
from blockplan.plan.files.formats import read_layer
from blockplan.plan.model.layers import LAYERS
from blockplan.propose.changes import new_feature
from blockplan.propose.siting.candidates import Candidate
from blockplan.propose.siting.wording import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan
    from blockplan.propose.services import Service

#: Free candidates this near to one another (m) are one.
MERGED_M = 40.0
#: So many streets meet at a crossing.
CROSSING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """
    Where stations may stand, and how.

    Attributes
    ----------
    lines
        Alignments, each with a name; none leaves the stations free.
    every_m
        A candidate every so many metres along an alignment.
    modes
        Modes of a new station.
    spacing_m
        Two stations are at least so far apart: along their alignment, else in a straight line.
    widest_m
        Nowhere on an alignment, between its first and last metre, is the gap between stations longer; 0 sets
        no limit.
    least_modes
        A station meets at least so many modes, its own and those of stops that one changes to.
    """

    lines: Mapping[str, Any]
    every_m: float = 50.0
    modes: tuple[str, ...] = ("subway",)
    spacing_m: float = 0.0
    widest_m: float = 0.0
    least_modes: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class StationCandidates:
    """
    Candidates for stations.

    Attributes
    ----------
    line, along_m
        Number of the alignment of each (-1 for none), and how far along it.
    modes
        How many modes each would offer.
    """

    candidates: list[Candidate]
    line: NDArray[np.intp]
    along_m: NDArray[np.float64]
    modes: NDArray[np.intp]


def places_for(
    plan: Plan, service: Service, track: Track, interchange_m: float, used: set[str]
) -> StationCandidates:
    """
    Candidates for stations of a plan.

    `used` are stops that would go, so that nobody changes to them.

    Raises
    ------
    UsageError
        If an alignment is no line, or steps are not positive.
    InfeasibleError
        If there is no candidate, or none that meets as many modes as asked for.
    """
    if track.every_m <= 0:
        raise UsageError(f"Candidates every {track.every_m:g} m make no line; give a step above 0.")
    spots, line, along = _along(plan, track) if track.lines else _free(plan)
    modes = _modes_met(plan, spots, track.modes, interchange_m, used)
    kept = np.flatnonzero(modes >= track.least_modes)
    if not len(kept):
        most = int(modes.max(initial=0))
        best = TEXTS.text("best_modes", n=most) if len(modes) else ""
        raise TEXTS.refused(InfeasibleError, "few_modes", least=track.least_modes, n=len(spots), best=best)
    made = []
    taken = set(ids(plan, "stops"))
    for number, at in enumerate(kept, start=1):
        name = list(track.lines)[line[at]] if line[at] >= 0 else ""
        label = f"{name} at {along[at]:,.0f} m" if name else f"{spots[at].x:.0f}, {spots[at].y:.0f}"
        id_ = f"{service.prefix}-N{number:03d}"
        while id_ in taken:
            id_ += "n"
        told = {
            "modes": ",".join(track.modes), "line": name or None, "status": "planned",
            "geometry": spots[at].wkt,
        }  # fmt: skip
        made.append(Candidate(id_, None, spots[at], 0.0, new_feature("stops", id_, told), label))
    return StationCandidates(made, line[kept], along[kept], modes[kept])


def _along(plan: Plan, track: Track) -> tuple[list[Any], NDArray[np.intp], NDArray[np.float64]]:
    """A point every few metres along each alignment, both ends included, as far as the drawing reaches."""
    spots: list[Any] = []
    line, along = [], []
    frame = union(shapes(plan, "extent"))
    for number, (name, shape) in enumerate(track.lines.items()):
        course = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
        if course.geom_type != "LineString" or course.length == 0:
            raise UsageError(f"The alignment {name!r} is {shape.geom_type}, but one unbroken line is wanted.")
        steps = np.unique(np.append(np.arange(0.0, course.length, track.every_m), course.length))
        for step in steps:
            spot = course.interpolate(step)
            spot = shapely.Point(round(spot.x, 3), round(spot.y, 3))
            if frame.is_empty or shapely.intersects(frame, spot):
                spots.append(spot)
                line.append(number)
                along.append(float(step))
    if not spots:
        raise TEXTS.refused(InfeasibleError, "lines_outside")
    return spots, np.array(line, dtype=np.intp), np.array(along)


def _free(plan: Plan) -> tuple[list[Any], NDArray[np.intp], NDArray[np.float64]]:
    """Crossings of walkable streets on the planned land; of those close together the first."""
    network = street_network(plan)
    meet = np.bincount(np.concatenate([network.start, network.end]), minlength=network.nodes)
    crossings = np.flatnonzero(meet >= CROSSING)
    spots = np.asarray(shapely.points(np.round(network.xy[crossings], 3)), dtype=object)
    land = union(shapes(plan, "boundary"))
    if len(spots) and not land.is_empty:
        shapely.prepare(land)
        spots = spots[shapely.intersects(land, spots)]
    spots = spots[np.lexsort((shapely.get_x(spots), -shapely.get_y(spots)))] if len(spots) else spots
    chosen: list[Any] = []
    tree = shapely.STRtree(spots)
    left = np.ones(len(spots), dtype=bool)
    for number, spot in enumerate(spots):
        if left[number]:
            chosen.append(spot)
            left[tree.query(spot, predicate="dwithin", distance=MERGED_M)] = False
    if not chosen:
        raise TEXTS.refused(InfeasibleError, "no_crossing")
    return chosen, np.full(len(chosen), -1, dtype=np.intp), np.zeros(len(chosen))


def _modes_met(
    plan: Plan, spots: Sequence[Any], own: tuple[str, ...], interchange_m: float, used: set[str]
) -> NDArray[np.intp]:
    """How many modes a station at each place would offer: its own, and those of stops close by."""
    names, shape = ids(plan, "stops"), shapes(plan, "stops")
    there = [set((said or "").replace(" ", "").split(",")) - {""} for said in values(plan, "stops", "modes")]
    found = [set(own) for _ in spots]
    if len(names):
        spot, stop = shapely.STRtree(shape).query(
            np.array(list(spots), dtype=object), predicate="dwithin", distance=interchange_m
        )
        for at, other in zip(spot, stop, strict=True):
            if names[other] not in used:
                found[at] |= there[other]
    return np.array([len(one) for one in found], dtype=np.intp)


def too_near(places: StationCandidates, spacing_m: float) -> NDArray[np.intp]:
    """Pairs of candidates nearer than the spacing: along their alignment, else in a straight line."""
    points = np.array([one.point for one in places.candidates], dtype=object)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=spacing_m)
    kept = one < other
    one, other = one[kept], other[kept]
    same = (places.line[one] == places.line[other]) & (places.line[one] >= 0)
    away = np.where(
        same,
        np.abs(places.along_m[one] - places.along_m[other]),
        shapely.distance(points[one], points[other]),
    )
    # To the centimetre, so that a spacing of two steps is two steps.
    near = np.round(away, 2) < spacing_m
    return np.stack([one[near], other[near]], axis=1).astype(np.intp)


def windows(
    places: StationCandidates, widest_m: float, standing: Sequence[tuple[int, float]] = ()
) -> tuple[NDArray[np.intp], ...]:
    """
    Stretches of alignments, by candidates, that each need a station so that no gap is longer than allowed.

    From either end of an alignment to the first station is a gap, too. `standing` are stations that stay:
    their alignment, and how far along it.
    """
    found = []
    for number in np.unique(places.line[places.line >= 0]):
        rows = np.flatnonzero(places.line == number)
        rows = rows[np.argsort(places.along_m[rows])]
        along = places.along_m[rows]
        for begin in along:
            # Of two stations that follow one another the second is at most so far from the first.
            inside = rows[(along > begin + 1e-6) & (along <= begin + widest_m + 1e-6)]
            served = any(of == number and begin < at <= begin + widest_m for of, at in standing)
            if begin + widest_m <= along[-1] + 1e-6 and len(inside) and not served:
                found.append(inside)
    return tuple(found)


#: Columns that may name a line of a file.
NAMED = ("name", "name_en", "name_zh", "id", "line", "ref")


def read_alignments(plan: Plan, given: Iterable[str]) -> dict[str, Any]:
    """
    Alignments by name.

    Parameters
    ----------
    given
        ``layer:id`` of a line that the plan draws (``structure:belt``), or a file of lines in any CRS.

    Returns
    -------
    dict
        Name -> line in the plan's CRS; a file's lines by the column that names them, else by number.

    Raises
    ------
    UsageError
        If a name is of no line of the plan.
    PlanDataError
        If a file cannot be read, holds no lines, or has no CRS to bring them to the plan's.
    """
    found: dict[str, Any] = {}
    for one in given:
        layer, colon, id_ = one.partition(":")
        if colon and layer in LAYERS:
            found[one] = _of_plan(plan, layer, id_)
        else:
            found |= _of_file(plan, one)
    return found


def _of_plan(plan: Plan, layer: str, id_: str) -> Any:
    frame = plan.layer(layer)
    if id_ not in frame.index:
        raise UsageError(
            f"The layer {layer} has no {id_!r}. It has: {', '.join(map(str, frame.index[:10]))}."
        )
    shape = frame.geometry.loc[[id_]].iloc[0]
    if shape is None or shapely.get_dimensions(shape) != 1:
        raise UsageError(f"{layer}:{id_} is no line, so nothing runs along it. Name a line.")
    return shapely.force_2d(shape)


def _of_file(plan: Plan, path: str) -> dict[str, Any]:
    if not Path(path).exists():
        raise UsageError(
            f"{path} is neither a file nor layer:id of the plan (such as structure:belt or rail:rail)."
        )
    frame = read_layer(path, None)
    shapes = getattr(frame, "geometry", None)
    if shapes is None or not (shapely.get_dimensions(shapes.to_numpy()) == 1).any():
        raise PlanDataError(f"{path} holds no lines. Give alignments as lines.")
    if plan.crs is not None:
        if frame.crs is None:
            raise PlanDataError(f"{path} says no CRS, so it cannot be laid over the plan. Declare one.")
        shapes = shapes.to_crs(plan.crs)
    column = next((name for name in NAMED if name in frame.columns), None)
    lines = {}
    names: list[object] = frame[column].tolist() if column else [None] * len(frame)
    for number, (said, shape) in enumerate(zip(names, shapes.to_numpy(), strict=True), start=1):
        if shape is not None and shapely.get_dimensions(shape) == 1:
            lines[str(said) if said else f"line {number}"] = shapely.force_2d(shape)
    return lines
