"""
Shapefiles, GeoPackages, File Geodatabases, GeoJSON and their like, as an office hands them in.

Unlike a plan's own layers these may lack an index, mix encodings from record to record or declare no
reference system: what can be read is read, and each thing that could not is a finding.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import shapely
from pyproj.exceptions import CRSError

from blockplan.errors import PlanDataError
from blockplan.exchange.office.field_descriptions import described, geopackage_layers, in_words
from blockplan.exchange.office.messages import Message, first_line, of_error, refused, worded
from blockplan.exchange.office.source import SourceLayer, SourceReading
from blockplan.plan.files import encodings
from blockplan.plan.files.formats import EVERY_FEATURE
from blockplan.plan.files.nesting import endless_view, too_deep_layer
from blockplan.plan.model.layers import LARGEST_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

#: Layers that programs keep in a GeoPackage or a geodatabase beside the office's own.
_HOUSEKEEPING = re.compile(
    r"layer_styles|qgis_projects|verdicts|gpkg_\w+|ogr_\w+|GDB_\w+|T_\d+_\w+|.*_(?:TopologyErrors|ErrorPoint|ErrorLine)",
    re.I,
)
_NAME_BYTES = 10
#: Arcs become chords of so many degrees: at a radius of 1 km they lie 1 cm off.
ARC_DEGREES = "0.5"
#: What pyogrio says of a layer of any geometry with measures.
UNSUPPORTED = "Geometry type is not supported"


def read_vectors(path: Path, label: str) -> SourceReading:
    """
    All layers of a file that GDAL reads, in its own coordinates.

    Raises
    ------
    PlanDataError
        If the file cannot be read at all.
    """
    if path.suffix.lower() == ".shp":
        return _read_shapefile(path, label)
    if path.suffix.lower() == ".dbf":
        return _read_dbase(path, label)
    if path.suffix.lower() in {".geojson", ".json"}:
        return _read_geojson(path, label)
    view = endless_view(path)
    if view is not None:
        raise refused(PlanDataError, "view_without_end", file=path.name, layer=view)
    deep = too_deep_layer(path)
    if deep is not None:
        raise refused(PlanDataError, "shapes_too_deep", file=path.name, layer=deep)
    reading = SourceReading()
    for name in layer_names(path):
        if not _HOUSEKEEPING.fullmatch(name):
            _add(reading, path, label, name, name)
    return reading


def layer_names(path: Path) -> list[str]:
    """Names of the layers of a file."""
    import pyogrio  # noqa: PLC0415 (GDAL takes its time)

    try:
        return [str(name) for name, _ in _told(path, lambda: pyogrio.list_layers(path))]
    except PlanDataError as error:
        # A layer of any geometry with measures is refused, and with it the list of all.
        if path.suffix.lower() != ".gpkg" or UNSUPPORTED not in str(error):
            raise
        return geopackage_layers(path)


def _read_geojson(path: Path, label: str) -> SourceReading:
    reading = SourceReading()
    data = path.read_bytes()
    try:
        unicode_text = data.decode("utf-8-sig")
        try:
            _add(reading, path, label, None, path.stem)
        except PlanDataError:
            _say_other_json(unicode_text, label)
            raise
    except UnicodeDecodeError:
        codec = encodings.detect([data])
        text = encodings.decoded(data, codec)
        if text is None:
            again = worded("export_it_again_as_utf_8")
            raise refused(PlanDataError, "encoding_unknown", file=label, again=again) from None
        with tempfile.TemporaryDirectory(prefix="blockplan-") as folder:
            copy = Path(folder) / path.name
            copy.write_text(text, encoding="utf-8")
            _add(reading, copy, label, None, path.stem)
        reading.findings.add(
            "office-encoding",
            "note",
            worded("geojson_not_utf_8", codec=codec.upper(), codec2=codec.upper()),
            file=label,
        )
    return reading


def _say_other_json(text: str, label: str) -> None:
    """Refuse what is sound JSON of another kind, which is not damaged."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return
    raise refused(PlanDataError, "json_without_features", file=label)


def _add(reading: SourceReading, path: Path, label: str, layer: str | None, name: str) -> None:
    frame = layer_frame(path, label, layer, reading)
    if frame is not None:
        found = SourceLayer(label, name, frame)
        if layer is not None:
            about = described(path, layer, _told)
            found.title, found.titles = about.title, about.titles
            in_words(frame, about.words)
        reading.layers.append(found)


@contextlib.contextmanager
def gdal_option(name: str, value: str) -> Iterator[None]:
    """One of GDAL's options for all its files, as long as the block lasts."""
    import pyogrio  # noqa: PLC0415

    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: value})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})


def _told(path: Path, call: Any) -> Any:
    """What a call of GDAL gives; its complaints become a `PlanDataError`."""
    from pyogrio._err import CPLE_BaseError  # noqa: PLC0415
    from pyogrio.errors import DataLayerError, DataSourceError  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call()
    except (
        CPLE_BaseError, DataLayerError, DataSourceError, CRSError, UnboundLocalError, ValueError, OSError,
        RuntimeError, TypeError, shapely.errors.ShapelyError,
    ) as error:  # fmt: skip
        reason = (str(error).splitlines() or [type(error).__name__])[0].replace(str(path), path.name)[:200]
        raise refused(
            PlanDataError, "vectors_cannot_be_read", file=path.name, reason=reason.rstrip(".")
        ) from None


def layer_frame(path: Path, label: str, layer: str | None, reading: SourceReading, **options: Any) -> Any:
    """A layer with its geometry in a column ``geometry``, in its own coordinates."""
    import pyogrio  # noqa: PLC0415

    def call() -> Any:
        frame = pyogrio.read_dataframe(
            path,
            layer=layer,
            use_arrow=True,
            arrow_to_pandas_kwargs={"integer_object_nulls": True},
            **options,
        )
        _require_texts(frame)
        return frame

    def by_feature(source: str | Path = path) -> Any:
        with gdal_option("OGR_ARC_STEPSIZE", ARC_DEGREES):
            return pyogrio.read_dataframe(
                source, layer=layer, on_invalid="ignore", where=EVERY_FEATURE, **options
            )

    try:
        frame = _told(path, call)
    except PlanDataError:
        # Arrow is strict about text and geometry, and knows no arcs; by features more comes through.
        try:
            frame = _told(path, by_feature)
        except PlanDataError as error:
            if "codec can't decode" in str(error) and "encoding" not in options:
                # A MapInfo file that says no charset.
                return layer_frame(path, label, layer, reading, encoding="GB18030")
            if layer is None or UNSUPPORTED not in str(error):
                raise
            frame = _told(path, lambda: by_feature(_of_any_kind(path, layer)))
    return _flat(frame, label, layer or path.stem, reading)


def _require_texts(frame: pd.DataFrame) -> None:
    """See that texts are UTF-8: Arrow takes over any bytes and stumbles only when they are looked at."""
    import pyarrow as pa  # noqa: PLC0415

    for column in frame.columns[[str(dtype) in {"str", "string"} for dtype in frame.dtypes]]:
        pa.array(frame[column]).validate(full=True)


def _of_any_kind(path: Path, layer: str) -> str:
    """The layer as a virtual one of any geometry, as which GDAL gives one with heights and measures."""
    source, name = (escape(str(one), {'"': "&quot;"}) for one in (path, layer))
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="{name}"><SrcDataSource>{source}</SrcDataSource>'
        f"<SrcLayer>{name}</SrcLayer><GeometryType>wkbUnknown</GeometryType></OGRVRTLayer></OGRVRTDataSource>"
    )


def _flat(frame: Any, label: str, layer: str, reading: SourceReading) -> Any:
    """A frame with its geometry in a column ``geometry``, without heights; without rows that draw nothing."""
    if frame.columns.duplicated().any():
        frame.columns = unique_names(frame.columns)
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    if frame.geometry.name != "geometry":
        frame = frame.drop(columns="geometry", errors="ignore").rename_geometry("geometry")
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    nothing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    # The bounds of nothing are no numbers either, and pass over corners that are none.
    nowhere = np.asarray(~(np.abs(shapely.bounds(shapes)) < LARGEST_NUMBER).all(axis=1))
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    nowhere[owner[np.isnan(corners).any(axis=1)]] = True
    for case, left_out in (
        ("features_without_geometry", nothing),
        ("features_without_place", nowhere & ~nothing),
    ):
        if number := int(left_out.sum()):
            reading.findings.add(
                "office-geometry",
                "warning",
                worded(case, n=number, total=len(frame)),
                file=label,
                layer=layer,
                measured=float(number),
            )
    nothing |= nowhere
    kept = frame[~nothing].reset_index(drop=True)
    return kept.set_geometry(gpd.GeoSeries(shapes[~nothing], crs=frame.crs))


# Shapefiles: any encoding, also two in one table


def _read_shapefile(path: Path, label: str) -> SourceReading:
    reading = SourceReading()
    if not any(path.with_suffix(one).is_file() for one in (".dbf", ".DBF")):
        reading.findings.add(
            "office-file",
            "warning",
            worded("shapefile_without_dbf"),
            file=label,
        )
    place = path
    try:
        if not any(path.with_suffix(one).is_file() for one in (".shx", ".SHX")):
            place = _beside(path)
        with gdal_option("SHAPE_RESTORE_SHX", "YES"):
            frame = layer_frame(place, label, None, reading, encoding="ISO-8859-1")
    finally:
        if place != path:
            for file in place.parent.iterdir():
                file.unlink()
            place.parent.rmdir()
    if isinstance(frame, gpd.GeoDataFrame) and not path.with_suffix(".prj").is_file():
        frame = frame.set_crs(None, allow_override=True)
    reading.layers.append(SourceLayer(label, path.stem, _decode(frame, path, label, reading)))
    return reading


def _read_dbase(path: Path, label: str) -> SourceReading:
    """The table of a dBASE file that belongs to no Shapefile, in any encoding."""
    reading = SourceReading()
    frame = layer_frame(path, label, None, reading, encoding="ISO-8859-1")
    reading.layers.append(SourceLayer(label, path.stem, _decode(frame, path, label, reading)))
    return reading


def _beside(path: Path) -> Path:
    """
    A copy of the Shapefile to which GDAL may add the index that is missing: the office's folder stays as it
    is.
    """
    folder = Path(tempfile.mkdtemp(prefix="blockplan-"))
    for ending in (".shp", ".dbf", ".DBF", ".prj", ".SHP"):
        if path.with_suffix(ending).is_file():
            (folder / f"layer{ending.lower()}").write_bytes(path.with_suffix(ending).read_bytes())
    return folder / "layer.shp"


def _decode(frame: pd.DataFrame, path: Path, label: str, reading: SourceReading) -> pd.DataFrame:
    columns = [column for column in frame.columns if column != "geometry"]
    given = {column: frame[column].tolist() for column in columns}
    texts = {
        column: [value.encode("latin-1", "replace") if isinstance(value, str) else None for value in values]
        for column, values in given.items()
        if any(isinstance(value, str) for value in values)
    }
    names = {column: str(column).encode("latin-1", "replace") for column in columns}
    distinct = {text for column in texts.values() for text in column if text}
    codec = encodings.detect([*distinct, *names.values()], _said(path, label, reading))
    frame = frame.copy(deep=False)
    for column, values in texts.items():
        known = {text: _text(text, codec) for text in set(values) if text is not None}
        frame[column] = [None if text is None else known[text][0] for text in values]
        title = _text(names[column], codec)[0]
        for row, text in enumerate(values):
            other = None if text is None else known[text][1]
            if other is not None:
                reading.findings.add(
                    "office-encoding",
                    "warning" if other == "?" else "note",
                    _mixed(row, other, codec),
                    file=label,
                    layer=path.stem,
                    column=title,
                    value=str(frame[column].iloc[row]),
                    id=worded("record", n=row + 1),
                )
    titles = {column: _text(name, codec)[0].strip() or str(column) for column, name in names.items()}
    return frame.rename(columns=_unique(titles))


def _said(path: Path, label: str, reading: SourceReading) -> str | None:
    try:
        return encodings.declared(path)
    except PlanDataError as error:
        reading.findings.add("office-encoding", "note", first_line(of_error(error)), file=label)
        return None


def _text(text: bytes, codec: str) -> tuple[str, str | None]:
    """
    The text, and the encoding it is in where that is not the table's; replacement
    signs where none fits.
    """
    # Bytes that are whole Chinese in UTF-8 are hardly ever meant as anything else; GB18030 reads them too.
    if codec != "utf-8" and not text.isascii():
        other = encodings.decoded(text, "utf-8")
        if other is not None and all(sign.isascii() or sign >= "\u2e80" for sign in other):
            return other, "utf-8"
    # A column cuts a text where its bytes end, so half a character may stand there.
    whole = encodings.decoded(text, codec, len(text))
    if whole is not None:
        return whole, None
    for name in encodings.CANDIDATES:
        whole = encodings.decoded(text, name, len(text))
        if name != codec and whole is not None:
            return whole, name
    return text.decode(codec, errors="replace"), "?"


def _mixed(row: int, other: str, codec: str) -> Message:
    if other == "?":
        return worded("record_signs_lost", n=row + 1, codec=codec.upper())
    return worded("record_in_other_encoding", n=row + 1, other=other.upper(), codec=codec.upper())


def _unique(names: dict[Any, str]) -> dict[Any, str]:
    seen: dict[str, int] = {}
    return {column: _numbered(name, seen) for column, name in names.items()}


def unique_names(names: Iterable[Any]) -> list[str]:
    """Names, each with a number where it stands a second time."""
    seen: dict[str, int] = {}
    return [_numbered(str(name), seen) for name in names]


def _numbered(name: str, seen: dict[str, int]) -> str:
    """A name, with a number where it stands a second time."""
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}_{seen[name]}"


def cut_through(name: str, whole: str, written: str = "") -> bool:
    """
    Whether a Shapefile's field name may be `whole`, cut where ten bytes end in UTF-8 or GB18030.

    Parameters
    ----------
    written
        The name as it stands there, with the marks that were taken out of `name`.

    Examples
    --------
    >>> cut_through("地块编", "地块编号"), cut_through("建筑限", "建筑密度")
    (True, False)
    >>> cut_through("artdernu", "artdernutzung", "Art_der_Nu"), cut_through("artdernu", "artdernutzung")
    (True, False)
    """
    if len(name) < 3 or not whole.startswith(name) or name == whole:
        return False
    sizes: Sequence[int] = [len((written or name).encode(codec)) for codec in ("utf-8", "gb18030")]
    following = whole[len(name)]
    return any(
        size + len(following.encode(codec)) > _NAME_BYTES >= size
        for size, codec in zip(sizes, ("utf-8", "gb18030"), strict=True)
    )
