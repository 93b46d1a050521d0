"""Control lines: closed or not, and what stands across them, in them, or too high under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import shapely
from tests.support.squares import plan_of, square

from blockplan.plan import validate

if TYPE_CHECKING:
    from blockplan.plan.model.faults import Fault


def parcel(east: float, **more: Any) -> dict[str, Any]:
    return {"land_use": "0701", "geometry": square(east, 0), **more}


def found(*lines: dict[str, Any], **layers: Any) -> list[Fault]:
    plan = plan_of(control_lines=[*lines], **layers)
    return [one for one in validate(plan) if one.rule == "pq-line"]


def line(kind: str, shape: Any, **more: Any) -> dict[str, Any]:
    return {"line_id": "L-1", "kind": kind, "geometry": shape, **more}


def test_a_green_line_that_is_not_closed_is_told_with_its_gap() -> None:
    ring = shapely.LineString([(0, 0), (100, 0), (100, 100), (0, 100), (0, 3)])
    (fault,) = found(line("green", ring))
    assert (fault.case, fault.id, fault.measured) == ("open", "L-1", 3)
    assert found(line("green", shapely.LineString([*ring.coords, (0, 0)]))) == []
    assert found(line("red", ring)) == []  # a road's edge need not close


def test_a_parcel_on_both_sides_is_told_and_one_that_ends_at_the_line_is_not() -> None:
    (fault,) = found(line("purple", square(50, 0)), parcels=[parcel(0)])
    assert (fault.case, fault.id, fault.measured) == ("parcel", "P-1", pytest.approx(5000))
    assert found(line("purple", square(100, 0)), parcels=[parcel(0)]) == []
    assert found(line("purple", square(99.99, 0)), parcels=[parcel(0)]) == []  # a centimetre is drawing


def test_a_road_parcel_off_its_red_line_is_told() -> None:
    (fault,) = found(line("red", square(0, 0, 100, 20)), parcels=[parcel(0, land_use="1207")])
    assert (fault.case, fault.measured) == ("parcel", pytest.approx(2000))


def test_an_open_line_is_told_with_how_far_it_runs_inside() -> None:
    line_ = line("orange", shapely.LineString([(50, -10), (50, 110)]))
    (fault,) = found(line_, parcels=[parcel(0)])
    # 100 m, less the 5 cm along each edge that are drawing.
    assert (fault.case, fault.unit, fault.measured) == ("through_parcel", "m", pytest.approx(99.9))
    assert "99.9 m through parcel P-1" in fault.message("en")
    # What ends 30 m inside a building runs through 30 m of it.
    ends = line("red", shapely.LineString([(50, -10), (50, 60)]))
    (fault,) = found(ends, buildings=[{"geometry": square(40, 30, 40)}])
    assert (fault.case, fault.measured) == ("through_building", pytest.approx(29.95))


def test_an_open_line_that_grazes_a_parcel_is_not_across_it() -> None:
    # Along the whole edge, 4 cm inside, and in and out of it by rounding.
    along = shapely.LineString([(-10, 0.04), (110, 0.04)])
    wavy = shapely.LineString([(-10, -0.02), (30, 0.02), (60, -0.02), (110, 0.02)])
    # Over a corner: 0.85 m of it lie inside, 0.71 m deeper than 5 cm.
    corner = shapely.LineString([(-10, 10.6), (10.6, -10)])
    for shape in (along, wavy, corner):
        assert found(line("red", shape), parcels=[parcel(0)]) == []
    deeper = line("red", shapely.LineString([(-10, 0.06), (110, 0.06)]))
    (fault,) = found(deeper, parcels=[parcel(0)])
    assert fault.measured == pytest.approx(99.9)


def test_a_building_across_a_line_is_told() -> None:
    building = {"geometry": square(40, 40, 20)}
    faults = found(line("blue", square(50, 0)), buildings=[building])
    assert [(one.case, one.layer, one.measured) for one in faults] == [
        ("building", "buildings", pytest.approx(200))
    ]


def test_a_use_that_the_line_forbids_is_told() -> None:
    inside = line("green", square(-10, -10, 300, 200))
    faults = found(inside, parcels=[parcel(0), parcel(100, land_use="1401")])
    assert [(one.case, one.id) for one in faults] == [("use", "P-1")]
    assert "0701" in faults[0].message("en")


def test_what_is_higher_than_an_overlay_clears_is_told() -> None:
    overlay = line("orange", square(-10, -10, 300, 200), height_m_max=45.0)
    tall = {"geometry": square(10, 10, 20), "height_m": 60.0}
    low = {"geometry": square(50, 10, 20), "height_m": 45.0}
    faults = found(overlay, parcels=[parcel(0, height_m_max=54.0)], buildings=[tall, low])
    assert [(one.layer, one.id, one.measured) for one in faults] == [
        ("buildings", "B-1", 15),
        ("parcels", "P-1", 9),
    ]


def test_nothing_is_built_on_farmland_or_inside_an_ecological_line() -> None:
    for kind in ("farmland", "ecological"):
        inside = line(kind, square(-10, -10, 400, 200))
        faults = found(inside, parcels=[parcel(0), parcel(100, land_use="0101"), parcel(200, land_use="17")])
        assert [(one.case, one.id) for one in faults] == [("use", "P-1")]
        (across,) = found(line(kind, square(60, 0)), parcels=[parcel(0)])
        assert across.case == "parcel"


def test_urban_land_outside_the_growth_boundary_is_told_and_other_land_is_not() -> None:
    drawn = line("growth_boundary", square(0, 0, 100, 100))
    land = [parcel(0), parcel(100), parcel(200, land_use="0101"), parcel(300, land_use="1302")]
    faults = found(drawn, parcels=land)
    assert [(one.case, one.id) for one in faults] == [("outside", "P-2")]
    assert "0701" in faults[0].message("en")
    coarse = [parcel(200, land_use=use) for use in ("07", "12")]  # may be 0703, 1202: not surely urban
    assert found(drawn, parcels=coarse) == []
    halves = [drawn, drawn | {"line_id": "L-2", "geometry": square(100, 0)}]
    assert found(*halves, parcels=land) == []


def test_zones_that_lie_over_the_town_part_no_parcels() -> None:
    half, building = square(50, 0), {"geometry": square(40, 40, 20)}
    for kind in ("airport", "flood", "heritage", "utility", "rail"):
        faults = found(line(kind, half), parcels=[parcel(0)], buildings=[building])
        assert [one.case for one in faults] == ([] if kind == "airport" else ["building"])


@pytest.mark.parametrize(
    ("lang", "kind"), [("zh", "（红线）"), ("ja", "（道路境界線（紅線））"), ("en", "(red line)")]
)
def test_a_kind_of_line_is_named_in_the_readers_language(lang: str, kind: str) -> None:
    (fault,) = found(line("red", square(0, 0, 100, 20)), parcels=[parcel(0, land_use="1207")])
    assert kind in fault.message(lang)
