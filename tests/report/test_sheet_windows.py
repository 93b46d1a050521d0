"""How land is cut into sheets and windows, and what bears its label where."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given
from hypothesis import strategies as st
from tests.support.sheet_plans import a_row, drawn, facts_of
from tests.support.squares import plan_of, square

from blockplan.check import check
from blockplan.report.maps.canvas import Canvas, ticks
from blockplan.report.maps.svg import Frame
from blockplan.report.sheets import PAPERS, basemap
from blockplan.report.sheets.extents import MOST_M, MOST_PARCELS, _before_cut, halves, subblocks
from blockplan.report.sheets.facts import Facts
from blockplan.report.sheets.paper import MapWindow, fit, layouts
from blockplan.report.sheets.parcellabels import PARCEL_BLOCKS, ParcelLabels
from blockplan.report.sheets.parcelmap import ground_of
from blockplan.report.sheets.scene import Scene
from blockplan.report.sheets.themes import numbers_parcels
from blockplan.report.view import View
from blockplan.report.words import Words

SIDES = ("west", "south", "east", "north")


def test_a_location_map_is_no_larger_than_what_is_drawn_around_the_land() -> None:
    frame = {"name": "all", "geometry": shapely.box(-4_000, -4_000, 4_400, 4_100)}
    street = {"street_id": "S", "class": "local", "geometry": shapely.LineString([(-1_000, 50), (400, 50)])}
    facts = facts_of(a_row(extent=[frame], streets=[street]))
    west, south, east, north = basemap.seen_around(facts, frame["geometry"], 0.0).bounds
    assert -1_300 < west < -1_000
    assert (south > -300, east < 700, north < 400) == (True, True, True)


def test_a_location_map_stands_where_an_outline_has_collapsed_or_nothing_lies_in_its_extent() -> None:
    far = {"name": "all", "geometry": shapely.box(50_000, 50_000, 51_000, 51_000)}
    pond = {"kind": "pond", "geometry": shapely.Polygon([(0, 0), (900, 900), (0, 0)])}
    facts = facts_of(a_row(extent=[far], water=[pond]))
    assert basemap.seen_around(facts, far["geometry"], 0.0).equals(far["geometry"])
    near = shapely.box(-1_000, -1_000, 1_000, 1_000)
    assert basemap.seen_around(facts, near, 0.0).within(near)


def test_windows_stand_so_far_apart_that_the_coordinates_between_them_can_be_read() -> None:
    for paper in PAPERS.values():
        found = fit([shapely.box(0, 0, 5_300, 400)], layouts(paper, (125.0,)))
        tops = sorted({cell.top for cell in found.cells})
        assert len(tops) > 1
        height = found.cells[0].height
        # A coordinate stands 2.4 mm above its window in letters of 1.9 mm, larger on A1.
        assert tops[1] - tops[0] - height >= (2.4 + 1.9 / 2) * paper.letters


def test_a_cross_of_the_grid_gives_way_to_a_label() -> None:
    window = MapWindow(
        fit([square(0, 0, 200)], layouts(PAPERS["A3"], (125.0,))).cells[0].frame, 0, 0, 200, 200
    )
    free, taken = Canvas(window), Canvas(window)
    taken.labels.take((0, 0, 200, 200))
    ticks(free, 1_000)
    ticks(taken, 1_000)
    assert free.layers["lines"]
    assert not taken.layers["lines"]


def test_large_parcels_bear_their_numbers_whatever_the_scale() -> None:
    parcels = [
        {
            "parcel_id": f"P-{column}-{row}",
            "land_use": "0701",
            "geometry": square(400.0 * column, 400.0 * row, 400),
        }
        for column in range(5)
        for row in range(5)
    ]
    (sheet,) = drawn(plan_of(parcels=parcels), "landuse").sheets
    assert sheet.fit is not None
    assert sheet.fit.scale > 6_000
    assert (sheet.labelled, sheet.parcels) == (25, 25)


def test_parcels_without_subblocks_share_sheets_as_far_as_these_can_be_read() -> None:
    draw = np.random.default_rng(3)
    east, parcels = 0.0, []
    for number in range(40):
        side = float(draw.choice([60.0, 150.0, 420.0]))
        parcels.append(
            {"parcel_id": f"P-{number}", "land_use": "0701", "geometry": square(east, 0, side, 60)}
        )
        east += side
    plan = plan_of(parcels=parcels)
    pieces = subblocks(Facts(View(plan, check(plan, packs=["zone"]), Words("zh"))))
    assert sorted(row for piece in pieces for row in piece.rows) == [*range(40)]
    boxes = [piece.shape.bounds for piece in pieces]
    assert all(box[2] - box[0] <= MOST_M for box in boxes)
    for at, one in enumerate(pieces):
        for other in pieces[at + 1 :]:
            west, _, right, _ = shapely.union(one.shape, other.shape).bounds
            assert right - west > MOST_M or len(one.rows) + len(other.rows) > MOST_PARCELS


def test_windows_show_no_land_of_each_other_on_any_paper() -> None:
    land = [square(40.0 * at, 2_100.0 * at, 1_550) for at in (3, 2, 1)] + [shapely.box(0, -700, 1_900, 1_650)]
    for paper in PAPERS.values():
        found = fit(land, layouts(paper, (125.0, 105.0, 150.0)))
        boxes = [shapely.box(*(getattr(one.frame, side) for side in SIDES)) for one in found.cells]
        assert len(boxes) > 1
        assert [sum(box.intersects(part) for box in boxes) for part in land] == [1] * len(land)
        for cell in found.cells:
            assert cell.frame.height / cell.height == pytest.approx(found.scale / 1000)


def test_windows_are_made_for_the_layout_that_is_taken_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[MapWindow] = []

    def kept(cell: MapWindow, *told: object) -> MapWindow:
        made.append(cell)
        return cell

    monkeypatch.setattr("blockplan.report.sheets.paper._off_others", kept)
    found = fit([shapely.box(0, 0, 3_000, 400)], layouts(PAPERS["A3"], (112.0, 90.0)))
    assert tuple(made) == found.cells


def test_a_map_asks_only_the_junctions_of_its_window_and_writes_them_from_north_to_south() -> None:
    streets = [
        {"street_id": f"S{at}-{way}", "class": "arterial", "geometry": line}
        for at in range(3)
        for way, line in enumerate((
            shapely.LineString([(at * 100 - 40, 0), (at * 100 + 40, 0)]),
            shapely.LineString([(at * 100, at * 10 - 40), (at * 100, at * 10 + 40)]),
        ))
    ]  # fmt: skip
    facts = facts_of(plan_of(streets=streets))
    assert len(facts.junctions) == 3
    assert [one[:2] for one in facts.junctions_in(Frame(50, -50, 250, 50))] == [(100.0, 0.0), (200.0, 0.0)]


def test_a_strip_ends_in_a_gap_of_the_land_and_shows_no_land_twice() -> None:
    land = [shapely.box(0, 2_200 * at, 1_500, 2_200 * at + 1_500) for at in range(4)]
    found = fit(land, layouts(PAPERS["A3"], (112,), portrait=False))
    assert len(found.cells) == 2
    shown = [
        [
            part
            for part in land
            if shapely.box(c.frame.west, c.frame.south, c.frame.east, c.frame.north).covers(part)
        ]
        for c in found.cells
    ]
    assert [len(parts) for parts in shown] == [2, 2]


def test_a_subblock_is_cut_along_the_street_between_its_parcels_and_not_by_their_number() -> None:
    def turned(west: float, south: float, wide: float, high: float) -> shapely.Polygon:
        return shapely.affinity.rotate(shapely.box(west, south, west + wide, south + high), 8, origin=(0, 0))

    # Two large parcels south of a street that runs askew, six small ones north of it.
    boxes = [
        *((400.0 * at, 0.0, 390.0, 500.0) for at in range(2)),
        *((130.0 * at, 520.0, 125.0, 380.0) for at in range(6)),
    ]
    parcels = [
        {"parcel_id": f"P-{at}", "land_use": "0701", "subblock_id": "S-1", "geometry": turned(*box)}
        for at, box in enumerate(boxes)
    ]
    whole = {"subblock_id": "S-1", "geometry": turned(0, 0, 790, 900)}
    facts = facts_of(plan_of(parcels=parcels, subblocks=[whole]), "ja")
    (extent,) = subblocks(facts)
    named = [{str(facts.names[row]) for row in one.rows} for one in halves(facts, extent)]
    assert sorted(map(sorted, named)) == [["P-0", "P-1"], [f"P-{at}" for at in range(2, 8)]]


@given(st.integers(0, 10_000))
def test_a_cut_leaves_no_half_empty_and_no_parcel_out(seed: int) -> None:
    draw = np.random.default_rng(seed)
    corners = draw.uniform(0, 500, (int(draw.integers(2, 12)), 2))
    shapes = np.array(
        [shapely.box(x, y, x + draw.uniform(5, 90), y + draw.uniform(5, 90)) for x, y in corners]
    )
    first = _before_cut(shapes)
    assert first.any()
    assert not first.all()


@pytest.mark.long
@pytest.mark.parametrize(("width", "adjoins"), [(30.0, True), (None, False)])
def test_a_sheet_names_the_one_across_a_street_however_wide_but_none_across_a_corner(
    width: float | None, *, adjoins: bool
) -> None:
    places = {"A": (0, 0), "B": (130, 0), "C": (130, 130)}
    lots = [
        {"parcel_id": f"{one}-1", "subblock_id": one, "land_use": "0701",
         "geometry": shapely.box(x, y, x + 100, y + 100)}
        for one, (x, y) in places.items()
    ]  # fmt: skip
    units = [{"subblock_id": one["subblock_id"], "geometry": one["geometry"]} for one in lots]
    line = shapely.LineString([(115, 0), (115, 230)])
    street = {"street_id": "S-1", "class": "local", "red_line_width_m": width, "geometry": line}
    plan = plan_of(parcels=lots, subblocks=units, streets=[street])
    sheet = next(one for one in drawn(plan, "subblock", lang="en").sheets if one.id == "A")
    (facts,) = [one for one in sheet.data["panel"] if one["kind"] == "facts"]
    assert dict(facts["rows"]).get("Adjoining sheets") == ("B" if adjoins else None)


def test_street_land_far_from_other_parcels_has_no_sheet_and_stands_in_the_table_of_the_rest() -> None:
    road = {"parcel_id": "R-1", "land_use": "1207", "geometry": shapely.box(-2_000, -20, 2_000, 0)}
    homes = {"parcel_id": "P-1", "land_use": "0701", "geometry": square(0, 0)}
    found = drawn(plan_of(parcels=[road, homes]), "subblock", "tables")
    assert [sheet.data["shelves"][0][0]["rows"][0]["cells"][0] for sheet in found.sheets[:-1]] == ["P-1"]
    listed = [one for shelf in found.sheets[-1].data["shelves"] for one in shelf]
    assert any(row["cells"][0] == "R-1" for one in listed for row in one["rows"])
    (alone,) = drawn(plan_of(parcels=[road]), "subblock").sheets
    assert alone.data["shelves"][0][0]["rows"][0]["cells"][0] == "R-1"


def test_a_parcel_in_two_windows_bears_its_label_where_most_of_it_is_seen() -> None:
    lands = [shapely.box(300.0 * at, 0, 300.0 * at + 300, 100) for at in range(8)]
    parcels = [
        {"parcel_id": f"S-{at:03}", "land_use": "0701", "far": 1.5, "subblock_id": "S", "geometry": land}
        for at, land in enumerate(lands)
    ]
    plan = plan_of(parcels=parcels, subblocks=[{"subblock_id": "S", "geometry": shapely.union_all(lands)}])
    facts = facts_of(plan)
    windows = [
        MapWindow(Frame(0, -50, 700, 150), 0, 0, 175, 50),
        MapWindow(Frame(640, -50, 1340, 150), 0, 60, 175, 50),
    ]
    scenes = [Scene(Canvas(one), facts, 4_000, windows=windows) for one in windows]
    for scene in scenes[1:]:
        scene.labelled = scenes[0].labelled
    for scene in scenes:
        ParcelLabels(scene, ground_of(scene, range(8)), PARCEL_BLOCKS, ["S-"]).all()
    written = ["".join(scene.canvas.layers["labels"]) for scene in scenes]
    headed = [re.findall(r'fill="#ffffff"[^>]*>(\d{3})<', one) for one in written]
    assert [sorted(one) for one in headed] == [["000", "001"], ["002", "003", "004"]]
    # What goes on in the other window has its number there too, without its bounds.
    assert ">002<" in written[0]
    assert ">001<" not in written[1]


def test_a_parcel_in_two_windows_bears_its_index_block_where_there_is_room_for_it() -> None:
    land = shapely.union_all([shapely.box(0, 0, 640, 10), shapely.box(640, 0, 710, 90)])
    plan = plan_of(
        parcels=[
            {"parcel_id": "S-001", "land_use": "0701", "far": 1.5, "subblock_id": "S", "geometry": land}
        ],
        subblocks=[{"subblock_id": "S", "geometry": land}],
    )
    facts = facts_of(plan)
    windows = [
        MapWindow(Frame(0, -50, 640, 150), 0, 0, 160, 50),
        MapWindow(Frame(640, -50, 1280, 150), 0, 60, 160, 50),
    ]
    scenes = [Scene(Canvas(one), facts, 4_000, windows=windows) for one in windows]
    scenes[1].labelled = scenes[0].labelled
    for scene in scenes:
        ParcelLabels(scene, ground_of(scene, range(1)), PARCEL_BLOCKS, ["S-"]).all()
    strip, head = (re.findall(r">([^<>]+)</text>", "".join(one.canvas.layers["labels"])) for one in scenes)
    assert {"001", "0701", "1.50"} <= set(head)  # the strip shows more of it, but holds a line alone
    assert not strip


def test_a_land_use_plan_on_larger_paper_numbers_parcels_where_its_larger_letters_have_room() -> None:
    parcels = [{"parcel_id": "P-1", "land_use": "0701", "geometry": shapely.box(0, 0, 120, 100)}]
    facts = facts_of(plan_of(parcels=parcels), "en")
    assert numbers_parcels(facts, 8_000, PAPERS["A3"].letters)
    assert not numbers_parcels(facts, 8_000, PAPERS["A1"].letters)
