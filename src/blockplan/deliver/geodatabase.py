"""File Geodatabases: layers with types, lengths and aliases, written and read as they stand."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyproj
import shapely

from blockplan.deliver.refusals import refused
from blockplan.deliver.to_profile import CarriedTable
from blockplan.errors import PlanDataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa

    from blockplan.deliver.profile import DeliveredLayer, FieldSpec

DRIVER, SHAPE = "OpenFileGDB", "SHAPE"
OGR_KINDS = {"polygon": "Polygon", "line": "LineString", "point": "Point"}
#: WKB codes of arcs: circular strings, compound curves, curve polygons, multi curves, multi surfaces.
CURVES = frozenset(range(8, 13))


@dataclass(frozen=True, slots=True)
class ReadField:
    """A field as a database declares it; ``length`` is None where none is declared."""

    name: str
    type: str
    length: int | None
    alias: str


@dataclass
class ReadLayer:
    """
    A layer as a database holds it.

    Attributes
    ----------
    fields
        Name -> declaration, in their order.
    cells
        Field -> values; dates as days, empty as None.
    shapes
        Shapes with arcs made of chords; None where there is none.
    curved
        Numbers (from 0) of the features that hold true arcs.
    """

    name: str
    title: str
    geometry: str
    fields: dict[str, ReadField]
    cells: dict[str, list[Any]]
    shapes: list[Any]
    crs: pyproj.CRS | None
    curved: list[int] = field(default_factory=list)

    def table(self, spec: DeliveredLayer) -> CarriedTable:
        """The layer as what is written under a specification; fields that are missing are empty."""
        empty = [None] * len(self.shapes)
        values = {one.name: self.cells.get(one.name, empty) for one in spec.fields}
        return CarriedTable(spec, values, self.shapes)


def write_geodatabase(
    path: Path, tables: Iterable[CarriedTable], crs: pyproj.CRS | None, dataset: str = ""
) -> None:
    """
    Write layers into a new File Geodatabase.

    Parameters
    ----------
    path
        The folder ``*.gdb``, which must not be there.
    tables
        Layers in their order; one without rows is written empty.
    dataset
        Feature data set that holds them; "" for none.

    Raises
    ------
    PlanDataError
        If it cannot be written.
    """
    import pyogrio  # noqa: PLC0415 (GDAL takes its time)

    for table in tables:
        spec = table.spec
        options = {"LAYER_ALIAS": spec.title} | ({"FEATURE_DATASET": dataset} if dataset else {})
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pyogrio.write_arrow(
                    _arrow(table), path, layer=spec.name, driver=DRIVER, geometry_name=SHAPE,
                    geometry_type=OGR_KINDS[spec.geometry], crs=crs.to_wkt() if crs else None,
                    layer_options=options,
                )  # fmt: skip
        except (ValueError, RuntimeError, OSError, pyogrio.errors.DataSourceError) as error:
            raise refused(PlanDataError, "written", path=path.name, why=str(error)[:200]) from None


def _arrow(table: CarriedTable) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415

    kinds = {
        "text": pa.string(), "double": pa.float64(), "float": pa.float32(), "integer": pa.int32(),
        "date": pa.date32(),
    }  # fmt: skip
    fields, columns = [], []
    for one in table.spec.fields:
        kind = kinds[one.type]
        fields.append(pa.field(one.name, kind, metadata=_about(one)))
        columns.append(pa.array(table.cells[one.name], kind))
    fields.append(pa.field(SHAPE, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}))
    columns.append(pa.array([_wkb(shape) for shape in table.shapes], pa.binary()))
    return pa.table(columns, schema=pa.schema(fields))


def _about(one: FieldSpec) -> dict[str, str]:
    about = {"GDAL:OGR:alternative_name": one.title or one.name}
    return about | {"GDAL:OGR:width": str(one.length)} if one.length else about


def _wkb(shape: Any) -> bytes | None:
    if shape is None or isinstance(shape, bytes):
        return shape
    return bytes(shapely.to_wkb(shape, include_srid=False))


def read_geodatabase(path: Path) -> dict[str, ReadLayer]:
    """
    The layers of a File Geodatabase, by name, as they stand.

    Raises
    ------
    PlanDataError
        If it cannot be read.
    """
    import pyogrio  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
            return {name: _read(path, name) for name in names}
    except (ValueError, RuntimeError, OSError, pyogrio.errors.DataSourceError):
        raise refused(PlanDataError, "no_geodatabase", path=path) from None


def _read(path: Path, name: str) -> ReadLayer:
    import pyogrio  # noqa: PLC0415

    with pyogrio.open_arrow(path, layer=name, use_pyarrow=True) as (about, reader):
        schema, rows = reader.schema, reader.read_all()
        shape_name = about["geometry_name"] or SHAPE
        crs = about["crs"]
    fields = {
        one.name: ReadField(one.name, _type(one), _length(one), _meta(one, "alternative_name"))
        for one in schema
        if one.name not in {shape_name, about.get("fid_column")}
    }
    values = {one: [_plain(value) for value in rows[one].to_pylist()] for one in fields}
    wkb = rows[shape_name].to_pylist()
    curved = [at for at, each in enumerate(wkb) if each and int.from_bytes(each[1:3], "little") in CURVES]
    info = pyogrio.read_info(path, layer=name)
    # GDAL reads what is left of a table that was cut off, and says nothing.
    if not fields or info["features"] not in {rows.num_rows, -1}:
        raise refused(PlanDataError, "damaged", path=path, layer=name)
    return ReadLayer(
        name, (info.get("layer_metadata") or {}).get("ALIAS_NAME", ""), str(info["geometry_type"]), fields,
        values, list(_shapes(path, name, wkb, curved)), pyproj.CRS(crs) if crs else None, curved,
    )  # fmt: skip


def _shapes(path: Path, name: str, wkb: list[bytes | None], curved: list[int]) -> Iterator[Any]:
    if curved:
        import pyogrio  # noqa: PLC0415

        # Without Arrow GDAL gives chords in place of arcs.
        wkb = list(pyogrio.raw.read(path, layer=name, columns=[])[2])
    for each in shapely.from_wkb(wkb, on_invalid="ignore"):
        yield None if each is None or each.is_empty else each


def _type(one: Any) -> str:
    said = str(one.type)
    if said.startswith(("timestamp", "date")):
        return "date"
    kinds = {"string": "text", "large_string": "text", "double": "double", "float": "float"}
    return kinds.get(said, "integer" if said.startswith("int") else said)


def _length(one: Any) -> int | None:
    width = _meta(one, "width")
    return int(width) if width.isdigit() and int(width) > 0 else None


def _meta(one: Any, key: str) -> str:
    said: bytes = (one.metadata or {}).get(f"GDAL:OGR:{key}".encode(), b"")
    return said.decode()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.date()
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 (NaN)
