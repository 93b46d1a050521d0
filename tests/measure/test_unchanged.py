"""
What must not change a measure: where a plan lies, how it is turned, the order of rows, cuts of parcels.

Every measure of the registry is held to it on random plans, on mapped districts and on the plan of an
office, with its parts and readings.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate
from tests.support.random_plans import (
    AMOUNTS as HELD,
)
from tests.support.random_plans import (
    ASKED,
    layers_of,
    moved,
    random_plan,
    reordered,
    rotated,
    split,
    translated,
)
from tests.support.squares import one, plan_of, square

from blockplan.exchange import import_osm
from blockplan.exchange.office.importing import import_office
from blockplan.measure import MEASURES, measure
from blockplan.measure.inputs.feature_points import middles
from blockplan.plan import read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan

#: Measures that the points of the compass have a part in, by the reason for which a turn changes them.
COMPASS = {"building_light": "light comes from the south, and what stands there takes it"}
PARCELWISE = {name for name in MEASURES if name.startswith("parcel_")}
#: Measures that a cut through a parcel may change, by the reason for which it rightly does.
CUT_MOVES = {
    "who lives on a parcel lives at its point; two pieces have two points": {
        name
        for name, spec in MEASURES.items()
        if {"buildings.residents", "parcels.geometry"} <= set(spec.inputs)
    },
    "each parcel is told by itself, and there are more of them": PARCELWISE,
    "a parcel is of the street block that its point lies in": {
        name for name in MEASURES if name.startswith("street_block_")
    },
    "floor area and jobs stand at the point of their parcel": {
        "belt_floor_area",
        "belt_jobs",
        "commerce_near_stations",
        "core_concentration",
        "industry_location_quotient",
        "industry_near_cores",
        "programmes_within_800m",
        "station_floor_share",
        "station_jobs_share",
    },
    "buildings and facilities name one parcel, which is one of the pieces then": {
        "circle_facility_floor_per_1000",
        "coverage",
        "heights",
        "parking_per_floor",
        "research_programme_share",
        "residential_height",
    },
}


def measured(plan: Plan) -> dict[str, Measurement]:
    return {name: measure(plan, name, parameters=ASKED.get(name))[0] for name in MEASURES}


def numbers(found: Measurement) -> dict[str, Any]:
    """Every number of a measurement that must stay."""
    shares = {f"reading {one_.id}": one_.share for one_ in found.readings}
    ends = dict(zip(("low", "high"), found.ends or (None, None), strict=True))
    return {"value": found.value, **ends, **shares, **{part.scope: part.value for part in found.by}}


def same(one_: float | None, other: float | None) -> bool:
    """Whether two numbers are the same but for rounding; unknown is the same as unknown only."""
    if one_ is None or other is None:
        return one_ is other
    return math.isclose(one_, other, rel_tol=1e-6, abs_tol=1e-7)


def differing(one_: Measurement, other: Measurement) -> dict[str, tuple[Any, Any]]:
    """Numbers of a measurement that are others in another one, or missing there."""
    old, new = numbers(one_), numbers(other)
    keys = [key for key in old | new if not same(old.get(key, -1.0), new.get(key, -1.0))]
    return {key: (old.get(key), new.get(key)) for key in keys}


CHANGES: dict[str, Callable[[Plan], Plan]] = {
    "moved": lambda plan: translated(plan, 4_211.37, -977.13),
    "turned": lambda plan: rotated(plan, 37.3),
    "reordered": lambda plan: reordered(plan, 7),
}


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in (2, 3))])
def test_no_measure_changes_where_a_plan_is_moved_turned_or_reordered(seed: int) -> None:
    plan = random_plan(seed, empty=0.0 if seed % 2 else 0.02)
    before = measured(plan)
    for what, change in CHANGES.items():
        for name, found in measured(change(plan)).items():
            if what == "turned" and name in COMPASS:
                continue
            assert not differing(before[name], found), (name, what)


@pytest.mark.long
@pytest.mark.parametrize(
    "kind",
    ["town", *(pytest.param(name, marks=pytest.mark.shared) for name in ("tsinghua", "cau_east"))],
)
def test_no_measure_of_a_plan_of_others_changes_where_it_is_moved_turned_reordered_or_streets_are_cut(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "town":
        import_office(
            [request.getfixturevalue("repo") / "examples/office-town/geopackage"], tmp_path / "plan"
        )
    else:
        source = request.getfixturevalue("shared") / "beijing-haidian" / f"{kind}.osm.pbf"
        import_osm(source, tmp_path / "plan", crs="EPSG:4548", boundary="derived")
    plan = read(tmp_path / "plan")
    before = measured(plan)
    assert sum(one_.value is not None for one_ in before.values()) > 10
    middle = shapely.box(*layers_of(plan)["boundary"].total_bounds).centroid
    changes = {
        **CHANGES,
        "turned": lambda plan: moved(plan, lambda shape: rotate(shape, 37.3, origin=middle)),
        "streets": lambda plan: split(plan, 4, "streets"),
    }
    for what, change in changes.items():
        for name, found in measured(change(plan)).items():
            differ = differing(before[name], found)
            assert not {key for key in differ if what != "streets" or not CUT_ROWS["streets"](name, key)}, (
                what,
                name,
                differ,
            )


def test_the_order_of_the_belt_turns_round_only_where_its_other_end_comes_to_lie_in_the_south() -> None:
    plan = random_plan(1)
    southward = [one(rotated(plan, degrees), "belt_southward").value for degrees in (0, 60, -60, 180)]
    assert southward == [1.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_only_measures_of_what_stands_at_a_point_change_where_parcels_are_cut_in_two(seed: int) -> None:
    plan = random_plan(seed, empty=0.0)
    before, after = measured(plan), measured(split(plan, seed))
    for name in MEASURES.keys() - set().union(*CUT_MOVES.values()):
        assert same(before[name].value, after[name].value), name


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_no_measure_changes_where_land_that_holds_nothing_is_cut_in_two(seed: int) -> None:
    plan = random_plan(seed, empty=0.0)
    layers = layers_of(plan)
    hosts = {
        name
        for layer in ("buildings", "facilities", "programmes", "green_entrances")
        for name in layers[layer]["parcel_id"]
    }
    blocks = shapely.buffer(layers["blocks"].geometry.to_numpy(), 0.1)

    def is_bare(row: Any) -> bool:
        # Of a parcel that reaches into several blocks each piece is of the block that its own point is in.
        in_one = shapely.covers(blocks, row["geometry"]).any()
        return in_one and row["parcel_id"] not in hosts and not row[list(HELD)].fillna(0).any()

    before, after = measured(plan), measured(split(plan, seed, cut=is_bare))
    for name in MEASURES.keys() - PARCELWISE:
        differ = differing(before[name], after[name])
        # What single parks have stands under the names of their parcels, which are more then.
        assert not {
            key for key in differ if not name.startswith(("parks_", "park_sport_")) or key == "value"
        }, name


#: Layers whose rows may be cut -> numbers that rightly change where they are.
CUT_ROWS: dict[str, Callable[[str, str], bool]] = {
    "areas": lambda name, key: False,
    "boundary": lambda name, key: False,
    "canopy": lambda name, key: False,
    "extent": lambda name, key: False,
    # Readings that join a home to a node find one where a street was cut. Half streets along an edge that
    # two blocks share count to the millimetre, at either end of each.
    "streets": lambda name, key: "_node_" in key or (name.startswith("street_") and "block:" in key),
    "structure": lambda name, key: (
        name == "belt_length" and key.startswith("S-")
    ),  # the length of each element
    "water": lambda name, key: False,
    "woodland": lambda name, key: False,
}


@pytest.mark.long
@pytest.mark.parametrize("layer", CUT_ROWS)
def test_no_measure_changes_where_rows_of_another_layer_are_cut_in_two(layer: str) -> None:
    plan = random_plan(4, empty=0.0)
    # A core that is cut in two is two cores; a line stays what it is.
    cut = (lambda row: row["role"] != "core") if layer == "structure" else (lambda row: True)
    before, after = measured(plan), measured(split(plan, 4, layer, cut))
    for name in MEASURES:
        differ = differing(before[name], after[name])
        assert not {key: of for key, of in differ.items() if not CUT_ROWS[layer](name, key)}, name


@pytest.mark.parametrize("by_m", [0.0, 1e-6, -1e-6])
def test_a_street_along_the_edge_of_the_plan_counts_on_whichever_side_of_it(by_m: float) -> None:
    streets = [
        {"class": "local", "geometry": shapely.LineString(line)}
        for line in (
            [(0, -50), (0, 550)],
            [(500, 0), (500, 500)],
            [(0, 250), (500, 250)],
            [(250, 0), (250, 500)],
        )
    ]
    halves = [
        {"area_id": "west", "geometry": square(0, 0, 250, 500)},
        {"area_id": "east", "geometry": square(250, 0, 250, 500)},
    ]
    plan = plan_of(boundary=[{"geometry": square(0, 0, 500)}], areas=halves, streets=streets)
    drawn = moved(plan, lambda shape: shapely.transform(shape, lambda xy: xy + by_m) if shape.area else shape)
    found = one(drawn, "street_density")
    assert found.value == pytest.approx(2.0 / 0.25, rel=1e-5)
    parts = {part.scope: part.value for part in found.by}
    # West: its own edge whole, half of the line between, its half of the street across.
    assert parts["area:west"] == pytest.approx((0.5 + 0.25 + 0.25) / 0.125, rel=1e-4)
    assert parts["area:east"] == pytest.approx((0.5 + 0.25 + 0.25) / 0.125, rel=1e-4)


@pytest.mark.parametrize("degrees", [33, 90, 180, 271.3])
def test_where_a_feature_stands_turns_with_it(degrees: float) -> None:
    shapes = [
        square(0, 0, 90, 60) - square(10, 15, 80, 35),  # a horseshoe
        square(0, 0, 90) - square(30, 30, 20),  # a ring, which is as near on every side
        shapely.LineString([(0, 0), (50, 0), (50, 50)]),
        shapely.MultiPoint([(0, 0), (10, 0), (3, 0)]),
        square(0, 0, 20),
    ]
    there = middles(np.array(shapes, dtype=object))
    turned = np.array([rotate(shape, degrees, origin=(7, 7)) for shape in shapes], dtype=object)
    for shape, spot, after in zip(shapes, there, middles(turned), strict=True):
        assert rotate(spot, degrees, origin=(7, 7)).distance(after) < 1e-6
        assert shapely.distance(shape, spot) < 1e-9


def test_a_feature_without_a_place_stands_nowhere() -> None:
    assert middles(np.array([None, shapely.Polygon()], dtype=object)).tolist() == [None, None]
