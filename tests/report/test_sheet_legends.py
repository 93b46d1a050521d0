"""What maps of sheets show, and what their legends say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely
import shapely.affinity
from tests.support.sheet_plans import a_row, drawn, facts_of, legend, written
from tests.support.squares import plan_of, square

from blockplan.check import check
from blockplan.plan.model.layers import VALUES
from blockplan.report.maps.canvas import Canvas
from blockplan.report.maps.svg import Frame
from blockplan.report.maps.themes import structure_map
from blockplan.report.office import TABLES
from blockplan.report.sheets import PAPERS, basemap, panels
from blockplan.report.sheets.control import _draw
from blockplan.report.sheets.extents import subblocks
from blockplan.report.sheets.facts import Facts
from blockplan.report.sheets.maps import scenes_of
from blockplan.report.sheets.overlaymap import OVERLAYS, _hatch
from blockplan.report.sheets.paper import MapWindow, fit, layouts
from blockplan.report.sheets.parcelmap import CONTROL, PARCEL_LINE, RED_LINE, ground_of
from blockplan.report.sheets.scene import Scene
from blockplan.report.sheets.themes import facilities, land_use, phases
from blockplan.report.view import View
from blockplan.report.words import Words

if TYPE_CHECKING:
    from blockplan.report.sheets.control import Sheet


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


def test_footways_of_a_grey_map_are_grey_and_need_no_line_in_its_legend() -> None:
    path = {"street_id": "S", "class": "path", "geometry": shapely.LineString([(0, 50), (400, 50)])}
    plan = a_row(streets=[path])
    scene = scenes_of(
        facts_of(plan), fit([plan.layer("boundary").geometry.iloc[0]], layouts(PAPERS["A3"], (125.0,)))
    )[0]
    basemap.streets(scene)
    assert basemap.CLASSES["path"][0] not in "".join(scene.canvas.layers["roads"])
    assert not scene.legend


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


def test_the_legend_of_the_whole_plan_has_the_hectares_of_its_land_balance() -> None:
    # Each class has 10,050.5 m²: rounded by itself a square metre more than its share of the whole.
    parcels = [
        {
            "parcel_id": f"P-{at}",
            "land_use": use,
            "geometry": shapely.box(100.505 * at, 0, 100.505 * (at + 1), 100),
        }
        for at, use in enumerate(("0701", "1401", "0901", "0802"))
    ]
    plan = a_row(parcels=parcels, boundary=[{"name": "all", "geometry": shapely.box(0, 0, 402.02, 100)}])
    (sheet,) = drawn(plan, "landuse").sheets
    (legend,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    shown = {row["said"].split(" ")[0]: tuple(row["amount"]) for row in legend["rows"] if row["amount"]}
    balance = TABLES["land_balance"](View(plan, check(plan, packs=["zone"]), Words("zh")))
    printed = {line.cells[0]: line.cells[4:6] for line in balance.lines}
    assert {code: (f"{printed[code][0]:.4f}", f"{printed[code][1]:.2f}") for code in shown} == shown
    assert sum(float(ha) for ha, _ in shown.values()) == pytest.approx(4.0202)


@pytest.mark.long
def test_a_ratio_has_the_decimals_of_its_parcels_in_the_legend_too() -> None:
    parcels = [
        {"parcel_id": f"P-{far}", "land_use": "0701", "far": far, "geometry": shapely.box(at, 0, at + 90, 90)}
        for at, far in ((0, 0.8), (100, 2.0), (200, 3.5))
    ]
    (sheet,) = drawn(a_row(parcels=parcels), "intensity").sheets
    assert [one for one in legend(sheet) if "≤" in one][-1] == "＞2.00，≤ 3.50"
    (sheet,) = drawn(a_row(parcels=parcels), "intensity", lang="ja").sheets
    assert [one for one in legend(sheet) if "350" in one] == ["＞200%、≤ 350%"]


def amounts(sheet: Sheet) -> dict[str, list[str]]:
    (part,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    return {row["said"]: row["amount"] for row in part["rows"]}


def test_hectares_of_the_legend_of_existing_use_are_those_of_the_land_balance() -> None:
    # Three times 0.33604 ha: each rounds to 0.3360, the balance shares out 1.0081.
    plan = plan_of(
        parcels=[
            {"parcel_id": f"P-{at}", "land_use": "0701", "existing_land_use": use,
             "geometry": shapely.box(40 * at, 0, 40 * at + 33.604, 100)}
            for at, use in enumerate(("0103", "0204", "0301"))
        ]
    )  # fmt: skip
    table = TABLES["land_balance"](View(plan, check(plan, packs=["zone"]), Words("zh")))
    at = [column.key for column in table.columns].index("existing_ha")
    printed = {line.cells[0]: f"{line.cells[at]:.4f}" for line in table.lines}
    (sheet,) = drawn(plan, "existing").sheets
    said = {name.split()[0]: amount[0] for name, amount in amounts(sheet).items() if amount}
    assert said == {code: printed[code] for code in ("0103", "0204", "0301")}
    assert sum(float(one) for one in said.values()) == pytest.approx(1.0081)


def test_land_without_a_bound_or_a_phase_has_its_hectares_in_the_legend_and_streets_are_none_of_it() -> None:
    plan = plan_of(
        parcels=[
            {"parcel_id": "P-1", "land_use": "0701", "far_max": 1.5, "phase": "1", "geometry": square(0, 0)},
            {"parcel_id": "P-2", "land_use": "1401", "geometry": square(100, 0)},
            {"parcel_id": "P-3", "land_use": "1207", "phase": "1", "geometry": square(200, 0)},
        ]
    )
    far, phased = drawn(plan, "intensity", "phases").sheets
    assert amounts(far)["规划未定上限"] == ["1.0000"]
    assert amounts(phased)["未定期"] == ["1.0000"]


def test_the_hectares_of_a_legend_are_those_of_the_table_and_add_up() -> None:
    parcels = [
        {"parcel_id": f"P-{at}", "land_use": "0701", "far": far, "far_kind": "upper", "phase": f"{at + 1}",
         "geometry": shapely.box(100 * at, 0, 100 * at + 100, 50.5)}
        for at, far in enumerate((0.5, 1.5, 2.5))
    ]  # fmt: skip
    plan = plan_of(parcels=parcels)
    far, phased = (
        [float(one[0]) for one in amounts(sheet).values() if one]
        for sheet in drawn(plan, "intensity", "phases").sheets
    )
    table = TABLES["phases"](View(plan, check(plan, packs=["zone"]), Words("zh")))
    assert phased == [line.cells[2] for line in table.lines[:3]]
    assert sum(far) == pytest.approx(sum(phased)) == pytest.approx(table.lines[-1].cells[2])


@pytest.mark.long
def test_the_classes_of_a_control_sheet_add_up_to_the_land_that_it_states() -> None:
    """3.195 ha twice is 6.39 ha: one of the two is printed as 3.19 ha, and its classes with it."""
    parcels, subblocks = [], []
    for at in range(2):
        west = 500 * at
        shapes = (shapely.box(west, 0, west + 100, 159.5), shapely.box(west + 100, 0, west + 200, 160))
        parcels += [
            {"parcel_id": f"{at}-{use}", "land_use": use, "block_id": "B", "subblock_id": f"B-{at}",
             "geometry": shape}
            for use, shape in zip(("0901", "0902"), shapes, strict=True)
        ]  # fmt: skip
        subblocks.append({"subblock_id": f"B-{at}", "block_id": "B", "geometry": shapely.union_all(shapes)})
    block = {"block_id": "B", "geometry": shapely.box(0, 0, 1000, 1000)}
    plan = plan_of(
        parcels=parcels,
        blocks=[block],
        subblocks=subblocks,
        boundary=[{"name": "all", "geometry": shapely.box(0, 0, 1000, 1000)}],
    )
    facts = facts_of(plan)
    printed = panels.printed_land(facts)
    sheets = [one for one in drawn(plan).sheets if one.kind in {"block", "subblock"}]
    told = {
        (one.kind, one.id): sum(float(amount[0]) for amount in amounts(one).values() if amount)
        for one in sheets
    }
    assert told == {key: pytest.approx(printed[key]["land"]) for key in told}
    assert sorted(round(ha, 2) for (kind, _), ha in told.items() if kind == "subblock") == [3.19, 3.2]


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


@pytest.mark.parametrize(("lang", "borne"), [("zh", True), ("en", False)])
def test_a_swatch_bears_the_name_of_a_phase_where_it_has_room(lang: str, borne: bool) -> None:
    plan = a_row()
    facts = facts_of(plan.replace(parcels=plan.layer("parcels").assign(phase="近期")), lang)
    (scene,) = scenes_of(facts, fit([facts.outline], layouts(PAPERS["A3"], (125.0,)), cut=False))
    phases(scene, ground_of(scene, None))
    (entry,) = [one for one in scene.legend.values() if one.said in {"近期", "near term"}]
    assert (entry.said in entry.swatch) == borne
