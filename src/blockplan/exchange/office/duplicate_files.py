"""
One town handed in twice: the same features in two files (a GeoPackage beside Shapefiles) are taken once.

Features are the same that are drawn at one place to within `SAME_M`. Those of the second file are left out,
and what only that file says of a parcel is joined to the first by number, as a table would be.

Two drawings side by side in one file: each parcel stands twice, and nothing says which counts.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import PlanDataError
from blockplan.exchange.office.mapping import DOUBLE, IGNORED
from blockplan.exchange.office.messages import joined, refused, worded
from blockplan.exchange.office.recognise import retake, state_of
from blockplan.exchange.office.source import Findings, SourceFinding, SourceLayer
from blockplan.exchange.office.values import is_blank, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.exchange.office.features import Chosen
    from blockplan.exchange.office.mapping import LayerChoice
    from blockplan.exchange.office.profile import Profile

#: So many parcels must stand twice, and this share of all that have a number.
FEWEST, SAME_SHAPES = 4, 0.5
#: This share of them must lie as far apart as the others, in m.
ALIKE, WITHIN_M = 0.8, 1.0


def refuse_two_drawings(shapes_of: Sequence[Sequence[Any]]) -> None:
    """
    See that parcels do not stand twice, all moved in one way.

    Parameters
    ----------
    shapes_of
        For each number the shapes at which it stands.

    Raises
    ------
    PlanDataError
        If they do; parts of one parcel lie each in its own way.
    """
    pairs = [shapes for shapes in shapes_of if len(shapes) == 2]
    if len(pairs) < FEWEST or len(pairs) < SAME_SHAPES * len(shapes_of):
        return
    middles = np.array([[shapely.centroid(one).coords[0] for one in pair] for pair in pairs])
    ways = middles[:, 1] - middles[:, 0]
    # Which of the two comes first in the file says nothing.
    longer = np.abs(ways).sum(axis=0).argmax()
    back = ways[:, longer] < 0
    ways[back] *= -1
    middles[back] = middles[back][:, ::-1]
    way = np.median(ways, axis=0)
    apart = float(np.hypot(*way))
    sizes = [shapely.area(pair[0]) ** 0.5 for pair in pairs]
    alike = float((np.hypot(*(ways - way).T) < WITHIN_M).mean())
    if alike < ALIKE or apart < 2 * float(np.median(sizes)):
        return
    first, second = (tuple(f"{one:,.0f}" for one in at) for at in np.median(middles, axis=0))
    raise refused(
        PlanDataError,
        "two_drawings_side_by_side",
        n=len(pairs),
        total=len(shapes_of),
        apart=apart,
        x=first[0],
        y=first[1],
        x2=second[0],
        y2=second[1],
    )


#: Outlines whose ends and size differ by less are one (m, and m of the root of an area).
SAME_M = 0.05
#: Two parcel layers that share this much of their numbers draw the same parcels.
SAME_NUMBERS = 0.5
#: Quarters of one town lie no farther apart than so many times their outlines are long.
FAR_AWAY = 5.0
#: A layer's name that says what stands today.
_TODAY = re.compile(r"现状|現状|現況|existing", re.IGNORECASE)
#: From this share of the smaller layer on two layers are two forms of one.
SHARE = 0.9


def without_twins(layers: list[Chosen], findings: Findings) -> tuple[list[Chosen], list[Chosen]]:
    """
    The layers without what another file holds already, and the left-out parts.

    Each pair of layers is told in `findings`, with how many features they have in common.
    """
    kept: list[Chosen] = []
    twins: list[Chosen] = []
    for layer, choice in layers:
        found = layer
        if choice.role in {IGNORED, DOUBLE}:
            # Nobody brought it into the plan's reference system, and nothing of it is taken.
            continue
        for first, other in kept:
            if not _comparable(first, found) or choice.role != other.role:
                continue
            # One outline may be a line of several kinds, each in a layer that bears the name of its kind.
            if choice.role == "control_lines" and first.name != found.name:
                continue
            same = _same(first, found)
            if same.sum() < SHARE * min(len(first.frame), len(found.frame)):
                continue
            twins.append((_part(found, same), choice))
            findings.append(_told(first, found, int(same.sum())))
            found = _part(found, ~same)
        if found is layer or len(found.frame):
            kept.append((found, choice))
    return kept, twins


def _comparable(first: SourceLayer, second: SourceLayer) -> bool:
    return first.drawn and second.drawn and first.file != second.file and len(second.frame) > 0


def _same(first: SourceLayer, second: SourceLayer) -> NDArray[np.bool_]:
    """Which features of the second layer the first one draws too."""
    from scipy.spatial import cKDTree  # noqa: PLC0415 (few folders hold two forms of one layer)

    near, _ = cKDTree(_measures(first)).query(_measures(second), distance_upper_bound=2 * SAME_M)
    return np.asarray(np.isfinite(near))


def _measures(layer: SourceLayer) -> NDArray[np.float64]:
    """Where each feature lies and how large it is; what has no geometry lies nowhere near another."""
    shapes = np.asarray(layer.frame.geometry.to_numpy(), dtype=object)
    size = np.sqrt(shapely.area(shapes)) + shapely.length(shapes) / 4
    found = np.column_stack((shapely.bounds(shapes), size))
    lost = np.isnan(found).any(axis=1)
    found[lost] = np.arange(lost.sum())[:, None] * -1e7 - 1e12
    return found


def _part(layer: SourceLayer, rows: NDArray[np.bool_]) -> SourceLayer:
    titles, units = dict(layer.titles), dict(layer.units)
    frame = layer.frame[rows]
    return SourceLayer(layer.file, layer.name, frame, units, titles, dict(layer.shared), [], layer.role)


def _told(first: SourceLayer, second: SourceLayer, number: int) -> SourceFinding:
    left = len(second.frame) - number
    rest = worded("features_that_stand_there_only", n=left, name=second.name) if left else ""
    message = worded(
        "layer_in_two_forms",
        second=second.name,
        file2=second.file,
        n=number,
        first=first.name,
        file=first.file,
        rest=rest,
    )
    return SourceFinding(
        "office-twice", "note", message, file=second.file, layer=second.name, measured=number
    )


def outlines(layer: SourceLayer) -> list[str]:
    """What tells parcels without numbers: how they are drawn."""
    return [str(shape.normalize().wkb_hex) for shape in layer.frame.geometry]


def differing(one: SourceLayer, mine: LayerChoice, other: SourceLayer, theirs: LayerChoice) -> str:
    """In which columns two layers of the same parcels differ, and at how many of them; "" where in none."""
    number, same_number = mine.column("parcel_id"), theirs.column("parcel_id")
    if number is None or same_number is None:
        first, second = outlines(one), outlines(other)
    else:
        first = [text_of(value) for value in one.frame[number.field]]
        second = [text_of(value) for value in other.frame[same_number.field]]
    at = {told: row for row, told in enumerate(second)}
    pairs = [(row, at.get(told)) for row, told in enumerate(first)]
    found = []
    for field in mine.field:
        twin = theirs.column(field.column) if field.column and field is not number else None
        if twin is None:
            continue
        values, others = one.frame[field.field].tolist(), other.frame[twin.field].tolist()
        count = sum(
            there is not None and text_of(values[row]) != text_of(others[there]) for row, there in pairs
        )
        if count:
            found.append(worded("n_places_of", word=field.column, n=count))
    return worded("parcels_that_say_otherwise", n=len(pairs), where=joined(found, ", ")) if found else ""


def as_it_stands(pairs: list[Chosen], profile: Profile, findings: Findings) -> list[Chosen]:
    """Of several layers of parcels, those named after what stands today tell existing land alone."""
    ours = [layer for layer, choice in pairs if choice.role == "parcels"]
    today = [layer for layer in ours if _TODAY.search(f"{layer.name} {layer.title}")]
    if not today or len(today) == len(ours):
        return pairs
    message = worded("layer_of_existing_state")
    findings += [SourceFinding("office-layer", "note", message, **layer.place) for layer in today]
    return [
        (layer, retake(choice, layer, profile, "existing_land") if layer in today else choice)
        for layer, choice in pairs
    ]


def drawn_again(pairs: list[Chosen], findings: Findings) -> None:
    """Of two layers that draw the same parcels, one counts: no copy, latest, more fields, more parcels."""
    ours = [(layer, choice) for layer, choice in pairs if choice.role == "parcels"]
    ours.sort(
        key=lambda pair: (
            state_of(pair[0]),
            -sum(bool(one.column) for one in pair[1].field),
            -len(pair[0].frame),
        )
    )
    kept: list[Chosen] = []
    for layer, choice in ours:
        twin = next((other for other in kept if _same_parcels(layer, choice, *other)), None)
        if twin is None:
            kept.append((layer, choice))
            continue
        choice.role, choice.close = DOUBLE, ["parcels"]
        choice.why = worded("layer_draws_parcels_again", file=twin[0].file, name=twin[0].name)
        message = worded(
            "layer_left_out_draws_parcels_again",
            file=twin[0].file,
            name=twin[0].name,
            where=differing(layer, choice, *twin),
        )
        if PurePath(layer.file).parent != PurePath(twin[0].file).parent:
            message += worded("folders_may_be_drafts")
        findings.add("office-double", "warning", message, **layer.place)


def _by_number(layer: SourceLayer, field: str) -> dict[str, Any]:
    """Number -> the shape that bears it."""
    pairs = zip(layer.frame[field], layer.frame.geometry, strict=True)
    return {text_of(value): shape for value, shape in pairs if not is_blank(value)}


def _beside(first: list[Any], second: list[Any], one: SourceLayer, other: SourceLayer) -> bool:
    """
    Whether shapes of the same numbers lie beside each other: quarters of one town, whose numbers count anew.

    Drafts of one plan lie on each other, and what lies a town away is drawn in another system.
    """
    systems = {str(layer.frame.crs) for layer in (one, other) if layer.frame.crs is not None}
    if len(systems) > 1 or shapely.intersects(first, second).mean() > SAME_NUMBERS:
        return False
    mine, theirs = shapely.box(*shapely.total_bounds(first)), shapely.box(*shapely.total_bounds(second))
    return bool(mine.distance(theirs) <= FAR_AWAY * (mine.length + theirs.length))


def _same_parcels(one: SourceLayer, mine: LayerChoice, other: SourceLayer, theirs: LayerChoice) -> bool:
    a, b = mine.column("parcel_id"), theirs.column("parcel_id")
    if a is not None and b is not None:
        first, second = _by_number(one, a.field), _by_number(other, b.field)
        if first and second:
            both = first.keys() & second.keys()
            alike = len(both) / min(len(first), len(second)) > SAME_NUMBERS
            return alike and not _beside([first[n] for n in both], [second[n] for n in both], one, other)
    shapes, there = set(outlines(one)), set(outlines(other))
    return len(shapes & there) / max(1, min(len(shapes), len(there))) > SAME_NUMBERS
