"""
Which land a plan takes for streets, greens, water and other public uses, parcel by parcel.

A parcel is taken whole where it is planned for a public use that it does not have today. A part of it
is taken where the red lines of a street, or a green, water or wood that the plan draws, lie on it while its
own use is another. Who owns land, a plan does not say, so a take is a change of use and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from blockplan.measure.inputs.columns import areas_m2, belongs, ids, shapes, sound_shapes, values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan

State = Literal["whole", "part", "none", "unknown"]

#: Kind of public land -> the classes of the national list that are of it.
PUBLIC = {
    "street": ("1207",),
    "transport": ("1201", "1202", "1203", "1204", "1205", "1206", "1208", "1209"),
    "green": ("14",),
    "water": ("17",),
    "wood": ("03",),
    "utility": ("13",),
    "service": ("0702", "0704", "0801", "0803", "0804", "0805", "0806", "0807"),
}
#: Layer whose polygons take land -> the kind of land that they make.
LAYERS = {"greens": "green", "water": "water", "woodland": "wood"}
#: A part smaller than this (m2), or narrower than twice this (m), is inexactness of drawing and no take.
SMALLEST_M2, HALF_WIDTH_M = 10.0, 0.5
#: A parcel that stays as it is.
STAYS = frozenset({"existing", "kept"})


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A part of a parcel that becomes public land.

    Attributes
    ----------
    kind
        A key of `PUBLIC`, or ``path`` for a street of that class.
    layer, id
        The feature that takes it: a street by its red lines, a green, water or wood by its outline.
    area_m2
        Drawn area of the part; None where a street crosses the parcel whose width between red lines is
        unknown.
    status
        ``existing``, ``kept`` or ``planned`` where the layer says so; None where it does not.
    """

    kind: str
    layer: str
    id: str
    area_m2: float | None
    status: str | None


@dataclass(frozen=True, slots=True)
class LandTake:
    """
    What a plan takes of one parcel.

    Attributes
    ----------
    state
        ``whole``, ``part``, ``none``; ``unknown`` where the data do not tell.
    why
        A word for the reason: ``new_use``, ``stays``, ``same_use``, ``private_use``, ``pieces``,
        ``no_planned_use``, ``no_existing_use``, ``width_unknown``, ``not_drawn``.
    kind
        What the whole parcel is to be (a key of `PUBLIC`); "" where it is no public land.
    area_m2
        What is taken in all, overlaps counted once; 0 where nothing is, None where unknown.
    """

    state: State
    why: str
    kind: str
    area_m2: float | None
    pieces: tuple[Piece, ...] = ()


def land_takes(plan: Plan) -> tuple[LandTake, ...]:
    """What the plan takes of each parcel, in the order of the layer; found once."""
    return plan.cached("land_takes", lambda: tuple(_land_takes(plan)))


def public_kind(use: str | None, list_name: str | None) -> str | None:
    """
    The kind of public land that a land use is of; "" for none, None where the code does not tell.

    Examples
    --------
    >>> public_kind("1401", None), public_kind("0701", None), public_kind("08", None)
    ('green', '', None)
    """
    if use is None:
        return None
    answers = {kind: belongs(use, list_name, codes) for kind, codes in PUBLIC.items()}
    for kind, answer in answers.items():
        if answer:
            return kind
    return None if None in answers.values() else ""


def _land_takes(plan: Plan) -> list[LandTake]:
    pieces = _pieces(plan)
    planned, today = (_kinds(plan, column) for column in ("land_use", "existing_land_use"))
    known_today = [use is not None for use in values(plan, "parcels", "existing_land_use")]
    status, area = values(plan, "parcels", "status"), areas_m2(plan, "parcels")
    found = []
    for row, kind in enumerate(planned):
        if np.isnan(area[row]):
            found.append(LandTake("unknown", "not_drawn", kind or "", None))
        elif kind is None:
            found.append(LandTake("unknown", "no_planned_use", "", None))
        elif kind:
            stays = status[row] in STAYS
            found.append(_whole(kind, today[row], float(area[row]), stays=stays, known=known_today[row]))
        else:
            found.append(_part(pieces.get(row, ([], [])), float(area[row])))
    return found


def _whole(kind: str, today: str | None, area_m2: float, *, stays: bool, known: bool) -> LandTake:
    """A parcel that is planned as public land."""
    if stays:
        return LandTake("none", "stays", kind, 0.0)
    if not known or today is None:
        return LandTake("unknown", "no_existing_use", kind, None)
    if today == kind:
        return LandTake("none", "same_use", kind, 0.0)
    return LandTake("whole", "new_use", kind, round(area_m2, 1))


def _part(found: tuple[list[Piece], list[Any]], area_m2: float) -> LandTake:
    """A parcel that is not planned as public land, and what lies on it."""
    pieces, lands = found
    if not pieces:
        return LandTake("none", "private_use", "", 0.0)
    ordered = tuple(sorted(pieces, key=lambda piece: (-(piece.area_m2 or np.inf), piece.layer, piece.id)))
    if any(piece.area_m2 is None for piece in pieces):
        return LandTake("unknown", "width_unknown", "", None, ordered)
    taken = min(float(shapely.area(shapely.union_all(lands))), area_m2)
    return LandTake("part", "pieces", "", round(taken, 1), ordered)


def _kinds(plan: Plan, column: str) -> list[str | None]:
    """The kind of public land of each parcel, planned or today."""
    lists = values(plan, "parcels", "land_use_list")
    return [
        public_kind(use, list_name)
        for use, list_name in zip(values(plan, "parcels", column), lists, strict=True)
    ]


def _pieces(plan: Plan) -> dict[int, tuple[list[Piece], list[Any]]]:
    """Row of a parcel -> what lies on it, and the land of each."""
    parcels = sound_shapes(plan, "parcels")
    tree = shapely.STRtree(parcels)
    found: dict[int, tuple[list[Piece], list[Any]]] = {}
    for layer, kind, land, rows in _lands(plan):
        taker, parcel = tree.query(land, predicate="intersects")
        cut = shapely.intersection(land[taker], parcels[parcel])
        area = shapely.area(cut)
        names, status = ids(plan, layer)[rows], _status(plan, layer)[rows]
        kinds = _kinds_of(plan, layer, kind)
        wide = ~shapely.is_empty(shapely.buffer(cut, -HALF_WIDTH_M))
        for at in np.flatnonzero((area >= SMALLEST_M2) & wide).tolist():
            pieces, lands = found.setdefault(int(parcel[at]), ([], []))
            one = int(taker[at])
            size = round(float(area[at]), 1)
            pieces.append(Piece(kinds[rows[one]], layer, str(names[one]), size, status[one]))
            lands.append(cut[at])
    for row, name, status_ in _of_unknown_width(plan, tree, parcels):
        pieces, _ = found.setdefault(row, ([], []))
        pieces.append(Piece("street", "streets", name, None, status_))
    return found


def _kinds_of(plan: Plan, layer: str, kind: str) -> list[str]:
    """The kind of land that each feature of a layer makes: a footpath is no street that cars drive on."""
    if layer != "streets":
        return [kind] * len(ids(plan, layer))
    return ["path" if one == "path" else kind for one in values(plan, "streets", "class")]


def _lands(plan: Plan) -> list[tuple[str, str, NDArray[Any], NDArray[np.intp]]]:
    """Layer, kind, land and rows of all that takes land."""
    width, line = values(plan, "streets", "red_line_width_m"), shapes(plan, "streets")
    rows = np.flatnonzero(~shapely.is_missing(line) & (width > 0))
    between = shapely.buffer(line[rows], width[rows] / 2, cap_style="flat")
    made = [("streets", "street", between, rows)]
    for layer, kind in LAYERS.items():
        land = sound_shapes(plan, layer)
        rows = np.flatnonzero(shapely.get_dimensions(land) == 2)
        made.append((layer, kind, land[rows], rows))
    return made


def _of_unknown_width(
    plan: Plan, tree: shapely.STRtree, parcels: NDArray[Any]
) -> list[tuple[int, str, str | None]]:
    """Parcels that a street without stated red lines runs through, with its id and status."""
    width, line = values(plan, "streets", "red_line_width_m"), shapes(plan, "streets")
    rows = np.flatnonzero(~shapely.is_missing(line) & ~(width > 0))
    if not len(rows):
        return []
    street, parcel = tree.query(line[rows], predicate="intersects")
    inner = shapely.buffer(parcels[parcel], -HALF_WIDTH_M)
    inside = shapely.length(shapely.intersection(line[rows][street], inner))
    names, status = ids(plan, "streets")[rows], _status(plan, "streets")[rows]
    return [
        (int(parcel[at]), str(names[street[at]]), status[street[at]])
        for at in np.flatnonzero(inside >= 2 * HALF_WIDTH_M).tolist()
    ]


def _status(plan: Plan, layer: str) -> NDArray[Any]:
    """What a layer says of itself in a column ``status``, if it has one."""
    frame = plan.layer(layer)
    if "status" not in frame.columns:
        return np.full(len(frame), None, dtype=object)
    return np.array([one if isinstance(one, str) else None for one in frame["status"]], dtype=object)
