"""A plan drawn as DXF, and read back."""

from __future__ import annotations

import json
from pathlib import Path

import ezdxf
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from blockplan.cli import app
from blockplan.errors import PlanDataError
from blockplan.exchange.dxf import write_dxf
from blockplan.exchange.office.importing import import_office
from blockplan.plan import Plan, read
from blockplan.plan.files.formats import write_layers

TOWN = Path(__file__).parents[2] / "examples" / "office-town" / "geopackage"
FIGURES = (
    "far", "far_min", "far_max", "coverage_ratio_max", "green_ratio_min", "height_m_max", "floor_area_m2",
    "residents", "dwellings", "parking_spaces",
)  # fmt: skip


@pytest.mark.long
def test_the_office_town_comes_back_from_its_drawing_with_areas_numbers_uses_and_bounds(tmp_path):
    import_office([TOWN], tmp_path / "town")
    town = read(tmp_path / "town")
    write_dxf(town, tmp_path / "town.dxf")
    result = import_office([tmp_path / "town.dxf"], tmp_path / "back")
    back = read(tmp_path / "back")
    one, other = town.layers["parcels"], back.layers["parcels"].loc[town.layers["parcels"].index]
    assert len(back.layers["parcels"]) == len(one)
    assert back.crs == town.crs
    assert np.abs(one.geometry.area - other.geometry.area).max() <= 0.1
    assert other["land_use"].tolist() == one["land_use"].tolist()
    for column in FIGURES:
        assert other[column].to_numpy("float64") == pytest.approx(
            one[column].to_numpy("float64"), nan_ok=True
        )
    for layer in ("streets", "stops", "subblocks", "boundary"):
        assert len(back.layers[layer]) == len(town.layers[layer])
    widths = [plan.layers["streets"]["red_line_width_m"].tolist() for plan in (town, back)]
    assert widths[0] == widths[1]
    assert [one.message for one in result.findings if one.rule.startswith("cad-")] == []


def odd(tmp_path):
    """A plan with a hole that is filled and one that is not, a parcel in two parts, a control line."""
    east, north = 500_000.0, 4_400_000.0
    box = lambda *corners: shapely.affinity.translate(shapely.box(*corners), east, north)  # noqa: E731
    shapes = [
        box(0, 0, 100, 100).difference(box(40, 40, 60, 60)),
        box(40, 40, 60, 60),
        box(100, 0, 200, 100).difference(box(140, 40, 160, 60)),
        shapely.union(box(300, 0, 350, 100), box(400, 0, 450, 100)),
    ]
    table = {
        "DKBH": ["A-01", "A-02", "A-03", "A-04"],
        "YDDM": ["R2", "B1", "G1", "A33"],
        "RJL": [2.0, 1.5, None, 0.8],
    }
    line = shapely.LineString([(east, north - 50), (east + 500, north - 50)])
    write_layers(
        {
            "GHDK": gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4548"),
            "城市绿线": gpd.GeoDataFrame({"名称": ["滨河绿带"]}, geometry=[line], crs="EPSG:4548"),
        },
        tmp_path / "odd.gpkg",
    )
    import_office([tmp_path / "odd.gpkg"], tmp_path / "odd")
    return read(tmp_path / "odd")


@pytest.mark.long
def test_holes_parts_and_control_lines_come_back(tmp_path):
    plan = odd(tmp_path)
    write_dxf(plan, tmp_path / "odd.dxf")
    result = import_office([tmp_path / "odd.dxf"], tmp_path / "back")
    back = read(tmp_path / "back")
    areas = plan.layers["parcels"].geometry.area.to_dict()
    assert areas["A-03"] == 9_600.0
    assert back.layers["parcels"].geometry.area.to_dict() == pytest.approx(areas, abs=0.1)
    lines = back.layers["control_lines"]
    assert lines[["kind", "name_zh"]].to_numpy().tolist() == [["green", "滨河绿带"]]
    assert lines.geometry.length.tolist() == [500.0]
    assert [one.message for one in result.findings if one.rule.startswith("cad-")] == []


@pytest.mark.long
def test_what_a_drawing_says_of_parcels_blocks_and_facilities_comes_back(tmp_path):
    shapes = [shapely.box(at, 4_400_000, at + 100, 4_400_100) for at in (500_000, 500_120, 500_240)]
    parcels = {
        "parcel_id": ["A", "B", "C"],
        "land_use": ["070102", "080403", "0901"],
        "land_use_list": ["cn2023"] * 3,
        "block_id": ["K-1"] * 3,
        "floor_area_m2_max": [20_000.0, 8000.0, None],
        "underground_floor_area_m2": [3000.0, None, None],
        "compatible_uses": ["0901", None, "070102"],
        "permitted": [None, None, "070102,0901"],
        "status": ["planned", "kept", "rebuilt"],
        "phase": ["近期", "远期", None],
        "declared_area_m2": [9_990.0, 10_000.0, 10_000.0],
        "setback_east_m": [5.0, None, None],
        "own_field": ["甲", None, None],
    }
    places = [one.centroid for one in shapes]
    facilities = {
        "facility_id": ["F-1", "F-2", "F-3"],
        "service": ["market", "primary_school", "utility"],
        "name_zh": ["永乐超市", "实验小学", None],
        "classes": [None, 24.0, None],
        "site_area_m2": [None, 10_000.0, None],
        "status": ["planned", "existing", None],
    }
    whole = shapely.union_all(shapes)
    crs = "EPSG:4548"
    layers = {
        "parcels": gpd.GeoDataFrame(parcels, geometry=shapes, crs=crs),
        "blocks": gpd.GeoDataFrame({"block_id": ["K-1"]}, geometry=[whole], crs=crs),
        "facilities": gpd.GeoDataFrame(facilities, geometry=places, crs=crs),
    }
    write_layers(layers, tmp_path / "p.gpkg")
    import_office([tmp_path / "p.gpkg"], tmp_path / "plan")
    plan = read(tmp_path / "plan")
    drawn = write_dxf(plan, tmp_path / "p.dxf")
    assert drawn.left_out_columns["parcels"] == {
        "own_field": 1,
        "land_use_given": 3,
        "land_use_given_list": 3,
    }
    import_office([tmp_path / "p.dxf"], tmp_path / "back")
    back = read(tmp_path / "back")
    land = back.layer("parcels").loc[["A", "B", "C"]]
    for column in set(parcels) - {"parcel_id", "own_field"}:
        there = [None if pd.isna(one) else one for one in land[column].tolist()]
        assert (column, there) == (column, parcels[column])
    assert back.layer("blocks").index.tolist() == ["K-1"]
    came = back.layer("facilities").loc[["F-1", "F-2", "F-3"]]
    assert came["service"].tolist() == facilities["service"]
    assert came["status"].tolist()[:2] == ["planned", "existing"]
    assert (came["classes"].iloc[1], came["site_area_m2"].iloc[1]) == (24, 10_000)


@pytest.mark.long
def test_a_facility_drawn_as_areas_comes_back_as_one_with_its_beds_once(tmp_path):
    home = shapely.MultiPolygon([shapely.box(at, 4_400_010, at + 20, 4_400_040) for at in (500_010, 500_060)])
    station = shapely.box(500_110, 4_400_010, 500_150, 4_400_050)
    facilities = {"facility_id": ["F-1", "F-2"], "service": ["nursing_home", "clinic"], "beds": [100.0, None]}
    land = [shapely.box(at, 4_400_000, at + 100, 4_400_100) for at in (500_000, 500_100)]
    crs = "EPSG:4548"
    layers = {
        "parcels": gpd.GeoDataFrame(
            {"parcel_id": ["A", "B"], "land_use": ["0807", "0806"]}, geometry=land, crs=crs
        ),
        "facilities": gpd.GeoDataFrame(facilities, geometry=[home, station], crs=crs),
    }
    write_layers(layers, tmp_path / "p.gpkg")
    import_office([tmp_path / "p.gpkg"], tmp_path / "plan")
    write_dxf(read(tmp_path / "plan"), tmp_path / "p.dxf")
    import_office([tmp_path / "p.dxf"], tmp_path / "back")
    back = read(tmp_path / "back").layer("facilities")
    assert back["service"].to_dict() == {"F-1": "nursing_home", "F-2": "clinic"}
    assert back["beds"].sum() == 100


@pytest.mark.long
def test_the_drawing_is_sound_for_other_programs(tmp_path):
    write_dxf(odd(tmp_path), tmp_path / "odd.dxf")
    document = ezdxf.readfile(tmp_path / "odd.dxf")
    assert not document.audit().errors
    blocks = document.modelspace().query("INSERT[layer=='指标块']")
    assert sorted(one.get_attrib_text("地块编号") for one in blocks) == [
        "A-01",
        "A-02",
        "A-03",
        "A-04",
        "A-04",
    ]
    assert {one.get_attrib_text("容积率") for one in blocks} == {"≤2", "≤1.5", "", "≤0.8"}


@pytest.mark.long
def test_the_command_draws_and_says_what_is_not_in_the_drawing(tmp_path):
    odd(tmp_path)
    done = CliRunner().invoke(
        app, ["export", "dxf", str(tmp_path / "odd"), "--out", str(tmp_path / "odd.dxf"), "--json"]
    )
    said = json.loads(done.stdout)
    assert said["drawn"]["parcels"] == 4
    assert said["drawn"]["control_lines"] == 1


@pytest.mark.long
def test_overlays_that_a_drawing_has_no_colour_for_are_counted_as_left_out(tmp_path):
    plan = odd(tmp_path)
    lines = plan.layers["control_lines"].copy()
    lines["kind"] = "farmland"
    found = write_dxf(Plan(plan.manifest, {**plan.layers, "control_lines": lines}), tmp_path / "odd.dxf")
    assert (found.drawn["control_lines"], found.left_out["control_lines"]) == (0, 1)


def test_a_plan_without_parcels_or_a_folder_that_is_not_there_is_refused(tmp_path):
    plan = odd(tmp_path)
    with pytest.raises(PlanDataError, match="no parcels"):
        write_dxf(Plan(plan.manifest, {}), tmp_path / "none.dxf")
    with pytest.raises(PlanDataError, match="cannot be written"):
        write_dxf(plan, tmp_path / "nowhere" / "a.dxf")
    assert not (tmp_path / "none.dxf").exists()
