"""
Shapes that hold each other too deep to be read: GEOS follows them on its stack and brings the process down.

GDAL refuses more than 32 levels where it reads shapes itself, but hands on those of GeoPackages as they are.
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: So deep nobody's shapes lie in each other; GEOS follows some 8,000 levels.
MOST_LEVELS = 1_000
#: A level has a byte order, a kind and a number of shapes.
_LEVEL_BYTES = 9
_COLLECTIONS, _POLYGONS, _POINT = {4, 5, 6, 7, 9, 10, 11, 12, 15, 16}, {3, 17}, 1
_SQLITE = b"SQLite format 3\0"
#: Doubles of the envelope in the header of a shape of a GeoPackage, by what its flags say.
_ENVELOPE = (0, 4, 6, 6, 8, 0, 0, 0)


def too_deep(wkb: bytes) -> bool:
    r"""
    Whether a shape (WKB of ISO or with the flags of PostGIS) lies deeper in others than `MOST_LEVELS`.

    Examples
    --------
    >>> too_deep(b"\x01\x07\0\0\0\x01\0\0\0" * 1001), too_deep(b"\x01\x01\0\0\0" + bytes(16))
    (True, False)
    """
    if len(wkb) < MOST_LEVELS * _LEVEL_BYTES:
        return False
    at, left = 0, [1]  # how many shapes of each level are still to come
    try:
        while left and len(left) <= MOST_LEVELS:
            at, held = _one(wkb, at)
            left[-1] -= 1
            left.append(held)
            while left and not left[-1]:
                left.pop()
    except (struct.error, IndexError):  # cut off, or none at all: whoever reads it says so
        return False
    return bool(left)


def _one(wkb: bytes, at: int) -> tuple[int, int]:
    """Where a shape that begins somewhere ends, before those that it holds, and how many these are."""
    order = "<" if wkb[at] else ">"
    (said,) = struct.unpack_from(f"{order}I", wkb, at + 1)
    at += 9 if said >> 29 & 1 else 5  # with the number of its reference system
    thousands, kind = divmod(said & 0xFFFF, 1000)
    numbers = 8 * ((2, 3, 3, 4)[thousands] + (said >> 31 & 1) + (said >> 30 & 1))
    if kind == _POINT:
        return at + numbers, 0
    (count,) = struct.unpack_from(f"{order}I", wkb, at)
    at += 4
    if kind in _COLLECTIONS:
        return at, count
    if kind not in _POLYGONS:
        return at + numbers * count, 0
    for _ in range(count):
        at += 4 + numbers * int(struct.unpack_from(f"{order}I", wkb, at)[0])
    return at, 0


def too_deep_layer(path: Path, only: str | None = None) -> str | None:
    """A layer of a GeoPackage (`only` this one) with a shape that lies too deep in others; else None."""
    if not path.is_file():  # a geodatabase is a folder
        return None
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE:
            return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            known = base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
            for table, column in [(table, column) for table, column in known if only in {None, table}]:
                layer, shape = ('"' + name.replace('"', '""') + '"' for name in (table, column))
                large = f"SELECT {shape} FROM {layer} WHERE length({shape}) >= ?"  # noqa: S608 (quoted above)
                for (blob,) in base.execute(large, (MOST_LEVELS * _LEVEL_BYTES,)):
                    if isinstance(blob, bytes) and too_deep(blob[8 + 8 * _ENVELOPE[blob[3] >> 1 & 7] :]):
                        return str(table)
    except (sqlite3.Error, UnicodeDecodeError):  # whoever reads it says so
        return None
    return None
