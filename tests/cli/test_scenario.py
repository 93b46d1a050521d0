"""Scenarios without code: named, listed, drawn; compared, renamed, dropped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
import xlsxwriter
from click.testing import CliRunner
from tests.support import other_workbooks

from blockplan.cli import app
from blockplan.errors import BlockplanError
from blockplan.plan import Plan, read, write
from blockplan.plan.files import formats
from blockplan.plan.files.scenarios import drop_scenario, rename_scenario
from blockplan.plan.model.manifest import manifest_from, read_manifest

MANIFEST = {"id": "town", "drawn_on": "2024-06-28", "crs": "EPSG:4548"}


@pytest.fixture
def plan(tmp_path):
    """Three parcels of one hectare and a school, as a folder."""
    import datetime as dt

    shapes = [shapely.box(100 * at, 0, 100 * at + 100, 100) for at in range(3)]
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": ["QY-01-01", "QY-01-02", "QY-01-03"],
            "land_use": ["070102", "0901", "16"],
            "far": [2.0, 3.0, None],
            "DKMC": ["甲", "乙", "丙"],
        },
        geometry=shapes,
        crs="EPSG:4548",
    )
    school = gpd.GeoDataFrame(
        {"facility_id": ["F-1"], "service": ["primary_school"], "places": [900.0]},
        geometry=[shapely.Point(50, 50)],
        crs="EPSG:4548",
    )
    boundary = gpd.GeoDataFrame({"name": ["town"]}, geometry=[shapely.box(0, 0, 300, 100)], crs="EPSG:4548")
    manifest = manifest_from(MANIFEST | {"drawn_on": dt.date(2024, 6, 28)}, "test")
    write(Plan(manifest, {"boundary": boundary, "parcels": parcels, "facilities": school}), tmp_path / "town")
    return tmp_path / "town"


def call(*arguments):
    result = CliRunner().invoke(app, ["scenario", *map(str, arguments), "--json"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout)


def fields(document):
    return [
        (one["layer"], one["id"], one["change"], {each["column"]: each["new"] for each in one["fields"]})
        for one in document["changed"]
    ]


@pytest.mark.long
def test_a_value_is_set_by_name(plan):
    found = call(
        "new", plan, "greener", "--set", "parcels:QY-01-03.land_use=1401", "--set", "parcels:QY-01-02.far=2.5"
    )
    assert fields(found) == [
        ("parcels", "QY-01-02", "changed", {"far": 2.5}),
        ("parcels", "QY-01-03", "changed", {"land_use": "1401"}),
    ]
    assert read(plan, "greener").layer("parcels").loc["QY-01-03", "land_use"] == "1401"
    assert read(plan).layer("parcels").loc["QY-01-03", "land_use"] == "16", "the plan as drawn stays"
    assert read(plan).manifest.scenarios == {"greener": "as drawn, 2 features changed"}


def test_an_empty_value_takes_it_away_and_a_feature_can_go(plan):
    found = call("new", plan, "b", "--set", "parcels:QY-01-01.far=", "--remove", "facilities:F-1")
    assert fields(found)[0] == ("parcels", "QY-01-01", "changed", {"far": None})
    assert read(plan, "b").layer("facilities").empty


@pytest.mark.long
def test_a_scenario_on_another_holds_both(plan):
    call("new", plan, "b", "--set", "parcels:QY-01-01.far=1.5")
    call("new", plan, "c", "--based-on", "b", "--set", "parcels:QY-01-02.far=1.0", "--title", "both")
    rows = read(plan, "c").layer("parcels")
    assert rows["far"].tolist()[:2] == [1.5, 1.0]
    assert fields(call("diff", plan, "c", "b")) == [("parcels", "QY-01-02", "changed", {"far": 1.0})]
    assert read(plan).manifest.scenarios["c"] == "both"


def workbook(file, **sheets):
    book = xlsxwriter.Workbook(str(file))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return file


def test_rows_of_a_workbook_change_what_they_say_and_leave_the_rest(plan, tmp_path):
    parcels = [["parcel_id", "land_use", "far"], ["QY-01-03", "1401", ""], ["QY-01-01", "", 1.8]]
    school = [["facility_id", "places"], ["F-1", 1200]]
    file = workbook(tmp_path / "rows.xlsx", parcels=parcels, facilities=school)
    assert fields(call("new", plan, "b", "--from", file)) == [
        ("parcels", "QY-01-01", "changed", {"far": 1.8}),
        ("parcels", "QY-01-03", "changed", {"land_use": "1401"}),
        ("facilities", "F-1", "changed", {"places": 1200.0}),
    ]


def test_an_offices_headings_and_values_do_as_well(plan, tmp_path):
    rows = [["地块编号", "容积率", "绿地率(%)"], ["QY-01-01", "≤1.8", 35], ["QY-01-02", "", "30%"]]
    found = fields(call("new", plan, "b", "--from", workbook(tmp_path / "表.xlsx", 表=rows)))
    assert found == [
        ("parcels", "QY-01-01", "changed", {"far": 1.8, "green_ratio": 0.35}),
        ("parcels", "QY-01-02", "changed", {"green_ratio": 0.3}),
    ]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_rows_of_an_older_or_open_workbook_do_as_well(plan, tmp_path, kind):
    rows = [["parcel_id", "far"], ["QY-01-01", 1.8]]
    file = getattr(other_workbooks, kind)(tmp_path / f"rows.{kind}", parcels=rows)
    assert fields(call("new", plan, "b", "--from", file)) == [
        ("parcels", "QY-01-01", "changed", {"far": 1.8})
    ]


@pytest.mark.long
@pytest.mark.parametrize("cells", [("35", "30"), ("35%", "30%"), ("0.35", "0.3"), ("≥35", "30")])
def test_a_share_is_per_cent_in_a_csv_as_in_a_workbook(plan, tmp_path, cells):
    first, second = cells
    text = f"地块编号,绿地率,容积率\nQY-01-01,{first},2.5\nQY-01-02,{second},1.1\n"
    (tmp_path / "表.csv").write_text(text, encoding="utf-8")
    found = fields(call("new", plan, "b", "--from", tmp_path / "表.csv"))
    assert [one[3]["green_ratio"] for one in found] == [0.35, 0.3]


def test_a_column_of_shares_and_per_cent_and_a_parcel_that_stands_twice_are_refused(plan, tmp_path):
    file = tmp_path / "表.csv"
    file.write_text("地块编号,绿地率\nQY-01-01,35\nQY-01-02,0.3\n", encoding="utf-8")
    with pytest.raises(BlockplanError, match=r"holds 35 and 0.3, so nobody knows which are per cent"):
        call("new", plan, "b", "--from", file)
    file.write_text("地块编号,容积率\nQY-01-01,2.5\nQY-01-02,1\nQY-01-01,1.1\n", encoding="utf-8")
    with pytest.raises(BlockplanError, match=r"row 4: 'QY-01-01' stands in row 2 already"):
        call("new", plan, "b", "--from", file)
    assert not (plan / "scenarios").exists()


@pytest.mark.long
def test_a_street_that_was_turned_round_differs_and_one_written_in_parts_does_not(plan, tmp_path):
    from blockplan.propose.manual_scenarios import layer_changes

    drawn = read(plan)
    line = shapely.LineString([(0, 0), (300, 0)])
    streets = gpd.GeoDataFrame(
        {"street_id": ["S-1"], "class": ["local"], "oneway": [True]}, geometry=[line], crs="EPSG:4548"
    )
    write(Plan(drawn.manifest, {**drawn.layers, "streets": streets}), tmp_path / "streets")
    with_street = read(tmp_path / "streets")
    parts = streets.set_geometry([shapely.MultiLineString([line])], crs=streets.crs)
    assert layer_changes(with_street, "streets", parts) == []
    formats.write_layers(
        {"streets": streets.set_geometry([line.reverse()], crs=streets.crs)}, tmp_path / "q.gpkg"
    )
    found = call("new", tmp_path / "streets", "b", "--from", tmp_path / "q.gpkg")
    assert [(one["id"], one["change"]) for one in found["changed"]] == [("S-1", "changed")]
    kept = read(tmp_path / "streets", "b").layer("streets").geometry["S-1"]
    assert shapely.get_coordinates(kept)[0].tolist() == [300, 0]


def test_an_edited_geopackage_is_compared_by_id(plan, tmp_path):
    copy = tmp_path / "edited.gpkg"
    shutil.copyfile(plan / "plan.gpkg", copy)
    parcels = formats.read_layer(copy, "parcels")
    parcels.loc[parcels["parcel_id"] == "QY-01-02", "land_use"] = "0902"
    first = parcels.iloc[[0]].assign(parcel_id="QY-01-04")
    west, east = shapely.box(0, 0, 60, 100), shapely.box(60, 0, 100, 100)
    parcels.loc[0, "geometry"] = west
    parcels = gpd.pd.concat([parcels, first.set_geometry([east], crs=parcels.crs)], ignore_index=True)
    parcels = parcels[parcels["parcel_id"] != "QY-01-03"]
    formats.write_layers({"parcels": parcels}, tmp_path / "qgis.gpkg")
    found = call("new", plan, "b", "--from", tmp_path / "qgis.gpkg")
    kinds = {one["id"]: one["change"] for one in found["changed"]}
    assert kinds == {"QY-01-01": "changed", "QY-01-02": "changed", "QY-01-03": "removed", "QY-01-04": "added"}
    assert read(plan, "b").layer("parcels").geometry.area.to_dict() == {
        "QY-01-01": 6000, "QY-01-02": 10_000, "QY-01-04": 4000,
    }  # fmt: skip
    assert not read(plan, "b").layer("facilities").empty, "layers that the file has not stay"


def test_a_copy_in_which_nothing_was_edited_makes_no_scenario(plan, tmp_path):
    shutil.copyfile(plan / "plan.gpkg", tmp_path / "copy.gpkg")
    with pytest.raises(BlockplanError, match="Nothing differs"):
        call("new", plan, "b", "--from", tmp_path / "copy.gpkg")
    assert read(plan).manifest.scenarios == {}


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "parcels:QY-01-3.land_use=1401"], r"has no 'QY-01-3'. Do you mean 'QY-01-03'"),
        (["--set", "parcels:QY-01-03.landuse=1401"], r"no column 'landuse'. Do you mean land_use"),
        (["--set", "parcels:QY-01-03.far=viel"], r"is a number, and 'viel' is none"),
        (["--set", "lots:QY-01-03.far=1"], r"cannot change 'lots'"),
        (["--set", "parcels:QY-01-03"], r"Write LAYER:ID.COLUMN=VALUE"),
        (["--set", "parcels:QY-01-03.parcel_id=X"], r"not set by hand"),
        (["--remove", "facilities"], r"Write LAYER:ID"),
        (["--from", "nothing.xlsx"], r"There is no file"),
        ([], r"Nothing differs"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(plan, arguments, said):
    before = (plan / "plan.toml").read_bytes()
    with pytest.raises(BlockplanError, match=said):
        call("new", plan, "b", *arguments)
    assert (plan / "plan.toml").read_bytes() == before
    assert not (plan / "scenarios").exists()


def test_a_row_that_cannot_be_read_names_its_line(plan, tmp_path):
    rows = [["parcel_id", "far"], ["QY-01-01", 1.0], ["QY-09-09", 1.0]]
    with pytest.raises(BlockplanError, match=r"rows.xlsx, row 3: .* has no 'QY-09-09'"):
        call("new", plan, "b", "--from", workbook(tmp_path / "rows.xlsx", parcels=rows))


def test_a_table_that_is_too_large_is_refused_unread(plan, tmp_path):
    with (tmp_path / "rows.csv").open("wb") as file:
        file.truncate(201_000_000)
    with pytest.raises(BlockplanError, match=r"rows.csv has 201 MB; of .csv at most 200 MB are read"):
        call("new", plan, "b", "--from", tmp_path / "rows.csv")


def test_features_of_a_copy_without_an_id_or_with_one_twice_are_refused(plan, tmp_path):
    parcels = formats.read_layer(plan / "plan.gpkg", "parcels")
    formats.write_layers(
        {"parcels": parcels.assign(parcel_id=["QY-01-01", None, "QY-01-03"])}, tmp_path / "a.gpkg"
    )
    with pytest.raises(BlockplanError, match="1 rows of the edited layer parcels have no parcel_id"):
        call("new", plan, "b", "--from", tmp_path / "a.gpkg")
    formats.write_layers({"parcels": parcels.assign(parcel_id=["A", "A", "B"])}, tmp_path / "b.gpkg")
    with pytest.raises(BlockplanError, match="stand more than once"):
        call("new", plan, "b", "--from", tmp_path / "b.gpkg")


def test_renaming_keeps_remarks_and_rows(plan):
    text = (plan / "plan.toml").read_text(encoding="utf-8")
    (plan / "plan.toml").write_text("# ours\n" + text, encoding="utf-8")
    call("new", plan, "b", "--set", "parcels:QY-01-01.far=1.5", "--title", "less")
    assert call("rename", plan, "b", "更少") == {"scenario": "更少", "was": "b"}
    assert read(plan).manifest.scenarios == {"更少": "less"}
    assert (plan / "plan.toml").read_text(encoding="utf-8").startswith("# ours\n")
    assert sorted(file.name for file in (plan / "scenarios").iterdir()) == ["更少.gpkg"]
    assert read(plan, "更少").layer("parcels").loc["QY-01-01", "far"] == 1.5
    with pytest.raises(BlockplanError, match=r"no scenario 'b'. It has: 更少"):
        call("rename", plan, "b", "c")


def test_dropping_takes_it_out_and_leaves_the_plan_as_it_was(plan):
    before = (plan / "plan.toml").read_text(encoding="utf-8")
    call("new", plan, "b", "--set", "parcels:QY-01-01.far=1.5")
    assert call("drop", plan, "b") == {"scenario": "b", "dropped": True}
    assert read(plan).manifest.scenarios == {}
    assert (plan / "plan.toml").read_text(encoding="utf-8").strip() == before.strip()
    assert not list((plan / "scenarios").glob("*"))


@pytest.mark.long
def test_a_scenario_in_a_zip_is_made_renamed_and_dropped_as_well(plan, tmp_path):
    write(read(plan), tmp_path / "town.zip")
    call("new", tmp_path / "town.zip", "b", "--set", "parcels:QY-01-01.far=1.5")
    call("rename", tmp_path / "town.zip", "b", "c")
    assert read(tmp_path / "town.zip", "c").layer("parcels").loc["QY-01-01", "far"] == 1.5
    call("drop", tmp_path / "town.zip", "c")
    assert read(tmp_path / "town.zip").manifest.scenarios == {}


@pytest.mark.long
def test_a_scenario_that_a_proposal_stands_on_is_not_dropped_and_its_name_follows(plan):
    call("new", plan, "b", "--set", "parcels:QY-01-01.far=1.5")
    from blockplan.plan.files.scenarios import save_scenario
    from blockplan.plan.model.plan import tidied

    rows = read(plan).layer("parcels").loc[["QY-01-02"]]
    save_scenario(
        plan, "p", {"en": "a proposal"}, tidied({"parcels": rows}), {"kind": "landuse", "on_top_of": "b"}
    )
    with pytest.raises(BlockplanError, match="while 'p' stands on it"):
        call("drop", plan, "b")
    call("rename", plan, "b", "c")
    assert (read(plan).manifest.model_extra or {})["proposals"]["p"]["on_top_of"] == "c"
    call("drop", plan, "p")
    call("drop", plan, "c")


def test_a_scenario_takes_its_titles_along_and_leaves_none_behind(tmp_path):
    plan = tmp_path / "zone"
    shutil.copytree(Path(__file__).parents[2] / "examples" / "demonstration-zone", plan)
    rename_scenario(plan, "b", "d")
    assert read_manifest(plan / "plan.toml").scenario_titles_in("zh")["d"] == "居住人口增至 6 万"
    drop_scenario(plan, "d")
    manifest = read_manifest(plan / "plan.toml")
    assert set(manifest.scenarios) == set(manifest.scenario_titles or {}) == {"a", "c"}
