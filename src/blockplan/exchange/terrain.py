"""
Heights from a terrain raster (GeoTIFF and whatever else GDAL reads), at any places.

A height is interpolated between the four cells around a place. Where one of them says nothing, and
beyond the raster, it is not known: NaN, never 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from blockplan.errors import PlanDataError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Cells that are read beyond the outermost places.
MARGIN = 2


def read_heights(path: str | Path, xy: NDArray[np.float64], crs: Any) -> NDArray[np.float64]:
    """
    Heights at places, m.

    Parameters
    ----------
    path
        A raster of heights in metres, in its first band, with a CRS.
    xy, crs
        The places, shape (places, 2), and the CRS of their coordinates.

    Returns
    -------
    array
        One height a place; NaN where the raster knows none.

    Raises
    ------
    UsageError
        If rasterio is not installed.
    PlanDataError
        If the file is not there, is no raster, or does not say where it lies.
    """
    try:
        import rasterio  # noqa: PLC0415 (an extra)
    except ImportError:
        raise UsageError(
            "Terrain rasters are read by rasterio, which is not installed.\n"
            "Install it beside Blockplan: pip install 'blockplan[terrain]' (or: pip install rasterio)."
        ) from None
    if not Path(path).is_file():
        raise PlanDataError(f"There is no file {path}.\nName a raster of heights, such as a GeoTIFF.")
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                raise PlanDataError(f"{path} declares no CRS.\nGive a raster that says where it lies.")
            column, row = _cells(raster, xy, crs)
            return _between(raster, column, row)
    except rasterio.errors.RasterioError as error:
        raise PlanDataError(
            f"{path} cannot be read as a raster: {str(error).rstrip('.')}.\n"
            "Name a raster of heights, such as a GeoTIFF."
        ) from None


def _cells(raster: Any, xy: NDArray[np.float64], crs: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Column and row of each place, counted from the middle of the first cell; NaN where there is none."""
    over = pyproj.Transformer.from_crs(
        pyproj.CRS.from_user_input(crs), pyproj.CRS.from_wkt(raster.crs.to_wkt()), always_xy=True
    )
    x, y = over.transform(xy[:, 0], xy[:, 1])
    x, y, cell = np.asarray(x), np.asarray(y), ~raster.transform
    return cell.a * x + cell.b * y + cell.c - 0.5, cell.d * x + cell.e * y + cell.f - 0.5


def _between(raster: Any, column: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Heights between the middles of cells, from the part of the raster that is needed."""
    found = np.full(len(column), np.nan)
    with np.errstate(invalid="ignore"):
        on = (column >= 0) & (column <= raster.width - 1) & (row >= 0) & (row <= raster.height - 1)
    if not on.any():
        return found
    column, row = column[on], row[on]
    left, top = (max(int(side.min()) - MARGIN, 0) for side in (column, row))
    right = min(int(column.max()) + MARGIN + 1, raster.width)
    bottom = min(int(row.max()) + MARGIN + 1, raster.height)
    band = raster.read(1, window=((top, bottom), (left, right)), masked=True)
    cells = np.ma.filled(band.astype(np.float64), np.nan)
    column, row = column - left, row - top
    # On the last column or row the neighbour is the cell itself, with no weight.
    c0, r0 = np.floor(column).astype(int), np.floor(row).astype(int)
    c1, r1 = np.minimum(c0 + 1, cells.shape[1] - 1), np.minimum(r0 + 1, cells.shape[0] - 1)
    across, down = column - c0, row - r0
    upper = cells[r0, c0] * (1 - across) + cells[r0, c1] * across
    lower = cells[r1, c0] * (1 - across) + cells[r1, c1] * across
    found[on] = upper * (1 - down) + lower * down
    return found
