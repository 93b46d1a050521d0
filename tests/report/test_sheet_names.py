"""Names, signs and arrows on the maps of sheets: whole, clear of lines and of each other."""

from __future__ import annotations

import re

import pytest
import shapely
from tests.support.sheet_plans import a_row, drawn, facts_of
from tests.support.squares import plan_of

from blockplan.report.maps.labels import SIGN
from blockplan.report.maps.svg import text_width
from blockplan.report.sheets import PAPERS
from blockplan.report.sheets.maps import drawn as drawn_map
from blockplan.report.sheets.maps import scenes_of
from blockplan.report.sheets.paper import EDGE_MM, FOOT_MM, PaperLayout, fit, layouts
from blockplan.report.sheets.parcelmap import edge_line, ground_of
from blockplan.report.sheets.streetmap import junction_points, junctions, street_names
from blockplan.report.sheets.themes import facilities, streets


def test_a_facility_that_stands_is_drawn_as_fixed_and_one_in_a_building_to_come_as_open() -> None:
    places = [
        {"service": "clinic", "name_zh": name, "status": status, "geometry": shapely.Point(50, 50)}
        for name, status in (("旧", "existing"), ("新", "planned"))
    ]
    found = {one.name: one.fixed for one in facts_of(a_row(facilities=places)).every_facility}
    assert found == {"旧": True, "新": False}


def test_a_facility_without_a_name_bears_its_kind_on_the_map_and_not_its_id() -> None:
    plan = plan_of(
        boundary=[{"name": "all", "geometry": shapely.box(0, 0, 400, 100)}],
        facilities=[
            {"facility_id": "w80319114", "service": "library", "geometry": shapely.Point(200, 20)},
            {
                "facility_id": "n1",
                "service": "clinic",
                "name_en": "Clinic East",
                "geometry": shapely.Point(390, 80),
            },
        ],
    )
    facts = facts_of(plan, "en")
    (scene,) = scenes_of(facts, fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False))
    facilities(scene, ground_of(scene, None))
    written = "".join(scene.canvas.layers["labels"])
    assert "Library" in written
    assert "Clinic East" in written
    assert "w80319114" not in written


def test_the_name_of_a_facility_near_the_edge_stands_clear_of_the_line() -> None:
    plan = plan_of(
        boundary=[{"name": "all", "geometry": shapely.box(0, 0, 400, 300)}],
        facilities=[
            {"service": "clinic", "name_en": "Clinic of the East", "geometry": shapely.Point(385, 150)}
        ],
    )
    facts = facts_of(plan, "en")
    (scene,) = scenes_of(facts, fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False))
    facilities(scene, ground_of(scene, None))
    edge = shapely.boundary(scene.canvas.on_paper([facts.outline])[0])
    size = 2.0 * scene.canvas.k
    wide = text_width("Clinic of the East", size)
    labels = [box for box in scene.canvas.labels.boxes if abs(box[2] - box[0] - wide) < 1]
    assert labels
    assert all(edge.distance(shapely.box(*box)) > 0.5 for box in labels)


def test_coordinates_of_a_junction_at_the_edge_stand_clear_of_the_line() -> None:
    lines = ([(0, 150), (400, 150)], [(390, 0), (390, 300)])
    plan = plan_of(
        boundary=[{"name": "all", "geometry": shapely.box(0, 0, 400, 300)}],
        streets=[{"class": "arterial", "geometry": shapely.LineString(line)} for line in lines],
    )
    facts = facts_of(plan, "zh")
    (scene,) = scenes_of(facts, fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False))
    land = scene.canvas.on_paper([facts.outline])[0]
    junctions(scene, junction_points(scene, scene.canvas.box), land)
    _, label = scene.canvas.labels.boxes
    assert shapely.boundary(land).distance(shapely.box(*label)) > 1.5


def test_no_name_covers_the_ring_of_a_junction() -> None:
    lines = ([(0, 150), (400, 150)], [(200, 0), (200, 300)])
    plan = plan_of(
        boundary=[{"name": "all", "geometry": shapely.box(0, 0, 400, 300)}],
        streets=[
            {"class": "arterial", "name_zh": "人民路", "geometry": shapely.LineString(line)} for line in lines
        ],
    )
    facts = facts_of(plan, "zh")
    (scene,) = scenes_of(facts, fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False))
    streets(scene, ground_of(scene, None))
    labels, (x, y, _) = scene.canvas.labels, junction_points(scene, scene.canvas.box)[0]
    ring = shapely.Point(x, y).buffer(0.7)
    written = [
        shapely.box(*box) for box, owner in zip(labels.boxes, labels.owners, strict=True) if owner != SIGN
    ]
    assert len(written) > 2
    assert not any(ring.intersects(box) for box in written)


def test_the_name_of_a_facility_stands_in_its_own_parcel_where_it_has_room_there() -> None:
    # The name with its size is longer than half of the parcel, but not each of the two.
    plan = a_row(
        facilities=[
            {
                "service": "clinic", "name_zh": "第一社区卫生服务中心", "parcel_id": "P-1",
                "floor_area_m2": 1700.0, "geometry": shapely.Point(150, 50),
            }
        ]
    )  # fmt: skip
    facts = facts_of(plan, "zh")
    (scene,) = scenes_of(facts, fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False))
    ground = ground_of(scene, None)
    facilities(scene, ground)
    home = ground.shapes[list(facts.names[ground.rows]).index("P-1")]
    labels = scene.canvas.labels
    (name,) = [
        shapely.box(*box)
        for box, owner in zip(labels.boxes, labels.owners, strict=True)
        if owner != SIGN and box[2] - box[0] > text_width("第一社区卫生服务中心", 2.0)
    ]
    assert home.contains(name)


def test_the_name_of_a_facility_among_others_has_a_line_to_its_sign_or_is_nearest_to_it() -> None:
    around = {"East": (24, 0), "West": (-24, 0), "North": (0, 24), "South": (0, -24)}
    places = {**around, "Library in the middle of them": (0, 0)}
    plan = plan_of(
        boundary=[{"name": "all", "geometry": shapely.box(-300, -200, 300, 200)}],
        facilities=[
            {"service": "clinic", "name_en": name, "geometry": shapely.Point(at)}
            for name, at in places.items()
        ],
    )
    facts = facts_of(plan, "en")
    layout = layouts(PAPERS["A3"], (125.0,))[:1]
    (scene,) = scenes_of(facts, fit([facts.outline], layout, (4_000,), cut=False))
    facilities(scene, ground_of(scene, None))
    wide = text_width("Library in the middle of them", 2.0) + 0.6
    (name,) = [box for box in scene.canvas.labels.boxes if abs(box[2] - box[0] - wide) < 1e-6]
    signs = [shapely.centroid(shapely.box(*box)) for box in scene.canvas.labels.boxes[: len(places)]]
    away = shapely.distance(shapely.box(*name), signs)
    led = any(mark.startswith(("<line", '<path d="M')) for mark in scene.canvas.layers["signs"])
    assert led or away.argmin() == len(signs) - 1


@pytest.mark.parametrize("name", ["西禾路", "West Bank Road"])
def test_the_name_of_a_street_along_the_edge_stands_clear_of_the_line(name: str) -> None:
    plan = plan_of(
        boundary=[{"name": "all", "geometry": shapely.box(0, 0, 600, 500)}],
        streets=[
            {
                "name_zh": name,
                "name_en": name,
                "class": "local",
                "red_line_width_m": 15.0,
                "geometry": shapely.LineString([(0, 0), (2, 500)]),
            }
        ],
    )
    facts = facts_of(plan, "zh")
    (scene,) = scenes_of(facts, fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False))
    street_names(scene)
    line = edge_line(scene.canvas.on_paper([facts.outline])[0])
    boxes = [shapely.box(*box) for box in scene.canvas.labels.boxes]
    assert boxes
    assert min(line.distance(box) for box in boxes) > 0.5


@pytest.mark.parametrize("paper", PAPERS)
def test_the_north_arrow_stands_clear_of_the_window_and_of_the_foot(paper: str) -> None:
    facts = facts_of(a_row())
    found = fit([facts.outline], layouts(PAPERS[paper], (125.0,)), cut=False)
    k, (_, height) = PAPERS[paper].letters, found.layout.window
    tip, letter = _north(drawn_map(scenes_of(facts, found), found))
    assert letter[0] - letter[1] / 2 > height + EDGE_MM * k
    assert tip + 7 * k <= height + (EDGE_MM + FOOT_MM) * k


def _north(svg: str) -> tuple[float, tuple[float, float]]:
    """The tip of the arrow (mm from the top of the window), and middle and size of its letter."""
    tip = re.search(r'<path d="M[\d.]+ ([\d.]+)l1\.9', svg) or re.search(
        r'<path d="M[\d.]+ ([\d.]+)l2\.66', svg
    )
    letter = re.search(r'<text [^>]*y="([\d.]+)"[^>]*font-size="([\d.]+)"[^>]*>北<', svg)
    assert tip
    assert letter, svg[-700:]
    return float(tip[1]), (float(letter[1]), float(letter[2]))


def test_the_reference_system_can_be_read_below_a_narrow_map() -> None:
    facts = facts_of(a_row({"crs": "EPSG:4548"}))
    sizes = {}
    for panel in (62.0, 105.0, 125.0):
        found = fit([facts.outline], [PaperLayout(PAPERS["A3"], portrait=True, panel_mm=panel)], cut=False)
        said = re.search(
            r'<text [^>]*font-size="([\d.]+)"[^>]*>CGCS2000', drawn_map(scenes_of(facts, found), found)
        )
        assert said
        sizes[panel] = float(said[1])
    assert min(sizes.values()) >= 1.76, sizes


def test_five_parts_that_lie_apart_have_a_window_each() -> None:
    corners = [(0, 0), (3_000, 500), (1_200, 2_500), (5_200, 2_600), (300, 4_200)]
    land = [shapely.box(x, y, x + 400, y + 200) for x, y in corners]
    found = fit(land, layouts(PAPERS["A3"], (125.0,)))
    assert len(found.cells) == len(land)
    assert found.scale <= 6_000


@pytest.mark.long
@pytest.mark.parametrize("synthetic", [False, True])
def test_a_sheet_says_whose_data_it_shows(*, synthetic: bool) -> None:
    plan = a_row({"attribution": {"en": "OpenStreetMap contributors, ODbL"}, "synthetic": synthetic})
    front, land = drawn(plan, "cover", "landuse", lang="en").sheets
    assert any("ODbL" in said for note in front.data["cover"]["notes"] for said in note)
    facts = facts_of(plan, "en")
    found = fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False)
    svg = drawn_map(scenes_of(facts, found), found)
    assert ("ODbL" in svg) is not synthetic
    assert ("Invented" in svg) is synthetic
    assert land.fit is not None
