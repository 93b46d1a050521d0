"""A page of any size stays readable: the worst in full, the rest counted, nothing finer than is seen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from benchmarks.synthetic import a_full_plan
from shapely import box
from tests.support.handmade import result, verdict
from tests.support.html import outline
from tests.support.squares import plan_of

from blockplan.check import check
from blockplan.measure.measurement import Measurement
from blockplan.report.grouping import MOST_IN_FULL, MOST_OBJECTS, by_rule
from blockplan.report.maps import svg
from blockplan.report.maps.basemap import Ground
from blockplan.report.maps.drawing import MapCanvas, MapSheet
from blockplan.report.maps.rulemaps import rule_maps
from blockplan.report.maps.svg import Frame
from blockplan.report.plan_report import page
from blockplan.report.words import Words

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict
    from blockplan.plan import Plan

OBJECTS = 300
#: What an object may cost that is only counted: an id more in a note or two, no row, no figure.
BYTES_AN_OBJECT = 30
#: A parcel with its name and its five buildings, drawn once: 328 bytes today.
BYTES_A_PARCEL = 400


def of_objects(number: int) -> list[Verdict]:
    """A rule that fails on two objects of three, the farther the later."""
    return [
        verdict(
            "each",
            "fail" if at % 3 else "pass",
            margin=-float(at),
            scope_kind="block",
            scope_id=f"B-{at:03d}",
        )
        for at in range(number)
    ]


def test_a_rule_of_a_few_objects_is_told_whole_and_one_of_many_by_its_worst() -> None:
    few, many = by_rule(of_objects(MOST_OBJECTS)), by_rule(of_objects(OBJECTS))
    assert few[0].in_full == few[0].shown == few[0].worst
    assert [len(many[0].shown), len(many[0].in_full)] == [MOST_OBJECTS, MOST_IN_FULL]
    assert many[0].in_full[0].scope_id == "B-299"


@pytest.mark.long
def test_objects_that_a_page_leaves_out_are_counted_and_every_link_leads_somewhere(plan: Plan) -> None:
    text_ = page(plan, result(verdicts=tuple(of_objects(OBJECTS))), "en")
    seen = outline(text_)
    said = (
        f"The {MOST_OBJECTS} worst objects are listed here; the JSON result and result.xlsx of the report "
        f"list {OBJECTS - MOST_OBJECTS} more"
    )
    assert said in seen.text
    assert f"{200 - 14 - MOST_IN_FULL} more objects" in seen.text
    assert "block B-299" in seen.text
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(one["href"]) for one in seen.all("a", "use")} <= {f"#{id_}" for id_ in ids}
    shorter = page(plan, result(verdicts=tuple(of_objects(OBJECTS // 2))), "en")
    assert (len(text_) - len(shorter)) / (OBJECTS / 2) < BYTES_AN_OBJECT


@pytest.mark.long
def test_the_page_of_a_large_plan_grows_by_a_few_bytes_a_parcel() -> None:
    small, large = (a_full_plan(number) for number in (400, 1600))
    grown = len(page(large, check(large), "en")) - len(page(small, check(small), "en"))
    assert 0 < grown / 1200 < BYTES_A_PARCEL


def test_what_is_drawn_twice_stands_once_in_the_page_and_keeps_its_looks() -> None:
    street = "M0 0l" + "5 0 " * 80
    casing, surface = (svg.shape(street, stroke=colour) for colour in ("#bdbdb8", "#ffffff"))
    sign = svg.piece(svg.circle(1, 2, 3))
    once = svg.shape(street + "9 9", stroke="#000000")
    found = svg.shared(f"<body>{casing}{surface}{sign}{sign}{once}</body>")
    assert found.count(street) == 2
    assert once in found
    assert found.count("<circle") == 1
    uses = re.findall(r'<use href="#(drawn-\d)"([^>]*)/>', found)
    assert [looks for _, looks in uses] == [' stroke="#bdbdb8"', ' stroke="#ffffff"', "", ""]
    assert all(found.count(f'id="{name}"') == 1 for name, _ in uses)
    assert svg.shared("<body></body>") == "<body></body>"


def test_what_a_rule_counts_is_drawn_as_on_the_map_of_land_use_so_that_a_page_holds_it_once() -> None:
    homes = box(100, 100, 300, 200)
    plan = plan_of(
        boundary=[{"name": "all", "geometry": box(0, 0, 400, 400)}],
        parcels=[{"parcel_id": "A", "land_use": "0701", "geometry": shapely.orient_polygons(homes)}],
    )
    ground = Ground(plan, Words("en"))
    counts = Measurement("homes", 2.0, "ha", counted={"parcels": ("A",)})
    (drawn,) = rule_maps(ground, verdict("rule", "fail", unit="ha", measurement=counts), "map-1")
    (below,) = re.findall(r' d="([^"]+)"', ground.pieces["landuse"])
    assert f'd="{below}" fill="#' in drawn.canvas.inside


def test_the_grain_of_a_map_follows_the_size_of_the_plan() -> None:
    district, city = (Frame(0, 0, size, size).drawn_on(172.0, 0.1) for size in (2000.0, 17_200.0))
    assert (district.grain, city.grain) == (1, 10)
    assert svg.path([box(3, 3, 118, 124)], city) == "M120 17200l0-120 -120 0 0 120z"
    house, parcel = box(0, 0, 14, 14), box(0, 0, 120, 120)
    assert city.shows(np.array([house, parcel, None])).tolist() == [False, True, False]
    assert district.shows(np.array([house, parcel])).all()


def test_shapes_stand_where_they_lie_on_maps_of_any_grain() -> None:
    land = box(0, 0, 4000, 4000)
    east = box(3000, 0, 4000, 1000)
    plan = plan_of(boundary=[{"name": "all", "geometry": land}])
    for finest_mm, grain in ((0.0, 1), (0.1, 2), (0.15, 3)):
        ground = Ground(plan, Words("en"), finest_mm)
        assert ground.frame is not None
        assert ground.frame.grain == grain
        canvas = MapCanvas(ground, MapSheet.of(ground.frame))
        canvas.shape("fills", canvas.on_paper([east]), fill="#ff0000")
        (drawn,) = canvas.layers["fills"]
        steps = re.findall(r"-?\d+", drawn.split('"')[1])
        corners = np.cumsum(np.array(steps, dtype=float).reshape(-1, 2), axis=0)
        right, below = ground.frame.place(4000, 0)
        left, above = ground.frame.place(3000, 1000)
        assert "transform" not in drawn
        assert np.abs(corners.min(axis=0) - (left, above)).max() <= grain
        assert np.abs(corners.max(axis=0) - (right, below)).max() <= grain


def test_dots_that_would_lie_on_one_another_are_one() -> None:
    points = np.array([(10.0, 990.0), (12.0, 988.0), (700.0, 500.0)])
    assert svg.dots(points, Frame(0, 0, 1000, 1000), 50.0) == "M10 10h.1M700 500h.1"
    assert svg.dots(np.empty((0, 2)), Frame(0, 0, 1000, 1000), 50.0) == ""
