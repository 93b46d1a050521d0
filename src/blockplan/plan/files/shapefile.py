"""
What is peculiar to Shapefiles: companion files, text in any encoding, names of ten characters.

A Shapefile is read as Latin-1, which keeps every byte, and its texts are
decoded afterwards by `decode`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.errors import PlanDataError
from blockplan.plan.files import encodings
from blockplan.plan.model.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd


_NAME_WIDTH = 10


def check_companions(path: Path) -> None:
    """
    See that the table and the index of a Shapefile lie beside it, and that its CRS can be understood.

    Raises
    ------
    PlanDataError
        If one of them is missing, or the ``.prj`` file holds no CRS.
    """
    for ending in (".dbf", ".shx"):
        if not any(path.with_suffix(one).is_file() for one in (ending, ending.upper())):
            raise PlanDataError(
                f"{path} has no {ending} file beside it.\n"
                "Copy all files of the Shapefile: .shp, .shx, .dbf, .prj, .cpg."
            )
    _check_prj(path.with_suffix(".prj"))


def _check_prj(path: Path) -> None:
    from pyproj import CRS  # noqa: PLC0415 (light import of the room)
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    text = path.read_bytes().decode("utf-8", errors="replace").strip() if path.is_file() else ""
    try:
        if text:
            CRS.from_wkt(text)
    except (CRSError, ValueError):
        raise PlanDataError(
            f"{path} holds no coordinate reference system that can be understood.\n"
            "Export the layer again, or delete the file and name the CRS yourself."
        ) from None


def decode(frame: pd.DataFrame, path: Path, encoding: str | None) -> pd.DataFrame:
    """
    The frame of a Shapefile that was read as Latin-1, with its texts and names decoded.

    Without `encoding` the ``.cpg`` file or the language byte of the table is
    believed where all texts fit it; otherwise the encoding is found from the texts.

    Raises
    ------
    PlanDataError
        If a text is not in the encoding of the others; the message names column and record.
    """
    texts = {
        str(column): [value.encode("latin-1") if isinstance(value, str) else None for value in frame[column]]
        for column in frame.columns
        if column != "geometry" and any(isinstance(value, str) for value in frame[column])
    }
    names = {str(column): str(column).encode("latin-1", errors="replace") for column in frame.columns}
    codec = _codec(encoding)
    if codec is None:
        flat = [text for column in texts.values() for text in column if text is not None]
        codec = encodings.detect([*flat, *names.values()], encodings.declared(path))
    widths = _widths(path, list(names))
    done = {column: _decoded(path, column, texts[column], codec, widths.get(column)) for column in texts}
    whole = _whole_names(path.stem)
    renamed = {
        column: encodings.decoded(name, codec, _NAME_WIDTH) or column for column, name in names.items()
    }
    frame = frame.copy(deep=False)
    for column, values in done.items():
        frame[column] = values
    return frame.rename(columns={column: whole.get(text, text) for column, text in renamed.items()})


def _codec(encoding: str | None) -> str | None:
    if encoding is None:
        return None
    codec = encodings.codec_name(encoding)
    if codec is None:
        raise PlanDataError(f"The encoding {encoding!r} is not known.\nWrite UTF-8, GB18030 or SHIFT_JIS.")
    return codec


def _widths(path: Path, columns: list[str]) -> dict[str, int]:
    """Column -> width of its field in bytes, from the header of the table."""
    table = next(one for one in (path.with_suffix(".dbf"), path.with_suffix(".DBF")) if one.is_file())
    with table.open("rb") as file:
        fields = file.read(32 + 32 * len(columns))[32:]
    return {column: fields[32 * n + 16] for n, column in enumerate(columns) if len(fields) > 32 * n + 16}


def _decoded(
    path: Path, column: str, values: list[bytes | None], codec: str, width: int | None
) -> list[str | None]:
    done = [None if value is None else encodings.decoded(value, codec, width) for value in values]
    faulty = [
        row for row, (value, text) in enumerate(zip(values, done, strict=True)) if value and text is None
    ]
    if faulty:
        shown = encodings.decoded(column.encode("latin-1", errors="replace"), codec, _NAME_WIDTH) or column
        raise PlanDataError(
            f"{path}: {len(faulty)} of {len(values)} texts in column {shown!r} are not {codec.upper()}, "
            f"as the table's other texts are (first: record {faulty[0] + 1}, counted from 1).\n"
            "The table mixes encodings. Write these texts anew, or name the encoding of the whole table."
        )
    return done


def _whole_names(layer: str) -> dict[str, str]:
    """Name cut to ten characters -> column of the contract, for a layer of the contract."""
    if layer not in LAYERS:
        return {}
    return {short: name for name, short in short_names(LAYERS[layer].columns).items()}


def short_names(columns: Iterable[str] | Mapping[str, Any]) -> dict[str, str]:
    """
    Column name -> name of at most ten characters; unique, and the same every time.

    Examples
    --------
    >>> short_names(["parcel_id", "industry_health_share", "industry_hotel_share"])
    {'parcel_id': 'parcel_id', 'industry_health_share': 'industry_h', 'industry_hotel_share': 'industry_1'}
    """
    names: dict[str, str] = {}
    for column in columns:
        short, number = column[:10], 0
        while short in names.values():
            number += 1
            short = f"{column[: 9 - len(str(number))]}_{number}"
        names[column] = short
    return names
