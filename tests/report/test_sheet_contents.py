"""What sheets show of plans that they were not drawn for."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.support.sheet_plans import a_row, drawn, facts_of
from tests.support.squares import plan_of, square

from blockplan.check import check
from blockplan.errors import UsageError
from blockplan.plan import read
from blockplan.plan.model.layers import VALUES
from blockplan.report.maps.canvas import Canvas, ticks
from blockplan.report.maps.svg import Frame
from blockplan.report.maps.themes import structure_map
from blockplan.report.office import TABLES
from blockplan.report.office.columns import heading
from blockplan.report.office.phases import in_time
from blockplan.report.sheets import PAPERS, atlas, basemap
from blockplan.report.sheets.control import _draw, _fit, parcel_tables
from blockplan.report.sheets.extents import MOST_M, MOST_PARCELS, _before_cut, blocks, halves, subblocks
from blockplan.report.sheets.facts import Facts
from blockplan.report.sheets.maps import scenes_of
from blockplan.report.sheets.overlaymap import OVERLAYS, _hatch
from blockplan.report.sheets.panels import (
    PanelFiles,
    facility_table,
    figures_of,
    part_table,
    verdicts,
)
from blockplan.report.sheets.paper import MapWindow, fit, layouts
from blockplan.report.sheets.parcellabels import PARCEL_BLOCKS, ParcelLabels
from blockplan.report.sheets.parcelmap import CONTROL, PARCEL_LINE, RED_LINE, ground_of
from blockplan.report.sheets.plan_sheets import Whole, control_table
from blockplan.report.sheets.printed_tables import em, least, printed
from blockplan.report.sheets.scene import Scene
from blockplan.report.sheets.streetmap import street_names
from blockplan.report.sheets.table_layout import LEAST_LETTERS, height_mm
from blockplan.report.sheets.themes import THEMES, facilities, land_use, numbers_parcels
from blockplan.report.view import View
from blockplan.report.words import Words

if TYPE_CHECKING:
    from blockplan.plan import Plan
    from blockplan.report.sheets import Atlas
    from blockplan.report.sheets.control import Sheet


SIDES = ("west", "south", "east", "north")


def legend(sheet: Sheet) -> list[str]:
    (part,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    return [row["said"] for row in part["rows"]]


def written(found: Atlas) -> list[str]:
    return [
        "".join(unicodedata.normalize("NFKC", one.extract_text()).split())
        for one in PdfReader(io.BytesIO(found.pdf)).pages
    ]


def test_every_kind_of_control_line_has_a_look_on_the_sheets() -> None:
    assert {*CONTROL, *OVERLAYS} == VALUES["control_lines", "kind"]
    assert len({look.dashes for look in OVERLAYS.values()}) == len(OVERLAYS)


@pytest.mark.long
def test_overlays_stand_on_the_map_of_control_lines_and_on_the_sheets_whose_land_they_reach() -> None:
    lines = [
        {"kind": "farmland", "name_zh": "基本农田一区", "geometry": square(10, 10, 60)},
        {"kind": "heritage", "height_m_max": 18.0, "geometry": square(320, 10, 60)},
        {"kind": "utility", "width_m": 40.0, "geometry": shapely.LineString([(0, 80), (400, 80)])},
    ]
    blocks = [
        {"block_id": "B-1", "geometry": shapely.box(0, 0, 200, 100)},
        {"block_id": "B-2", "geometry": shapely.box(200, 0, 400, 100)},
    ]
    found = drawn(a_row(control_lines=lines, blocks=blocks), "control_lines", "block")
    whole, west, east = found.sheets
    assert {"永久基本农田", "历史文化保护", "市政走廊"} <= {*legend(whole)}
    assert "永久基本农田" in legend(west)
    assert "永久基本农田" not in legend(east)
    page = written(found)
    assert "基本农田一区" in page[0]
    assert "历史文化保护限高18m" in page[0]
    assert "市政走廊宽40m" in page[0]
    (boxes,) = [one for one in east.data["panel"] if one["kind"] == "boxes"]
    assert any("历史文化保护" in item and "永久" not in item for item in boxes["boxes"][0]["items"])


def test_an_overlay_that_only_touches_a_sheet_does_not_bind_there() -> None:
    lines = [{"kind": "flood", "geometry": shapely.box(200, 0, 400, 100)}]
    blocks = [
        {"block_id": "B-1", "geometry": shapely.box(0, 0, 200, 100)},
        {"block_id": "B-2", "geometry": shapely.box(200, 0, 400, 100)},
    ]
    west, east = drawn(a_row(control_lines=lines, blocks=blocks), "block").sheets
    binding = [
        " ".join(part["boxes"][0]["items"])
        for sheet in (west, east)
        for part in sheet.data["panel"]
        if part["kind"] == "boxes"
    ]
    assert ["洪涝" in one for one in binding] == [False, True]


def test_a_hatch_lies_inside_its_land_and_all_over_it() -> None:
    land = shapely.Point(40, 40).buffer(20)
    for degrees in (0, 45, 90, 135):
        lines = _hatch(land, degrees)
        assert land.buffer(1e-6).covers(lines)
        # Lines 3.2 mm apart over an area: its area by their distance.
        assert lines.length == pytest.approx(land.area / 3.2, rel=0.03)


def test_phases_stand_in_the_order_of_time_on_map_and_table() -> None:
    assert sorted(["远期", "近期", "中期"], key=in_time) == ["近期", "中期", "远期"]
    assert sorted(["10", "9", "1"], key=in_time) == ["1", "9", "10"]
    dated = ["近期(至2025)", "中期", "远期(至2035)"]
    assert sorted([dated[2], dated[1], dated[0]], key=in_time) == dated
    assert sorted(["Phase 10", "近期2", "近期1", "Phase 9"], key=in_time) == [
        "Phase 9", "Phase 10", "近期1", "近期2"
    ]  # fmt: skip
    plan = a_row()
    plan = plan.replace(parcels=plan.layer("parcels").assign(phase=["远期", "近期", "中期", "2"]))
    (sheet,) = drawn(plan, "phases").sheets
    assert legend(sheet)[:4] == ["第 2 期", "近期", "中期", "远期"]
    table = TABLES["phases"](View(plan, check(plan, packs=["zone"]), Words("zh")))
    assert [line.cells[0] for line in table.lines][:4] == ["2", "近期", "中期", "远期"]
    (sheet,) = drawn(plan, "phases", lang="en").sheets
    assert legend(sheet)[:4] == ["Phase 2", "near term", "medium term", "long term"]


@pytest.mark.parametrize(
    ("lang", "crs", "said"),
    [
        ("zh", "EPSG:4548", "CGCS2000／3°带，中央经线 117°E（EPSG:4548）"),
        ("zh", "EPSG:4527", "CGCS2000／3°带，第 39 带（EPSG:4527）"),
        ("ja", "EPSG:6677", "JGD2011 平面直角座標系 第 IX 系（EPSG:6677）"),
        ("zh", "local", "独立坐标系（规划自定）"),
        ("en", "EPSG:3067", "ETRS89 TM35FIN(E,N) (EPSG:3067)"),
    ],
)
def test_the_reference_system_is_named_in_the_readers_language(lang: str, crs: str, said: str) -> None:
    (sheet,) = drawn(a_row({"crs": crs}), "landuse", lang=lang).sheets
    (block,) = [one for one in sheet.data["panel"] if one["kind"] == "title_block"]
    assert block["last"][1].startswith(said)


def test_a_plan_of_one_parcel_fills_its_sheet_with_map_and_tables() -> None:
    parcel = {"parcel_id": "P-1", "land_use": "0701", "far_max": 1.5, "geometry": shapely.box(0, 0, 100, 130)}
    found = drawn(plan_of(parcels=[parcel]), "landuse")
    (sheet,) = found.sheets
    assert sheet.fit is not None
    assert sum(map(len, sheet.data["shelves"])) > 1
    assert len(PdfReader(io.BytesIO(found.pdf)).pages) == 1
    whole = sheet.fit.layout.body[1]
    assert sheet.fit.layout.picture[1] + sheet.fit.layout.table_mm > 0.95 * whole
    assert sheet.fit.cells[0].height == pytest.approx(sheet.fit.layout.window[1])


@pytest.mark.long
def test_a_map_has_tables_of_its_own_subject_alone_and_verdicts_before_those_of_the_whole_plan() -> None:
    power = {"parcel_id": "P-1", "land_use": "1303", "geometry": shapely.box(0, 0, 100, 60)}
    park = {"parcel_id": "P-2", "land_use": "1401", "geometry": shapely.box(100, 0, 200, 60)}
    street = {"street_id": "S-1", "class": "local", "geometry": shapely.LineString([(0, 0), (200, 0)])}
    plan = plan_of(parcels=[power, park], streets=[street])
    for kind, wanted in (("green", False), ("streets", False), ("control_lines", True)):
        (sheet,) = drawn(plan, kind, lang="en").sheets
        below = [one["title"] for shelf in sheet.data.get("shelves", ()) for one in shelf]
        assert ("Utilities" in below) is wanted
        text = PdfReader(io.BytesIO(drawn(plan, kind, lang="en").pdf)).pages[0].extract_text()
        assert ("Utilities" in text) is wanted


def test_maps_of_bounds_list_the_blocks_and_the_map_of_today_what_the_land_is_used_for_now() -> None:
    parcels = [
        {
            "parcel_id": f"P-{at}",
            "block_id": f"B-{at}",
            "land_use": "0701",
            "existing_land_use": ("1001", "0103")[at],
            "far_max": 1.5 + 0.4 * at,
            "height_max": 24.0,
            "floor_area_m2": 9_000.0,
            "geometry": square(100.0 * at, 0),
        }
        for at in range(2)
    ]
    blocks = [{"block_id": f"B-{at}", "geometry": square(100.0 * at, 0)} for at in range(2)]
    plan = plan_of(parcels=parcels, blocks=blocks)

    def tables(kind: str) -> dict[str, list[str]]:
        (sheet,) = drawn(plan, kind, lang="en").sheets
        made = [one for shelf in sheet.data.get("shelves", ()) for one in shelf]
        made += [one for one in sheet.data["panel"] if one["kind"] == "table"]
        return {one["title"]: [row["cells"] for row in one["rows"]] for one in made}

    caps = tables("intensity")["Blocks and their caps"]
    assert [row[0] for row in caps] == ["B-0", "B-1", "Total"]
    assert [row[1:4] for row in caps] == [["1.00", "9,000", "0.90"]] * 2 + [["2.00", "18,000", "0.90"]]
    # Land of streets in no subblock counts in the total, which says so.
    street = {"parcel_id": "S", "land_use": "1207", "geometry": square(200, 0)}
    rows = [{**one, "subblock_id": one["block_id"], "block_id": None} for one in parcels]
    subblocks = [{"subblock_id": one["block_id"], "geometry": one["geometry"]} for one in blocks]
    undivided = plan_of(parcels=[*rows, street], subblocks=subblocks)
    table = part_table(facts_of(undivided, "en"))
    assert table["rows"][-1]["cells"][1] == "3.00"
    assert "land of streets in no subblock too" in table["notes"][0]
    now = tables("existing")["Existing land by use"]
    assert {row[0] for row in now if row[0]} == {"01", "0103", "10", "1001"}
    assert now[-1][2:4] == ["2.00", "100.00"]
    (sheet,) = drawn(plan, "intensity", lang="en").sheets
    (classes,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    assert [row["said"] for row in classes["rows"] if row["amount"]] == ["≤ 1.60", "> 1.60, ≤ 2.00"]


def test_the_parts_of_a_structure_in_two_windows_each_have_a_line_in_the_legend() -> None:
    land = [shapely.box(0, 0, 300, 300), shapely.box(0, 3_000, 300, 3_300)]
    plan = plan_of(
        parcels=[
            {"parcel_id": f"P-{at}", "land_use": "0701", "geometry": one} for at, one in enumerate(land)
        ],
        areas=[
            {"area_id": f"A-{at}", "name": name, "geometry": one}
            for at, (name, one) in enumerate(zip(("North", "South"), reversed(land), strict=True))
        ],
        structure=[
            {"structure_id": "C", "role": "core", "name": "Core", "geometry": shapely.Point(150, 150)}
        ],
    )
    (sheet,) = drawn(plan, "structure", lang="en").sheets
    assert len(sheet.fit.cells) > 1
    (part,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    assert {"North", "South"} <= {row["said"] for row in part["rows"]}
    assert part["heads"] == [""]


def test_the_cover_names_packs_and_the_reference_system_and_says_nothing_twice() -> None:
    made = drawn(read("examples/demonstration-zone"), "cover", "location", lang="en")
    notes = " ".join(said for note in made.sheets[0].data["cover"]["notes"] for said in note)
    assert "(zone)" not in notes
    assert "CGCS2000 3-degree Gauss-Kruger" in notes
    assert "Authority" not in notes


def test_a_cover_says_that_no_rule_of_its_packs_applies_to_the_plan() -> None:
    made = drawn(a_row(), "cover", "landuse", lang="en")
    bare = drawn(a_row(manifest={"drawn_on": dt.date(1990, 1, 1)}), "cover", "landuse", lang="en")
    said = [
        " ".join(x for note in one.sheets[0].data["cover"]["notes"] for x in note) for one in (made, bare)
    ]
    assert ["nothing was judged" in one for one in said] == [False, True]


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


def test_footways_of_a_grey_map_are_grey_and_need_no_line_in_its_legend() -> None:
    path = {"street_id": "S", "class": "path", "geometry": shapely.LineString([(0, 50), (400, 50)])}
    plan = a_row(streets=[path])
    scene = scenes_of(
        facts_of(plan), fit([plan.layer("boundary").geometry.iloc[0]], layouts(PAPERS["A3"], (125.0,)))
    )[0]
    basemap.streets(scene)
    assert basemap.CLASSES["path"][0] not in "".join(scene.canvas.layers["roads"])
    assert not scene.legend


def test_what_fails_on_a_control_sheet_stands_before_what_fails_elsewhere(tmp_path: Path) -> None:
    facts = facts_of(a_row(subblocks=[{"subblock_id": "S", "geometry": shapely.box(0, 0, 400, 100)}]))
    verdict, row = facts.verdicts[0]
    missed = replace(verdict, outcome="fail", scope_kind="plan")
    facts.__dict__["verdicts"] = [(missed, row)] * 3
    facts.__dict__["failing_places"] = {0: frozenset(), 1: frozenset({"P-1"}), 2: frozenset()}
    found = verdicts(facts, PanelFiles(tmp_path), subblocks(facts)[0])["rows"]
    assert [one["look"] for one in found] == ["fail", "whole", "whole"]


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


def test_a_map_of_facilities_shows_the_streets_where_no_parcels_are_drawn() -> None:
    streets = [{"class": "local", "geometry": shapely.LineString([(0, 50), (400, 50)])}]
    plan = plan_of(
        boundary=[{"name": "all", "geometry": shapely.box(0, 0, 400, 100)}],
        facilities=[{"service": "clinic", "geometry": shapely.Point(200, 20)}],
        streets=streets,
    )
    facts = Facts(View(plan, check(plan, packs=["zone"]), Words("en")))
    (scene,) = scenes_of(facts, fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False))
    facilities(scene, ground_of(scene, None))
    assert any("#c4c4be" in piece for piece in scene.canvas.layers["roads"])


def cells(table: dict[str, Any]) -> list[list[str]]:
    return [row["cells"] for row in table["rows"]]


def test_the_table_of_control_lines_says_what_each_covers_and_what_it_rests_on() -> None:
    derived = control_table(facts_of(a_row()))
    assert derived is not None
    assert cells(derived) == [["绿线", "1", "1.00", "按用地推得"]]
    lines = [
        {"line_id": "L-1", "kind": "blue", "name_zh": "南河", "geometry": shapely.box(0, 0, 100, 50)},
        {"line_id": "L-2", "kind": "heritage", "geometry": shapely.LineString([(0, 0), (400, 0)])},
    ]
    drawn_ = control_table(facts_of(a_row(control_lines=lines)))
    assert drawn_ is not None
    assert [row[:2] for row in cells(drawn_)] == [
        ["蓝线", "1"],
        [Words("zh")("control_line.heritage"), "1"],
    ]
    assert [
        cells(drawn_)[0][drawn_["heads"].index("面积（公顷）")],
        cells(drawn_)[1][drawn_["heads"].index("长度（km）")],
    ] == ["0.50", "0.40"]


def test_streets_that_cross_meet_whether_or_not_they_share_an_end() -> None:
    def met(*lines: list[tuple[float, float]]) -> list[tuple[float, float]]:
        streets = [{"class": "local", "geometry": shapely.LineString(line)} for line in lines]
        return sorted((x, y) for x, y, _ in facts_of(a_row(streets=streets)).junctions)

    assert met([(0, 50), (400, 50)], [(200, 0), (200, 100)]) == [(200, 50)]
    assert met([(0, 50), (400, 50)], [(200, 50), (200, 100)]) == [(200, 50)]
    assert met([(0, 50), (200, 50)], [(200, 50), (400, 50)], [(200, 50), (200, 100)]) == [(200, 50)]
    assert met([(0, 50), (200, 50)], [(200, 50), (400, 50)]) == []


def test_coordinates_belong_to_planned_streets_and_a_sheet_counts_the_junctions_of_its_lanes() -> None:
    def street(name: str | None, *line: tuple[float, float]) -> dict[str, Any]:
        return {"class": "local", "name_en": name, "geometry": shapely.LineString(line)}

    streets = [
        street("High Street", (0, 50), (400, 50)), street("Low Street", (200, 0), (200, 100)),
        *(street(None, (x, 0), (x, 100)) for x in (50, 100, 300)),
    ]  # fmt: skip
    lots = [{"subblock_id": "S-1", "geometry": shapely.box(0, 0, 400, 100)}]
    found = drawn(a_row(streets=streets, subblocks=lots), "subblock", lang="en")
    (text,) = written(found)
    assert [one in text for one in ("E=200.000", "E=100.000", "E=300.000")] == [True, False, False]
    assert "(innerlanes,ornoroomonthemap):3" in text


def test_a_sheet_says_how_many_of_its_characters_are_not_in_the_fonts() -> None:
    streets = [{"class": "local", "name_zh": name, "geometry": shapely.LineString([(0, y), (400, y)])}
               for name, y in (("㙦泉路", 20), ("龘泉路", 80))]  # fmt: skip
    lots = [{"subblock_id": "S-1", "geometry": shapely.box(0, 0, 400, 100)}]
    whole, other = (
        written(drawn(a_row(streets=some, subblocks=lots), "subblock"))[0] for some in (streets, [])
    )
    assert "字库所缺2字印作〓" in whole
    assert "字库所缺" not in other


def test_windows_show_no_land_of_each_other_on_any_paper() -> None:
    land = [square(40.0 * at, 2_100.0 * at, 1_550) for at in (3, 2, 1)] + [shapely.box(0, -700, 1_900, 1_650)]
    for paper in PAPERS.values():
        found = fit(land, layouts(paper, (125.0, 105.0, 150.0)))
        boxes = [shapely.box(*(getattr(one.frame, side) for side in SIDES)) for one in found.cells]
        assert len(boxes) > 1
        assert [sum(box.intersects(part) for box in boxes) for part in land] == [1] * len(land)
        for cell in found.cells:
            assert cell.frame.height / cell.height == pytest.approx(found.scale / 1000)


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


def test_a_street_without_a_class_is_said_to_have_none() -> None:
    streets = [{"geometry": shapely.LineString([(0, 50), (400, 50)])}]
    (sheet,) = drawn(a_row(streets=streets), "streets").sheets
    assert "道路（等级未载）" in legend(sheet)
    assert "支路" not in legend(sheet)


def test_a_name_that_reads_downwards_turns_its_long_vowels_and_sets_small_kana_aside() -> None:
    street = {
        "name_ja": "リバーフィー通り",
        "geometry": shapely.LineString([(50, 0), (50, 400)]),
    }
    parcels = [{"parcel_id": f"P-{at}", "geometry": square(0, 100.0 * at)} for at in range(4)]
    facts = facts_of(plan_of(parcels=parcels, streets=[street]), "ja")
    (scene,) = scenes_of(facts, fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False))
    street_names(scene)
    texts = re.findall(r"<text ([^>]*)>(.)</text>", "".join(scene.canvas.layers["labels"]))
    said = {sign: style for style, sign in texts}
    assert "rotate(90" in said["ー"]
    assert not any("rotate" in said[sign] for sign in "リバフィ通り")
    across = {sign: float(style.split('"')[1]) for sign, style in said.items()}
    assert across["ィ"] > across["フ"] == across["リ"]


def test_long_remarks_on_parcels_below_a_map_begin_no_page_of_their_own() -> None:
    homes = {"parcel_id": "P-1", "land_use": "0701", "far_max": 1.5, "geometry": square(0, 0)}
    roads = [
        {
            "parcel_id": f"R-{at}",
            "land_use": "1207",
            "remarks": f"{at}：互通立交匝道用地，不设道路中心线，" + "按批准的交通组织方案实施，" * 4,
            "geometry": shapely.box(100, 20 * at, 120, 20 * at + 20),
        }
        for at in range(5)
    ]
    whole = {"subblock_id": "B-1", "geometry": shapely.box(0, 0, 120, 100)}
    found = drawn(plan_of(parcels=[homes, *roads], subblocks=[whole]), "subblock")
    # A page after the map's has tables, and not the end of their remarks alone.
    assert all("用地代码" in page for page in written(found)[1:])


def test_a_table_stands_whole_below_its_map_or_on_pages_of_its_own() -> None:
    def placed(count: int) -> tuple[float, float]:
        parcels = [
            {
                "parcel_id": f"P-{at:02}",
                "land_use": "0701",
                "far_max": 1.5,
                "geometry": square(30.0 * at, 0, 30, 90),
            }
            for at in range(count)
        ]
        facts = facts_of(plan_of(parcels=parcels))
        (extent,) = subblocks(facts)
        (table,) = tables = parcel_tables(facts, [str(name) for name in facts.names])
        found = _fit(facts, PAPERS["A3"], extent, tables)
        return found.layout.table_mm, height_mm(table, found.layout.body[0]) * LEAST_LETTERS

    below, needed = placed(8)
    assert 0 < needed <= below
    assert all(below == 0 or needed <= below for below, needed in map(placed, (12, 14, 15)))


def test_numbers_of_a_narrow_table_have_the_width_that_they_take() -> None:
    heads, rows = (
        ["项目", "千人指标", "Required per thousand"],
        [["公园绿地与开敞空间", "21,300.01", "20,000.00"]],
    )
    widths = least(heads, rows, ["left", "right", "right"])
    assert widths[0] == 0.0
    assert widths[1:] == [
        pytest.approx(em("21,300.01"), abs=0.01),
        pytest.approx(1.08 * em("Required"), abs=0.6),
    ]
    # A unit that is no ASCII sign does not make a heading one that breaks anywhere.
    assert least(["Per resident\n(m²)"], [["20.00"]], ["right"]) == [pytest.approx(em("resident"), abs=0.01)]


def test_a_name_in_characters_that_the_fonts_have_no_form_of_does_not_stop_a_sheet() -> None:
    streets = [
        {
            "street_id": "S",
            "name_zh": "㙦溪路",
            "class": "local",
            "geometry": shapely.LineString([(0, 110), (400, 110)]),
        }
    ]
    made = drawn(a_row({"title": {"zh": "㙦溪𠮷規劃"}}, streets=streets), "streets", "subblock")
    assert "〓溪〓" in written(made)[0]


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


def test_the_legend_of_the_whole_plan_has_the_hectares_of_its_land_balance() -> None:
    # Each class has 1.005 ha: rounded by itself a hundredth more than its share of the whole.
    parcels = [
        {
            "parcel_id": f"P-{at}",
            "land_use": use,
            "geometry": shapely.box(100.5 * at, 0, 100.5 * (at + 1), 100),
        }
        for at, use in enumerate(("0701", "1401", "0901", "0802"))
    ]
    plan = a_row(parcels=parcels, boundary=[{"name": "all", "geometry": shapely.box(0, 0, 402, 100)}])
    (sheet,) = drawn(plan, "landuse").sheets
    (legend,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    shown = {row["said"].split(" ")[0]: tuple(row["amount"]) for row in legend["rows"] if row["amount"]}
    balance = TABLES["land_balance"](View(plan, check(plan, packs=["zone"]), Words("zh")))
    printed = {line.cells[0]: line.cells[4:6] for line in balance.lines}
    assert {code: tuple(f"{cell:.2f}" for cell in printed[code]) for code in shown} == shown
    assert sum(float(ha) for ha, _ in shown.values()) == pytest.approx(4.02)


def test_a_ratio_has_the_decimals_of_its_parcels_in_the_legend_too() -> None:
    parcels = [
        {"parcel_id": f"P-{far}", "land_use": "0701", "far": far, "geometry": shapely.box(at, 0, at + 90, 90)}
        for at, far in ((0, 0.8), (100, 2.0), (200, 3.5))
    ]
    (sheet,) = drawn(a_row(parcels=parcels), "intensity").sheets
    assert [one for one in legend(sheet) if "≤" in one][-1] == "＞2.00，≤ 3.50"


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


def test_verdicts_go_before_further_tables_where_the_first_of_the_map_stands_below_it(tmp_path: Path) -> None:
    lot = {"parcel_id": "P-1", "land_use": "0701", "geometry": shapely.box(0, 0, 50, 50)}
    kinder = {"facility_id": "F-1", "parcel_id": "P-1", "service": "market", "geometry": shapely.Point(9, 9)}
    made = Whole(facts_of(plan_of(parcels=[lot], facilities=[kinder])), PanelFiles(tmp_path), PAPERS["A3"])
    theme = next(one for one in THEMES if one.kind == "landuse")
    assert not any(one["general"] for one in made._offered(theme, []))
    assert all(one["general"] for one in made._offered(theme, ["land_balance"]))


def amounts(sheet: Sheet) -> dict[str, list[str]]:
    (part,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    return {row["said"]: row["amount"] for row in part["rows"]}


def test_hectares_of_the_legend_of_existing_use_are_those_of_the_land_balance() -> None:
    # Three times 0.336 ha: each rounds to 0.34, the balance shares out 1.01.
    plan = plan_of(
        parcels=[
            {"parcel_id": f"P-{at}", "land_use": "0701", "existing_land_use": use,
             "geometry": shapely.box(40 * at, 0, 40 * at + 33.6, 100)}
            for at, use in enumerate(("0103", "0204", "0301"))
        ]
    )  # fmt: skip
    table = TABLES["land_balance"](View(plan, check(plan, packs=["zone"]), Words("zh")))
    at = [column.key for column in table.columns].index("existing_ha")
    printed = {line.cells[0]: f"{line.cells[at]:.2f}" for line in table.lines}
    (sheet,) = drawn(plan, "existing").sheets
    said = {name.split()[0]: amount[0] for name, amount in amounts(sheet).items() if amount}
    assert said == {code: printed[code] for code in ("0103", "0204", "0301")}
    assert sum(float(one) for one in said.values()) == pytest.approx(1.01)


def test_a_sheet_without_control_lines_does_not_say_what_they_follow_from() -> None:
    blocks = [
        {"block_id": "B-1", "geometry": shapely.box(0, 0, 100, 100)},
        {"block_id": "B-2", "geometry": shapely.box(100, 0, 200, 100)},
    ]
    homes, park = drawn(a_row(blocks=blocks), "block").sheets
    notes = [
        " ".join(part["notes"]) for sheet in (homes, park) for part in sheet.data["panel"] if "notes" in part
    ]
    assert ["按用地推得" in one for one in notes] == [False, True]


def test_land_without_a_bound_or_a_phase_has_its_hectares_in_the_legend_and_streets_are_none_of_it() -> None:
    plan = plan_of(
        parcels=[
            {"parcel_id": "P-1", "land_use": "0701", "far_max": 1.5, "phase": "1", "geometry": square(0, 0)},
            {"parcel_id": "P-2", "land_use": "1401", "geometry": square(100, 0)},
            {"parcel_id": "P-3", "land_use": "1207", "phase": "1", "geometry": square(200, 0)},
        ]
    )
    far, phases = drawn(plan, "intensity", "phases").sheets
    assert amounts(far)["规划未定上限"] == ["1.00"]
    assert amounts(phases)["未定期"] == ["1.00"]


def test_rows_of_a_table_of_subtotals_alone_are_not_all_bold() -> None:
    plan = plan_of(
        parcels=[
            {"parcel_id": f"P-{at}", "block_id": "B-1", "subblock_id": f"B-1-{at}", "land_use": "0902",
             "floor_area_m2": 1000.0, "geometry": square(100.0 * at, 0)}
            for at in range(2)
        ]
    )  # fmt: skip
    view = View(plan, check(plan, packs=["zone"]), Words("zh"))
    made = printed(view, TABLES["loads"](view), keep=lambda line: line.kind != "row")
    assert made is not None
    kinds = {row["cells"][0]: row["kind"] for row in made["rows"]}
    assert (kinds["B-1"], kinds["B-1-0"], made["rows"][-1]["kind"]) == ("subtotal", "row", "total")


@pytest.mark.long
def test_a_page_that_goes_on_says_of_which_sheet_and_plan_it_is() -> None:
    parcels = [
        {"parcel_id": f"P-{at:03}", "land_use": "0701", "geometry": square(10.0 * at, 0, 10)}
        for at in range(200)
    ]
    found = drawn(
        plan_of(parcels=parcels, blocks=[{"block_id": "B-1", "geometry": shapely.box(0, 0, 2000, 10)}]),
        "block",
    )
    (sheet,), pages = found.sheets, written(found)
    assert len(pages) > 1
    assert all(f"{sheet.number}" in page and f"{at}/{len(pages)}" in page for at, page in enumerate(pages, 1))


def test_street_land_far_from_other_parcels_has_no_sheet_and_stands_in_the_table_of_the_rest() -> None:
    road = {"parcel_id": "R-1", "land_use": "1207", "geometry": shapely.box(-2_000, -20, 2_000, 0)}
    homes = {"parcel_id": "P-1", "land_use": "0701", "geometry": square(0, 0)}
    found = drawn(plan_of(parcels=[road, homes]), "subblock", "tables")
    assert [sheet.data["shelves"][0][0]["rows"][0]["cells"][0] for sheet in found.sheets[:-1]] == ["P-1"]
    listed = [one for shelf in found.sheets[-1].data["shelves"] for one in shelf]
    assert any(row["cells"][0] == "R-1" for one in listed for row in one["rows"])
    (alone,) = drawn(plan_of(parcels=[road]), "subblock").sheets
    assert alone.data["shelves"][0][0]["rows"][0]["cells"][0] == "R-1"


def test_parcels_without_conditions_stand_in_columns_without_rows_of_dashes_and_count_in_the_sum() -> None:
    homes = {"parcel_id": "P-1", "land_use": "0701", "far_max": 1.5, "geometry": square(0, 0)}
    green = [
        {"parcel_id": f"G-{at}", "land_use": "1401", "remarks": "保留", "geometry": square(100.0 * at, 100)}
        for at in range(8)
    ]
    road = {"parcel_id": "R-1", "land_use": "1207", "geometry": shapely.box(0, 200, 800, 220)}
    whole = {"subblock_id": "B-1", "geometry": shapely.box(0, 0, 800, 200)}
    found = drawn(plan_of(parcels=[homes, *green, road], subblocks=[whole]), "subblock", "tables")
    bound, unbound = [one for shelf in found.sheets[0].data["shelves"] for one in shelf]
    assert [(row["kind"], row["cells"][0]) for row in bound["rows"]] == [
        ("row", "P-1"), ("subtotal", "其他（8 块）"), ("total", "合计（9 块）"),
    ]  # fmt: skip
    assert [row["cells"][3] for row in bound["rows"]] == ["10,000", "80,000", "90,000"]
    assert bound["ems"][0] >= em("其他（8 块）")
    assert [row["cells"][0] for row in unbound["rows"]] == [f"G-{at}" for at in range(8)]
    assert not any("—" in row["cells"] for row in unbound["rows"])
    assert len(unbound["columns"]) == 2
    assert unbound["notes"] == ["G-0、G-1、G-2、G-3、G-4、G-5、G-6、G-7：保留"]
    (rest,) = [
        one for shelf in found.sheets[-1].data["shelves"] for one in shelf if "图则以外" in one["title"]
    ]
    assert [head.split("\n")[0] for head in rest["heads"]] == ["地块编号", "用地代码", "用地名称", "用地面积"]
    assert any(head.startswith("容积率") for head in bound["heads"])


def test_the_structure_sheet_says_what_the_map_of_a_report_says() -> None:
    land = shapely.box(0, 0, 400, 100)
    axis = {
        "structure_id": "A",
        "role": "axis",
        "name": "Long axis",
        "geometry": shapely.LineString([(0, 50), (400, 50)]),
    }
    plan = a_row(
        zones=[{"zone_id": "Z", "name": "Work", "dominant_codes": "0901", "geometry": land}],
        areas=[{"area_id": "W", "name": "West", "geometry": land}],
        structure=[axis],
    )  # fmt: skip
    (sheet,) = drawn(plan, "structure", lang="en").sheets
    (part,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    said = {row["said"]: row["amount"] for row in part["rows"]}
    of_report = structure_map(facts_of(plan, "en").view.ground)
    assert of_report is not None
    told = {entry.said: entry.amount for entry in of_report.legend}
    for name in ("Work", "West", "Long axis"):
        assert "".join(said[name]).replace("\u00a0", " ") == told[name]
    assert told["Long axis"]


def test_parts_of_a_structure_that_share_a_name_each_have_a_line_in_the_legend() -> None:
    plan = a_row(
        areas=[
            {"area_id": f"A-{at}", "name": "Centre", "geometry": square(100.0 * at, 0)} for at in range(2)
        ],
        structure=[
            {"structure_id": str(at), "role": "axis", "geometry": shapely.LineString([(0, y), (far, y)])}
            for at, (y, far) in enumerate(((20, 100), (60, 300)))
        ],
    )
    (sheet,) = drawn(plan, "structure", lang="en").sheets
    (part,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    said = [(row["said"], "".join(row["amount"])) for row in part["rows"]]
    of_report = structure_map(facts_of(plan, "en").view.ground)
    assert of_report is not None
    for name in ("Centre", "Axis"):
        told = sorted(entry.amount for entry in of_report.legend if entry.said == name)
        assert len(told) == 2
        assert sorted(amount.replace("\u00a0", " ") for one, amount in said if one == name) == told


def test_the_structure_sheet_explains_what_each_of_its_windows_shows() -> None:
    lands = [shapely.box(x, 0, x + 300, 100) for x in (0, 6000)]
    plan = a_row(
        boundary=[{"name": str(at), "geometry": land} for at, land in enumerate(lands)],
        areas=[
            {"area_id": name, "name": name, "geometry": land}
            for name, land in zip(("West", "East"), lands, strict=True)
        ],
        structure=[
            {"structure_id": "C", "role": "core", "name": "Middle", "geometry": shapely.Point(50, 50)}
        ],
    )
    (sheet,) = drawn(plan, "structure", lang="en").sheets
    assert sheet.fit is not None
    assert len(sheet.fit.cells) == 2
    assert {"West", "East", "Core"} <= set(legend(sheet))


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


def test_the_map_of_today_draws_no_street_and_no_figure_of_the_plan() -> None:
    plan = plan_of(
        parcels=[
            {"parcel_id": "P", "land_use": "0701", "existing_land_use": "0103", "geometry": square(0, 0)},
            {"parcel_id": "R", "land_use": "1207", "existing_land_use": "0103", "geometry": square(100, 0)},
        ],
        streets=[
            {"street_id": "S", "class": "local", "geometry": shapely.LineString([(100, 50), (200, 50)])}
        ],
    )
    (sheet,) = drawn(plan, "existing", lang="en").sheets
    assert not {"Road line", "Streets"} & set(legend(sheet))
    assert "Key figures" not in [one.get("title") for one in sheet.data["panel"]]


def test_a_control_sheet_says_nothing_of_the_belt_the_areas_and_the_notice() -> None:
    plan = read("examples/demonstration-zone")
    facts = Facts(View(plan, check(plan), Words("en")))
    (block, *_) = blocks(facts)
    with TemporaryDirectory() as folder:
        files = PanelFiles(Path(folder))
        titles = [row["cells"][1] for row in verdicts(facts, files, block)["rows"]]
        whole = [row["cells"][1] for row in verdicts(facts, files)["rows"]]
    gone = [one for one in whole if one not in titles]
    assert len(gone) == 6
    assert {"Length of the innovation belt", "Days of public notice of the draft"} <= {*gone}
    assert titles


def test_the_facilities_of_a_block_are_numbered_from_one() -> None:
    plan = read("examples/demonstration-zone")
    facts = Facts(View(plan, check(plan), Words("en")))
    for block in blocks(facts):
        table = facility_table(facts, block)
        assert table is not None
        assert [row["cells"][0] for row in table["rows"]] == [str(at + 1) for at in range(len(table["rows"]))]


def test_the_figures_of_a_part_have_their_units() -> None:
    plan = read("examples/demonstration-zone")
    facts = Facts(View(plan, check(plan), Words("en")))
    told = dict(figures_of(facts, blocks(facts)[0])["rows"])
    assert told["Dwellings"].endswith("dwellings")
    assert told["Residents"].endswith("people")
    assert told["Parking"].endswith("spaces")


def test_a_map_whose_subject_no_rule_judges_says_so_and_shows_no_other_verdicts() -> None:
    row = {"parcel_id": "P-1", "land_use": "0701", "existing_land_use": "0103", "geometry": square(0, 0)}
    plan = plan_of(parcels=[row])
    (sheet,) = drawn(plan, "existing", lang="en").sheets
    (verdicts,) = [one for one in sheet.data["panel"] if one["kind"] == "verdicts"]
    assert verdicts["rows"] == []
    assert verdicts["total"] == 0 or verdicts["none"] == "No rule judges what this map shows."


def test_a_land_use_plan_on_larger_paper_numbers_parcels_where_its_larger_letters_have_room() -> None:
    parcels = [{"parcel_id": "P-1", "land_use": "0701", "geometry": shapely.box(0, 0, 120, 100)}]
    facts = facts_of(plan_of(parcels=parcels), "en")
    assert numbers_parcels(facts, 8_000, PAPERS["A3"].letters)
    assert not numbers_parcels(facts, 8_000, PAPERS["A1"].letters)


def test_chinese_tables_say_hectares_in_one_way() -> None:
    for made in (TABLES[name](facts_of(a_row(), "zh").view) for name in ("land_balance", "phases")):
        assert not [one.key for one in made.columns if "ha" in heading(facts_of(a_row(), "zh").view, one)]


def test_greens_that_a_plan_draws_in_a_layer_of_their_own_have_a_map_and_a_reach() -> None:
    green = {"green_id": "G-1", "kind": "park", "geometry": square(0, 0)}
    home = {"building_id": "B-1", "residents": 9.0, "geometry": square(200, 0, 20)}
    land = {"name": "all", "geometry": shapely.box(0, 0, 400, 300)}
    plan = plan_of(greens=[green], buildings=[home], boundary=[land])
    (sheet,) = atlas(plan, check(plan, packs=["green-access"]), "en", kinds=["green"]).sheets
    assert {"Park", "Within 300 m of green, straight line"} <= set(legend(sheet))
    with pytest.raises(UsageError, match="green"):
        drawn(plan_of(buildings=[home], boundary=[land]), "green")


def test_figures_per_thousand_of_which_none_is_known_are_not_printed() -> None:
    def table(plan: Plan) -> dict[str, Any] | None:
        view = View(plan, check(plan, packs=["sdg11"]), Words("en"))
        return printed(view, TABLES["per_thousand"](view))

    school = {"facility_id": "F-1", "geometry": shapely.Point(5, 5)}
    assert table(plan_of(facilities=[school])) is None
    assert table(plan_of(facilities=[school | {"service": "library", "floor_area_m2": 90.0}])) is not None


def test_the_use_of_a_parcel_that_is_not_known_is_a_dash_in_its_index_block() -> None:
    land = shapely.box(0, 0, 100, 100)
    facts = facts_of(plan_of(parcels=[{"parcel_id": "N1", "land_use": None, "far": 0.4, "geometry": land}]))
    scene = Scene(Canvas(MapWindow(Frame(-20, -20, 120, 120), 0, 0, 140, 140)), facts, 1_000)
    ParcelLabels(scene, ground_of(scene, range(1)), PARCEL_BLOCKS, []).all()
    head, *_ = re.findall(
        r"<text [^>]*#ffffff[^>]*>[^<]+</text>.*?>([^<>]+)</text>", "".join(scene.canvas.layers["labels"])
    )
    assert head == "—"


@pytest.mark.parametrize("kind", ["land_use", "subblock"])
def test_the_line_of_a_parcel_does_not_cover_the_road_line_along_it(kind: str) -> None:
    home = {"parcel_id": "S-01", "land_use": "0701", "subblock_id": "S", "geometry": square(0, 0)}
    road = {"parcel_id": "R-01", "land_use": "1207", "geometry": square(100, 0, 20, 100)}
    facts = facts_of(
        plan_of(parcels=[home, road], subblocks=[{"subblock_id": "S", "geometry": square(0, 0)}])
    )
    scene = Scene(Canvas(MapWindow(Frame(-20, -20, 140, 120), 0, 0, 160, 140)), facts, 1_000)
    if kind == "land_use":
        land_use(scene, ground_of(scene, range(2)))
    else:
        _draw(scene, subblocks(facts)[0], [])
    drawing = "".join("".join(pieces) for pieces in scene.canvas.layers.values())
    assert drawing.rindex(f'stroke="{PARCEL_LINE}"') < drawing.rindex(f'stroke="{RED_LINE}"')
