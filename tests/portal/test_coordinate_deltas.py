"""Coordinates of maps in steps: all shapes of a layer at once as each by itself."""

from __future__ import annotations

import numpy as np
import shapely

from blockplan.portal.coordinate_deltas import in_steps, shapes_in_steps

#: Of every kind that a plan may hold, in no order, with what has no place.
SHAPES = (
    "POLYGON ((10 20, 12.0015 20, 12 25.4444, 10 20), (11 21, 11.5 21, 11.5 22, 11 21))",
    "POINT (11.25 23.0004)",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5), (5.5 5.2, 5.6 5.2, 5.6 5.3, 5.5 5.2)))",
    "LINESTRING Z (9 8 5, 10 8 6, 10 12 7)",
    "POLYGON EMPTY",
    "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 5))",
    "MULTIPOINT (1 1, 2 3)",
    "POLYGON ((1 1, 2 1, 2 2, 1 1))",
)


def test_all_shapes_of_a_layer_are_written_as_each_by_itself() -> None:
    shapes = np.array([*(shapely.from_wkt(one) for one in SHAPES), None], dtype=object)
    found = shapes_in_steps(shapes, np.array([10.0, 20.0]))

    def thousandths(part: object) -> object:
        if isinstance(part, tuple | list) and isinstance(part[0], tuple | list):
            return [thousandths(one) for one in part]
        east, north = part[:2]  # type: ignore[index]
        return [(east - 10.0) * 1000, (north - 20.0) * 1000]

    for shape, said in zip(shapes, found, strict=True):
        if shape is None or shape.is_empty:
            assert said is None
            continue
        whole = shapely.geometry.mapping(shape)
        assert said == {"type": whole["type"], "coordinates": in_steps(thousandths(whole["coordinates"]))}


def test_a_layer_without_shapes_has_none() -> None:
    assert shapes_in_steps(np.array([], dtype=object), np.zeros(2)) == []
    collection = shapely.from_wkt("GEOMETRYCOLLECTION (POINT (1 2))")
    (said,) = shapes_in_steps(np.array([collection], dtype=object), np.zeros(2))
    assert said is not None
    assert said["type"] == "GeometryCollection"
