"""
The mapping: written with its reasons, asked where two readings are close, taken back edited, refused if off.
"""

from __future__ import annotations

import json
import tomllib

import geopandas as gpd
import pytest
import shapely
from tests.exchange.office.conftest import parcels, rules, shapefile, workbook

from blockplan.errors import MappingError, PlanDataError
from blockplan.exchange.office.profile import load_profile
from blockplan.exchange.office.recognise import recognise
from blockplan.exchange.office.source import SourceLayer
from blockplan.plan import read


def edited(result, tmp_path, *pairs):
    text = result.mapping_toml
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "edited.toml").write_text(text, encoding="utf-8")
    return tmp_path / "edited.toml"


def test_the_mapping_lies_in_the_plan_and_says_why(folder, brought, tmp_path):
    shapefile(parcels(), folder / "地块.shp")
    _, result = brought()
    table = tomllib.loads((tmp_path / "plan" / "mapping.toml").read_text(encoding="utf-8"))
    (layer,) = table["layer"]
    assert (layer["role"], layer["crs"]) == ("parcels", "EPSG:4548")
    assert {one["field"]: one["column"] for one in layer["field"]} == {
        "DKBH": "parcel_id",
        "YDDM": "land_use",
    }
    assert all(one["why"] and one["sample"] and 0 < one["confidence"] < 1 for one in layer["field"])
    assert table["choices"]["code_list"] == result.made["code_list"]


def test_taken_back_as_it_is_the_mapping_gives_the_same_plan(folder, brought, tmp_path):
    shapefile(
        parcels(DKBH=["1", "2"], YDDM=["R2", "G1"], RJL=["≤2.0", "-"], PTSS=["小学", "-"]),
        folder / "地块.shp",
    )
    first, result = brought()
    hash_ = first.layer("parcels").drop(columns="geometry").to_json()
    second, _ = brought(mapping=edited(result, tmp_path))
    assert second.layer("parcels").drop(columns="geometry").to_json() == hash_
    assert second.content_hash == first.content_hash


def test_a_field_given_another_column_and_unit_counts(folder, brought, tmp_path):
    shapefile(parcels(DKBH=["1", "2"], YDDM=["R2", "G1"], QTZD=[3, 4]), folder / "地块.shp")
    _, result = brought()
    mapping = edited(
        result,
        tmp_path,
        ('field = "QTZD"\ncolumn = ""', 'field = "QTZD"\ncolumn = "declared_area_m2"\nunit = "mu"'),
    )
    plan, _ = brought(mapping=mapping)
    assert plan.layer("parcels")["declared_area_m2"].tolist()[:2] == pytest.approx([2000, 2666.667], abs=0.01)


def test_two_fields_that_could_both_be_meant_are_asked(folder, brought):
    shapefile(
        parcels(DKBH=["1", "2"], YDDM=["R2", "G1"], RJL=[1.0, 2.0], DSRJL=[1.5, 2.5]), folder / "地块.shp"
    )
    asked = []

    def ask(question):
        asked.append(question)
        return 1

    plan, result = brought(ask=ask)
    assert [one.options for one in asked] == [["RJL", "DSRJL"]]
    assert plan.layer("parcels")["far"].tolist()[:2] == [1.5, 2.5]
    assert not rules(result, "office-close")
    plan, result = brought()
    assert plan.layer("parcels")["far"].tolist()[:2] == [1.0, 2.0]
    assert len(rules(result, "office-close")) == 1, "where nobody can be asked, it is said"


def test_what_a_short_mapping_says_to_bound_the_plan_does_though_a_better_name_stands_beside(
    folder, brought, tmp_path
):
    shapefile(parcels(), folder / "规划地块.shp")
    for name, size in (("研究范围", 450), ("规划范围", 400)):
        land = shapely.box(500_000, 4_400_000, 500_000 + size, 4_400_100)
        shapefile(parcels(shapes=[land], MC=[name]), folder / f"{name}.shp")
    mapping = tmp_path / "short.toml"
    for role, m2 in (("boundary", 45_000), ("ignored", 40_000)):
        text = f'[[layer]]\nfile = "研究范围.shp"\nlayer = "研究范围"\nrole = "{role}"\n'
        mapping.write_text(text, encoding="utf-8")
        plan, _ = brought(mapping=mapping)
        assert plan.layer("boundary").area.sum() == m2


def test_an_offices_own_names_go_before_the_houses(folder, brought, tmp_path):
    shapefile(parcels(ZDH=["1", "2"], KZXX1=["R2", "G1"], KZXX2=[1.5, 0.1]), folder / "图斑7.shp")
    profile = tmp_path / "ours.yaml"
    profile.write_text(
        "id: ours\nlayers: {parcels: {names: [图斑7]}}\n"
        "fields: {parcels: {parcel_id: {names: [ZDH]}, land_use: {names: [KZXX1]}, far: {names: [KZXX2]}}}\n",
        encoding="utf-8",
    )
    plan, _ = brought(profiles=[profile])
    assert plan.layer("parcels").loc["1", ["land_use", "far"]].tolist() == ["070102", 1.5]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('role = "parcels"', 'role = "parcel"', "the role 'parcel', which there is not"),
        ('column = "land_use"', 'column = "landuse"', "parcels has no column 'landuse'"),
        ('field = "YDDM"', 'field = "YDDN"', "has no field 'YDDN'"),
        ('file = "地块.shp"', 'file = "地快.shp"', "layers that the files do not hold"),
        ('roads = "remainder"', 'roads = "some"', "choices.roads"),
        ("[choices]", "[choices", "is no TOML"),
        ("[choices]", "[choices]\nroad = 1", "choices.road"),
    ],
)
def test_a_mapping_that_is_off_is_refused_with_its_place(folder, brought, tmp_path, old, new, said):
    shapefile(parcels(), folder / "地块.shp")
    _, result = brought()
    with pytest.raises(MappingError, match=said):
        brought(mapping=edited_raw(result, tmp_path, old, new))


def edited_raw(result, tmp_path, old, new):
    (tmp_path / "off.toml").write_text(result.mapping_toml.replace(old, new, 1), encoding="utf-8")
    return tmp_path / "off.toml"


def test_a_drawn_plan_is_not_written_over_and_nothing_is_left_where_an_import_fails(
    folder, brought, tmp_path
):
    from blockplan.plan import Plan, write
    from blockplan.plan.model.manifest import manifest_from

    shapefile(parcels(), folder / "地块.shp")
    plan, _ = brought()
    table = plan.manifest.model_dump(exclude={"imported"}, exclude_none=True)
    write(Plan(manifest_from(table, "x"), plan.layers), tmp_path / "plan")
    before = (tmp_path / "plan" / "plan.toml").read_bytes()
    with pytest.raises(PlanDataError, match="was drawn and not only imported"):
        brought()
    assert (tmp_path / "plan" / "plan.toml").read_bytes() == before


def test_the_command_prints_one_document_with_what_the_contract_names(folder, called, tmp_path):
    shapefile(parcels(DKBH=["1", "2"], YDDM=["R2", "G1"], RJL=["≤2.0", "见图"]), folder / "地块.shp")
    code, document = called(folder)
    assert code == 0
    assert set(document) >= {"features", "area_m2_by_class", "unmapped", "verdicts", "mapping", "made"}
    assert set(document["mapping"][0]) >= {
        "file",
        "layer",
        "role",
        "field",
        "column",
        "unit",
        "confidence",
        "why",
    }
    assert set(document["made"]) >= {"roads_ha", "boundary", "healed"}
    assert all(set(one) >= {"rule", "outcome", "grade", "measured", "x", "y"} for one in document["verdicts"])
    json.dumps(document, allow_nan=False)
    assert read(tmp_path / "plan").manifest.level == "parcel"


def test_the_command_tells_what_was_read_as_what(folder, tmp_path):
    from click.testing import CliRunner

    from blockplan.cli import app

    shapefile(parcels(DKBH=["1", "2"], YDDM=["A6", "G1"], RJL=["≤2.0", "见图"]), folder / "地块.shp")
    workbook(folder / "空.xlsx", 表=[["某"]])
    shown = CliRunner().invoke(app, ["import", "office", str(folder), "--out", str(tmp_path / "plan.zip")])
    assert shown.exit_code == 0
    for words in (
        "parcel_id",
        "name 'YDDM'",
        "for whom it is",
        "'见图' holds no number",
        "mapping.toml",
        "office-sheet",
    ):
        assert words in shown.output, words
    assert read(tmp_path / "plan.zip").layer("parcels").loc["1", "far"] == 2.0


def test_a_layer_whose_reader_knows_its_role_has_one_though_nothing_in_it_says_so():
    bare = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)])
    choice = recognise(SourceLayer("a.dwg", "?", bare, role="parcels"), load_profile())
    assert (choice.role, choice.confidence) == ("parcels", 0.0)


def test_a_plan_is_called_what_a_text_beside_it_says_and_not_after_a_drawing_of_its_lines(folder, brought):
    import ezdxf

    shapefile(parcels(), folder / "地块.shp")
    (folder / "说明.txt").write_text(
        "示例镇中心区控制性详细规划 2022年3月\n坐标系：2000国家大地坐标系", encoding="gbk"
    )
    drawing = ezdxf.new("R2010")
    drawing.modelspace().add_lwpolyline(
        [(500_000, 4_400_000), (500_400, 4_400_000)], dxfattribs={"layer": "绿线"}
    )
    drawing.saveas(folder / "控制线.dxf")
    assert brought()[0].manifest.title == {"zh": "示例镇中心区控制性详细规划"}
    (folder / "说明.txt").unlink()
    assert brought()[0].manifest.title["en"] == folder.name


@pytest.mark.parametrize(
    "line",
    [
        "1.上位控规",
        "一、现行控制性详细规划 2019年",
        "详见控规",
        "本图不得用于代替已批准的控制性详细规划",
    ],
)
def test_a_line_about_another_plan_gives_the_plan_no_name(folder, brought, line):
    shapefile(parcels(), folder / "地块.shp")
    (folder / "说明.txt").write_text(line, encoding="gbk")
    assert brought()[0].manifest.title["en"] == folder.name
