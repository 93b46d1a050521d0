"""Fills that every kind of colour vision tells apart."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from blockplan.plan import landuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Severity 1.0 of Machado, Oliveira and Fernandes 2009, on linear RGB.
SIGHTS = {
    "normal": [1, 0, 0, 0, 1, 0, 0, 0, 1],
    "protan": [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
    "deutan": [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
    "tritan": [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
}
LEAST = 10.0
#: Land of streets is white like the gaps between parcels: its shape tells it from land left blank.
STREETS = "1207"
#: A class that has the fill of the one above it, and no row of its own in a legend beside it.
SAME = {"07": "0701", "08": "0802", "09": "0901", "10": "1001", "11": "1101", "03": "0301", "14": "1401",
        "17": "1701", "12": "1206"}  # fmt: skip


def lab(colour: str, sight: str) -> NDArray[np.float64]:
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.reshape(SIGHTS[sight], (3, 3)) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = (np.array(to_xyz) @ seen) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_no_two_uses_look_alike_in_any_kind_of_colour_vision() -> None:
    fills = {
        one.code: one.safe
        for one in landuse().classes.values()
        if one.safe and one.code not in {*SAME, STREETS}
    }
    assert len(fills) >= 20
    near = [
        (sight, one, other, round(float(gap), 1))
        for sight in SIGHTS
        for one, other in combinations(fills, 2)
        if (gap := np.linalg.norm(lab(fills[one], sight) - lab(fills[other], sight))) < LEAST
    ]
    assert near == []


def test_a_class_has_the_safe_fill_of_the_one_above_and_a_list_of_old_that_of_the_new() -> None:
    assert landuse().safe_colour("070102") == landuse().safe_colour("0701") == "#faec9f"
    assert landuse("gb50137").safe_colour("R2") == "#faec9f"
    assert landuse().safe_colour("nothing") == landuse().colour("nothing")
