"""People of a grid live where homes are: shared by floor area, none lost, and the plan says where from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests.support.builders import X, Y, a_plan, parcels_of, square
from tests.support.call import run

from blockplan.exchange.cells import read_cells
from blockplan.measure import measure
from blockplan.plan import read
from blockplan.plan.files.package import write

if TYPE_CHECKING:
    from pathlib import Path


def frame(shapes: list[Any], **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4548")


def a_town(folder: Path, *, buildings: bool) -> Path:
    """Homes (A), offices (B) and homes (C) of one hectare each; two houses on A, one on B, none on C."""
    layers = {}
    if buildings:
        houses = [
            square(0, 0, 10).buffer(0),
            shapely.box(X + 50, Y, X + 60, Y + 10),
            shapely.box(X + 110, Y, X + 130, Y + 20),
        ]
        layers["buildings"] = frame(
            houses,
            building_id=["h1", "h2", "office"],
            parcel_id=["A", None, None],
            floor_area_m2=[300.0, 100.0, 900.0],
        )
    write(a_plan(parcels_of("0701", "0902", "0701"), **layers), folder / "plan")
    return folder / "plan"


def called(plan: Path, grid: Path, *options: Any) -> tuple[dict[str, Any], Any]:
    done = run("import", "residents", grid, "--plan", plan, "--out", plan.parent / "out", "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), read(plan.parent / "out")


def test_people_of_a_cell_are_shared_over_its_homes_by_floor_area(tmp_path: Path) -> None:
    plan = a_town(tmp_path, buildings=True)
    cells = frame([square(0), square(1), square(2)], TOT_P=[80.0, 5.0, 7.0])
    cells.to_file(tmp_path / "grid.gpkg")
    told, after = called(plan, tmp_path / "grid.gpkg")
    assert after.layer("buildings")["residents"].to_dict() == {"h1": 60, "h2": 20, "office": 0}
    # Nobody lives in offices, and on C no house is drawn: twelve find no home, and are told with their cells.
    assert (told["residents"], told["homeless"], told["beyond"]) == (80, 12, 0)
    assert [(one["x"], one["people"]) for one in told["empty_cells"]] == [(X + 250, 7), (X + 150, 5)]
    assert measure(after, "residents")[0].value == 80
    said = after.manifest.model_dump()["residents"]
    assert (said["source"], said["by"], said["from_grid"]) == (
        "buildings",
        "residents",
        "grid.gpkg: TOT_P, 3 cells",
    )


def test_without_buildings_people_live_on_land_for_homes(tmp_path: Path) -> None:
    plan = a_town(tmp_path, buildings=False)
    # One cell over half of A and all of B and C: people are shared over the land of homes in it.
    frame([shapely.box(X + 50, Y, X + 300, Y + 100)], 人口=[300.0]).to_file(tmp_path / "grid.geojson")
    _, after = called(plan, tmp_path / "grid.geojson")
    assert after.layer("parcels")["residents"].to_dict() == {
        "A": pytest.approx(100),
        "B": 0,
        "C": pytest.approx(200),
    }
    assert after.manifest.residents.source == "parcels"
    assert measure(after, "residents")[0].value == pytest.approx(300)


def test_of_a_cell_beyond_the_planned_land_the_part_inside_counts(tmp_path: Path) -> None:
    plan = a_town(tmp_path, buildings=False)
    frame([shapely.box(X - 100, Y, X + 100, Y + 100)], pop=[50.0]).to_file(tmp_path / "grid.gpkg")
    told, _ = called(plan, tmp_path / "grid.gpkg")
    assert (told["residents"], told["beyond"]) == (pytest.approx(25), pytest.approx(25))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_of_points_is_cells_of_their_spacing(tmp_path: Path, encoding: str) -> None:
    plan = a_town(tmp_path, buildings=False)
    rows = [f"{X + 50 + 100 * at},{Y + 50},{people}" for at, people in enumerate((10, 20, 30))]
    (tmp_path / "grid.csv").write_text("x,y,人口\n" + "\n".join(rows), encoding=encoding)
    told, after = called(plan, tmp_path / "grid.csv")
    assert after.layer("parcels")["residents"].to_dict() == {
        "A": pytest.approx(10),
        "B": 0,
        "C": pytest.approx(30),
    }
    assert told["homeless"] == pytest.approx(20)


def test_a_raster_is_read_cell_by_cell(tmp_path: Path) -> None:
    import rasterio

    plan = a_town(tmp_path, buildings=False)
    over = rasterio.Affine(100, 0, X, 0, -100, Y + 100)
    shape = {"height": 1, "width": 3, "count": 1, "dtype": "float32"}
    with rasterio.open(
        tmp_path / "grid.tif", "w", driver="GTiff", crs="EPSG:4548", transform=over, nodata=-1, **shape
    ) as raster:
        raster.write(np.array([[10, -1, 30]], dtype="float32"), 1)
    told, after = called(plan, tmp_path / "grid.tif")
    assert after.layer("parcels")["residents"].to_dict() == {
        "A": pytest.approx(10),
        "B": 0,
        "C": pytest.approx(30),
    }
    assert told["people"] == 40


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("grid.csv", "x,y,households\n500050,4400050,3\n", "--field"),
        ("grid.csv", "x,y,pop\n500050,4400050,many\n500150,4400050,3\n", "many"),
        ("grid.csv", "x,y,pop\n500050,4400050,-9999\n500150,4400050,3\n", "nodata"),
        ("grid.csv", "x,y,pop\n100,4400050,3\n300,4400050,3\n", "another place"),
        ("grid.csv", "x,y,pop\n500050,4400050,3\n", "--cell"),
        ("grid.gpkg", "this is no GeoPackage", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    plan = a_town(tmp_path, buildings=False)
    (tmp_path / name).write_text(text)
    done = run("import", "residents", tmp_path / name, "--plan", plan, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert says in done.stderr
    assert not (tmp_path / "out").exists()


def test_homes_in_no_cell_stay_unknown_and_are_counted(tmp_path: Path) -> None:
    plan = a_town(tmp_path, buildings=False)
    frame([square(0)], TOT_P=[80.0]).to_file(tmp_path / "grid.gpkg")
    told, after = called(plan, tmp_path / "grid.gpkg")
    assert (told["residents"], told["outside"]) == (80, 1)
    said = after.layer("parcels")["residents"]
    assert (said["A"], said["B"]) == (80, 0)
    assert np.isnan(said["C"])
    assert measure(after, "residents")[0].value is None


def test_points_on_a_grid_of_degrees_leave_no_strips_between_their_rows(tmp_path: Path) -> None:
    plan = a_town(tmp_path, buildings=False)
    corner = gpd.GeoSeries([shapely.Point(X, Y)], crs="EPSG:4548").to_crs("EPSG:4326").iloc[0]
    step = 1 / 3600
    rows = [
        f"{corner.x + east * step:.6f},{corner.y + north * step:.6f},10"
        for east in range(-3, 16)
        for north in range(-3, 8)
    ]
    (tmp_path / "grid.csv").write_text("lon,lat,pop\n" + "\n".join(rows), encoding="utf-8")
    cells = read_cells(tmp_path / "grid.csv", "EPSG:4548", (X, Y, X + 300, Y + 100))
    land = shapely.box(X, Y, X + 300, Y + 100)
    assert land.difference(shapely.union_all(cells.shape).buffer(0.1)).area == pytest.approx(0)
    told, _ = called(plan, tmp_path / "grid.csv")
    assert told["outside"] == 0
