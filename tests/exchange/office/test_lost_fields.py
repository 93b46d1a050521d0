"""What of an office's files was not taken over is listed field by field; its own numbers stay numbers."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely
from click.testing import CliRunner
from tests.exchange.office.conftest import parcels, rules

from blockplan.cli import app


def town(folder):
    """Parcels with a field of the office's own, and a layer that is nothing of a plan."""
    own = {"DKBH": ["A-01", "A-02", "A-03", "A-04"], "YDDM": ["R2", "B1", "G1", "A33"]}
    own |= {"QXCODE": [7, 8, 9, 10], "RJL": ["2.0", "见说明", None, "1.0"], "OBJECTID": [1, 2, 3, 4]}
    parcels(**own).to_file(folder / "town.gpkg", layer="地块")
    spots = [shapely.Point(500_000 + at, 4_400_010) for at in range(3)]
    wells = {"QQJJ": ["x1", "x2", None], "ZZDEEP": [3, 4, 5]}
    gpd.GeoDataFrame(wells, geometry=spots, crs="EPSG:4548").to_file(folder / "town.gpkg", layer="QQXX")


def test_what_was_not_taken_over_is_listed_field_by_field_with_the_reason(folder, brought, called):
    town(folder)
    code, document = called(folder)
    lost = {(one["layer"], one["field"]): one["n"] for one in document["losses"]}
    assert code == 0
    assert lost == {
        ("QQXX", "*"): 3,
        ("QQXX", "QQJJ"): 2,
        ("QQXX", "ZZDEEP"): 3,
        ("地块", "RJL"): 1,
        ("地块", "OBJECTID"): 4,
    }
    assert all(one["why"] and one["file"] == "town.gpkg" for one in document["losses"])


def test_a_terminal_lists_the_fields_that_are_lost_in_the_language_of_the_reader(folder, tmp_path):
    town(folder)
    arguments = ["import", "office", str(folder), "--out", str(tmp_path / "plan"), "--lang", "zh"]
    said = CliRunner().invoke(app, arguments).stdout
    assert "文件中有 10 个值未采用" in said
    assert "整个要素" in said
    assert "不能读作容积率（far）" in said


def test_whole_numbers_of_a_field_that_nobody_knows_stay_numbers(folder, brought):
    town(folder)
    plan, _ = brought()
    assert pd.api.types.is_integer_dtype(plan.layer("parcels")["QXCODE"])
    assert plan.layer("parcels")["QXCODE"].tolist() == [7, 8, 9, 10]


def test_a_title_that_no_boundary_and_no_text_says_is_told_as_the_name_of_the_folder(folder, brought):
    town(folder)
    plan, result = brought()
    (told,) = rules(result, "office-title")
    assert repr(plan.manifest.title["en"]) in told.message


def test_a_boundary_that_two_files_draw_is_called_as_the_one_that_names_it(folder, brought):
    town(folder)
    land = [shapely.box(500_000, 4_400_000, 500_400, 4_400_100)]
    bare = gpd.GeoDataFrame(geometry=land, crs="EPSG:4548")
    bare.to_file(folder / "a.gpkg", layer="规划范围")
    bare.assign(MC="河西片区控制性详细规划").to_file(folder / "b.gpkg", layer="规划范围")
    plan, result = brought()
    assert len(plan.layer("boundary")) == 1
    assert plan.manifest.title["zh"] == "河西片区控制性详细规划"
    assert not rules(result, "office-title")
