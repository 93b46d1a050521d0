"""The tables of parcels: their bounds, and the loads that follow from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.handmade import cell, frame, manifest, result
from tests.support.office_tables import EMPTY, land, of, records

from blockplan.plan import Plan
from blockplan.report.office.columns import NOT_APPLICABLE, TEXTS
from blockplan.report.office.workbook import factors_told
from blockplan.report.sheets.facts import Facts
from blockplan.report.sheets.panels import part_table
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.report.office import OfficeTable


def amount(cell: str | float | None) -> float:
    """A cell in a sum: what does not apply, or is not known of land in reserve, adds nothing."""
    return cell if isinstance(cell, int | float) else 0


def test_a_parcel_has_its_bounds_on_the_side_that_its_kind_says() -> None:
    plan = Plan(manifest(), {"parcels": frame([
        {"parcel_id": "B", "land_use": "0701", "far": 1.5, "far_kind": "lower", "geometry": cell(0, 0)},
        {"parcel_id": "A", "land_use": "1001", "far": 2.0, "green_ratio": 0.2, "far_min": 1.2,
         "declared_area_m2": 39_000.0, "coverage_ratio": 0.45, "height_m": 24.5, "geometry": cell(1, 0)},
    ])})  # fmt: skip
    a, b = records(of(plan, "parcels"))
    assert (a["parcel_id"], a["far_min"], a["far_max"], a["site_area_m2"]) == ("A", 1.2, 2.0, 39_000)
    assert (a["coverage_max"], a["coverage_min"], a["green_min"], a["height_max_m"]) == (45, None, 20, 24.5)
    assert (b["far_min"], b["far_max"], b["site_area_m2"]) == (1.5, None, 40_000)


@pytest.mark.long
def test_loads_add_up_and_what_is_unknown_leaves_the_known_part(zone: tuple[View, list[OfficeTable]]) -> None:
    plan = Plan(manifest(), {"parcels": frame([
        {"parcel_id": "A", "block_id": "K", "land_use": "0902", "floor_area_m2": 1000.0,
         "geometry": cell(0, 0)},
        {"parcel_id": "B", "block_id": "K", "land_use": "0902", "geometry": cell(1, 0)},
    ])})  # fmt: skip
    rows = records(of(plan, "loads"))
    assert [(row["place"], row["place_kind"], row["power_kw"]) for row in rows] == [
        ("K", "block", None), ("A", "parcel", 42.0), ("B", "parcel", None),
        ("", "plan", None), ("", "plan (known part)", 42.0),
    ]  # fmt: skip
    whole = records(zone[1][5])
    blocks = [row for row in whole if row["place_kind"] == "街区"]
    assert whole[-1]["residents"] == sum(row["residents"] for row in blocks) == 50_000
    assert whole[-1]["water_m3_d"] == round(sum(row["water_m3_d"] for row in blocks), 1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["0701", "0902", "1207", "1401"]),
            st.sampled_from(["", "K1-S1", "K1-S2", "K2-S1"]),
            st.floats(1, 9_999).map(lambda one: round(one, 3)),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_printed_loads_of_each_level_add_up_to_what_stands_above_them(
    parcels: list[tuple[str, str, float]],
) -> None:
    plan = Plan(manifest(), {"parcels": frame([
        {"parcel_id": f"P{at:02}", "land_use": use, "subblock_id": sub or None,
         "block_id": sub.partition("-")[0] or None, "floor_area_m2": floor, "geometry": cell(at, 0)}
        for at, (use, sub, floor) in enumerate(parcels)
    ])})  # fmt: skip
    table = of(plan, "loads")
    numbers = [at for at, column in enumerate(table.columns) if column.form not in {"text", "code"}]
    (whole, *_), lines = [line for line in table.lines if line.kind == "total"], table.lines
    top = [line for line in lines if line.kind == "subtotal" and line.depth == 0]
    for at in numbers:
        if top and whole.cells[at] is not None and table.columns[at].key != "residents":
            assert round(sum(amount(line.cells[at]) for line in top), 3) == amount(whole.cells[at])
    for start, block in enumerate(lines):
        if block.cells[1] != "block":
            continue
        after = lines[start + 1 :]
        end = next((at for at, line in enumerate(after) if line.depth == 0), len(after))
        below = [line for line in after[:end] if line.kind == "subtotal"]
        for at in numbers:
            if below and block.cells[at] is not None:
                assert round(sum(amount(line.cells[at]) for line in below), 3) == amount(block.cells[at])


def test_no_home_on_offices_does_not_apply_and_on_land_in_reserve_is_not_known() -> None:
    uses = {"S-1": "0902", "S-2": "16", "S-3": "1401", "S-4": "0701"}
    floors = {"S-1": 1000.0, "S-4": 0.0}
    plan = Plan(manifest(), {
        "parcels": frame([
            {"parcel_id": f"{sub}-1", "land_use": use, "subblock_id": sub, "phase": sub,
             "floor_area_m2": floors.get(sub), "dwellings": 0.0 if sub == "S-4" else None,
             "geometry": cell(at, 0)}
            for at, (sub, use) in enumerate(uses.items())
        ]),
        "subblocks": frame([
            {"subblock_id": sub, "geometry": cell(at, 0)} for at, sub in enumerate(uses)
        ]),
    })  # fmt: skip
    homes = {"S-1": NOT_APPLICABLE, "S-2": None, "S-3": NOT_APPLICABLE, "S-4": 0}
    table = of(plan, "phases")
    phases = {row["phase"]: row for row in records(table)}
    assert {sub: phases[sub]["dwellings"] for sub in uses} == homes
    assert [phases[sub]["phase_floor_m2"] for sub in uses] == [1000, None, NOT_APPLICABLE, 0]
    assert TEXTS("phases.note.reserve", "en") in table.notes
    rows = {row["place"]: row for row in records(of(plan, "loads")) if row["kind"] == "subtotal"}
    assert {sub: rows[sub]["dwellings"] for sub in uses} == homes
    assert [rows[sub]["floor_area_m2"] for sub in uses] == [1000, None, NOT_APPLICABLE, 0]
    parts = part_table(Facts(View(plan, result(**EMPTY), Words("en"))))
    assert parts is not None
    at = parts["heads"].index("Dwellings")
    assert [row["cells"][at] for row in parts["rows"][:4]] == ["／", "—", "／", "0"]


def test_land_in_no_subblock_has_a_line_of_its_own_so_that_loads_add_up() -> None:
    plan = Plan(manifest(), {"parcels": frame([
        {"parcel_id": "A", "subblock_id": "S", "land_use": "0902", "floor_area_m2": 1000.0,
         "geometry": cell(0, 0)},
        {"parcel_id": "R", "land_use": "1207", "geometry": cell(1, 0)},
    ])})  # fmt: skip
    rows = [row for row in records(of(plan, "loads")) if row["kind"] != "row"]
    assert [row["place_kind"] for row in rows] == ["subblock", "land in no subblock", "plan"]
    assert rows[1]["water_m3_d"] > 0
    assert round(rows[0]["water_m3_d"] + rows[1]["water_m3_d"], 1) == rows[2]["water_m3_d"]


def test_demand_has_the_units_of_the_loads_in_each_language() -> None:
    plan = land((None, "1301", 1.0), (None, "1309", 1.0), (None, "0701", 1.0))
    units = {
        lang: [row["unit"] for row in records(of(plan, "utilities", lang)) if row["unit"]]
        for lang in LANGUAGES
    }
    assert units == {"zh": ["m³/d", "t/d"], "en": ["m³/d", "t/d"], "ja": ["m³/日", "t/日"]}


def test_phases_say_which_land_has_none_the_largest_use_first() -> None:
    uses = ("070102", "1207", "1207", "1401", None)
    parcels = [
        {"parcel_id": f"P{at}", "land_use": use, "phase": None if at else "近期",
         "geometry": shapely.box(200 * at, 0, 200 * at + 100, 100)}
        for at, use in enumerate(uses)
    ]  # fmt: skip
    (note,) = of(Plan(manifest(), {"parcels": frame(parcels)}), "phases", "zh").notes
    assert "：1207 城镇村道路用地 2.0000 公顷、1401 公园绿地 1.0000 公顷、未载用途 1.0000 公顷。" in note
    parcels[1:] = []
    assert of(Plan(manifest(), {"parcels": frame(parcels)}), "phases", "zh").notes == ()


def test_people_on_land_that_no_factor_of_homes_speaks_of_are_unknown_and_not_none() -> None:
    shops = {"parcel_id": "A", "land_use": "0901", "dwellings": 50.0, "floor_area_m2": 5000.0}
    homes = {"parcel_id": "B", "land_use": "0701", "floor_area_m2": 4800.0}
    office = {"parcel_id": "C", "land_use": "0902", "floor_area_m2": 900.0}
    shapes = [{**one, "geometry": cell(at, 0)} for at, one in enumerate((shops, homes, office))]
    rows = {row["place"]: row for row in records(of(Plan(manifest(), {"parcels": frame(shapes)}), "loads"))}
    assert [rows[one]["dwellings"] for one in "ABC"] == [50, 48, NOT_APPLICABLE]
    assert [rows[one]["residents"] for one in "ABC"] == [None, 144, NOT_APPLICABLE]
    assert rows["A"]["kindergarten_pupils"] is None


def test_the_known_part_of_what_is_not_known_at_all_is_not_zero() -> None:
    parcels = [
        {"parcel_id": "A", "land_use": "0701", "geometry": cell(0, 0)},
        {"parcel_id": "B", "land_use": "0902", "floor_area_m2": 900.0, "geometry": cell(1, 0)},
    ]
    *_, whole, known = records(of(Plan(manifest(), {"parcels": frame(parcels)}), "loads"))
    assert (whole["dwellings"], whole["floor_area_m2"]) == (None, None)
    assert (known["dwellings"], known["residents"], known["floor_area_m2"]) == (None, None, 900)
    parcels[1] |= {"land_use": "0701", "dwellings": 0.0}
    *_, whole, known = records(of(Plan(manifest(), {"parcels": frame(parcels)}), "loads"))
    assert (whole["dwellings"], known["dwellings"]) == (None, 0)


def test_no_known_part_of_jobs_is_said_where_no_parcel_has_any() -> None:
    """Homes beside a school that says no jobs: what homes lack is no known part of the school's."""
    homes = {"parcel_id": "A", "land_use": "0701", "floor_area_m2": 4800.0, "geometry": cell(0, 0)}
    school = {"parcel_id": "B", "land_use": "0804", "floor_area_m2": 900.0, "geometry": cell(1, 0)}
    *_, whole, known = records(of(Plan(manifest(), {"parcels": frame([homes, school])}), "loads"))
    assert (whole["jobs"], known["jobs"]) == (None, None)
    *_, whole, known = records(
        of(Plan(manifest(), {"parcels": frame([homes, school | {"jobs": 0.0}])}), "loads")
    )
    assert whole["jobs"] == 0


def test_a_plan_abroad_is_given_no_loads_by_chinese_factors() -> None:
    """A plan in Hamburg: what it states stays, the rest is a dash, and the table says why."""
    at = shapely.box(560_000, 5_935_000, 560_200, 5_935_200)
    plan = Plan(manifest(crs="EPSG:25832"), {"parcels": gpd.GeoDataFrame([
        {"parcel_id": "A", "land_use": "0701", "far": 0.4, "dwellings": 40.0, "geometry": at},
        {"parcel_id": "B", "land_use": "1401", "geometry": shapely.affinity.translate(at, 200)},
        {"parcel_id": "U", "land_use": "1303", "geometry": shapely.affinity.translate(at, 400)},
    ], crs="EPSG:25832")})  # fmt: skip
    table = of(plan, "loads")
    whole = records(table)[-1]
    assert (whole["dwellings"], whole["floor_area_m2"]) == (40, 16_000)
    assert [whole[key] for key in ("residents", "parking", "water_m3_d", "power_kw", "waste_t_d")] == [
        None
    ] * 5
    assert not of(plan, "parking").lines
    told = "The load factors are of mainland China and not of the place of this plan"
    for name in ("loads", "parking", "utilities"):
        assert any(told in note for note in of(plan, name).notes), name
    told_factors = factors_told(View(plan, result(**EMPTY), Words("en")))
    assert {load for _, load, _, _ in told_factors} == {"Jobs"}
    # No jobs are estimated of homes; those of shops are, and the table says so.
    assert not any("Jobs alone are estimated" in note for note in table.notes)
    shop = {"parcel_id": "A", "land_use": "0901", "floor_area_m2": 16_000.0, "geometry": at}
    abroad = {"parcels": gpd.GeoDataFrame([shop], crs="EPSG:25832")}
    shops = of(Plan(manifest(crs="EPSG:25832"), abroad), "loads")
    assert records(shops)[-1]["jobs"] == 320
    assert any("Jobs alone are estimated" in note for note in shops.notes)
