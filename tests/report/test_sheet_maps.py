"""What maps of the whole plan show where their own subject leaves room or no rule judges it."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from pypdf import PdfReader
from tests.support.random_plans import random_plan
from tests.support.sheet_plans import a_row, drawn, legend
from tests.support.squares import plan_of, square
from tests.support.town import town

from blockplan.check import check
from blockplan.report.maps import legends
from blockplan.report.maps.basemap import GREEN
from blockplan.report.maps.labels import Labels
from blockplan.report.maps.reachmaps import reach_maps
from blockplan.report.sheets import atlas
from blockplan.report.sheets.maps import small_map
from blockplan.report.sheets.plan_sheets import Whole
from blockplan.report.sheets.themes import STEPS
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.report.maps.canvas import Canvas


def test_the_reach_of_parks_is_drawn_and_said_to_be_not_judged_where_no_rule_gives_it() -> None:
    homes = {"parcel_id": "A", "land_use": "0701", "geometry": square(900, 0)}
    park = {"parcel_id": "B", "land_use": "1401", "geometry": square(0, 0)}
    plan = plan_of(
        parcels=[homes, park], boundary=[{"name": "all", "geometry": shapely.box(0, 0, 1_000, 100)}]
    )
    (sheet,) = atlas(plan, check(plan, packs=["gb55014"]), "en", kinds=["green"]).sheets
    (legend,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    said = [row["said"] for row in legend["rows"]]
    assert "Within 500 m of green, straight line" in said
    assert "Homes outside" not in said
    assert any("not judged" in note for note in legend["notes"])


def test_the_reach_of_a_service_is_that_of_the_facilities_that_the_rule_counted() -> None:
    homes = [
        {"parcel_id": f"H-{at}", "land_use": "0701", "residents": 90.0, "geometry": square(300.0 * at, 0)}
        for at in range(4)
    ]
    facilities = [
        {"facility_id": "S", "service": "sport", "parcel_id": "H-0", "site_area_m2": 900.0,
         "geometry": shapely.Point(50, 50)},
        {"facility_id": "P", "service": "primary_school", "parcel_id": "H-1",
         "geometry": shapely.Point(350, 50)},
    ]  # fmt: skip
    whole = {"name": "all", "geometry": shapely.box(0, 0, 1_000, 100)}
    plan = plan_of(parcels=homes, facilities=facilities, boundary=[whole])
    judged = check(plan, packs=["gb50180"], on=dt.date(2024, 6, 1))
    (sheet,) = atlas(plan, judged, "en", kinds=["facilities"]).sheets
    # A ground of 900 m2 is a court that reaches 300 m, and none that reaches 500 m.
    assert [one for one in legend(sheet) if "straight line" in one] == [
        "Primary school: within 500 m, straight line",
        "Sport: within 300 m, straight line",
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("pack", "limits"), [("gb55014", "300 / 1000"), ("bj", "500"), ("jp", "250"), ("green-access", "300")]
)
def test_the_reach_of_parks_is_that_of_the_rule_that_judges_it(pack: str, limits: str) -> None:
    homes = {"parcel_id": "A", "land_use": "0701", "residents": 90.0, "geometry": square(900, 0)}
    parks = [
        {"parcel_id": f"P-{side}", "land_use": "1401", "geometry": square(x, 0, side)}
        for x, side in ((0, 300), (500, 70))
    ]
    whole = {"name": "all", "geometry": shapely.box(0, 0, 1_000, 300)}
    plan = plan_of(parcels=[homes, *parks], boundary=[whole])
    judged = check(plan, packs=[pack], on=dt.date(2024, 6, 1))
    (sheet,) = atlas(plan, judged, "en", kinds=["green"]).sheets
    (legend,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    assert f"Within {limits} m of green, straight line" in [row["said"] for row in legend["rows"]]
    assert not any("not judged" in note for note in legend["notes"])


def test_the_reports_map_draws_the_reach_of_each_park_by_its_size() -> None:
    homes = {"parcel_id": "A", "land_use": "0701", "residents": 90.0, "geometry": square(1_500, 0)}
    parks = [
        {"parcel_id": f"P-{side}", "land_use": "1401", "geometry": square(x, 0, side)}
        for x, side in ((0, 300), (500, 70))
    ]
    parcels = [homes, *parks]
    whole = {"name": "all", "geometry": shapely.union_all([one["geometry"] for one in parcels])}
    around = {"geometry": shapely.box(-3_000, -3_000, 6_000, 3_000)}
    plan = plan_of(parcels=parcels, boundary=[whole], extent=[around])
    judged = check(plan, packs=["gb55014"], on=dt.date(2024, 6, 1))
    verdict = next(one for one in judged.verdicts if one.reach and one.parameters.radius_by_size_ha)
    (map_,) = reach_maps(View(plan, judged, Words("en")).ground, verdict, "m")
    said = [entry.said for entry in map_.legend]
    assert "300 / 1,000 m from a public green, straight line" in said
    # The nearer park is 980 m away and reaches 300 m, the large one 1,250 m and reaches 1,000 m.
    (beyond,) = verdict.where
    assert beyond.value == pytest.approx(1_250)
    assert "800 to 1,300 m" in said


def test_a_stop_that_was_counted_is_seen_on_the_map_of_its_reach() -> None:
    homes = {"parcel_id": "A", "land_use": "0701", "residents": 90.0, "geometry": square(1_500, 0)}
    stop = {"stop_id": "S", "modes": "bus", "geometry": shapely.Point(50, 50)}
    whole = {"name": "all", "geometry": shapely.box(0, 0, 1_600, 100)}
    plan = plan_of(parcels=[homes], stops=[stop], boundary=[whole])
    judged = check(plan, packs=["gb50180"], on=dt.date(2024, 6, 1))
    verdict = next(one for one in judged.verdicts if one.rule == "gb50180-f-bus")
    (map_,) = reach_maps(View(plan, judged, Words("en")).ground, verdict, "m")
    reach, seen = re.findall(rf'<path[^>]* fill="{GREEN}"[^>]*>', map_.standalone())
    assert 'd="M' in seen
    assert "stroke-dasharray" in reach


def test_a_stop_at_the_frame_of_a_map_has_a_whole_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[tuple[tuple[float, ...], tuple[float, ...]]] = []
    keep = Labels.keep

    def stops(canvas: Canvas, *args: Any, **kwargs: Any) -> Any:
        def within(self: Labels, box: tuple[float, float, float, float]) -> None:
            kept.append((box, canvas.box.bounds))
            keep(self, box)

        with monkeypatch.context() as now:
            now.setattr(Labels, "keep", within)
            return drawn_stops(canvas, *args, **kwargs)

    drawn_stops = legends.stops
    monkeypatch.setattr(legends, "stops", stops)
    homes = {"parcel_id": "A", "land_use": "0701", "residents": 90.0, "geometry": square(0, 0)}
    places = [(0.4 * x, 50.0) for x in range(-300, 550)]
    rows = [
        {"stop_id": f"S-{at}", "modes": "bus" if at % 2 else "subway", "geometry": shapely.Point(place)}
        for at, place in enumerate(places)
    ]
    whole = {"name": "all", "geometry": shapely.box(0, 0, 100, 100)}
    assert drawn(plan_of(parcels=[homes], stops=rows, boundary=[whole]), "landuse", "streets").sheets
    assert len(kept) > 20
    for (left, top, right, bottom), (west, north, east, south) in kept:
        assert west - 1e-9 <= left < right <= east + 1e-9
        assert north - 1e-9 <= top < bottom <= south + 1e-9


def test_the_parcels_beside_a_map_of_bounds_are_all_of_which_a_condition_is_stated() -> None:
    parcels = [
        {"parcel_id": "A", "land_use": "0701", "far": 1.5, "far_kind": "upper", "geometry": square(0, 0)},
        {"parcel_id": "B", "land_use": "1401", "green_ratio": 0.75, "green_kind": "lower",
         "geometry": square(100, 0)},
        {"parcel_id": "C", "land_use": "1207", "geometry": square(200, 0)},
    ]  # fmt: skip
    whole = {"name": "all", "geometry": shapely.box(0, 0, 300, 100)}
    (sheet,) = drawn(plan_of(parcels=parcels, boundary=[whole]), "intensity").sheets
    shown = [one for shelf in sheet.data.get("shelves", ()) for one in shelf]
    shown += [one for one in sheet.data["panel"] if one["kind"] == "table"]
    (table,) = [one for one in shown if one["title"] == "地块控制指标表"]
    assert [row["cells"][0] for row in table["rows"]] == ["A", "B"]
    assert "另有 1 个地块未载控制指标，未列。" in table["notes"]


def test_a_land_use_plan_counts_the_numbers_of_parcels_alone() -> None:
    road = {"parcel_id": "R-1", "land_use": "1207", "geometry": square(0, 100, 400)}
    parcels = [
        {"parcel_id": f"P-{at}", "land_use": "0701", "geometry": square(100.0 * at, 0)} for at in range(4)
    ]
    (sheet,) = drawn(plan_of(parcels=[*parcels, road]), "landuse").sheets
    assert (sheet.labelled, sheet.parcels) == (4, 4)


@pytest.mark.long
def test_a_map_whose_ground_is_the_land_use_says_where_its_legend_stands() -> None:
    (sheet,) = drawn(town(), "facilities", lang="en").sheets
    (legend,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    assert "Ground: planned land use, paled; its legend: Land-use plan." in legend["notes"]
    (uses,) = drawn(town(), "landuse", lang="en").sheets
    assert uses.number == "GH-03"


def test_a_map_takes_tables_of_other_subjects_where_its_own_leave_room() -> None:
    (sheet,) = drawn(town(), "control_lines").sheets
    beside = [one["title"] for one in sheet.data["panel"] if one["kind"] == "table"]
    below = [one["title"] for shelf in sheet.data.get("shelves", ()) for one in shelf]
    assert "规划用地平衡表" in [*beside, *below]


@pytest.mark.long
def test_a_table_is_printed_once_for_all_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, bool]] = []

    def print_(self: Whole, name: str, *, narrow: bool) -> None:
        told.append((name, narrow))

    monkeypatch.setattr(Whole, "_print", print_)
    plan = random_plan(7, columns=5, rows=3)
    atlas(plan, check(plan, packs=["zone"]), "en", kinds=["landuse", "height", "green"])
    assert told
    assert len(told) == len({*told})


def test_control_lines_are_said_to_be_absent_for_all_parts_of_a_sheet_together() -> None:
    parts = [("A", "0701", 0), ("B", "1401", 20_000)]
    parcels = [{"parcel_id": id_, "land_use": use, "geometry": square(x, 0)} for id_, use, x in parts]
    land = [{"name": id_, "geometry": shapely.box(x, 0, x + 100, 100)} for id_, _, x in parts]
    (sheet,) = drawn(plan_of(parcels=parcels, boundary=land), "control_lines", lang="en").sheets
    (legend,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    assert "green line" in {row["said"].lower() for row in legend["rows"]}
    (absent,) = [note for note in legend["notes"] if note.startswith("None on this sheet")]
    assert "green" not in absent.lower()


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sheet_of_the_appendix_is_one_page(lang: str) -> None:
    for plan in (town(), a_row()):
        made = drawn(plan, "tables", lang=lang)
        assert len(PdfReader(io.BytesIO(made.pdf)).pages) == len(made.sheets)


def test_a_sheet_of_parcels_says_class_and_width_of_its_own_streets() -> None:
    streets = [
        {
            "street_id": f"S-{at}",
            "name_zh": name,
            "class": "local",
            "red_line_width_m": 18.0,
            "geometry": shapely.LineString([(0, y), (400, y)]),
        }
        for at, (name, y) in enumerate((("近路", 50), ("远路", 900)))
    ]
    whole = {"name": "all", "geometry": shapely.box(0, 0, 400, 1_000)}
    (sheet,) = drawn(a_row(streets=streets, boundary=[whole]), "subblock").sheets
    (table,) = [one for one in sheet.data["panel"] if one["kind"] == "table"]
    assert [row["cells"][:2] for row in table["rows"]] == [["近路", "支路"]]
    assert "18" in table["rows"][0]["cells"]


def test_a_sheet_of_parcels_lists_a_street_as_it_is_along_its_own_land() -> None:
    parcels = [
        {
            "parcel_id": f"P-{at}",
            "land_use": "0701",
            "subblock_id": f"S-{at}",
            "geometry": square(0, 600 * at, 280, 580),
        }
        for at in range(2)
    ]
    subblocks = [{"subblock_id": one["subblock_id"], "geometry": one["geometry"]} for one in parcels]
    streets = [
        {
            "street_id": class_,
            "name_zh": "长路",
            "class": class_,
            "red_line_width_m": width,
            "geometry": shapely.LineString([(300, from_), (300, to)]),
        }
        for class_, width, from_, to in (("arterial", 60.0, 0, 590), ("local", 12.0, 590, 1_200))
    ]
    whole = {"name": "all", "geometry": shapely.box(-20, -20, 600, 1_300)}
    plan = plan_of(parcels=parcels, subblocks=subblocks, streets=streets, boundary=[whole])
    listed = [
        [row["cells"] for row in one["rows"]]
        for sheet in drawn(plan, "subblock").sheets
        for one in sheet.data["panel"]
        if one["kind"] == "table"
    ]
    assert listed == [[["长路", "主干路", "60", "60"]], [["长路", "支路", "12", "12"]]]


@pytest.mark.long
def test_a_legend_names_no_water_and_no_woods_that_parcels_hide() -> None:
    hidden = {"geometry": shapely.box(0, 10, 400, 40)}
    seen = {"geometry": shapely.box(0, 60, 450, 90)}
    wood = {"geometry": shapely.box(150, 10, 250, 90)}
    street = {"street_id": "S-1", "class": "local", "geometry": shapely.LineString([(0, 50), (450, 50)])}
    kinds = ("facilities", "green", "streets")
    for water, there in (([hidden], False), ([hidden, seen], True)):
        around = {"geometry": shapely.box(-50, -50, 450, 150)}
        plan = a_row(water=water, woodland=[wood], streets=[street], extent=[around])
        sheets = drawn(plan, *kinds, "location").sheets
        for sheet in sheets:
            said = [
                row["said"]
                for part in sheet.data["panel"]
                if part["kind"] == "legend"
                for row in part["rows"]
            ]
            bare = sheet.kind == "location"  # no parcel is filled there
            assert ("河流、水面" in said) == (there or bare), sheet.kind
            assert ("林地" in said) == bare, sheet.kind


def test_neighbouring_classes_of_height_are_told_apart_on_paper() -> None:
    def lab(colour: str) -> tuple[float, float, float]:
        """CIE 1976 (L*, a*, b*) of an sRGB colour under D65."""
        given = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (((one + 0.055) / 1.055) ** 2.4 if one > 0.04045 else one / 12.92 for one in given)
        x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
        y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
        x, y, z = (one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116 for one in (x, y, z))
        return 116 * y - 16, 500 * (x - y), 200 * (y - z)

    found = [lab(one) for one in STEPS]
    assert all(math.dist(*pair) > 24 for pair in pairwise(found))
    assert all(before[0] > after[0] for before, after in pairwise(found)), "and grow darker in grey print"


def test_a_hairline_between_parcels_is_no_stroke_on_the_map_of_where_a_sheet_lies() -> None:
    hairline = shapely.Polygon([(40, 60), (60, 59.9), (60, 60.1)])
    land = shapely.box(0, 0, 100, 100)

    def rings(here: shapely.Polygon) -> int:
        return small_map([land], here, (40.0, 34.0)).count("M")

    assert rings(land - hairline) == rings(land)
    assert rings(land - shapely.box(40, 40, 60, 60)) == rings(land) + 1
