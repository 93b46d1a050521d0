"""
The office town comes in by one command from each of its forms, with the outcomes that were worked out by
hand.
"""

from __future__ import annotations

import importlib.util
import sys

import pytest
import shapely

from blockplan.check import check
from blockplan.exchange.office.importing import import_office
from blockplan.plan import read
from blockplan.plan.validity.validate import validate
from blockplan.report.office import office_tables
from blockplan.report.view import View
from blockplan.report.words import Words

FORMS = ("shapefiles", "geopackage")
#: 930 m x 584 m of planned land, 12 blocks of 200 m x 160 m, four corners of 10 m x 10 m / 2 cut off.
LAND_M2 = 930 * 584
BLOCKS_M2 = 12 * 200 * 160 - 4 * 50


@pytest.fixture(scope="module")
def town(repo):
    return repo / "examples" / "office-town"


@pytest.fixture(scope="module", params=FORMS)
def imported(request, town, tmp_path_factory):
    out = tmp_path_factory.mktemp("town") / "office-town"
    return import_office([town / request.param], out), read(out)


@pytest.mark.long
def test_the_parcels_and_the_roads_made_between_them_tile_the_town(imported):
    result, plan = imported
    parcels = plan.layer("parcels")
    roads = parcels[parcels["land_use"] == "1207"]
    assert len(parcels) - len(roads) == 39
    assert parcels.geometry.area.sum() == pytest.approx(LAND_M2, abs=0.01)
    assert roads.geometry.area.sum() == pytest.approx(LAND_M2 - BLOCKS_M2, abs=0.01)
    assert result.made["roads_ha"] == pytest.approx((LAND_M2 - BLOCKS_M2) / 1e4, abs=1e-4)
    # Five streets from south to north cross four from west to east.
    assert result.made["crossings"] == 20
    assert result.made["gaps"] == []
    assert result.made["boundary"] == "given"


def test_values_as_the_office_writes_them(imported):
    _, plan = imported
    rows = plan.layer("parcels")
    home = rows.loc["01-01-01"]
    assert (home["far"], home["far_max"], home["far_kind"]) == (2.0, 2.0, "upper")
    assert (home["coverage_ratio_max"], home["green_ratio_min"], home["height_m_max"]) == (0.25, 0.35, 54.0)
    assert (home["residents"], home["dwellings"], home["parking_spaces"]) == (400, 160, 176)
    assert home["declared_area_m2"] == 8000
    assert home["floor_area_m2"] == 16_000
    between = rows.loc["02-01-03"]
    assert (between["far_min"], between["far_max"], between["far_kind"]) == (1.2, 1.5, "range")
    tower = rows.loc["02-03-02"]
    assert (tower["height_m_max"], tower["elevation_max_m"]) == (100, 138.5)
    # No limit, written 9999, and fields that say nothing are not zero.
    assert rows.loc["03-01-04", ["height_m", "far", "residents"]].isna().all()


def test_codes_become_those_in_force_and_say_what_is_lost(imported):
    result, plan = imported
    rows = plan.layer("parcels")
    assert result.made["code_list"] == "gb50137"
    became = {
        "01-01-01": "070102", "01-02-01": "080403", "01-03-01": "1401", "01-04-04": "1303",
        "02-01-03": "0807", "02-01-04": "080601", "02-02-04": "080302", "02-03-01": "0901",
        "02-03-02": "0902", "03-01-04": "120803", "03-03-01": "070102", "03-03-02": "1403",
        "03-04-04": "1402",
    }  # fmt: skip
    assert {number: rows.loc[number, "land_use"] for number in became} == became
    assert rows.loc["03-03-01", "compatible_uses"] == "0901"
    assert rows.loc["01-01-01", "land_use_given"] == "R2"
    lost = {one.code: one.lost for one in result.mapping.code}
    assert lost["A6"] == "for whom it is (old people: 080701)"
    assert sum(one.rule == "office-code" for one in result.findings) == 26 + 1 + 1 + 1, (
        "each parcel of R2, R2/B1, A6, A51"
    )


def test_blocks_existing_use_and_phases_come_in_and_fill_the_tables_of_the_office(imported):
    _, plan = imported
    assert list(plan.layer("blocks")["name_zh"]) == ["南部街区", "中部街区", "北部街区"]
    assert list(plan.layer("blocks")["floor_area_m2_max"]) == [165_000, 285_000, 173_000]
    rows = plan.layer("parcels")
    assert rows["block_id"].notna().all()
    assert rows["existing_land_use"].notna().all(), "of streets too"
    lots = rows[rows["land_use"] != "1207"]
    assert (lots["block_id"] == lots.index.str[:2]).all()
    assert rows.loc["01-03-01", ["existing_land_use", "phase"]].tolist() == ["1704", "近期"]
    made = {one.name: one for one in office_tables(View(plan, check(plan), Words("zh")))}
    phases = [line.cells for line in made["phases"].lines]
    assert [cells[0] for cells in phases] == ["近期", "中期", "远期", "未定期", "合计"], "streets state none"
    assert sum(cells[1] for cells in phases[:3]) == 39
    assert sum(cells[3] for cells in phases[:-1]) == pytest.approx(100)
    transition = made["transition"].lines
    assert len(transition) >= 6
    assert transition[-1].cells[-1] == pytest.approx(LAND_M2 / 1e4, abs=0.005)
    total = made["land_balance"].lines[-1].cells
    assert total[2] == total[4] == pytest.approx(LAND_M2 / 1e4, abs=0.005)


def test_facilities_named_in_texts_are_facilities(imported):
    _, plan = imported
    found = plan.layer("facilities")
    assert set(found["read_from"]) == {"text"}
    by = {(row["parcel_id"], row["service"]): row for _, row in found.iterrows()}
    assert len(found) == 17
    assert by["01-02-01", "primary_school"]["classes"] == 24
    assert by["01-02-01", "primary_school"]["site_area_m2"] == 16_000, "alone on land of its own use"
    assert by["02-01-03", "nursing_home"]["beds"] == 150
    assert by["01-04-02", "market"]["floor_area_m2"] == 1500
    assert by["02-02-01", "sport"]["site_area_m2"] == 1000
    assert by["03-02-01", "secondary_school"]["level"] == "junior"
    assert by["03-04-01", "retail"]["name_zh"] == "便民商店"


def test_the_town_is_sound_but_for_what_nobody_wrote_down(imported):
    _, plan = imported
    errors = [fault for fault in validate(plan) if fault.grade == "error"]
    assert [(fault.rule, fault.id) for fault in errors] == [("pq-missing", "F0006")], (
        "a culture station without a size"
    )


@pytest.mark.long
def test_the_same_verdicts_come_of_each_form(town, tmp_path):
    outcomes = []
    for form in (*FORMS, "drawing"):
        heal = 0.3 if form == "drawing" else 0.0  # its worst gap is 0.2 m
        import_office([town / form], tmp_path / form / "office-town", heal_m=heal)
        found = check(read(tmp_path / form / "office-town"))
        outcomes.append(
            [
                (
                    one.rule,
                    one.scope_kind,
                    one.scope_id,
                    one.outcome,
                    None if one.measured is None else round(one.measured, 6),
                )
                for one in found.verdicts
            ]
        )
    assert outcomes[0] == outcomes[1] == outcomes[2]


@pytest.mark.long
def test_every_defect_of_the_drawing_is_found_and_no_other(repo, town, tmp_path, monkeypatch):
    script = made_by(repo, monkeypatch)
    result = import_office([town / "drawing"], tmp_path / "office-town")
    found = sorted(
        (one.rule, round(one.measured, 3), round(one.x - script.EAST, 3), round(one.y - script.NORTH, 3))
        for one in result.findings
        if one.rule.startswith("cad-")
    )
    assert found == sorted(script.DEFECTS)


@pytest.mark.long
def test_the_town_in_two_forms_at_once_is_one_town(town, tmp_path):
    result = import_office([town / "shapefiles", town / "geopackage"], tmp_path / "office-town")
    assert sum(one.rule == "office-twice" for one in result.findings) == 6
    plan = read(tmp_path / "office-town")
    assert len(plan.layer("parcels")) == 90
    assert not [one for one in validate(plan) if one.rule == "pq-double"]


@pytest.mark.long
def test_verdicts_worked_out_by_hand(town, tmp_path):
    import_office([town / "shapefiles"], tmp_path / "office-town")
    found = {one.rule: one for one in check(read(tmp_path / "office-town")).verdicts}
    assert found["gb50180-height"].outcome == "pass", "54 m of at most 80"
    assert found["gb50180-f-bus"].outcome == "pass"
    # 150 beds of at least 200.
    assert found["gb50180-f-nursing-home-beds"].outcome == "fail"
    assert found["gb50180-f-primary"].outcome == "fail", "homes in the north-east are farther than 500 m"


@pytest.mark.long
def test_the_number_that_the_table_writes_with_a_letter_is_joined_and_told(town, tmp_path):
    result = import_office([town / "shapefiles"], tmp_path / "office-town")
    near = [one for one in result.findings if one.rule == "office-near-miss"]
    assert [(one.id, one.value) for one in near] == [("02-04-03", "O2-04-03")]
    assert result.made["joined"] == [
        {"file": "地块控制指标一览表.xlsx", "layer": "地块控制指标", "rows": 39, "parcels": 39}
    ]


def made_by(repo, monkeypatch):
    """The script that draws the town, as a module."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = importlib.util.spec_from_file_location(
        "make_office_town", repo / "examples/source/make_office_town.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_office_town"] = module
    spec.loader.exec_module(module)
    return module


def test_the_script_draws_the_town_that_lies_there(repo, town, tmp_path, monkeypatch):
    module = made_by(repo, monkeypatch)
    module.main(tmp_path)
    drawing = "drawing/示例镇.dxf"
    assert (tmp_path / drawing).read_bytes() == (town / drawing).read_bytes()
    for file in sorted(town.rglob("*.shp")):
        anew = tmp_path / file.relative_to(town)
        assert anew.read_bytes() == file.read_bytes()
        assert anew.with_suffix(".dbf").read_bytes() == file.with_suffix(".dbf").read_bytes()
    assert shapely.area(module.shape(module.LOTS[0])) == 8000


@pytest.mark.long
def test_a_plan_is_called_after_the_one_drawing_of_its_folder(town, tmp_path):
    import_office([town / "drawing"], tmp_path / "plan")
    assert read(tmp_path / "plan").manifest.title["zh"] == "示例镇"
    # The name of the boundary says more than that of a file.
    import_office([town / "geopackage"], tmp_path / "named")
    assert read(tmp_path / "named").manifest.title["zh"] == "示例镇中心区控制性详细规划"
