"""Which reference system an office's coordinates are in; what cannot be told is said."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from tests.exchange.office.conftest import CRS, parcels, rules, shapefile, squares

from blockplan.datums import wgs84_to_gcj02


def moved(frame, east):
    return frame.set_geometry(frame.geometry.translate(east, 0))


@pytest.mark.long
@pytest.mark.parametrize(("prefix", "crs"), [(39, "EPSG:4527"), (38, "EPSG:4526"), (20, "EPSG:4498")])
def test_the_easting_tells_its_zone(folder, brought, prefix, crs):
    shapefile(moved(parcels(), prefix * 1_000_000), folder / "地块.shp", prj=False)
    plan, _ = brought()
    assert plan.manifest.crs == crs
    assert plan.layer("parcels").geometry.area.iloc[0] == pytest.approx(10_000)


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("说明_中央子午线117度.txt", "EPSG:4548"),
        ("坐标系CGCS2000_CM_114E.txt", "EPSG:4547"),
        ("西安80坐标系第39带.txt", "EPSG:2384"),
        ("北京54_中央经线117.txt", "EPSG:2436"),
        ("EPSG4549.txt", "EPSG:4549"),
    ],
)
def test_a_text_of_the_folder_tells_the_central_meridian(folder, brought, name, crs):
    shapefile(parcels(), folder / "地块.shp", prj=False)
    (folder / name).write_text("x")
    plan, _ = brought()
    assert plan.manifest.crs == crs


@pytest.mark.long
def test_a_meridian_that_is_no_multiple_of_three_is_a_zone_of_its_own(folder, brought):
    shapefile(parcels(), folder / "地块.shp", prj=False)
    (folder / "readme.txt").write_text("2000国家大地坐标系，中央子午线 116°20′", encoding="utf-8")
    plan, _ = brought()
    assert "+lon_0=116.3333" in plan.manifest.crs


def test_without_a_word_the_plan_stands_in_a_local_grid_and_says_so(folder, brought):
    shapefile(parcels(), folder / "地块.shp", prj=False)
    plan, result = brought()
    assert plan.manifest.crs == "local"
    assert "do not tell one" in rules(result, "office-crs")[0].message


def test_north_first_is_turned(folder, brought):
    frame = parcels()
    turned = frame.set_geometry(
        gpd.GeoSeries(shapely.transform(frame.geometry.to_numpy(), lambda p: p[:, ::-1]), crs=CRS)
    )
    shapefile(turned, folder / "地块.shp")
    plan, result = brought()
    assert plan.layer("parcels").total_bounds.tolist() == [500_000, 4_400_000, 500_400, 4_400_100]
    assert "swapped" in rules(result, "office-crs")[0].message


def test_a_declared_zone_that_the_easting_contradicts_is_not_believed(folder, brought):
    shapefile(moved(parcels(), 39_000_000), folder / "地块.shp")
    plan, result = brought()
    assert plan.manifest.crs == "EPSG:4527"
    assert "cannot be in" in rules(result, "office-crs")[0].message


def test_layers_in_degrees_come_into_the_zone_of_their_place(folder, brought):
    shapefile(parcels().to_crs(4490), folder / "地块.shp")
    plan, _ = brought()
    assert plan.manifest.crs == "EPSG:4548"
    assert plan.layer("parcels").geometry.area.tolist()[:2] == pytest.approx([10_000, 10_000], abs=0.1)


def test_xian_80_stays_as_drawn_and_says_that_nobody_knows_its_shift(folder, brought):
    shapefile(parcels(crs="EPSG:2384"), folder / "地块.shp")
    plan, result = brought()
    assert plan.manifest.crs == "EPSG:2384"
    assert "not published" in rules(result, "office-crs")[0].message


def test_a_local_grid_with_parameters_is_transformed(folder, brought, tmp_path):
    frame = moved(parcels(), -500_000).set_geometry(parcels().geometry.translate(-500_000, -4_400_000))
    shapefile(frame, folder / "地块.shp", prj=False)
    _, result = brought()
    shift = '[source.shift]\nto = "EPSG:4548"\ndx = 500000.0\ndy = 4400000.0\n'
    text = result.mapping_toml.replace("[choices]", f"{shift}\n[choices]").replace('crs = "local"\n', "")
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    plan, _ = brought(mapping=tmp_path / "m.toml")
    assert plan.manifest.crs == "EPSG:4548"
    assert plan.layer("parcels").total_bounds.tolist() == pytest.approx(
        [500_000, 4_400_000, 500_400, 4_400_100]
    )


def shifted(points):
    places = gpd.GeoSeries(points, crs=CRS).to_crs(4326)
    return [shapely.Point(*wgs84_to_gcj02(one.x, one.y)) for one in places]


@pytest.mark.parametrize("name", ["配套设施_GCJ02", "配套设施"])
def test_points_of_a_map_service_are_set_back_to_their_place(folder, brought, name):
    shapefile(parcels(), folder / "地块.shp")
    points = gpd.GeoDataFrame(
        {"名称": ["第一小学", "菜市场", "养老院", "公厕"]},
        geometry=shifted([one.centroid for one in squares()]),
        crs=4326,
    )
    shapefile(points, folder / f"{name}.shp")
    plan, result = brought()
    assert plan.layer("facilities")["parcel_id"].tolist() == ["A-01", "A-02", "A-03", "A-04"]
    (found,) = [one for one in rules(result, "office-crs") if "GCJ02" in one.message]
    assert found.measured == 10, "the accuracy is stated"


def test_points_in_true_degrees_stay_where_they_are(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    places = gpd.GeoSeries([one.centroid for one in squares()], crs=CRS).to_crs(4326)
    shapefile(gpd.GeoDataFrame({"名称": ["小学"] * 4}, geometry=places), folder / "配套设施.shp")
    plan, _ = brought()
    assert plan.layer("facilities")["parcel_id"].tolist() == ["A-01", "A-02", "A-03", "A-04"]


def test_a_layer_that_declares_nothing_lies_where_the_parcels_lie(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    points = gpd.GeoDataFrame({"名称": ["小学"]}, geometry=[squares(1)[0].centroid], crs=CRS)
    shapefile(points, folder / "配套设施.shp", prj=False)
    plan, _ = brought()
    assert plan.manifest.crs == "EPSG:4548"
    assert plan.layer("facilities")["parcel_id"].tolist() == ["A-01"]
