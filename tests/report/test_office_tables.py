"""The tables of streets, parking, phases and changes, and those that have nothing to say."""

from __future__ import annotations

import io

import numpy as np
import pytest
from openpyxl import load_workbook
from tests.support.handmade import cell, frame, manifest, result
from tests.support.office_tables import EMPTY, land, of, records

from blockplan.exchange.office.road_remarks import road_remark
from blockplan.measure import measure
from blockplan.plan import Plan
from blockplan.report.document import Paragraph, Section
from blockplan.report.office import TABLES, OfficeTable, office_tables, workbook
from blockplan.report.office.columns import NOT_APPLICABLE
from blockplan.report.plan_report import ReportSections
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES


def test_tables_of_a_plan_without_parcels_say_that_there_is_nothing_and_no_zero() -> None:
    view = View(Plan(manifest(), {}), result(**EMPTY), Words("en"))
    book = load_workbook(io.BytesIO(workbook(view, office_tables(view))))
    for name in ("land_balance", "parcels", "loads", "parking"):
        said = [row[0].value for row in book[name].iter_rows(min_row=3)]
        assert said[0] == "The plan's data have nothing that stands in this table."
        assert not any("0 ha" in one for one in said)


def test_parking_tells_what_is_known_of_it_and_asks_nothing_of_a_car_park_without_spaces() -> None:
    plan = Plan(manifest(), {"parcels": frame([
        {"parcel_id": "A", "land_use": "0902", "floor_area_m2": 1000.0, "parking_spaces": 12.0,
         "geometry": cell(0, 0)},
        {"parcel_id": "B", "land_use": "1303", "floor_area_m2": 800.0, "geometry": cell(1, 0)},
        {"parcel_id": "C", "land_use": "120803", "geometry": cell(2, 0)},
    ])})  # fmt: skip
    rows = records(of(plan, "parking"))
    none = NOT_APPLICABLE
    columns = ("parking_floor_m2", "parking_stated", "parking_factor", "parking")
    assert [tuple(row[key] for key in columns) for row in rows] == [
        (1000, 12, none, 12), (800, none, None, None), (none, none, none, none),
        (1800, 12, None, None), (1800, 12, None, 12),
    ]  # fmt: skip


def test_land_of_car_parks_does_not_apply_to_other_uses_and_is_not_left_blank() -> None:
    shop = {"parcel_id": "A", "land_use": "0902", "parking_spaces": 30.0, "geometry": cell(0, 0)}
    park = {"parcel_id": "P", "land_use": "120803", "geometry": cell(1, 0)}
    used, parked, *_ = records(of(Plan(manifest(), {"parcels": frame([shop, park])}), "parking"))
    assert used["parking_land_m2"] == NOT_APPLICABLE
    assert parked["parking_land_m2"] > 0


def test_the_known_part_of_parking_says_no_zero_of_floor_area_that_no_parcel_states() -> None:
    shop = {"parcel_id": "A", "land_use": "0902", "parking_spaces": 30.0, "geometry": cell(0, 0)}
    *_, total, known = records(of(Plan(manifest(), {"parcels": frame([shop])}), "parking"))
    assert (total["parking_floor_m2"], known["parking_floor_m2"]) == (None, None)
    assert known["parking_stated"] == 30


def test_the_total_of_parking_says_no_zero_of_what_no_parcel_states_or_no_factor_counts() -> None:
    home = {"parcel_id": "A", "land_use": "0902", "floor_area_m2": 1000.0, "geometry": cell(0, 0)}
    garage = {"parcel_id": "C", "land_use": "120803", "geometry": cell(2, 0)}
    sums = []
    for more in ({}, {"parking_spaces": 12.0}):
        total = records(of(Plan(manifest(), {"parcels": frame([home | more, garage])}), "parking"))[-1]
        sums.append((total["parking_stated"], total["parking_factor"], total["parking"]))
    (stated, by_factor, every), second = sums
    assert stated == NOT_APPLICABLE
    assert by_factor == every > 0
    assert second == (12, NOT_APPLICABLE, 12)


@pytest.mark.long
def test_streets_have_the_length_that_the_density_of_the_plan_is_measured_by(
    zone: tuple[View, list[OfficeTable]],
) -> None:
    rows = records(zone[1][4])
    (density,) = measure(zone[0].plan, "street_density")
    assert rows[-1]["density"] == round(density.value or np.nan, 2)
    streets, classes = ([row for row in rows if row["kind"] == kind] for kind in ("row", "subtotal"))
    driven = [row for row in classes if not row["street_name"].startswith("步行道")]
    assert sum(row["length_m"] for row in streets) == sum(row["length_m"] for row in classes)
    for column in ("length_m", "sections"):
        assert sum(row[column] for row in driven) == rows[-1][column]
    assert round(sum(row["density"] for row in driven), 2) == rows[-1]["density"]


def test_a_cell_of_the_streets_that_applies_to_no_line_says_so(zone: tuple[View, list[OfficeTable]]) -> None:
    rows = records(zone[1][4])
    of_one = ("street_class", "width_min_m", "width_max_m", "direction")
    assert {row["density"] for row in rows if row["kind"] == "row"} == {NOT_APPLICABLE}
    assert {row[key] for row in rows if row["kind"] != "row" for key in of_one} == {NOT_APPLICABLE}


def test_phases_and_parking_of_the_reference_plan_add_up_to_the_plan(
    zone: tuple[View, list[OfficeTable]],
) -> None:
    made = {table.name: records(table) for table in zone[1]}
    assert made["phases"][-1]["parcel_count"] == 647
    assert sum(row["phase_ha"] for row in made["phases"][:-1]) == pytest.approx(
        made["phases"][-1]["phase_ha"]
    )
    assert made["phases"][-1]["phase_ha"] == made["land_balance"][-1]["planned_ha"]
    for column in ("parking_floor_m2", "parking_stated", "parking_factor", "parking"):
        told = [row[column] for row in made["parking"] if row[column] != NOT_APPLICABLE]
        assert sum(told[:-1]) == told[-1]
    assert sum(row["kind"] == "row" for row in made["utilities"]) == sum(
        str(row["code"]).startswith("13") for row in made["parcels"]
    )


def test_changes_name_what_is_new_gone_and_changed_and_nothing_else() -> None:
    before = land(("0103", "0701", 1.0), ("0103", "1401", 2.0), ("0103", "0902", 1.0))
    parcels = before.layer("parcels")
    after = parcels.iloc[:2].copy()
    after.loc[after.index[0], "land_use"] = "0902"
    plan = before.replace(parcels=after)
    table = TABLES["changes"](View(plan, result(**EMPTY), Words("en"), before))
    kinds = {str(line.cells[0]): line.cells[1] for line in table.lines if line.kind == "row"}
    assert kinds == {str(parcels.index[0]): "changed", str(parcels.index[2]): "gone"}
    assert not TABLES["changes"](View(plan, result(**EMPTY), Words("en"))).lines
    assert not TABLES["changes"](View(before, result(**EMPTY), Words("en"), before)).lines


@pytest.mark.parametrize("written", LANGUAGES)
def test_what_the_importer_remarks_of_street_land_is_said_in_the_readers_language(written: str) -> None:
    plan = land((None, "1207", 1.0), remarks=road_remark("North Street", written))
    said = {lang: records(of(plan, "parcels", lang))[0]["remarks"] for lang in LANGUAGES}
    assert said == {
        "zh": "补绘道路用地：North Street",
        "en": "road made as remainder: North Street",
        "ja": "道路用地（補完）：North Street",
    }


def test_a_remark_that_its_reader_cannot_read_stands_as_a_quotation_of_the_plan() -> None:
    def remark(words: str, lang: str) -> object:
        return records(of(land((None, "1207", 1.0), remarks=words), "parcels", lang))[0]["remarks"]

    assert remark("不设道路中心线", "zh") == "不设道路中心线"
    assert remark("不设道路中心线", "en") == "“不设道路中心线” (as the plan says)"
    assert remark("不设道路中心线", "ja") == "「不设道路中心线」（計画の原文）"
    assert remark("既存建築存置", "ja") == "既存建築存置"
    assert remark("みどり通りに面する", "zh") == "“みどり通りに面する”（规划原文）"
    assert remark("trees stay", "ja") == "trees stay"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_per_1000_of_unknown_residents_say_why_at_their_head_and_hold_no_row_of_blanks(
    lang: str,
) -> None:
    homes = {"parcel_id": "A", "land_use": "0701", "floor_area_m2": 900.0, "geometry": cell(0, 0)}
    park = {"parcel_id": "B", "land_use": "1401", "geometry": cell(1, 0)}
    view = View(Plan(manifest(), {"parcels": frame([homes, park])}), result(**EMPTY), Words(lang))
    made = office_tables(view)
    table = next(one for one in made if one.name == "per_thousand")
    assert "plan.toml" in table.lead
    assert not [note for note in table.notes if note == table.lead]
    assert all(line.cells[2] is not None for line in table.lines)
    book = load_workbook(io.BytesIO(workbook(view, made)))["per_thousand"]
    assert (book["A2"].value, book["C3"].value) == (table.lead, 0)
    drawn = [one for one in ReportSections(view).office() if isinstance(one, Section)]
    first, *rest = next(one for one in drawn if one.id == "table-per_thousand").blocks
    assert first == Paragraph(table.lead)
    assert Paragraph(table.lead) not in rest


def test_uses_that_may_stand_besides_are_in_the_table_of_parcels_however_the_plan_says_them() -> None:
    plan = Plan(manifest(), {
        "parcels": frame([
            {"parcel_id": "A", "land_use": "0901", "compatible_uses": "070102", "geometry": cell(0, 0)},
            {"parcel_id": "B", "land_use": "0901", "permitted": "070102,0803", "compatible_uses": "0803",
             "geometry": cell(1, 0)},
        ]),
    })  # fmt: skip
    rows = records(of(plan, "parcels"))
    assert [row["permitted"] for row in rows] == ["", "070102, 0803"]
    assert [row["compatible_uses"] for row in rows] == ["070102", "0803"]
