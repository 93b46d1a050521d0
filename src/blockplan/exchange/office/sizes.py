"""
How large a file of an office may be, so that no file fills the memory or the disk.

A file is asked for its size before anybody reads it; a workbook, which is a zip, for what it would unpack to.
The limits lie far above what a plan needs: 20,000 parcels are a GeoJSON of 15 MB and a DXF of 40 MB.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from blockplan.errors import PlanDataError
from blockplan.exchange import workbooks
from blockplan.exchange.office.messages import refused
from blockplan.plan.files.archive import ZipLimits, check_entries

if TYPE_CHECKING:
    from pathlib import Path

MB = 1_000_000
#: Ending -> most bytes of the file. Tables and texts are held whole while they are read.
MOST_BYTES = {
    ".csv": 200 * MB,
    ".tsv": 200 * MB,
    ".txt": 50 * MB,
    **dict.fromkeys(workbooks.ENDINGS, 200 * MB),
    ".geojson": 500 * MB,
    ".json": 500 * MB,
    ".kml": 500 * MB,
    ".gml": 500 * MB,
    ".dxf": 500 * MB,
    ".dwg": 200 * MB,
}
#: Of layers that are read by features (Shapefile, GeoPackage, a whole geodatabase ...).
MOST_BYTES_OF_LAYERS = 2000 * MB
#: What a workbook may unpack to; sheets shrink 5 to 50 times.
WORKBOOK = ZipLimits(total_bytes=1000 * MB)


def check_size(path: Path, label: str) -> None:
    """
    See that a file is not too large to be read.

    Raises
    ------
    PlanDataError
        If it is, or if a workbook would unpack to more than `WORKBOOK` allows.
    """
    ending = path.suffix.lower()
    most = MOST_BYTES.get(ending, MOST_BYTES_OF_LAYERS)
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    if ending == ".shp":
        files += [one for one in (path.with_suffix(".dbf"), path.with_suffix(".DBF")) if one.is_file()]
    size = sum(one.stat().st_size for one in files)
    if size > most:
        raise refused(PlanDataError, "file_too_large", file=label, size=size / MB, ending=ending, m=most / MB)
    if ending in workbooks.ENDINGS and zipfile.is_zipfile(path):
        check_entries(path, WORKBOOK)
