"""
Coordinates in kilometres, and parcels that are too small to be any.

Offices write boundary points by hand, in kilometres or with the false easting taken off; the outlines are
then a millionth of their size, or lie 500 km from their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import PlanDataError
from blockplan.exchange.office.messages import refused, worded
from blockplan.exchange.office.source import Findings

if TYPE_CHECKING:
    from blockplan.exchange.office.mapping import LayerChoice
    from blockplan.exchange.office.source import SourceLayer

#: Northings of China, and eastings with and without a zone before them, km.
_NORTHINGS_KM = (1_800.0, 6_100.0)
_EASTINGS_KM = ((100.0, 990.0), (13_000.0, 46_000.0))
#: Side of a square as large as half of the parcels are smaller than, in the unit of the coordinates.
_LARGEST_SIDE = 2.0


def to_metres(layers: list[tuple[SourceLayer, LayerChoice]]) -> Findings:
    """
    Bring layers whose coordinates are kilometres into metres; frames are changed in place.

    Parameters
    ----------
    layers
        Drawn layers and what they are. Nothing is done unless those of parcels are as small as parcels are in
        kilometres, and lie where they lie then.
    """
    findings = Findings()
    parcels = [layer for layer, choice in layers if choice.role == "parcels" and len(layer.frame)]
    if not parcels or not all(_in_km(one) and _side(one) < _LARGEST_SIDE for one in parcels):
        return findings
    for layer, _ in layers:
        if not len(layer.frame) or not _in_km(layer):
            continue
        frame: Any = layer.frame
        layer.frame = frame.set_geometry(shapely.transform(frame.geometry, lambda points: points * 1000.0))
        message = worded("coordinates_in_kilometres")
        findings.add("office-crs", "warning", message, **layer.place)
    return findings


def _side(layer: SourceLayer) -> float:
    return float(np.median(np.sqrt(shapely.area(layer.frame.geometry.to_numpy()))))


def _in_km(layer: SourceLayer) -> bool:
    bounds = shapely.bounds(layer.frame.geometry.to_numpy())
    x, y = (float(np.nanmedian(bounds[:, [one, one + 2]])) for one in (0, 1))
    return any(
        _NORTHINGS_KM[0] <= north <= _NORTHINGS_KM[1] and least <= east <= most
        for east, north in ((x, y), (y, x))
        for least, most in _EASTINGS_KM
    )


def refuse_specks(shapes: int, left: int) -> None:
    """
    See that parcels are left once what is too small is taken out.

    Raises
    ------
    PlanDataError
        If none is.
    """
    if shapes and not left:
        raise refused(PlanDataError, "outlines_too_small_for_metres", n=shapes)
