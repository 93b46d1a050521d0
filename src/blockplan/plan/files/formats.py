"""
One layer in a file: GeoPackage, GeoParquet, GeoJSON, Shapefile, FlatGeobuf.

The format follows from the ending of the name and must agree with how the file
begins, so that no driver is asked about a file of another kind. Whatever is wrong
with a file is told as a `PlanDataError` with its path.
"""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import pandas as pd
import shapely
from pyproj.exceptions import CRSError

from blockplan.errors import PlanDataError
from blockplan.plan.files import encodings
from blockplan.plan.files.archive import writing_file
from blockplan.plan.files.nesting import MOST_LEVELS, endless_view, too_deep, too_deep_layer
from blockplan.plan.model.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyproj

#: Ending of a file's name -> format.
FORMATS = {
    ".gpkg": "GPKG",
    ".parquet": "Parquet",
    ".geoparquet": "Parquet",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
}
_BEGINNINGS = {
    "GPKG": b"SQLite format 3\x00",
    "Parquet": b"PAR1",
    "ESRI Shapefile": b"\x00\x00\x27\x0a",
    "FlatGeobuf": b"fgb",
}
_LARGEST_NUMBER_OF_ROWS = 50_000_000
#: A feature of a FlatGeobuf file has a length, and a table of at least one offset.
LEAST_FEATURE_BYTES = 8
#: A condition that all features meet: with it GDAL counts them, before it makes room for each, and does not
#: believe the number that a file states.
EVERY_FEATURE = "1 = 1"
#: A GeoPackage stamps the time of writing; with a fixed one the same content gives the same bytes. It lies
#: beside its place until it is whole, so the disk is waited for once, at its end (`_to_disk`).
_WRITING = {
    "OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z",
    "OGR_SQLITE_JOURNAL": "MEMORY",
    "OGR_SQLITE_SYNCHRONOUS": "OFF",
}
_WKB_KINDS = {"polygon": "MultiPolygon", "line": "MultiLineString", "point": "Point", "any": "Unknown"}


def list_layers(path: str | Path) -> dict[str, str | None]:
    """
    Names of the layers in a file, with the kind of geometry each declares (None for a plain table).

    Raises
    ------
    PlanDataError
        If the file is missing, empty, damaged or of a kind that is not read.
    """
    import pyogrio  # noqa: PLC0415 (GDAL takes its time)

    path = Path(path)
    kind = _checked_kind(path)
    if kind == "Parquet":
        return {path.stem: "Unknown"}
    if kind == "GPKG" and (view := endless_view(path)):
        raise PlanDataError(
            f"{path} holds the view {view!r}, of whose rows no end is found.\n"
            "Save what it shows as a layer of its own, and take the view out."
        )
    with _reading(path):
        return {str(name): geometry for name, geometry in pyogrio.list_layers(_address(path, kind))}


def read_layer(path: str | Path, layer: str | None = None, encoding: str | None = None) -> pd.DataFrame:
    """
    A layer of a file, with all its columns.

    Parameters
    ----------
    path
        The file; its ending names the format (`FORMATS`).
    layer
        Name of the layer; None where the file holds one layer, or one named like the file.
    encoding
        Encoding of the text of a Shapefile. Without it the ``.cpg`` file is believed, or else
        what the texts fit. The other formats are UTF-8.

    Returns
    -------
    GeoDataFrame or DataFrame
        Geometry in a column ``geometry``, x east and y north; a frame without it for a
        plain table. Geometries that are no geometries at all are null. What
        the reading drew attention to stands in ``attrs["read_warnings"]``.

    Raises
    ------
    PlanDataError
        If the file is missing, empty, damaged, of a kind that is not read, or not in the encoding;
        if it has no such layer.
    """
    path = Path(path)
    kind = _checked_kind(path)
    if kind == "Parquet":
        return _tidied(_read_parquet(path), path)
    if kind == "GeoJSON":
        encodings.check_utf8(path)
    return _read_named(path, kind, _chosen_layer(path, layer), encoding)


def read_layers(path: str | Path) -> dict[str, pd.DataFrame]:
    """
    Every layer of a file by its name, each as `read_layer` gives it; the file is looked through once.

    Raises
    ------
    PlanDataError
        As `read_layer`.
    """
    path = Path(path)
    names = list_layers(path)
    if _kind(path) == "Parquet":
        return {path.stem: read_layer(path)}
    return {name: _read_named(path, _kind(path), name) for name in names}


def _read_named(path: Path, kind: str, name: str, encoding: str | None = None) -> pd.DataFrame:
    if kind == "ESRI Shapefile":
        raw = _read_ogr(path, kind, name, ENCODING="ISO-8859-1")
        return _tidied(encodings.decode(raw, path, encoding), path)
    return _tidied(_read_ogr(path, kind, name), path)


def write_layers(
    frames: Mapping[str, pd.DataFrame],
    path: str | Path,
    crs: pyproj.CRS | None = None,
    *,
    mixed: bool = False,
) -> None:
    """
    Write frames as the layers of a new GeoPackage, in their order; their index is not written.

    The file is there whole or not at all, and the same content gives the same bytes. `crs` is declared
    where a frame has none. With `mixed` a shape of one part beside those of several is read again as it was;
    else all of such a layer are collections, which every program shows as one layer.

    Raises
    ------
    PlanDataError
        If the file cannot be written, or `path` does not end in ``.gpkg``.
    """
    path = Path(path)
    if _kind(path) != "GPKG":
        raise PlanDataError(f"{path} cannot hold several layers.\nOnly a GeoPackage (.gpkg) does.")
    with writing_file(path) as place:
        for name, frame in frames.items():
            _write_layer(frame.reset_index(drop=True), place, name, crs, mixed=mixed)
        if frames:
            _to_disk(place)


def _to_disk(path: Path) -> None:
    """Wait until a file is on the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _kind(path: Path) -> str:
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise PlanDataError(f"{path} is of no kind that Blockplan reads.\nUse one of: {', '.join(FORMATS)}.")
    return kind


def _checked_kind(path: Path) -> str:
    """The format of a file that is there and begins as its ending promises."""
    try:
        if path.is_dir():
            raise PlanDataError(f"{path} is a folder, not a layer file.\nName a file in it.")
        if not path.exists():
            raise PlanDataError(f"There is no file {path}.\nCheck the name, and that it was copied whole.")
        kind = _kind(path)
        if not path.is_file():
            raise PlanDataError(f"{path} is no ordinary file.\nCopy its content into a file first.")
        with path.open("rb") as file:
            start = file.read(64)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PlanDataError(
            f"{path} cannot be read: {reason}.\nCheck its name and who may read it."
        ) from None
    if not start:
        raise PlanDataError(f"{path} is an empty file.\nCopy or export it again.")
    wanted = _BEGINNINGS.get(kind)
    looks_right = (
        start.startswith(wanted) if wanted else start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b""}
    )
    if not looks_right:
        raise PlanDataError(
            f"{path} does not begin like {_a(kind)}: it is damaged, or of another kind than its name says.\n"
            f"Export it again as {_a(kind)}, or give it its right ending."
        )
    if kind == "ESRI Shapefile":
        encodings.check_companions(path)
    return kind


def _a(kind: str) -> str:
    return {
        "GPKG": "a GeoPackage",
        "Parquet": "a GeoParquet file",
        "GeoJSON": "a GeoJSON file",
        "ESRI Shapefile": "an ESRI Shapefile",
    }.get(kind, f"a {kind}")


def _address(path: Path, kind: str) -> str:
    """What GDAL is given: a prefix keeps other drivers (web services, pipelines) from reading a .json."""
    whole = str(path.resolve())
    return f"GeoJSON:{whole}" if kind == "GeoJSON" else whole


@contextmanager
def _reading(path: Path) -> Iterator[list[str]]:
    """Turn what GDAL and its companions raise into a PlanDataError, and collect their warnings."""
    import pyarrow as pa  # noqa: PLC0415
    from pyogrio._err import CPLE_BaseError  # noqa: PLC0415
    from pyogrio.errors import DataLayerError, DataSourceError  # noqa: PLC0415

    said: list[str] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield said
        said.extend(dict.fromkeys(str(one.message).splitlines()[0] for one in caught if str(one.message)))
    except UnicodeDecodeError as error:
        shown = error.object[max(0, error.start - 8) : error.end + 8]
        raise PlanDataError(_not_utf8(path, repr(shown))) from None
    except (CRSError, UnboundLocalError):
        # The second is how pyogrio stumbles over a CRS that PROJ refuses.
        raise PlanDataError(
            f"{path} declares a coordinate reference system that cannot be understood.\n"
            "Correct its .prj file (or the CRS inside the file), or export the layer again."
        ) from None
    except (
        CPLE_BaseError, DataLayerError, DataSourceError, pa.ArrowException, shapely.errors.ShapelyError,
        ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, RuntimeError, ArithmeticError,
        MemoryError, SystemError,
    ) as error:  # fmt: skip
        reason = str(error).replace(str(path.resolve()), path.name).splitlines() or [type(error).__name__]
        raise PlanDataError(
            f"{path} cannot be read as {_a(_kind(path))}: {reason[0][:300]}.\n"
            "It is damaged or was not written to its end. Copy or export it again."
        ) from None


def _chosen_layer(path: Path, layer: str | None) -> str:
    names = list(list_layers(path))
    if layer is not None and layer in names:
        return layer
    if layer is None and len(names) == 1:
        return names[0]
    if layer is None and path.stem in names:
        return path.stem
    if not names:
        raise PlanDataError(f"{path} holds no layer.\nExport it again with at least one.")
    listed = ", ".join(names[:40])
    if layer is None:
        raise PlanDataError(f"{path} holds {len(names)} layers: {listed}.\nName the one to read.")
    raise PlanDataError(f"{path} has no layer {layer!r}; it has: {listed}.\nName one of them.")


def _read_ogr(path: Path, kind: str, name: str, **options: Any) -> pd.DataFrame:
    # GDAL's Arrow reader of FlatGeobuf brings the process down on a text that is null.
    read = _read_by_feature if kind == "FlatGeobuf" else _read_by_arrow
    with _reading(path) as said:
        if kind == "FlatGeobuf":
            _require_bytes(path, _address(path, kind), name)
        if kind == "GPKG" and too_deep_layer(path, name):
            raise _too_deep(path)
        try:
            frame = read(_address(path, kind), layer=name, **options)
        except shapely.errors.ShapelyError:
            frame = read(_address(path, kind), layer=name, on_invalid="ignore", **options)
            said.append("geometries that are none (too few points, rings not closed) were read as null")
    if said:
        frame.attrs["read_warnings"] = tuple(said)
    return frame


def _require_bytes(path: Path, address: str, name: str) -> None:
    """Refuse a file that says it holds more features than it has bytes for: room is made for all of them."""
    import pyogrio  # noqa: PLC0415

    features, size = pyogrio.read_info(address, layer=name)["features"], path.stat().st_size
    if features > size // LEAST_FEATURE_BYTES:
        raise PlanDataError(
            f"{path} says that it holds {features:,} features, but has {size:,} bytes.\n"
            "It is damaged or was not written to its end. Copy or export it again."
        )


def _require_shallow(path: Path, schema: Any) -> None:
    """Refuse a GeoParquet file with a shape that lies too deep in others."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    for column in [one.name for one in schema if pa.types.is_binary(one.type)]:
        if any(map(too_deep, filter(None, pq.read_table(path, columns=[column])[column].to_pylist()))):
            raise _too_deep(path)


def _too_deep(path: Path) -> PlanDataError:
    return PlanDataError(
        f"{path} holds shapes that lie in each other more than {MOST_LEVELS:,} deep.\n"
        "Take the collections apart and export it again."
    )


def _read_by_arrow(address: str, **options: Any) -> pd.DataFrame:
    import pyogrio  # noqa: PLC0415

    # Whole numbers with gaps as objects: a long id must not lose its last digits as a float.
    integers = {"integer_object_nulls": True}
    frame = pyogrio.read_dataframe(address, use_arrow=True, arrow_to_pandas_kwargs=integers, **options)
    return cast("pd.DataFrame", frame)


def _read_by_feature(address: str, **options: Any) -> pd.DataFrame:
    import pyogrio  # noqa: PLC0415

    frame = pyogrio.read_dataframe(address, **options)
    about = pyogrio.read_info(address, layer=options["layer"])
    for column, kind, subtype in zip(about["fields"], about["ogr_types"], about["ogr_subtypes"], strict=True):
        if kind in {"OFTInteger", "OFTInteger64"} and frame[column].dtype == "float64":
            frame[column] = frame[column].astype("boolean" if subtype == "OFSTBoolean" else "Int64")
    return cast("pd.DataFrame", frame)


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow.parquet as pq  # noqa: PLC0415

    with _reading(path):
        about = pq.read_metadata(path)
        if about.num_rows > _LARGEST_NUMBER_OF_ROWS:
            raise PlanDataError(f"{path} holds {about.num_rows:,} rows, more than any layer of a plan.")
        if b"geo" in (about.metadata or {}):
            _require_shallow(path, about.schema.to_arrow_schema())
            frame: pd.DataFrame = gpd.read_parquet(path)
        else:
            frame = pd.read_parquet(path)
        for column in frame.columns[[dtype == "object" for dtype in frame.dtypes]]:
            if any(isinstance(value, bytes) for value in frame[column]):
                raise PlanDataError(
                    f"{path} holds bytes in column {column}, which are neither text nor number.\n"
                    "Write outlines as GeoParquet, with its metadata, and leave other bytes out."
                )
        return frame.reset_index(drop=True)


def _not_utf8(path: Path, shown: str) -> str:
    where = encodings.first_text_not_utf8(path) if _kind(path) == "GPKG" else None
    return (
        f"{path} holds text that is not UTF-8 (first: {where or shown}).\n"
        "The layer mixes encodings. Write these texts anew, or export the layer again as UTF-8."
    )


def _check_texts(frame: pd.DataFrame, path: Path) -> None:
    """See that texts are UTF-8: Arrow takes over any bytes and stumbles only when they are shown."""
    import pyarrow as pa  # noqa: PLC0415

    for column, dtype in frame.dtypes.items():
        if str(dtype) in {"str", "string"}:
            try:
                pa.array(frame[column]).validate(full=True)
            except pa.ArrowInvalid:
                raise PlanDataError(_not_utf8(path, f"in column {column}")) from None


def _tidied(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    if isinstance(frame, gpd.GeoDataFrame):
        if frame.geometry.name != "geometry":
            frame = cast("Any", frame).rename_geometry("geometry")
        crs = frame.crs
        if crs is not None and str(crs.name).lower().startswith("undefined"):
            frame = cast("Any", frame).set_crs(None, allow_override=True)
    twice = [str(column) for column in frame.columns[frame.columns.duplicated()]]
    if twice:
        raise PlanDataError(f"{path} has two columns of the name {twice[0]!r}.\nRename one of them.")
    _check_texts(frame, path)
    for column, dtype in frame.dtypes.items():
        # Whole numbers with gaps came as objects, so that a long id does not lose its last digits.
        if dtype == "object" and pd.api.types.infer_dtype(frame[column], skipna=True) == "integer":
            frame[column] = frame[column].astype("Int64")
    return frame


def _write_layer(frame: pd.DataFrame, path: Path, name: str, crs: pyproj.CRS | None, *, mixed: bool) -> None:
    import pyogrio  # noqa: PLC0415

    frame = _writable(frame)
    if isinstance(frame, gpd.GeoDataFrame) and frame.crs is None and crs is not None:
        frame = frame.set_crs(crs)
    taken = {column.lower() for column in map(str, frame.columns)}
    options: dict[str, Any] = {
        "FID": next(one for one in ("fid", "fid_", "fid__") if one not in taken),
        "GEOMETRY_NAME": next(one for one in ("geom", "geom_", "geom__") if one not in taken),
    }
    if isinstance(frame, gpd.GeoDataFrame) and shapely.is_missing(frame.geometry.to_numpy()).all():
        options["geometry_type"] = (
            _WKB_KINDS.get(LAYERS[name].geometry, "Unknown") if name in LAYERS else "Unknown"
        )
    elif mixed and isinstance(frame, gpd.GeoDataFrame) and len(set(frame.geometry.dropna().geom_type)) > 1:
        options |= {"geometry_type": "Unknown", "promote_to_multi": False}
    before = {key: pyogrio.get_gdal_config_option(key) for key in _WRITING}
    pyogrio.set_gdal_config_options(_WRITING)
    try:
        with _writing(path):
            pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", use_arrow=True, **options)
    finally:
        pyogrio.set_gdal_config_options(before)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    from pyogrio._err import CPLE_BaseError  # noqa: PLC0415
    from pyogrio.errors import DataLayerError, DataSourceError  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (CPLE_BaseError, DataLayerError, DataSourceError, RuntimeError, ValueError, TypeError) as error:
        reason = str(error).splitlines() or [type(error).__name__]
        raise PlanDataError(
            f"{path.name} cannot be written: {reason[0][:300]}.\n"
            "Nothing was changed at its place. Check free space, and the values and geometries of the layer."
        ) from error


def _writable(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of objects as flags or texts."""
    changed = {}
    for column in frame.columns:
        if column != "geometry" and frame[column].dtype == "object":
            kind = pd.api.types.infer_dtype(frame[column], skipna=True)
            if kind == "boolean":
                changed[column] = frame[column].astype("boolean")
            elif kind not in {"string", "empty", "date", "datetime"}:
                changed[column] = frame[column].map(str, na_action="ignore")
    return frame.assign(**changed) if changed else frame
