"""A layer in a file of each kind that is read, as other programs write them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pyogrio

from blockplan.plan.files.encodings import short_names
from blockplan.plan.files.formats import FORMATS, write_layers

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

#: A Shapefile is written in UTF-8; an index of FlatGeobuf would put the rows into another order.
OPTIONS = {"ESRI Shapefile": {"ENCODING": "UTF-8"}, "FlatGeobuf": {"SPATIAL_INDEX": "NO"}}


def write_layer(frame: pd.DataFrame, path: Path) -> None:
    kind, options = FORMATS[path.suffix], OPTIONS.get(FORMATS[path.suffix], {})
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "GPKG":
        write_layers({path.stem: frame}, path)
    elif kind == "Parquet":
        frame.to_parquet(path)
    else:
        names: dict[str, Any] = short_names(list(frame.columns.drop("geometry")))
        written = frame.rename(columns=names) if kind == "ESRI Shapefile" else frame
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some have no CRS, or names cut short
            pyogrio.write_dataframe(written, path, layer=path.stem, driver=kind, **options)
