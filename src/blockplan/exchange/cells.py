"""
Counts of people in cells: a raster (GeoTIFF), polygons (GeoPackage, GeoJSON ...), or a table of points.

A cell is an outline with a number of people. What a file leaves empty is not known and no cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.plan.files.formats import EVERY_FEATURE

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLES = frozenset({".csv", ".txt"})
RASTERS = frozenset({".tif", ".tiff", ".asc", ".vrt", ".img"})
#: Names under which grids write the number of people, and the places of points.
COUNTS = (
    "population", "pop", "residents", "people", "count", "persons", "total", "value", "人口", "人口数",
    "常住人口", "人数", "rk", "tot_p", "pop_count", "grid_code",
)  # fmt: skip
EAST = ("x", "east", "easting", "lon", "longitude", "lng", "经度", "东坐标")
NORTH = ("y", "north", "northing", "lat", "latitude", "纬度", "北坐标")
#: Coordinates no larger than these are degrees.
DEGREES = (180.0, 90.0)
#: Steps that give cells of less than this of the distance to the nearest point are those of no grid.
LEAST_STEP = 0.6
#: More cells than this over one plan are refused: a raster of the whole country was not cut.
MOST_CELLS = 2_000_000
#: West, south, east, north.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Outlines in the plan's CRS and how many people live in each; `field` is where the number stands."""

    shape: NDArray[Any]
    people: NDArray[np.float64]
    field: str


def read_cells(
    path: str | Path, crs: Any, box: Box, field: str | None = None, size_m: float | None = None
) -> Cells:
    """
    The cells of a file that come near a plan.

    Parameters
    ----------
    crs, box
        The CRS of the plan, and the box (west, south, east, north) that it lies in.
    field
        The column with the number of people; None takes the first that is called so.
    size_m
        Side of the cells of a table of points, in m; None takes the steps between its rows and columns, or
        where it has none the distance to the nearest point.

    Raises
    ------
    PlanDataError
        If the file cannot be read, says nowhere where it lies, or has no such numbers.
    UsageError
        If it is a raster and rasterio is not installed.
    """
    file = Path(path)
    if not file.exists():
        raise PlanDataError(f"There is no file {path}.\nName a grid of people: GeoTIFF, GeoPackage, CSV.")
    if crs is None and file.suffix.lower() not in TABLES:
        raise PlanDataError(
            f"{file.name} says where on Earth it lies, and the plan's coordinates are local. Give the people "
            "as CSV in the plan's own x and y."
        )
    if file.suffix.lower() in RASTERS:
        shape, people, name = _raster(file, crs, box)
    elif file.suffix.lower() in TABLES:
        shape, people, name = _table(file, crs, field, size_m)
    else:
        shape, people, name = _polygons(file, crs, field)
    near = shapely.intersects(shape, shapely.box(*box)) & ~np.isnan(people)
    if (people[near] < 0).any():
        raise PlanDataError(
            f"{file.name}: {int((people[near] < 0).sum())} cells have fewer than no people in {name}.\n"
            "Say which number means that nothing is known (nodata), or take those cells out."
        )
    if not near.any():
        raise PlanDataError(
            f"{file.name}: no cell lies on the plan. It may be of another place, or in another CRS than it "
            "says."
        )
    return Cells(shape[near], people[near], name)


_Read = tuple["NDArray[Any]", "NDArray[np.float64]", str]


def _polygons(file: Path, crs: Any, field: str | None) -> _Read:
    import pyogrio  # noqa: PLC0415

    try:
        frame = pyogrio.read_dataframe(file, where=EVERY_FEATURE)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise PlanDataError(f"{file.name} cannot be read as a grid of people: {error}.") from None
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        raise PlanDataError(f"{file.name} does not say where it lies. Give its cells geometry and a CRS.")
    name = _column(file, list(frame.columns), field, COUNTS, "number of people")
    outlines = frame.to_crs(crs).geometry.to_numpy()
    if (shapely.get_dimensions(outlines) != 2).any():
        raise PlanDataError(f"{file.name}: its cells are no polygons. Give polygons, a raster, or a CSV.")
    return np.asarray(outlines, dtype=object), _numbers(file, frame[name], name), name


def _table(file: Path, crs: Any, field: str | None, size_m: float | None) -> _Read:
    frame = _read_table(file)
    columns = list(frame.columns)
    name = _column(file, columns, field, COUNTS, "number of people")
    east = _numbers(file, frame[_column(file, columns, None, EAST, "place (x, lon)")], "x")
    north = _numbers(file, frame[_column(file, columns, None, NORTH, "place (y, lat)")], "y")
    if np.isnan(east).any() or np.isnan(north).any():
        lost = int((np.isnan(east) | np.isnan(north)).sum())
        raise PlanDataError(f"{file.name}: {lost} rows have no place. Give x and y, or leave the rows out.")
    degrees = np.abs(east).max() <= DEGREES[0] and np.abs(north).max() <= DEGREES[1]
    if degrees and crs is None:
        raise PlanDataError(f"{file.name} gives degrees, and the plan's coordinates are local.")
    given = "EPSG:4326" if degrees else crs
    points = gpd.GeoSeries(gpd.points_from_xy(east, north), crs=given)
    xy = shapely.get_coordinates((points.to_crs(crs) if degrees else points).to_numpy())
    side = size_m or _spacing(xy)
    if side is None:
        raise PlanDataError(f"{file.name}: how large a cell is is not known. Say it: `size_m=METRES`.")
    shape = _boxes(xy, side, side)
    wide, high = _step(east), _step(north)
    if size_m is None and wide is not None and high is not None:
        drawn = gpd.GeoSeries(_boxes(np.column_stack([east, north]), wide, high), crs=given)
        # Places that lie in no rows and columns have no step; they keep their squares.
        cells = (drawn.to_crs(crs) if degrees else drawn).to_numpy()
        if float(np.median(shapely.area(cells))) > (LEAST_STEP * side) ** 2:
            shape = cells
    return np.asarray(shape, dtype=object), _numbers(file, frame[name], name), name


def _boxes(middle: NDArray[np.float64], wide: float, high: float) -> NDArray[Any]:
    (x, y), dx, dy = middle.T, wide / 2, high / 2
    return np.asarray(shapely.box(x - dx, y - dy, x + dx, y + dy), dtype=object)


def _step(values: NDArray[np.float64]) -> float | None:
    """The step between rows or columns of a grid; None where there is only one."""
    steps = np.diff(np.unique(np.round(values, 7)))
    return float(np.median(steps)) if len(steps) else None


def _read_table(file: Path) -> pd.DataFrame:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(file, encoding=encoding, sep=None, engine="python")
        except UnicodeDecodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
            raise PlanDataError(f"{file.name} cannot be read as a table: {error}.") from None
    raise PlanDataError(f"{file.name} is neither UTF-8 nor GB18030. Save it as CSV UTF-8.")


def _spacing(xy: NDArray[np.float64]) -> float | None:
    """The middle distance of a point to its nearest, m; None where there is only one."""
    from scipy.spatial import cKDTree  # noqa: PLC0415

    if len(xy) < 2:
        return None
    away, _ = cKDTree(xy).query(xy, k=2)
    return float(np.median(away[:, 1])) or None


def _raster(file: Path, crs: Any, box: Box) -> _Read:
    try:
        import rasterio  # noqa: PLC0415 (an extra)
        from rasterio.warp import transform_bounds  # noqa: PLC0415
        from rasterio.windows import from_bounds  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "Rasters are read by rasterio, which is not installed.\n"
            "Install it beside Blockplan: pip install 'blockplan[terrain]'; or give the cells as "
            "polygons or CSV."
        ) from None
    try:
        with rasterio.open(file) as raster:
            if raster.crs is None:
                raise PlanDataError(f"{file.name} declares no CRS.\nGive a raster that says where it lies.")
            bounds = transform_bounds(gpd.GeoSeries([], crs=crs).crs.to_wkt(), raster.crs, *box)
            window = from_bounds(*bounds, raster.transform).round_offsets(op="floor").round_lengths(op="ceil")
            window = window.intersection(rasterio.windows.Window(0, 0, raster.width, raster.height))
            if window.width * window.height > MOST_CELLS:
                raise PlanDataError(f"{file.name}: more than {MOST_CELLS:,} cells lie over the plan.")
            band = raster.read(1, window=window, masked=True)
            over, first = raster.transform, (window.col_off, window.row_off)
            system = raster.crs.to_wkt()
    except rasterio.errors.WindowError:
        raise PlanDataError(f"{file.name}: no cell lies on the plan.") from None
    except rasterio.errors.RasterioError as error:
        raise PlanDataError(f"{file.name} cannot be read as a raster: {error}.") from None
    people = np.ma.filled(band.astype(np.float64), np.nan).ravel()
    row, column = np.divmod(np.arange(people.size), band.shape[1])
    column, row = column + first[0], row + first[1]
    sides = [(column + dx, row + dy) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))]
    corners = [
        (over.a * along + over.b * down + over.c, over.d * along + over.e * down + over.f)
        for along, down in sides
    ]
    rings = np.stack([np.column_stack(one) for one in corners], axis=1)
    shape = gpd.GeoSeries(shapely.polygons(rings), crs=system).to_crs(crs).to_numpy()
    return np.asarray(shape, dtype=object), people, "band 1"


def _column(file: Path, there: list[Any], asked: str | None, known: tuple[str, ...], what: str) -> str:
    """The column that was asked for, else the first of those that are called so."""
    if asked is not None:
        if asked in there:
            return asked
        raise PlanDataError(f"{file.name} has no column {asked!r}. It has: {', '.join(map(str, there))}.")
    plain = {str(one).strip().lower(): str(one) for one in there}
    for name in known:
        if name in plain:
            return plain[name]
    raise PlanDataError(
        f"{file.name}: which column holds the {what} is not known. Name it: `field=NAME`. "
        f"There are: {', '.join(map(str, there))}."
    )


def _numbers(file: Path, column: Any, name: str) -> NDArray[np.float64]:
    found = pd.to_numeric(column, errors="coerce")
    lost = found.isna() & column.notna() & (column.astype(str).str.strip() != "")
    if lost.any():
        raise PlanDataError(
            f"{file.name}: {int(lost.sum())} rows have no number in {name} (first: {column[lost].iloc[0]!r})."
        )
    return np.asarray(found, dtype=np.float64)
