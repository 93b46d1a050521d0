"""Putting the layers of the plan together, and writing them so that every run gives the same bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attributes import parcel_frame
from facilities import facility_frame, programme_frame
from frame import PIECES
from grids import GRIDS
from landuse import Parcel, layout, tiled
from layers import entrances, nature, outlines, stops, street_frame, structure
from statements import statement_frame

from blockplan.plan.files import package

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from blockplan.plan.model.plan import Plan

WORKING = ["piece", "mark", "road_class"]


def street_widths() -> dict[tuple[str, str], tuple[str, float]]:
    """(piece, street) -> class and width between the red lines."""
    lines = [(name, line) for name in PIECES for line in (*GRIDS[name].verticals, *GRIDS[name].horizontals)]
    return {(name, line.name): (line.cls, line.width) for name, line in lines}


def base_plan() -> tuple[dict[str, pd.DataFrame], gpd.GeoDataFrame, dict[str, list[Parcel]]]:
    """The layers of the plan as drawn, the parcels with the working columns, and the carved parcels."""
    carved, river = layout()
    tiles = [parcel for name in PIECES for parcel in tiled(name, carved[name])]
    parcels = parcel_frame(tiles, street_widths())
    layers = outlines(parcels)
    extent = layers["extent"].geometry.iloc[0]
    streets = street_frame(extent)
    layers["structure"] = structure(extent)
    layers["parcels"] = parcels.drop(columns=WORKING)
    layers["facilities"] = facility_frame(parcels)
    layers["green_entrances"] = entrances(parcels, streets)
    layers["streets"] = streets
    layers["stops"] = stops(streets)
    layers |= nature(parcels, river, extent)
    layers["programmes"] = programme_frame(parcels)
    return {**layers, "statements": statement_frame()}, parcels, carved


def write_plan(plan: Plan, folder: Path) -> None:
    """Write a plan into a folder that may hold other things beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        package.write(plan, Path(place) / "plan")
        for file in sorted((Path(place) / "plan").rglob("*")):
            if file.is_file():
                target = folder / file.relative_to(Path(place) / "plan")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
