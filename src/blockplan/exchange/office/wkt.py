"""Tables whose rows draw themselves: a column of WKT (``POLYGON((...))``), as databases export layers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from blockplan.exchange.office.source import SourceFinding, SourceLayer, SourceReading
from blockplan.exchange.office.titles import name_and_unit
from blockplan.exchange.office.values import is_blank, text_of
from blockplan.exchange.office.vectors import unique_names

if TYPE_CHECKING:
    from blockplan.exchange.office.grid import SheetGrid

_WKT = re.compile(
    r"\s*(?:SRID=(\d{4,6});)?\s*((?:MULTI)?(?:POINT|LINESTRING|POLYGON))\s*(?:Z|M|ZM)?\s*(?:\(|EMPTY)",
    re.IGNORECASE,
)
#: So many of the values must be WKT for the column to be what the rows draw.
LEAST_SHARE = 0.5
UNREADABLE = "what is no WKT that can be read"


def drawn(grid: SheetGrid) -> SourceReading | None:
    """The layer of a table with a column of WKT below its heading; None where it has none."""
    filled = [at for at, row in enumerate(grid.cells) if any(not is_blank(value) for value in row)]
    if len(filled) < 2:
        return None
    rows = [grid.cells[at] for at in filled]
    names = unique_names([text_of(value) or f"column {at}" for at, value in enumerate(rows[0], start=1)])
    column = next((name for at, name in enumerate(names) if _draws(rows[1:], at)), None)
    if column is None:
        return None
    width = len(names)
    frame = pd.DataFrame([[*row[:width], *[None] * (width - len(row))] for row in rows[1:]], columns=names)
    reading = SourceReading()
    placed = {grid.first + at: value for at, value in zip(filled[1:], frame[column], strict=True)}
    shapes, numbers = _shapes(placed, grid, column, reading)
    crs = pyproj.CRS.from_epsg(int(numbers.pop())) if len(numbers) == 1 and None not in numbers else None
    layer = gpd.GeoDataFrame(frame.drop(columns=column), geometry=shapely.force_2d(shapes), crs=crs)
    layer = layer[layer.geometry.notna()].reset_index(drop=True)
    units = {name: unit for name in names if (unit := name_and_unit(name)[1])}
    reading.layers.append(SourceLayer(grid.file, grid.name, layer, units=units))
    return reading


def _draws(rows: list[list[Any]], at: int) -> bool:
    values = [row[at] for row in rows if len(row) > at and not is_blank(row[at])]
    found = sum(isinstance(value, str) and _WKT.match(value) is not None for value in values)
    return bool(values) and found >= LEAST_SHARE * len(values)


def _shapes(
    values: dict[int, Any], grid: SheetGrid, column: str, reading: SourceReading
) -> tuple[list[Any], set[Any]]:
    """Shape of each row (None where it draws none, which is a finding), and the EPSG codes before them."""
    shapes: list[Any] = []
    systems: set[Any] = set()
    for row, value in values.items():
        found = _WKT.match(value) if isinstance(value, str) else None
        shape = None
        if found is not None:
            systems.add(found[1])
            shape = shapely.from_wkt(value[value.find(";") + 1 :] if found[1] else value, on_invalid="ignore")
        fault = _fault(value, shape)
        if fault:
            reading.findings.append(
                SourceFinding(
                    rule="office-geometry",
                    grade="error" if fault == UNREADABLE else "warning",
                    message=f"Row {row} draws {fault}; it was left out.",
                    file=grid.file,
                    layer=grid.name,
                    id=f"row {row}",
                    column=column,
                    value=None if is_blank(value) else str(value)[:60],
                )
            )
        shapes.append(None if fault else shape)
    return shapes, systems


def _fault(value: Any, shape: Any) -> str:
    """What is wrong with what a row draws; "" where it is a point, a line or an area."""
    if is_blank(value):
        return "nothing"
    if shape is None:
        return UNREADABLE
    if shape.is_empty:
        return "nothing"
    # (halves of an outline that crosses itself may sum to nothing)
    if "Polygon" in shape.geom_type and not shapely.make_valid(shape).area:
        return "an area without any width"
    return ""
