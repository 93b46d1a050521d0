"""Planned land of an OpenStreetMap file: given, derived or not said, and what that means for figures."""

import datetime as dt
import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from tests.support.osmxml import grid, way, write_osm

from blockplan.check import check
from blockplan.cli import app
from blockplan.errors import BlockplanError
from blockplan.exchange import import_layers, import_osm
from blockplan.measure import measure
from blockplan.plan import read

DAY = dt.date(2024, 6, 30)
TOWN = (way(10, [1, 4], highway="residential"), way(11, [1, 13], highway="residential"))


@pytest.fixture
def outlined(tmp_path):
    """Imports two streets along the edges of a grid by the command, with a boundary; gives how that went."""
    file = write_osm(tmp_path, *grid(), *TOWN)

    def run(*options):
        given = ["import", "osm", str(file), "--out", str(tmp_path / "plan"), "--drawn-on", "2024-06-30"]
        return CliRunner().invoke(app, [*given, *options])

    return run


@pytest.mark.long
@pytest.mark.parametrize("options", [(), ("--boundary", "derived")])
def test_planned_land_that_nobody_gave_is_said_and_marks_every_figure_of_area(outlined, tmp_path, options):
    words = "bounding box of streets (derived at import)"
    ran = outlined(*options)
    assert ran.exit_code == 0
    assert f"nobody gave the planned land; it is the {words}, 0.08" in ran.stderr
    assert f"km², {words}" in ran.stdout
    made = json.loads(outlined(*options, "--json").stdout)["made"]
    assert made == {"boundary": "derived", "boundary_from": words}
    plan = read(tmp_path / "plan")
    density, beds = measure(plan, "street_density", "nursing_beds_per_1000")
    assert density.definition["planned_land"] == words
    assert "planned_land" not in beds.definition
    shown = CliRunner().invoke(app, ["measure", str(tmp_path / "plan"), "street_density"]).stdout
    assert f"Over planned land that nobody gave ({words}): street_density" in shown
    notes = [
        note["en"] for one in check(plan, packs=["bj"]).verdicts
        if one.measured is not None and "planned_land" in one.definition for note in one.notes
    ]  # fmt: skip
    assert any(words in note for note in notes)


def test_a_boundary_that_is_given_is_the_planned_land_and_marks_nothing(outlined, tmp_path):
    file = tmp_path / "site.geojson"
    site = shapely.box(116.3005, 39.899, 116.3015, 39.901)
    gpd.GeoDataFrame({"name": ["site"]}, geometry=[site], crs="EPSG:4326").to_file(file)
    sizes, densities = [], []
    for given in (str(file), "116.3005,39.899,116.3015,39.901"):
        ran = outlined("--boundary", given, "--json")
        assert ran.exit_code == 0, ran.stderr
        assert json.loads(ran.stdout)["made"]["boundary"] == "given"
        assert "Warning" not in ran.stderr
        plan = read(tmp_path / "plan")
        (density,) = measure(plan, "street_density")
        assert "planned_land" not in density.definition
        sizes.append(plan.layer("boundary").area.sum())
        densities.append(density.value)
        assert plan.manifest.model_extra["imported"]["boundary"] == plan.layer("boundary")["name"].iloc[0]
    assert sizes == pytest.approx([85.5 * 222] * 2, rel=0.01)
    # One street crosses the land: some 85 m over 1.9 ha.
    assert densities == pytest.approx([1000 / 222] * 2, rel=0.01)


@pytest.mark.parametrize(
    ("boundary", "said"),
    [
        ("bbox", "declares no box"),
        ("no.gpkg", "There is no file no.gpkg (`boundary=`)"),
        ("116.4,39.9,116.3,39.8", "is no box in degrees"),
        ("39.9,116.3,39.91,116.31", "is no box in degrees"),
        ("2.2,48.8,2.4,48.9", "km away from all that"),
        ("{lines}", "holds LineString features, but planned land is polygons"),
        ("{bow}", "1 of 1 outlines cross themselves"),
        ("{table}", "(`boundary=`) holds no shapes in a declared CRS"),
    ],
)  # fmt: skip
def test_a_boundary_that_cannot_be_used_says_why_and_nothing_is_written(outlined, tmp_path, boundary, said):
    shapes = {
        "lines": shapely.LineString([(116.3, 39.9), (116.31, 39.91)]),
        "bow": shapely.Polygon([(116.3, 39.9), (116.31, 39.91), (116.31, 39.9), (116.3, 39.91)]),
    }
    for name, shape in shapes.items():
        gpd.GeoDataFrame({"n": [1]}, geometry=[shape], crs="EPSG:4326").to_file(tmp_path / f"{name}.geojson")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "table.parquet")
    places = {name: tmp_path / f"{name}.geojson" for name in shapes}
    ran = outlined("--boundary", boundary.format(**places, table=tmp_path / "table.parquet"))
    assert isinstance(ran.exception, BlockplanError)
    assert said in " ".join(str(ran.exception).split())
    assert not (tmp_path / "plan").exists()


@pytest.mark.long
@pytest.mark.shared
def test_a_district_within_its_own_box_has_the_density_of_its_layers(shared, repo, tmp_path):
    folder = shared / "beijing-haidian"
    gpd.read_file(folder / "cau_east.gpkg", layer="bounds").to_file(tmp_path / "box.gpkg")
    import_layers(repo / "examples/districts/osm-layers.toml", folder / "cau_east.gpkg", tmp_path / "layers")
    (layers,) = measure(read(tmp_path / "layers"), "street_density")
    densities = []
    for boundary in (tmp_path / "box.gpkg", "derived"):
        import_osm(folder / "cau_east.osm.pbf", tmp_path / "plan", drawn_on=DAY, boundary=boundary)
        densities += measure(read(tmp_path / "plan"), "street_density")
    given, derived = densities
    assert given.value == pytest.approx(layers.value, rel=1e-6)
    # Its streets run on past the box: over theirs the density is a quarter.
    assert derived.value < 0.3 * layers.value
    assert "planned_land" in derived.definition
    assert "planned_land" not in given.definition
