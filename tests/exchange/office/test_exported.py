"""Drawings that were exported as Shapefiles: layers told by a field, texts as points."""

from __future__ import annotations

import geopandas as gpd
import shapely
from tests.exchange.office.conftest import CRS, parcels, rules, shapefile, squares


def texts(*said):
    """Texts as points, some in each of four squares, from the top down."""
    rows = [
        (text, shapely.Point(500_050 + 100 * at, 4_400_090 - 15 * down))
        for at, many in enumerate(said)
        for down, text in enumerate(many)
    ]
    return gpd.GeoDataFrame(
        {"Layer": ["0-TEXT"] * len(rows), "Text": [text for text, _ in rows]},
        geometry=[shape for _, shape in rows], crs=CRS,
    )  # fmt: skip


SAID = (("A-01", "R2", "容积率≤2.0", "小学一所（24班）"), ("A-02", "B1/B2"), ("A-03", "G1"), ("A-04", "A33"))


def test_outlines_without_a_word_take_the_texts_that_stand_in_them(folder, brought):
    shapefile(parcels(Layer=["0"] * 4, Handle=["1A", "1B", "1C", "1D"]), folder / "polygon.shp")
    line = shapely.LineString([(500_000, 4_399_988), (500_400, 4_399_988)])
    one = gpd.GeoDataFrame({"Layer": ["0-DL-ZXX"], "Handle": ["2A"]}, geometry=[line], crs=CRS)
    shapefile(one, folder / "polyline.shp")
    shapefile(texts(*SAID), folder / "annotation.shp")
    plan, result = brought()
    found = plan.layer("parcels").set_index("parcel_id").loc[["A-01", "A-02", "A-03", "A-04"]]
    assert found["land_use"].tolist() == ["070102", "0901", "1401", "080403"]
    assert found.loc["A-02", "compatible_uses"] == "0902"
    assert found.loc["A-01", "far_max"] == 2
    assert plan.layer("facilities")["classes"].tolist() == [24]
    assert len(plan.layer("streets")) == 1
    assert "4 of 4 outlines have a number" in rules(result, "office-number")[0].message


def test_a_file_of_several_layers_is_taken_apart_by_the_field_that_tells_them(folder, brought):
    whole = [
        *squares(4),
        *squares(2, size=10, east=500_030, north=4_400_030),
        shapely.box(500_000, 4_400_000, 500_400, 4_400_100),
    ]
    layer = ["规划地块"] * 4 + ["规划建筑"] * 2 + ["规划范围"]
    table = {"Layer": layer, "Entity": ["LWPolyline"] * 7, "RefName": [""] * 7}
    shapefile(parcels(shapes=whole, **table), folder / "图.shp")
    shapefile(texts(*SAID), folder / "注记.shp")
    plan, _ = brought()
    assert len(plan.layer("buildings")) == 2
    assert plan.layer("boundary").geometry.iloc[0].area == 40_000
    assert sorted(plan.layer("parcels")["parcel_id"]) == ["A-01", "A-02", "A-03", "A-04"]


def test_the_mapping_of_an_export_is_taken_back(folder, brought, tmp_path):
    shapefile(parcels(Layer=["0"] * 4, Handle=["1A", "1B", "1C", "1D"]), folder / "polygon.shp")
    shapefile(texts(*SAID), folder / "annotation.shp")
    first = brought()[0].layer("parcels")
    kept = tmp_path / "kept.toml"
    kept.write_text((tmp_path / "plan" / "mapping.toml").read_text("utf-8"), "utf-8")
    again = brought(mapping=kept)[0].layer("parcels")
    assert again["land_use"].tolist() == first["land_use"].tolist()


def test_a_field_called_layer_beside_no_sign_of_an_export_takes_nothing_apart(folder, brought):
    table = {"DKBH": ["1-1", "1-2"], "YDDM": ["R2", "G1"], "LAYER": ["a", "b"]}
    shapefile(parcels(**table), folder / "地块.shp")
    _, result = brought()
    assert [one.layer for one in result.mapping.layer] == ["地块"]
