"""What maps of the whole plan show where their own subject leaves room or no rule judges it."""

from __future__ import annotations

import io

import pytest
import shapely
from pypdf import PdfReader
from tests.measure.conftest import plan_of, square
from tests.support.sheet_plans import a_row, drawn
from tests.town import town

from blockplan.check import check
from blockplan.report.sheets import atlas
from blockplan.texts import LANGUAGES


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


def test_a_land_use_plan_counts_the_numbers_of_parcels_alone() -> None:
    road = {"parcel_id": "R-1", "land_use": "1207", "geometry": square(0, 100, 400)}
    parcels = [
        {"parcel_id": f"P-{at}", "land_use": "0701", "geometry": square(100.0 * at, 0)} for at in range(4)
    ]
    (sheet,) = drawn(plan_of(parcels=[*parcels, road]), "landuse").sheets
    assert (sheet.labelled, sheet.parcels) == (4, 4)


def test_a_map_takes_tables_of_other_subjects_where_its_own_leave_room() -> None:
    (sheet,) = drawn(town(), "control_lines").sheets
    beside = [one["title"] for one in sheet.data["panel"] if one["kind"] == "table"]
    below = [one["title"] for shelf in sheet.data.get("shelves", ()) for one in shelf]
    assert "规划用地平衡表" in [*beside, *below]


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
