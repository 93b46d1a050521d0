"""
What a file may hold in itself without an end that its reader would see.

Shapes that hold each other too deep: GEOS follows them on its stack and brings the process down. GDAL refuses
more than 32 levels where it reads shapes itself, but hands on those of GeoPackages as they are. And views of
a GeoPackage that ask themselves, or have rows beyond number: SQLite runs on.
"""

from __future__ import annotations

import re
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
#: So many steps of SQLite's machine the rows of a view are counted for: some ten million rows, a few seconds.
MOST_STEPS = 200_000_000
#: So often whoever counts is asked whether to go on.
_STEPS_AT_ONCE = 1_000_000
_UNKNOWN_FUNCTION = re.compile(r"no such function: (\w+)")
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


def endless_view(path: Path) -> str | None:
    """
    A view of a GeoPackage of which, with those before it, no end is found within `MOST_STEPS`; else None.

    What only GDAL can work out counts as nothing and then as 1; a view that ends for both is taken to end.
    """
    if not _is_base(path):
        return None
    left = MOST_STEPS // _STEPS_AT_ONCE

    def is_enough() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    try:
        for given in (None, 1):
            with closing(_opened(path)) as base:
                base.set_progress_handler(is_enough, _STEPS_AT_ONCE)
                for (view,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
                    _count(base, view, given)
                    if left < 0:
                        return str(view)
    except (sqlite3.Error, UnicodeDecodeError):  # whoever reads it says so
        return None
    return None


def _count(base: sqlite3.Connection, view: str, given: int | None) -> None:
    """Count the rows of a view until it is told to stop; functions that are not known give `given`."""
    quoted, known = view.replace('"', '""'), set[str]()
    while True:
        try:
            base.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608 (quoted above)
        except sqlite3.Error as error:
            unknown = _UNKNOWN_FUNCTION.search(str(error))
            if unknown is None or unknown[1] in known:
                return
            known.add(unknown[1])
            base.create_function(unknown[1], -1, lambda *_: given)
        else:
            return


def _is_base(path: Path) -> bool:
    if not path.is_file():  # a geodatabase is a folder
        return False
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def too_deep_layer(path: Path, only: str | None = None) -> str | None:
    """A layer of a GeoPackage (`only` this one) with a shape that lies too deep in others; else None."""
    if not _is_base(path):
        return None
    try:
        with closing(_opened(path)) as base:
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
