"""Heights of places from a raster: between the cells, and nothing where it says nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio import Affine

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange.terrain import read_heights

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:4548"
WEST, NORTH, CELL_M = 500_000.0, 4_400_000.0, 10.0


def raster(path: Path, heights: list[list[float]], *, crs: str | None = CRS) -> Path:
    """Cells of 10 m from the north-west corner; -1 is no data."""
    cells = np.array(heights, dtype=np.float32)
    where = {"transform": Affine(CELL_M, 0, WEST, 0, -CELL_M, NORTH), "crs": crs, "nodata": -1}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=cells.shape[1],
        height=cells.shape[0],
        count=1,
        dtype="float32",
        **where,
    ) as file:
        file.write(cells, 1)
    return path


@pytest.fixture(scope="module")
def slope(tmp_path_factory) -> Path:
    """Each cell a metre higher than the one west of it, and ten higher than the one north of it."""
    cells = [[100 + column + 10 * row for column in range(6)] for row in range(4)]
    return raster(tmp_path_factory.mktemp("slope") / "slope.tif", cells)


@given(st.floats(5, 55), st.floats(5, 35))
def test_between_the_middles_of_cells_a_plane_is_met_exactly(slope, east, south) -> None:
    (height,) = read_heights(slope, np.array([[WEST + east, NORTH - south]]), CRS)
    assert height == pytest.approx(100 + (east - 5) / 10 + (south - 5), abs=1e-4)


def test_beyond_the_raster_and_beside_a_cell_without_data_no_height_is_known(tmp_path) -> None:
    path = raster(tmp_path / "holes.tif", [[5, 5, 5, 5], [5, 5, 5, -1]])
    east = np.array([10.0, 30.0, 45.0])
    found = read_heights(path, np.stack([WEST + east, np.full(3, NORTH - 10)], axis=1), CRS)
    np.testing.assert_array_equal(found, [5, np.nan, np.nan])
    far = read_heights(path, np.array([[0.0, 0.0]]), CRS)
    assert np.isnan(far).all()


def test_places_in_another_crs_are_brought_over(slope) -> None:
    from pyproj import Transformer

    x, y = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(WEST + 25, NORTH - 15)
    assert read_heights(slope, np.array([[x, y]]), "EPSG:4326")[0] == pytest.approx(112, abs=0.01)


def test_what_is_no_terrain_is_told(tmp_path, monkeypatch) -> None:
    place = np.array([[WEST, NORTH]])
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(
        PlanDataError, match=r"text.tif cannot be read as a raster: .*\nName a raster of heights"
    ):
        read_heights(tmp_path / "text.tif", place, CRS)
    with pytest.raises(PlanDataError, match=r"There is no file .*absent.tif"):
        read_heights(tmp_path / "absent.tif", place, CRS)
    nowhere = raster(tmp_path / "nowhere.tif", [[1.0, 1.0]], crs=None)
    with pytest.raises(PlanDataError, match="declares no CRS"):
        read_heights(nowhere, place, CRS)
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(UsageError, match=r"pip install 'blockplan\[terrain\]'"):
        read_heights(nowhere, place, CRS)
