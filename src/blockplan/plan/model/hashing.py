"""
The content hash of a plan: the same for the same content, whatever the order of rows or files.

A layer is hashed as the sorted digests of its rows; a row as its known values
by column name, geometry as normalised little-endian WKB, in which a street of
one way keeps its direction. Unknown values do not count, so an absent column
and a column of nulls are the same. Times of writing do not count either: they
are in the files, not in the content.
"""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_left, insort
from dataclasses import dataclass
from functools import cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.plan.model import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model.manifest import Manifest


#: Of so many rows a column is as soon written as looked through.
FEW = 100
#: Of a layer of so many rows it takes longer to read the digests than to keep how far a hash was after it.
LONG = 10_000
#: So many are kept: content and rows of a few plans.
READ_KEPT = 8


def content_hash(
    manifest: Manifest,
    layers: Mapping[str, pd.DataFrame],
    scenario: str = "base",
    digests: Callable[[str], LayerDigests] | None = None,
) -> str:
    """
    SHA-256 (hex) of a plan's manifest and layers under one scenario.

    Numbers count by value (1 and 1.0 are the same), texts by code points,
    geometry by its coordinates, not by where a ring begins. `digests` gives the digests of a layer's rows
    to whoever has them already.
    """
    whole = hashlib.sha256(b"blockplan content v1\n")
    said = manifest.model_dump(mode="json", exclude_none=True)
    whole.update(json.dumps(said, sort_keys=True, ensure_ascii=False).encode())
    whole.update(f"\nscenario {scenario}\n".encode())
    return _said_layers(whole, layers, digests).hexdigest()


def rows_hash(
    layers: Mapping[str, pd.DataFrame], digests: Callable[[str], LayerDigests] | None = None
) -> str:
    """SHA-256 (hex) of the layers alone, whatever the manifest says."""
    whole = hashlib.sha256(b"blockplan rows v1\n")
    return _said_layers(whole, layers, digests).hexdigest()


#: State and name of a layer -> its digests, and the state after it.
_read_so_far: dict[tuple[bytes, str], tuple[LayerDigests, hashlib._Hash]] = {}


def _said_layers(
    whole: hashlib._Hash,
    layers: Mapping[str, pd.DataFrame],
    digests: Callable[[str], LayerDigests] | None,
) -> hashlib._Hash:
    """
    A hash that has read the layers too.

    How far it was after a long layer is kept: after an edit it goes on from the last that is the same.
    """
    for name in sorted(layers):
        found = LayerDigests.of(layers[name]) if digests is None else digests(name)
        long = digests is not None and len(found.rows) >= LONG
        here = (whole.digest(), name)
        read = _read_so_far.pop(here, None) if long else None
        if read is None or read[0] is not found:
            whole.update(f"layer {name} {len(found.rows)}\n".encode())
            whole.update(found.said)
            read = (found, whole)
        whole = read[1].copy()
        if long:
            _read_so_far[here] = read
            for old in list(_read_so_far)[:-READ_KEPT]:
                _read_so_far.pop(old, None)
    return whole


@dataclass(frozen=True, slots=True)
class LayerDigests:
    """
    Digests of the rows of a layer.

    Attributes
    ----------
    rows
        One a row, in their order.
    ordered
        The same from the smallest to the largest.
    said
        These one after the other, as a plan's hash reads them.
    """

    rows: list[bytes]
    ordered: list[bytes]
    said: bytes

    @classmethod
    def of(cls, frame: pd.DataFrame) -> LayerDigests:
        """Those of a layer."""
        rows = row_digests(frame)
        ordered = sorted(rows)
        return cls(rows, ordered, b"".join(ordered))

    def edited(self, before: pd.Index[Any], frame: pd.DataFrame, ids: Iterable[str]) -> LayerDigests:
        """Those of the layer after an edit of some rows, by its ids before it; ids name one row each."""
        names = pd.Index(list(ids), dtype="object")
        ordered = list(self.ordered)
        for at in before.get_indexer(names):
            if at >= 0:
                del ordered[bisect_left(ordered, self.rows[at])]
        places = frame.index.get_indexer(names)
        places = places[places >= 0]
        fresh = row_digests(frame, places)
        for one in fresh:
            insort(ordered, one)
        if before is frame.index or before.equals(frame.index):
            rows = list(self.rows)
        else:
            known = dict(zip(before, self.rows, strict=True))
            rows = [known.get(id_, b"") for id_ in frame.index]
        for at, one in zip(places, fresh, strict=True):
            rows[at] = one
        return LayerDigests(rows, ordered, b"".join(ordered))


def row_digests(frame: pd.DataFrame, places: NDArray[np.intp] | None = None) -> list[bytes]:
    """SHA-256 of the rows of a layer, or of some: their known values by column name, and their geometry."""
    if places is not None and len(places) > frames.FEW:
        frame, places = frame.iloc[places], None
    places = np.arange(len(frame)) if places is None else places
    geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) and len(frame) else None
    shapes = _shapes(frame, places) if geometry else [None] * len(places)
    columns = sorted(str(column) for column in frame.columns if column != geometry)
    if len(places) > FEW:  # a column of which nothing is known says nothing of any row, and takes its time
        columns = [column for column in columns if frame[column].notna().any()]
    if len(places) <= frames.FEW:
        rows = [dict(zip(frame.columns, frames.row_values(frame, at), strict=True)) for at in places]
        said = [[_value_said(_head(column), row[column]) for row in rows] for column in columns]
    else:
        said = [_said(column, frame[column]) for column in columns]
    texts = (", ".join(filter(None, row)) for row in zip(*said, strict=True)) if said else [""] * len(places)
    return [
        hashlib.sha256(f"{{{text}}}\n".encode() + (shape or b"")).digest()
        for text, shape in zip(texts, shapes, strict=True)
    ]


def _shapes(frame: gpd.GeoDataFrame, places: NDArray[np.intp]) -> list[bytes | None]:
    geometries = frame.geometry.to_numpy()[places]
    plain = shapely.normalize(geometries)
    if "oneway" in frame:
        directed = frame["oneway"].iloc[places].eq(True).to_numpy(dtype=bool, na_value=False)
        plain[directed] = geometries[directed]
    return list(shapely.to_wkb(plain, byte_order=1, output_dimension=2, include_srid=False))


def _said(column: str, series: pd.Series[Any]) -> list[str]:
    """The values of a column as members of a JSON object, ``"far": "1.8"``; "" for an unknown one."""
    head = _head(column)
    if series.dtype == "float64":  # most columns; the general way takes several times as long
        # The same numbers come up again and again; they are told apart by their bits, as 0.0 and -0.0 are.
        kind, bits = pd.factorize(series.to_numpy().view(np.int64))
        different = bits.view(np.float64).tolist()
        said = ["" if math.isnan(number) else f'{head}"{number!r}"' for number in different]
        return cast("list[str]", np.array(said, dtype=object)[kind].tolist())
    texts: dict[str, str] = {}  # codes and classes come up again and again
    return [
        (texts.get(value) or texts.setdefault(value, head + encode_basestring(value)))
        if type(value) is str
        else ""
        if value is None
        else _value_said(head, value)
        for value in series.tolist()
    ]


@cache
def _head(column: str) -> str:
    return f"{encode_basestring(column)}: "


def _value_said(head: str, value: Any) -> str:
    known = _canonical(value)
    return "" if known is None else head + json.dumps(known, ensure_ascii=False)


def _canonical(value: Any) -> Any:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.integer | np.floating):
        number = float(value)
        return None if np.isnan(number) else repr(number)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    return str(value)
