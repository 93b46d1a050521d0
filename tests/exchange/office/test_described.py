"""Aliases and words for codes, which databases keep beside names and values."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pandas as pd
import pyogrio
import pytest
import shapely
from tests.exchange.office.conftest import parcels

from blockplan.exchange.office.bounds import bound_named
from blockplan.exchange.office.field_descriptions import described, in_words

DEFINITION = """<?xml version="1.0" encoding="UTF-8"?>
<t:DEFeatureClassInfo xmlns:t="http://www.esri.com/schemas/ArcGIS/10.3">
  <GPFieldInfoExs>
    <GPFieldInfoEx><Name>A1</Name><AliasName>地块编号</AliasName></GPFieldInfoEx>
    <GPFieldInfoEx><Name>B2</Name><AliasName>B2</AliasName><DomainName>State</DomainName></GPFieldInfoEx>
  </GPFieldInfoExs>
  <AliasName>规划地块</AliasName>
</t:DEFeatureClassInfo>"""
DOMAIN = """<t:GPCodedValueDomain2 xmlns:t="http://www.esri.com/schemas/ArcGIS/10.1">
  <DomainName>State</DomainName>
  <CodedValues><CodedValue><Name>新建</Name><Code>1</Code></CodedValue></CodedValues>
</t:GPCodedValueDomain2>"""


def test_aliases_and_words_of_a_geopackage_say_what_fields_and_codes_are(folder, brought):
    table = {
        "c1": ["1-1", "1-2", "1-3", "1-4"], "c2": ["R2", "B1", "G1", "A33"], "c3": [2.0, 3.0, None, 0.8],
        "c4": [1, 2, 2, 1],
    }  # fmt: skip
    file = folder / "town.gpkg"
    pyogrio.write_dataframe(parcels(**table), file, layer="L7")
    with closing(sqlite3.connect(file)) as base, base:
        base.execute("UPDATE gpkg_contents SET identifier = '规划地块' WHERE table_name = 'L7'")
        base.execute(
            "CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, name TEXT, title TEXT, "
            "description TEXT, mime_type TEXT, constraint_name TEXT)"
        )
        base.execute(
            "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT, constraint_type TEXT, "
            "value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, "
            "description TEXT)"
        )
        for column, title, words in (
            ("c1", "地块编号", None), ("c2", "用地代码", None), ("c3", "容积率上限", None),
            ("c4", "开发动态", "state"),
        ):  # fmt: skip
            base.execute(
                "INSERT INTO gpkg_data_columns VALUES ('L7', ?, NULL, ?, NULL, NULL, ?)",
                (column, title, words),
            )
        for value, word in (("1", "现状保留"), ("2", "新建")):
            base.execute(
                "INSERT INTO gpkg_data_column_constraints VALUES ('state', 'enum', ?, NULL, NULL, NULL, "
                "NULL, ?)",
                (value, word),
            )
    plan, result = brought()
    found = plan.layer("parcels").set_index("parcel_id")
    assert found.loc[["1-1", "1-2"], "far_max"].tolist() == [2, 3]
    assert found["status"].tolist() == ["kept", "planned", "planned", "kept"]
    assert result.mapping.layer[0].role == "parcels"
    assert "alias '容积率上限'" in result.mapping.layer[0].column("far_max").why


def test_the_alias_of_a_layer_of_a_geodatabase_names_it(folder, brought):
    file, one = folder / "town.gdb", parcels(c=["1-1", "1-2", "1-3", "1-4"], LU=["R2", "B1", "G1", "A33"])
    pyogrio.write_dataframe(one, file, layer="T01", driver="OpenFileGDB", LAYER_ALIAS="规划地块")
    whole = parcels(shapes=[shapely.union_all(one.geometry.to_numpy())], MC=["示例"])
    pyogrio.write_dataframe(
        whole, file, layer="T02", driver="OpenFileGDB", append=True, LAYER_ALIAS="规划范围"
    )
    plan, result = brought()
    assert [choice.role for choice in result.mapping.layer] == ["parcels", "boundary"]
    assert plan.layer("boundary").geometry.iloc[0].area == pytest.approx(40_000)


def test_a_geodatabase_tells_aliases_of_fields_and_words_for_codes(tmp_path):
    answers = [pd.DataFrame({"x": [DEFINITION]}), pd.DataFrame({"Definition": [None, "<a/>", DOMAIN]})]
    about = described(tmp_path / "town.gdb", "T01", lambda path, call: answers.pop(0))
    assert (about.title, about.titles, about.words) == (
        "规划地块", {"A1": "地块编号"}, {"B2": {"1": "新建"}},
    )  # fmt: skip
    frame = pd.DataFrame({"B2": [1, 1.0, "1", 2, None]})
    in_words(frame, about.words)
    assert frame["B2"].tolist()[:4] == ["新建", "新建", "新建", 2]


def test_codes_of_land_use_stay_codes():
    frame = pd.DataFrame({"LU": ["070102", "1401"]})
    in_words(frame, {"LU": {"070102": "二类城镇住宅用地", "1401": "公园绿地"}})
    assert frame["LU"].tolist() == ["070102", "1401"]


@pytest.mark.parametrize("text", ["", "no xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_a_definition_that_is_none_says_nothing(tmp_path, text):
    about = described(tmp_path / "town.gdb", "T01", lambda path, call: pd.DataFrame({"x": [text]}))
    assert (about.title, about.titles, about.words) == ("", {}, {})


def test_a_geopackage_without_descriptions_or_that_is_none_says_nothing(tmp_path):
    (tmp_path / "broken.gpkg").write_bytes(b"no database")
    assert described(tmp_path / "broken.gpkg", "L", None).titles == {}
    assert described(tmp_path / "not there.gpkg", "L", None).titles == {}


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("FAR_MAX", "far_max"), ("Min FAR", "far_min"), ("HGT_MAX", "height_m_max"),
        ("Maximum permitted building height (m)", "height_m_max"), ("GRN_MIN", "green_ratio_min"),
        ("Site coverage, upper limit", "coverage_ratio_max"), ("Max GFA (m2)", "floor_area_m2_max"),
        ("height", ""), ("max fence height", ""), ("min and max height", ""), ("Maximum", ""),
    ],
)  # fmt: skip
def test_english_bounds_are_known_word_by_word(title, column):
    assert bound_named(title) == column
